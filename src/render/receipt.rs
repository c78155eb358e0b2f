//! What does a verb that changes the fleet say became of each member, and with which code does it end?

use agents_config::Fleet;
use agents_decide::Answer;
use agents_watchdog::run::Answers;
use agents_watchdog::view::WatchdogState;
use serde_json::{Value, json};

use crate::app::say;
use crate::bystander;
use crate::error::{Error, code};

/// What a verb did to the watchdog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WatchdogResult {
    Started,
    AlreadyRunning,
    Stopped,
    NotRunning,
    /// It was not asked for.
    LeftAlone,
}

impl WatchdogResult {
    fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::AlreadyRunning => "already_running",
            Self::Stopped => "stopped",
            Self::NotRunning => "not_running",
            Self::LeftAlone => "left_alone",
        }
    }

    /// Tells the person what became of it.
    pub fn say(self) {
        match self {
            Self::Started => say("watchdog: started"),
            Self::AlreadyRunning => say("watchdog: already running"),
            Self::Stopped => say("watchdog: stopped"),
            Self::NotRunning => say("watchdog: was not running"),
            Self::LeftAlone => {}
        }
    }
}

/// Tells the person what became of each member, a line each.
pub fn say_answers(answers: &Answers) {
    for (name, answer) in answers {
        say(&format!("{name}: {}", words(answer)));
    }
    if answers.iter().any(|(_, answer)| is_not_found(answer)) {
        say(
            "exit code 127: a program was not found. Where this shell finds it, the fleet's tmux server has another PATH, that of \
             the shell that began it: `agents down`, then `agents up` takes this one. Where it does not, install it, or write \
             its full path; `agents check` names it",
        );
    }
}

/// Whether a shell did not find the program, as far as its exit code tells.
fn is_not_found(answer: &Answer) -> bool {
    match answer {
        Answer::Failed(reason) => reason.contains("exit code 127 "),
        Answer::Started
        | Answer::AlreadyRunning
        | Answer::Stopped
        | Answer::StoppedWith(_)
        | Answer::NotRunning
        | Answer::NotRunningWith(_)
        | Answer::Delivered(_)
        | Answer::Done(_)
        | Answer::Waiting(_)
        | Answer::Unseen(_) => false,
    }
}

/// Tells the person where nobody looks after what was started.
///
/// # Errors
/// When it cannot be seen whether the watchdog runs.
pub fn say_unwatched(answers: &Answers, fleet: &Fleet) -> Result<(), Error> {
    let runs = |answer: &Answer| matches!(answer, Answer::Started | Answer::AlreadyRunning);
    let any = answers.iter().any(|(_, answer)| runs(answer));
    if any && bystander::watchdog(fleet)?.state == WatchdogState::Stopped {
        say(
            "no watchdog runs, so nothing is restarted when it ends; `agents up watchdog` starts one",
        );
    }
    Ok(())
}

/// The document of a verb that changes the fleet, such as `agents.up/1`, with what became of the watchdog.
///
/// # Errors
/// When it cannot be seen whether the watchdog runs.
pub fn document(
    verb: &str,
    answers: &Answers,
    watchdog: WatchdogResult,
    fleet: &Fleet,
) -> Result<Value, Error> {
    let seen = bystander::watchdog(fleet)?;
    Ok(json!({
        "schema": format!("agents.{verb}/1"),
        "agents": answers.iter().map(|(name, answer)| row(name.as_str(), answer)).collect::<Vec<_>>(),
        "watchdog": { "result": watchdog.as_str(), "state": seen.state.as_str(), "pid": seen.pid },
    }))
}

/// The exit code that tells what became of all.
#[must_use]
pub fn code_of(answers: &Answers) -> u8 {
    let count = |is: fn(&Answer) -> bool| answers.iter().filter(|(_, answer)| is(answer)).count();
    if count(|answer| matches!(answer, Answer::Unseen(_))) > 0 {
        return code::UNAVAILABLE;
    }
    match count(|answer| matches!(answer, Answer::Failed(_))) {
        0 => code::DONE,
        all if all == answers.len() => code::FAILED,
        _ => code::PARTLY,
    }
}

fn row(name: &str, answer: &Answer) -> Value {
    let (result, reason) = match answer {
        Answer::Started => ("started", None),
        Answer::AlreadyRunning => ("already_running", None),
        Answer::Stopped => ("stopped", None),
        Answer::StoppedWith(said) => ("stopped", Some(said)),
        Answer::NotRunning => ("not_running", None),
        Answer::NotRunningWith(said) => ("not_running", Some(said)),
        Answer::Delivered(_) => ("delivered", None),
        Answer::Done(said) => ("done", Some(said)),
        Answer::Failed(reason) => ("failed", Some(reason)),
        Answer::Waiting(reason) => ("waiting", Some(reason)),
        Answer::Unseen(reason) => ("unknown", Some(reason)),
    };
    json!({ "name": name, "result": result, "reason": reason })
}

fn words(answer: &Answer) -> String {
    match answer {
        Answer::Started => "started".to_owned(),
        Answer::AlreadyRunning => "already running — left as it is".to_owned(),
        Answer::Stopped => "stopped".to_owned(),
        Answer::StoppedWith(said) => format!("stopped; {said}"),
        Answer::NotRunning => "was not running".to_owned(),
        Answer::NotRunningWith(said) => format!("was not running; {said}"),
        Answer::Delivered(_) => "delivered".to_owned(),
        Answer::Done(said) => said.clone(),
        Answer::Failed(reason) => format!("failed: {reason}"),
        Answer::Waiting(reason) => format!("accepted, later: {reason}"),
        Answer::Unseen(reason) => format!("unknown: {reason}"),
    }
}
