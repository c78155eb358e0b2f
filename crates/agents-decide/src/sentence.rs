//! How does a decision read? Plain sentences for `plan`, `why` and the log.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::{
    About, Action, ActivityNote, FatalNote, LimitNote, MessageNote, Note, PhaseNote, ServerSeen,
    StallNote, StopStage,
};

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name}: {}", self.note),
            None => write!(f, "fleet: {}", self.note),
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Activity(note) => note.fmt(f),
            Self::Limit(note) => note.fmt(f),
            Self::Stall(note) => note.fmt(f),
            Self::Message(note) => note.fmt(f),
            Self::Fatal(note) => note.fmt(f),
            Self::Phase(note) => note.fmt(f),
            Self::CannotSee { cause } => {
                write!(f, "cannot be seen ({cause}); nothing is done about it")
            }
            Self::MissingOnce => write!(f, "one look did not find it; a second look decides"),
            Self::Running => write!(f, "runs"),
            Self::DownOnPurpose => {
                write!(f, "is down, as it was asked to be; `agents up` starts it")
            }
            Self::Unsupervised => {
                write!(f, "is left as it is: no watchdog runs, and this verb was not asked for it")
            }
            Self::NotWatched { how } => {
                write!(f, "ended by itself and is not watched, so it stays down: {how}")
            }
            Self::NeverStarted => write!(f, "was never started; `agents up` starts it"),
            Self::Disabled => write!(f, "is disabled in the config"),
            Self::TaskEnded { how } => write!(f, "ran once and ended: {how}"),
            Self::RestartIn { seconds, why } => {
                write!(f, "is started in {seconds} s because {why}")
            }
            Self::WaitsForTurn => write!(f, "waits for its turn, since others are starting"),
            Self::Parked { reason, retry_in } => {
                write!(f, "is parked ({reason}); next try in {}", span(*retry_in))
            }
            Self::NotRestarted { why } => {
                write!(f, "is left as it is, since its restart budget is used up, though {why}")
            }
            Self::Starting { seconds } => write!(f, "has been starting for {seconds} s"),
            Self::Stopping { seconds } => write!(f, "has been stopping for {seconds} s"),
            Self::Unstartable { reason } => write!(f, "cannot be started: {reason}"),
            Self::MassVerdict { count, of } => write!(
                f,
                "{count} of {of} look dead or stalled in one look; a look by another way must confirm it first"
            ),
            Self::WakeDue { seconds_overdue, reason } => {
                write!(f, "its wake is due since {} and waits: {reason}", span(*seconds_overdue))
            }
            Self::WakeIn { seconds } => write!(f, "is woken in {}", span(*seconds)),
            Self::WakeFileMissing => {
                write!(f, "its wake is skipped: the prompt file is missing or blank")
            }
            Self::LoopComplete => write!(f, "rests: the phase sequence is complete"),
            Self::HandoffBaseline { head } => {
                write!(f, "handoff: first look, the branch is at {}", short(head))
            }
            Self::HandoffQuiet => write!(f, "handoff: nothing new"),
            Self::HandoffNews { text } => write!(f, "handoff: {text}"),
            Self::ServerLost => write!(f, "the tmux server was lost"),
            Self::Undeclared { session } => write!(
                f,
                "session {session} runs but is no longer in the config; `agents down --undeclared` ends it"
            ),
            Self::Adopted => {
                write!(f, "runs in a session that `agents` did not start; it is left as it is")
            }
        }
    }
}

impl fmt::Display for ActivityNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PatternSeen { row } => write!(f, "active: its screen shows \"{}\"", row.trim()),
            Self::PatternStale { row, still_for } => write!(
                f,
                "its screen shows \"{}\", but has stood still for {}",
                row.trim(),
                span(still_for.as_secs())
            ),
            Self::ScreenMoves => write!(f, "its screen changes"),
            Self::LogGrows => write!(f, "its log grows"),
            Self::ProcessesWork => write!(f, "its processes work"),
            Self::Idle { idle_for } => write!(f, "idle for {}", span(idle_for.as_secs())),
        }
    }
}

impl fmt::Display for LimitNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entered { banner, until: Some(until) } => {
                write!(f, "hit a usage limit until {} (\"{}\"); held", at(*until), banner.trim())
            }
            Self::Entered { banner, until: None } => {
                write!(
                    f,
                    "hit a usage limit without a readable reset (\"{}\"); held and probed",
                    banner.trim()
                )
            }
            Self::Holding { until: Some(until), probe_in } => write!(
                f,
                "is held inside a usage window until {}; probed in {} at the latest",
                at(*until),
                span(*probe_in)
            ),
            Self::Holding { until: None, probe_in } => {
                write!(f, "is held inside a usage window; probed in {}", span(*probe_in))
            }
            Self::WindowOver => write!(f, "its usage window should be over"),
            Self::Probing { probes } => {
                write!(f, "is probed ({probes}) to see whether its usage window is over")
            }
            Self::Lifted { how } => write!(f, "its usage window is over: {how}"),
            Self::StillLimited { probes } => write!(f, "is still limited after {probes} probes"),
            Self::GoneInside => {
                write!(f, "is gone inside its usage window; it is started when the window ends")
            }
        }
    }
}

impl fmt::Display for StallNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IdleFor { seconds, allowed } => {
                write!(f, "idle for {} of the {} allowed", span(*seconds), span(*allowed))
            }
            Self::Promise { until } => write!(f, "promised to go on at {}", at(*until)),
            Self::PromiseTooFar { until } => {
                write!(f, "promised to go on at {}, which is beyond the cap", at(*until))
            }
            Self::PromiseUnreadable { text } => write!(f, "its promise cannot be read: {text}"),
            Self::Suspected { seconds } => {
                write!(f, "looks stalled after {}; a second look decides", span(*seconds))
            }
            Self::NotProven { reason } => {
                write!(f, "looks stalled, but that is not proven: {reason}")
            }
        }
    }
}

impl fmt::Display for MessageNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waits { message, reason } => write!(f, "the {message} waits: {reason}"),
            Self::Typed { message } => {
                write!(f, "the {message} is typed, not submitted yet")
            }
            Self::Submitted { message, tries } => {
                write!(f, "the {message} was submitted ({tries}), and is not seen to go yet")
            }
            Self::Seen { message } => {
                write!(f, "the {message} was submitted and seen to go")
            }
            Self::Stuck { message } => {
                write!(f, "the {message} is typed, not submitted; `agents attach` shows why")
            }
        }
    }
}

impl fmt::Display for FatalNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Once { row } => write!(f, "{row}; a second look decides"),
            Self::Asked { row } => {
                write!(f, "{row}; it takes input all the same, so its answer to a message decides")
            }
            Self::Quoted { row } => {
                write!(f, "{row}; it answered a message otherwise, so that is old or quoted")
            }
        }
    }
}

impl fmt::Display for PhaseNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InProgress { phase } => write!(f, "phase {phase} is in progress"),
            Self::Advancing { from, to } => {
                write!(f, "phase {from} gives way to {to}; the loops are stopped first")
            }
            Self::NoAutoAdvance { phase } => {
                write!(
                    f,
                    "phase {phase} is done; auto_advance is off, so `agents phase next` moves on"
                )
            }
            Self::Complete => write!(f, "the phase sequence is complete"),
            Self::PositionUnknown { phase } => {
                write!(f, "phase {phase} is not in the config; the phases stand still")
            }
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start { name, why, resume, phase, one_off, .. } => {
                write!(f, "start {name}")?;
                if !one_off.is_none() {
                    write!(f, " with {one_off}")?;
                }
                if let Some(phase) = phase {
                    write!(f, " on phase {phase}")?;
                }
                if resume.is_some() {
                    write!(f, ", resuming its conversation")?;
                }
                write!(f, ", because {why}")
            }
            Self::Stop { name, stage: StopStage::Terminate, why, .. } => {
                write!(f, "stop {name}, because {why}")
            }
            Self::Stop { name, stage: StopStage::Kill, why, .. } => {
                write!(f, "kill what is left of {name}, because {why}")
            }
            Self::Type { name, text, .. } => write!(f, "type at {name}: {}", first_words(text)),
            Self::Submit { name, key, .. } => write!(f, "press {key} at {name}"),
            Self::RestoreSocket { server } => {
                write!(f, "ask tmux server {} for its socket, if it lives", server.pid)
            }
            Self::LookAgain => write!(f, "look again by another way"),
            Self::WritePosition { phase } => write!(f, "record phase {phase}"),
            Self::MarkComplete { phase } => {
                write!(f, "record that the sequence is complete after {phase}")
            }
            Self::ClearComplete => write!(f, "remove the mark of a complete sequence"),
            Self::StopUndeclared { name, session, .. } => {
                write!(f, "stop undeclared {name} (session {session})")
            }
            Self::Reply { request, .. } => write!(f, "answer request {}", request.0),
            Self::Alarm { text, .. } => write!(f, "alarm: {text}"),
            Self::Exit => write!(f, "end the watchdog"),
        }
    }
}

impl Action {
    /// Which agent or service it is about, if one.
    #[must_use]
    pub fn about(&self) -> Option<&agents_names::AgentName> {
        match self {
            Self::Start { name, .. }
            | Self::Stop { name, .. }
            | Self::Type { name, .. }
            | Self::Submit { name, .. }
            | Self::StopUndeclared { name, .. } => Some(name),
            Self::Alarm { about, .. } => about.as_ref(),
            Self::RestoreSocket { .. }
            | Self::LookAgain
            | Self::WritePosition { .. }
            | Self::MarkComplete { .. }
            | Self::ClearComplete
            | Self::Reply { .. }
            | Self::Exit => None,
        }
    }
}

/// Seconds for people: `45 s`, `12 min`, `3 h 5 min`.
#[must_use]
pub fn span(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds / 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// What a person can do about a tmux server that does not answer.
#[must_use]
pub fn way_out(server: ServerSeen) -> String {
    let pid = server.pid;
    format!(
        "`kill -CONT {pid}` wakes a tmux server that was stopped, `kill -9 {pid}` ends it with its sessions, and the \
         watchdog brings the fleet back"
    )
}

fn at(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}

fn first_words(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    let cut: String = first.chars().take(60).collect();
    if cut.len() < text.len() { format!("\"{cut}…\"") } else { format!("\"{cut}\"") }
}
