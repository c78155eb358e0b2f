//! What should the answer to a request be about: work to do, or a scenario to play?

use crate::lines::{commands, file_to_read};
use crate::request::Request;
use crate::rule::{Answer, Rule};
use crate::scenario::Scenario;
use crate::tool::running_session;

/// The next step of a turn.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Plan {
    /// Run this command line.
    Run(String),
    /// The command of the last output still runs: wait for it.
    Wait,
    /// All work is done: end the turn.
    Close,
    /// Behave like this.
    Play(Scenario),
}

/// The next step for that request. All that was done in the turn so far is in the request itself, so nothing is remembered.
pub(crate) fn plan(request: &Request, rules: &[Rule], default: Scenario) -> Plan {
    if request.outputs.last().is_some_and(|output| running_session(output).is_some()) {
        return Plan::Wait;
    }
    let results = results(&request.outputs);
    let orders = Orders::of(request, rules, &results);
    if let Some(command) = orders.commands.get(results.len()) {
        return Plan::Run(command.clone());
    }
    match orders.scenario {
        // The tool of that scenario has been called: only the reply is left.
        Some(Scenario::Tool { .. } | Scenario::Approve { .. } | Scenario::Edit | Scenario::Ask)
            if results.len() > orders.commands.len() =>
        {
            Plan::Close
        }
        Some(scenario) => Plan::Play(scenario),
        None if results.is_empty() => Plan::Play(default),
        None => Plan::Close,
    }
}

/// What the waiting messages order, together.
struct Orders {
    commands: Vec<String>,
    scenario: Option<Scenario>,
}

impl Orders {
    fn of(request: &Request, rules: &[Rule], results: &[String]) -> Self {
        // Only the newest message chooses a scenario: an older one that was refused must not be refused for ever.
        let mut orders =
            Self { commands: Vec::new(), scenario: Scenario::last_in(request.newest()) };
        for (index, message) in request.waiting().iter().enumerate() {
            let own = commands(message);
            let fits = |rule: &&Rule| message.contains(&rule.contains);
            if !own.is_empty() {
                orders.commands.extend(own);
            } else if Scenario::last_in(message).is_some() {
                // Its scenario is all that it orders.
            } else if let Some(rule) = rules.iter().find(fits) {
                orders.follow_rule(rule, index + 1 == request.unanswered);
            } else if let Some(path) = file_to_read(message) {
                let read = results.get(orders.commands.len());
                orders.commands.push(format!("cat '{path}'"));
                orders.commands.extend(read.map(|text| commands(text)).unwrap_or_default());
            }
        }
        orders
    }

    fn follow_rule(&mut self, rule: &Rule, is_newest: bool) {
        match &rule.answer {
            Answer::Run(command) => self.commands.push(command.clone()),
            Answer::Play(scenario) if is_newest => self.scenario = Some(*scenario),
            // Words are said before anything is planned.
            Answer::Play(_) | Answer::Say(_) => {}
        }
    }
}

/// What each command printed: an output that follows a *still running* belongs to the command before.
fn results(outputs: &[String]) -> Vec<String> {
    let mut results: Vec<String> = Vec::new();
    let mut running = false;
    for output in outputs {
        match results.last_mut() {
            Some(result) if running => result.push_str(output),
            Some(_) | None => results.push(output.clone()),
        }
        running = running_session(output).is_some();
    }
    results
}

#[cfg(test)]
mod tests;
