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
    let orders = Orders::of(request, rules);
    if let Some(command) = orders.commands.get(started(&request.outputs)) {
        return Plan::Run(command.clone());
    }
    match orders.scenario {
        // The tool of that scenario has been called: only the reply is left.
        Some(Scenario::Tool { .. }) if !request.outputs.is_empty() => Plan::Close,
        Some(scenario) => Plan::Play(scenario),
        None if request.outputs.is_empty() => Plan::Play(default),
        None => Plan::Close,
    }
}

/// What the waiting messages order, together.
struct Orders {
    commands: Vec<String>,
    scenario: Option<Scenario>,
}

impl Orders {
    fn of(request: &Request, rules: &[Rule]) -> Self {
        // Only the newest message chooses a scenario: an older one that was refused must not be refused for ever.
        let mut orders =
            Self { commands: Vec::new(), scenario: Scenario::last_in(request.newest()) };
        for message in request.waiting() {
            let own = commands(message);
            if !own.is_empty() {
                orders.commands.extend(own);
            } else if Scenario::last_in(message).is_none() {
                orders.follow_rule(message, message == request.newest(), rules);
            }
        }
        if orders.commands.is_empty()
            && orders.scenario.is_none()
            && let Some(path) = file_to_read(request.newest())
        {
            orders.commands.push(format!("cat '{path}'"));
            orders
                .commands
                .extend(request.outputs.first().map(|text| commands(text)).unwrap_or_default());
        }
        orders
    }

    fn follow_rule(&mut self, message: &str, is_newest: bool, rules: &[Rule]) {
        match rules.iter().find(|rule| message.contains(&rule.contains)).map(|rule| &rule.answer) {
            Some(Answer::Run(command)) => self.commands.push(command.clone()),
            Some(Answer::Play(scenario)) if is_newest => self.scenario = Some(*scenario),
            Some(Answer::Play(_)) | None => {}
        }
    }
}

/// How many commands were started: an output that follows a *still running* belongs to the command before.
fn started(outputs: &[String]) -> usize {
    let waits = outputs.windows(2).filter(|pair| running_session(&pair[0]).is_some()).count();
    outputs.len() - waits
}

#[cfg(test)]
mod tests;
