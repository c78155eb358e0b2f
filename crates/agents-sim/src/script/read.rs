//! Which step does a line of a script say?

use std::time::Duration;

use agents_decide::{SendTerms, Verb};
use agents_names::{AgentName, PhaseId};
use agents_tmux::fake::{Call, Fault};

use super::asked::{which, with_one_offs};
use super::program;
use super::step::{Expect, MachineStep, SessionStep, Step, TerminalStep, Until, WatchdogStep};
use super::tells;
use super::{span, time_of_day};
use crate::branch::LocalCopy;
use crate::gate::{Effect, Point, Trap};
use crate::runs::Stubborn;

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

pub(super) fn names(words: &[&str]) -> Result<Vec<AgentName>, String> {
    words.iter().map(|word| name(word)).collect()
}

fn send(name: AgentName, text: String, terms: SendTerms) -> Step {
    Step::Ask(Verb::Send { name, text, terms })
}

/// Steps that end in a free text after a colon.
fn with_text(words: &[&str], rest: &str) -> Parsed {
    let text = rest.to_owned();
    Ok(Some(match words {
        ["push"] => Step::Machine(MachineStep::Push(text)),
        ["inbox", file] => Step::Machine(MachineStep::Inbox((*file).to_owned(), Some(text))),
        ["history", "rewritten"] => Step::Machine(MachineStep::Rewritten(text)),
        ["status", id] => Step::Machine(MachineStep::Status(phase(id)?, Some(text))),
        ["send", agent] => send(name(agent)?, text, SendTerms::default()),
        ["send", agent, "now"] => send(name(agent)?, text, SendTerms { now: true, within: None }),
        ["send", agent, "within", minutes] => {
            let within = Some(Duration::from_secs(60 * number::<u64>(minutes)?));
            send(name(agent)?, text, SendTerms { now: false, within })
        }
        ["wake", "text", "of", agent] => {
            Step::Machine(MachineStep::WakeText(name(agent)?, Some(text)))
        }
        ["config", "adds"] => Step::Append(text),
        ["config"] => {
            let change = rest.strip_prefix("replace ").and_then(|rest| rest.split_once(" with "));
            let (old, new) = change.ok_or("`config: replace OLD with NEW`")?;
            Step::Replace(old.to_owned(), new.to_owned())
        }
        [agent, "tells"] => Step::Tells(name(agent)?, tells::parse(rest)?),
        [agent, "shows"] => Step::Session(name(agent)?, SessionStep::Prints(text)),
        [agent, "gets", "from", "a", "person"] => {
            Step::Session(name(agent)?, SessionStep::PersonTypes(text))
        }
        [agent, "is", "refused", "until", time] => {
            let until = time_of_day(time).ok_or("`until` needs a time")?;
            Step::Session(name(agent)?, SessionStep::Refused(Until::Time(until), text))
        }
        [agent, "is", "refused", "for", time] => {
            let until = span(time).ok_or("`for` needs a span")?;
            Step::Session(name(agent)?, SessionStep::Refused(Until::Span(until), text))
        }
        _ => return Ok(None),
    }))
}

fn operator(words: &[&str]) -> Parsed {
    let verb = match words {
        ["up", some @ ..] => {
            let (which, some) = which(some);
            let (names, one_offs) = with_one_offs(some)?;
            Verb::Up { whole: names.is_empty(), names, one_offs, which }
        }
        ["down", "undeclared"] => Verb::DownUndeclared,
        ["down"] => Verb::Down { names: Vec::new(), whole: true },
        ["down", some @ ..] => Verb::Down { names: names(some)?, whole: false },
        ["restart", some @ ..] => {
            let (which, some) = which(some);
            let (names, one_offs) = with_one_offs(some)?;
            Verb::Restart { names, one_offs, which }
        }
        ["phase", id] => Verb::Phase { to: phase(id)? },
        ["stop", "watchdog"] => Verb::StopWatchdog,
        _ => return Ok(None),
    };
    Ok(Some(Step::Ask(verb)))
}

fn watchdog(words: &[&str]) -> Parsed {
    Ok(Some(match words {
        ["watchdog", "starts"] => Step::Watchdog(WatchdogStep::Starts),
        ["earlier", "watchdog", "wakes"] => Step::Watchdog(WatchdogStep::EarlierWakes),
        ["watchdog", "dies"] => Step::Watchdog(WatchdogStep::Dies),
        ["watchdog", "dies", point @ ("before" | "after"), effect @ ..] => {
            let point = if *point == "before" { Point::Before } else { Point::After };
            let (skip, effect) = match effect {
                ["effect", count] => (number::<u32>(count)?.saturating_sub(1), Effect::Any),
                other => (0, self::effect(other)?),
            };
            Step::Watchdog(WatchdogStep::Trap(Trap { point, effect, skip }))
        }
        ["store", "fails", count] => Step::Watchdog(WatchdogStep::StoreFails(number(count)?)),
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
        ["look", "fails"] => Step::Terminals(TerminalStep::Fault(Call::List, 1, Fault::Unknown)),
        ["look", "fails", count] => {
            Step::Terminals(TerminalStep::Fault(Call::List, number(count)?, Fault::Unknown))
        }
        ["screens", "fail", count] => {
            Step::Terminals(TerminalStep::Fault(Call::Screens, number(count)?, Fault::Unknown))
        }
        ["screens", "half", "drawn"] => {
            Step::Terminals(TerminalStep::Fault(Call::Screens, 1, Fault::HalfDrawn))
        }
        ["screens", "half", "drawn", count] => {
            Step::Terminals(TerminalStep::Fault(Call::Screens, number(count)?, Fault::HalfDrawn))
        }
        ["look", "misses", agent] => Step::Session(name(agent)?, SessionStep::Overlooked(1)),
        ["look", "misses", agent, count] => {
            Step::Session(name(agent)?, SessionStep::Overlooked(number(count)?))
        }
        ["next", "change", "hangs"] => {
            Step::Terminals(TerminalStep::Fault(Call::Apply, 1, Fault::Hangs))
        }
        ["next", "screens", "hang"] => {
            Step::Terminals(TerminalStep::Fault(Call::Screens, 1, Fault::Hangs))
        }
        ["next", "change", "is", how @ ("lost" | "unheard" | "swallowed")] => {
            let fault = match *how {
                "lost" => Fault::Unknown,
                "unheard" => Fault::DoneUnheard,
                _ => Fault::Swallowed,
            };
            Step::Terminals(TerminalStep::Fault(Call::Apply, 1, fault))
        }
        ["next", "change", "is", "late", time] => {
            let delay = span(time).ok_or("`late` needs a span")?;
            Step::Terminals(TerminalStep::Fault(Call::Apply, 1, Fault::Late(delay)))
        }
        ["server", "lost"] => Step::Terminals(TerminalStep::ServerLost),
        ["socket", "removed"] => Step::Terminals(TerminalStep::SocketRemoved),
        ["server", "hangs"] => Step::Terminals(TerminalStep::ServerHangs(true)),
        ["server", "answers"] => Step::Terminals(TerminalStep::ServerHangs(false)),
        ["terminals", "tell", "news"] => Step::Terminals(TerminalStep::TellsNews),
        ["dead", "panes", "stay"] => Step::Terminals(TerminalStep::DeadPanesStay),
        _ => return Ok(None),
    }))
}

fn surroundings(words: &[&str]) -> Parsed {
    Ok(Some(match words {
        ["inbox", file, "deleted"] => Step::Machine(MachineStep::Inbox((*file).to_owned(), None)),
        ["the", "copy", "is", "missing"] => Step::Machine(MachineStep::Copy(LocalCopy::Missing)),
        ["the", "copy", "lacks", count] => {
            Step::Machine(MachineStep::Copy(LocalCopy::Lacks(number(count)?)))
        }
        ["fetches", "fail", count] => Step::Machine(MachineStep::FetchesFail(number(count)?)),
        ["status", id, "cannot", "be", "read"] => {
            Step::Machine(MachineStep::Status(phase(id)?, None))
        }
        ["prompt", "of", agent, "is", "missing"] => {
            Step::Machine(MachineStep::Prompt(name(agent)?, false))
        }
        ["prompt", "of", agent, "is", "back"] => {
            Step::Machine(MachineStep::Prompt(name(agent)?, true))
        }
        ["wake", "text", "of", agent, "is", "missing"] => {
            Step::Machine(MachineStep::WakeText(name(agent)?, None))
        }
        ["machine", "restarts"] => Step::MachineRestarts,
        ["legacy", "position", index] => Step::Machine(MachineStep::LegacyPosition(number(index)?)),
        ["wall", "clock", "jumps", by] => {
            let (sign, rest) = by.split_at_checked(1).ok_or("jumps by what?")?;
            let millis = span(rest).ok_or("`jumps` needs a span")?.as_millis();
            let millis = i64::try_from(millis).map_err(|error| error.to_string())?;
            Step::Machine(MachineStep::Wall(if sign == "-" { -millis } else { millis }))
        }
        ["kill", agent] => Step::Session(name(agent)?, SessionStep::Killed),
        ["all", "run", rest @ ..] => Step::Program(None, Box::new(program::parse(rest)?)),
        _ => return Ok(None),
    }))
}

fn agent(words: &[&str]) -> Parsed {
    let Some((first, rest)) = words.split_first() else { return Ok(None) };
    let session = |step: SessionStep| Ok(Some(Step::Session(name(first)?, step)));
    let machine = |step: fn(AgentName) -> MachineStep| Ok(Some(Step::Machine(step(name(first)?))));
    match rest {
        ["runs", described @ ..] => {
            let program = Box::new(program::parse(described)?);
            Ok(Some(Step::Program(Some(name(first)?), program)))
        }
        ["exits", code] => session(SessionStep::Exits(number(code)?)),
        ["works", time] => session(SessionStep::Works(span(time).ok_or("`works` needs a span")?)),
        ["becomes", command] => session(SessionStep::Foreground((*command).to_owned())),
        ["is", "scrolled"] => session(SessionStep::CopyMode(true)),
        ["is", "left", "alone"] => session(SessionStep::CopyMode(false)),
        ["clears"] => session(SessionStep::Clears),
        ["gets", "Enter", "from", "a", "person"] => session(SessionStep::PersonPressesEnter),
        ["is", "started", "by", "a", "person"] => session(SessionStep::PersonStartsIt),
        ["can", "resume", id] => {
            let step = MachineStep::ResumeId(name(first)?, (*id).to_owned());
            Ok(Some(Step::Machine(step)))
        }
        ["is", "in", "conversation", id] => {
            let step = MachineStep::Conversation(name(first)?, (*id).to_owned());
            Ok(Some(Step::Machine(step)))
        }
        ["uses", "the", "processor"] => machine(|name| MachineStep::Busy(name, true)),
        ["rests"] => machine(|name| MachineStep::Busy(name, false)),
        ["survives", "SIGHUP"] => machine(|name| MachineStep::Habit(name, Stubborn::Hangup)),
        ["survives", "SIGTERM"] => machine(|name| MachineStep::Habit(name, Stubborn::Terminate)),
        _ => Ok(None),
    }
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
