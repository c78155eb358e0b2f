//! What can happen in a script? One line, one step, in a closed grammar.

use std::time::Duration;

use agents_decide::Verb;
use agents_names::{AgentName, PhaseId};
use agents_tmux::fake::{Call, Fault};

use super::program::{self, ProgramText};
use super::{span, time_of_day};
use crate::gate::{Effect, Point, Trap};
use crate::runs::Stubborn;

/// One step of a script. Sessions are named by their agent.
#[derive(Debug, Clone)]
// A script has few steps, so the room of the largest does not matter.
#[expect(clippy::large_enum_variant)]
pub enum Step {
    Ask(Verb),
    WatchdogStarts,
    WatchdogDies,
    /// It dies at an effect; the name is that of an agent, still without its session.
    Trap(Trap),
    StoreFails(u32),
    Run(Duration),
    RunUntil(Duration),
    /// What later starts run; without a name, all.
    Program(Option<AgentName>, ProgramText),
    Exits(AgentName, i32),
    Killed(AgentName),
    Prints(AgentName, String),
    Scrolls(AgentName),
    Works(AgentName, Duration),
    /// Until that time of day, or for that span.
    Refused(AgentName, Until, String),
    Foreground(AgentName, String),
    Habit(AgentName, Stubborn),
    Busy(AgentName, bool),
    CopyMode(AgentName, bool),
    Keys(AgentName),
    DeadPanesStay,
    Stranger(AgentName),
    Fault(Call, u64, Fault),
    /// The listing lacks the session, so many times.
    Overlooked(AgentName, u64),
    ServerLost,
    SocketRemoved,
    ServerHangs(bool),
    TellsNews,
    Push(String),
    Inbox(String, Option<String>),
    Rewritten(String),
    FetchesFail(u32),
    /// Without a text the file cannot be read.
    Status(PhaseId, Option<String>),
    Prompt(AgentName, bool),
    WakeText(AgentName, Option<String>),
    ResumeId(AgentName, String),
    LegacyPosition(usize),
    Wall(i64),
    Replace(String, String),
    Append(String),
    Expect(Expect),
}

/// The end of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    Time(Duration),
    Span(Duration),
}

/// What a script claims, beside its golden trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expect {
    Runs(AgentName),
    Gone(AgentName),
    /// That many submitted texts that contain this.
    Got(AgentName, usize, String),
    Phase(PhaseId),
    /// That many starts so far.
    Starts(AgentName, u32),
    /// The trace has no such line since the last `clear` — since the beginning.
    Never(String),
    /// The trace has that many such lines.
    Said(usize, String),
    Servers(usize),
    /// The file that other programs read names that phase.
    Recorded(PhaseId),
    /// The file that says the sequence is complete is there.
    Marked(bool),
}

/// Reads one step.
pub(super) fn parse(text: &str) -> Result<Step, String> {
    let (head, rest) = match text.split_once(": ") {
        Some((head, rest)) => (head, Some(rest.replace("\\n", "\n"))),
        None => (text, None),
    };
    let words: Vec<&str> = head.split_whitespace().map(|word| word.trim_end_matches(',')).collect();
    let parsed = match &rest {
        Some(rest) => with_text(&words, rest)?,
        None => None,
    };
    let parsed = match parsed {
        Some(step) => Some(step),
        None => operator(&words)?
            .or(watchdog(&words)?)
            .or(terminals(&words)?)
            .or(surroundings(&words)?)
            .or(expectation(&words, rest.as_deref())?)
            .or(agent(&words)?),
    };
    parsed.ok_or_else(|| "nothing like it is known".to_owned())
}

type Parsed = Result<Option<Step>, String>;

fn name(word: &str) -> Result<AgentName, String> {
    AgentName::new(word).map_err(|error| error.to_string())
}

fn phase(word: &str) -> Result<PhaseId, String> {
    PhaseId::new(word).map_err(|error| error.to_string())
}

fn number<N: std::str::FromStr>(word: &str) -> Result<N, String> {
    word.parse().map_err(|_| format!("`{word}` is no number"))
}

fn names(words: &[&str]) -> Result<Vec<AgentName>, String> {
    words.iter().map(|word| name(word)).collect()
}

/// Steps that end in a free text after a colon.
fn with_text(words: &[&str], rest: &str) -> Parsed {
    let text = rest.to_owned();
    Ok(Some(match words {
        ["push"] => Step::Push(text),
        ["inbox", file] => Step::Inbox((*file).to_owned(), Some(text)),
        ["history", "rewritten"] => Step::Rewritten(text),
        ["status", id] => Step::Status(phase(id)?, Some(text)),
        ["send", agent] => Step::Ask(Verb::Send { name: name(agent)?, text }),
        ["wake", "text", "of", agent] => Step::WakeText(name(agent)?, Some(text)),
        ["config", "adds"] => Step::Append(text),
        ["config"] => {
            let change = rest.strip_prefix("replace ").and_then(|rest| rest.split_once(" with "));
            let (old, new) = change.ok_or("`config: replace OLD with NEW`")?;
            Step::Replace(old.to_owned(), new.to_owned())
        }
        [agent, "shows"] => Step::Prints(name(agent)?, text),
        [agent, "is", "refused", "until", time] => {
            let until = time_of_day(time).ok_or("`until` needs a time")?;
            Step::Refused(name(agent)?, Until::Time(until), text)
        }
        [agent, "is", "refused", "for", time] => {
            let until = span(time).ok_or("`for` needs a span")?;
            Step::Refused(name(agent)?, Until::Span(until), text)
        }
        _ => return Ok(None),
    }))
}

fn operator(words: &[&str]) -> Parsed {
    let verb = match words {
        ["up"] => Verb::Up { names: Vec::new(), whole: true },
        ["up", some @ ..] => Verb::Up { names: names(some)?, whole: false },
        ["down", "undeclared"] => Verb::DownUndeclared,
        ["down"] => Verb::Down { names: Vec::new(), whole: true },
        ["down", some @ ..] => Verb::Down { names: names(some)?, whole: false },
        ["restart", some @ ..] => Verb::Restart { names: names(some)? },
        ["phase", id] => Verb::Phase { to: phase(id)? },
        ["stop", "watchdog"] => Verb::StopWatchdog,
        _ => return Ok(None),
    };
    Ok(Some(Step::Ask(verb)))
}

fn watchdog(words: &[&str]) -> Parsed {
    Ok(Some(match words {
        ["watchdog", "starts"] => Step::WatchdogStarts,
        ["watchdog", "dies"] => Step::WatchdogDies,
        ["watchdog", "dies", point @ ("before" | "after"), effect @ ..] => {
            let point = if *point == "before" { Point::Before } else { Point::After };
            let (skip, effect) = match effect {
                ["effect", count] => (number::<u32>(count)?.saturating_sub(1), Effect::Any),
                other => (0, self::effect(other)?),
            };
            Step::Trap(Trap { point, effect, skip })
        }
        ["store", "fails", count] => Step::StoreFails(number(count)?),
        ["run", time] => Step::Run(span(time).ok_or("`run` needs a span")?),
        ["run", "until", time] => {
            Step::RunUntil(time_of_day(time).ok_or("`run until` needs a time")?)
        }
        _ => return Ok(None),
    }))
}

fn effect(words: &[&str]) -> Result<Effect, String> {
    let owned = |agent: &&str| name(agent).map(|name| name.to_string());
    Ok(match words {
        ["starting", agent] => Effect::Start(owned(agent)?),
        ["stopping", agent] => Effect::Stop(owned(agent)?),
        ["typing", "at", agent] => Effect::Type(owned(agent)?),
        ["submitting", "to", agent] => Effect::Submit(owned(agent)?),
        ["recording", "the", "phase"] => Effect::Position,
        ["marking", "the", "end"] => Effect::Complete,
        other => return Err(format!("there is no effect `{}`", other.join(" "))),
    })
}

fn terminals(words: &[&str]) -> Parsed {
    Ok(Some(match words {
        ["look", "fails"] => Step::Fault(Call::List, 1, Fault::Unknown),
        ["look", "fails", count] => Step::Fault(Call::List, number(count)?, Fault::Unknown),
        ["screens", "fail", count] => Step::Fault(Call::Screens, number(count)?, Fault::Unknown),
        ["screens", "half", "drawn"] => Step::Fault(Call::Screens, 1, Fault::HalfDrawn),
        ["look", "misses", agent] => Step::Overlooked(name(agent)?, 1),
        ["look", "misses", agent, count] => Step::Overlooked(name(agent)?, number(count)?),
        ["next", "change", "is", "lost"] => Step::Fault(Call::Apply, 1, Fault::Unknown),
        ["next", "change", "is", "unheard"] => Step::Fault(Call::Apply, 1, Fault::DoneUnheard),
        ["next", "change", "is", "late", time] => {
            let delay = span(time).ok_or("`late` needs a span")?;
            Step::Fault(Call::Apply, 1, Fault::Late(delay))
        }
        ["server", "lost"] => Step::ServerLost,
        ["socket", "removed"] => Step::SocketRemoved,
        ["server", "hangs"] => Step::ServerHangs(true),
        ["server", "answers"] => Step::ServerHangs(false),
        ["terminals", "tell", "news"] => Step::TellsNews,
        ["dead", "panes", "stay"] => Step::DeadPanesStay,
        _ => return Ok(None),
    }))
}

fn surroundings(words: &[&str]) -> Parsed {
    Ok(Some(match words {
        ["inbox", file, "deleted"] => Step::Inbox((*file).to_owned(), None),
        ["fetches", "fail", count] => Step::FetchesFail(number(count)?),
        ["status", id, "cannot", "be", "read"] => Step::Status(phase(id)?, None),
        ["prompt", "of", agent, "is", "missing"] => Step::Prompt(name(agent)?, false),
        ["prompt", "of", agent, "is", "back"] => Step::Prompt(name(agent)?, true),
        ["wake", "text", "of", agent, "is", "missing"] => Step::WakeText(name(agent)?, None),
        ["legacy", "position", index] => Step::LegacyPosition(number(index)?),
        ["wall", "clock", "jumps", by] => {
            let (sign, rest) = by.split_at_checked(1).ok_or("jumps by what?")?;
            let millis = span(rest).ok_or("`jumps` needs a span")?.as_millis();
            let millis = i64::try_from(millis).map_err(|error| error.to_string())?;
            Step::Wall(if sign == "-" { -millis } else { millis })
        }
        ["kill", agent] => Step::Killed(name(agent)?),
        ["all", "run", rest @ ..] => Step::Program(None, program::parse(rest)?),
        _ => return Ok(None),
    }))
}

fn agent(words: &[&str]) -> Parsed {
    let Some((first, rest)) = words.split_first() else { return Ok(None) };
    let step: fn(AgentName) -> Step = match rest {
        ["runs", described @ ..] => {
            let program = program::parse(described)?;
            return Ok(Some(Step::Program(Some(name(first)?), program)));
        }
        ["exits", code] => return Ok(Some(Step::Exits(name(first)?, number(code)?))),
        ["works", time] => {
            let span = span(time).ok_or("`works` needs a span")?;
            return Ok(Some(Step::Works(name(first)?, span)));
        }
        ["becomes", command] => {
            return Ok(Some(Step::Foreground(name(first)?, (*command).to_owned())));
        }
        ["can", "resume", id] => {
            return Ok(Some(Step::ResumeId(name(first)?, (*id).to_owned())));
        }
        ["uses", "the", "processor"] => |name| Step::Busy(name, true),
        ["rests"] => |name| Step::Busy(name, false),
        ["survives", "SIGHUP"] => |name| Step::Habit(name, Stubborn::Hangup),
        ["survives", "SIGTERM"] => |name| Step::Habit(name, Stubborn::Terminate),
        ["is", "scrolled"] => |name| Step::CopyMode(name, true),
        ["is", "left", "alone"] => |name| Step::CopyMode(name, false),
        ["clears"] => Step::Scrolls,
        ["gets", "Enter", "from", "a", "person"] => Step::Keys,
        ["is", "started", "by", "a", "person"] => Step::Stranger,
        _ => return Ok(None),
    };
    Ok(Some(step(name(first)?)))
}

fn expectation(words: &[&str], rest: Option<&str>) -> Parsed {
    let Some(("expect", words)) = words.split_first().map(|(first, rest)| (*first, rest)) else {
        return Ok(None);
    };
    let text = || rest.map(str::to_owned).ok_or("what text?");
    Ok(Some(Step::Expect(match words {
        [agent, "runs"] => Expect::Runs(name(agent)?),
        [agent, "is", "gone"] => Expect::Gone(name(agent)?),
        [agent, "got", count] => Expect::Got(name(agent)?, number(count)?, text()?),
        [agent, "started", count] => Expect::Starts(name(agent)?, number(count)?),
        ["phase", id] => Expect::Phase(phase(id)?),
        ["never"] => Expect::Never(text()?),
        ["said", count] => Expect::Said(number(count)?, text()?),
        ["recorded", id] => Expect::Recorded(phase(id)?),
        ["marked"] => Expect::Marked(true),
        ["unmarked"] => Expect::Marked(false),
        ["servers", count] => Expect::Servers(number(count)?),
        _ => return Err("no such expectation".to_owned()),
    })))
}
