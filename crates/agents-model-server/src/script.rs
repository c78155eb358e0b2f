//! What does a request get, given the rules, the force in effect and how often it was asked before?

use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value;

use crate::plan::{Plan, plan};
use crate::refusal::{self, Cause, Window};
use crate::reply::{Reply, Speech};
use crate::request::Request;
use crate::rule::Rule;
use crate::scenario::Scenario;
use crate::tool::{Call, approve_call, ask_call, edit_call, fill, shell_call, wait_call};

/// The script, and what it must remember.
#[derive(Debug)]
pub(crate) struct Script {
    rules: Vec<Rule>,
    default: Scenario,
    forced: Option<Scenario>,
    /// How often a scenario was met by one message, and when first: for scenarios that end.
    met: HashMap<String, Met>,
    answered: u64,
}

#[derive(Debug, Clone, Copy)]
struct Met {
    /// Seconds since 1970.
    first: u64,
    times: u32,
}

/// A usage window that is closed, until that second since 1970.
struct Closed {
    /// A scenario with a window.
    scenario: Scenario,
    reset: u64,
}

/// An answer, and what the log calls it.
pub(crate) struct Answered {
    /// Counted from 1.
    pub(crate) number: u64,
    pub(crate) reply: Reply,
    pub(crate) scenario: String,
}

impl Script {
    pub(crate) fn new(rules: Vec<Rule>, default: Scenario) -> Self {
        Self { rules, default, forced: None, met: HashMap::new(), answered: 0 }
    }

    /// Every request with tools gets this scenario until told otherwise. A usage window begins anew.
    pub(crate) fn force(&mut self, scenario: Option<Scenario>) {
        self.forced = scenario;
        self.met.retain(|key, _| !key.starts_with(FORCED));
    }

    /// The answer at `now`, in seconds since 1970.
    pub(crate) fn answer(&mut self, request: &Request, now: u64) -> Answered {
        self.answered += 1;
        if let Some(words) = self.rules.iter().find_map(|rule| rule.words_for(request.newest())) {
            let reply = Reply::Say(Speech::of(words));
            return Answered { number: self.answered, reply, scenario: "say".to_owned() };
        }
        // Helpers that name a conversation come without tools; they are no part of the agent's work.
        if request.tools.is_empty() {
            return self.help(request);
        }
        if let Some(forced) = self.forced
            && let Some(scenario) = self.still(forced, FORCED, now)
        {
            return self.play(scenario, request, now);
        }
        if let Some(closed) = self.closed_window(request, now) {
            return self.refuse(closed, request, now);
        }
        match plan(request, &self.rules, self.default) {
            Plan::Run(command) => {
                let call = shell_call(request, &command);
                Answered {
                    number: self.answered,
                    reply: calling(call, request),
                    scenario: format!("run {command}"),
                }
            }
            Plan::Wait => {
                let call = request.outputs.last().and_then(|output| wait_call(request, output));
                Answered {
                    number: self.answered,
                    reply: calling(call, request),
                    scenario: "wait".to_owned(),
                }
            }
            Plan::Close => Answered {
                number: self.answered,
                reply: Reply::Say(Speech::of("done")),
                scenario: "close".to_owned(),
            },
            Plan::Play(scenario) => {
                let scenario =
                    self.still(scenario, request.newest().trim(), now).unwrap_or(Scenario::Ok);
                self.play(scenario, request, now)
            }
        }
    }

    /// The scenario, unless it was met often or long enough.
    fn still(&mut self, scenario: Scenario, by: &str, now: u64) -> Option<Scenario> {
        let met =
            self.met.entry(format!("{by}{scenario:?}")).or_insert(Met { first: now, times: 0 });
        met.times += 1;
        let by_count = scenario.tries().is_none_or(|tries| met.times <= tries);
        let by_time = match reset(scenario, met.first) {
            Some(reset) => now < reset,
            None => true,
        };
        (by_count && by_time).then_some(scenario)
    }

    /// A usage window that some message of this conversation met, and that is still closed: until then the account
    /// is refused whatever it asks.
    fn closed_window(&self, request: &Request, now: u64) -> Option<Closed> {
        request.messages.iter().rev().find_map(|message| {
            let scenario = Scenario::last_in(message)?;
            // claude puts a line's end behind a message that it sends again.
            let met = self.met.get(&format!("{}{scenario:?}", message.trim()))?;
            let reset = reset(scenario, met.first).filter(|reset| now < *reset)?;
            Some(Closed { scenario, reset })
        })
    }

    fn refuse(&self, closed: Closed, request: &Request, now: u64) -> Answered {
        let Closed { scenario, reset } = closed;
        let window = Window { weekly: scenario == Scenario::Weekly, now, reset };
        let refusal = refusal::refusal(request.api, &Cause::Usage(window));
        let scenario = format!("{scenario:?}");
        Answered { number: self.answered, reply: Reply::Refuse(refusal), scenario }
    }

    /// What a helper gets: no words that a test waits for, because opencode shows a title beside the conversation.
    fn help(&self, request: &Request) -> Answered {
        let text = match &request.reply_schema {
            Some(schema) => fill(schema, &Value::Null).to_string(),
            None => "A short title".to_owned(),
        };
        let scenario = "help".to_owned();
        Answered { number: self.answered, reply: Reply::Say(Speech::of(text)), scenario }
    }

    fn play(&self, scenario: Scenario, request: &Request, now: u64) -> Answered {
        let refuse = |cause: &Cause| Reply::Refuse(refusal::refusal(request.api, cause));
        let speech = Speech::of(format!("mock reply {}. All done.", self.answered));
        let reply = match scenario {
            Scenario::Ok => Reply::Say(speech),
            Scenario::Echo => Reply::Say(Speech::of(echo(request.newest()))),
            Scenario::Recall => Reply::Say(Speech::of(recall(&request.messages))),
            Scenario::Lure => Reply::Say(Speech::of(LURE)),
            Scenario::Long { lines } => Reply::Say(Speech::of(long(lines))),
            Scenario::Slow { during } => Reply::Say(Speech { slow: during, ..speech }),
            Scenario::Think { during } => Reply::Say(Speech { think: during, ..speech }),
            Scenario::Cut { .. } => {
                Reply::Say(Speech { cut: true, slow: Duration::from_secs(1), ..speech })
            }
            Scenario::Tool { during } => calling(shell_call(request, &touch(during)), request),
            Scenario::Approve { during } => calling(approve_call(request, &touch(during)), request),
            Scenario::Edit => calling(edit_call(request), request),
            Scenario::Ask => calling(ask_call(request), request),
            Scenario::Overloaded { .. } => Reply::FailInStream,
            Scenario::Hang { during } => Reply::Hang(during),
            Scenario::Mute { during } => Reply::Mute(during),
            Scenario::BadBody => Reply::Page("<html>bad gateway</html>"),
            Scenario::RateLimit { .. } => refuse(&Cause::RateLimit),
            Scenario::Usage { .. } | Scenario::Weekly => {
                let by =
                    if self.forced == Some(scenario) { FORCED } else { request.newest().trim() };
                let first = self.met.get(&format!("{by}{scenario:?}")).map_or(now, |met| met.first);
                let reset = reset(scenario, first).unwrap_or(now);
                return self.refuse(Closed { scenario, reset }, request, now);
            }
            Scenario::Quota => refuse(&Cause::Quota),
            Scenario::Failure { status, .. } => refuse(&Cause::Failure(status)),
            Scenario::ContextFull => refuse(&Cause::ContextFull),
            Scenario::Refused { status } => refuse(&Cause::Refused(status)),
        };
        Answered { number: self.answered, reply, scenario: format!("{scenario:?}") }
    }
}

/// Stands where a message would in the keys of `met`; no message begins so.
const FORCED: &str = "\0forced";

/// When a usage window that was first met then closes; both in seconds since 1970.
fn reset(scenario: Scenario, first: u64) -> Option<u64> {
    match scenario {
        Scenario::Usage { window } => Some(first.saturating_add(window.as_secs())),
        Scenario::Weekly => Some(first.saturating_add(refusal::WEEKLY_SECONDS)),
        Scenario::Ok
        | Scenario::Echo
        | Scenario::Recall
        | Scenario::Lure
        | Scenario::Long { .. }
        | Scenario::Slow { .. }
        | Scenario::Think { .. }
        | Scenario::Tool { .. }
        | Scenario::Approve { .. }
        | Scenario::Edit
        | Scenario::Ask
        | Scenario::RateLimit { .. }
        | Scenario::Quota
        | Scenario::Failure { .. }
        | Scenario::Overloaded { .. }
        | Scenario::ContextFull
        | Scenario::Refused { .. }
        | Scenario::Hang { .. }
        | Scenario::Mute { .. }
        | Scenario::Cut { .. }
        | Scenario::BadBody => None,
    }
}

/// The command line of the scenarios with a tool.
fn touch(after: Duration) -> String {
    format!("sleep {}; touch done.txt", after.as_secs_f64())
}

fn calling(call: Option<Call>, request: &Request) -> Reply {
    let Some(call) = call else {
        let offered: Vec<&str> = request.tools.iter().map(|tool| tool.name.as_str()).collect();
        let text = format!("no tool for that is offered; offered are: {}", offered.join(", "));
        return Reply::Say(Speech::of(text));
    };
    Reply::Call(call)
}

fn echo(text: &str) -> String {
    let head: String = text.chars().take(60).collect();
    let length = text.chars().count();
    let tail: String = text.chars().skip(length.saturating_sub(40)).collect();
    format!("echo chars={length} lines={} head={head:?} tail={tail:?}", text.lines().count())
}

fn recall(messages: &[String]) -> String {
    let ends: Vec<String> = messages
        .iter()
        .map(|text| text.chars().skip(text.chars().count().saturating_sub(40)).collect())
        .collect();
    format!("recall messages={} ends={ends:?}", messages.len())
}

fn long(lines: u32) -> String {
    let lines: Vec<String> = (1..=lines)
        .map(|n| format!("line {n}: the quick brown fox jumps over the lazy dog"))
        .collect();
    lines.join("\n")
}

/// Words that a careless pattern takes for a state.
const LURE: &str = "The log you asked about says:
    Working (3s • esc to interrupt)
    You've hit your usage limit. Upgrade to Pro or try again at 3:00 PM.
    5-hour limit reached · resets 3pm
    Do you want to proceed?
    ❯ 1. Yes
      2. No
That is all; nothing is running now.";

#[cfg(test)]
mod tests;
