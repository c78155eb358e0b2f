//! `agents wait`: has each of these agents got into that state? For scripts; it reads what the watchdog wrote down.

use std::time::{Duration, Instant, SystemTime};

use agents_config::Fleet;
use agents_decide::sentence::span;
use agents_decide::{ActivityNote, FleetState, Life, Member, Moment, Note, StallNote, Stand};
use agents_names::AgentName;
use agents_store::FleetLock;
use agents_tasks::{Progress, TaskState};
use agents_watchdog::place::now_after;
use agents_watchdog::recorder::Word;
use agents_watchdog::run::heartbeat_file;
use agents_watchdog::view::WatchdogState;
use agents_watchdog::work::{Board, worktrees_dir};
use serde_json::json;

use crate::app::{App, name_of, print, say};
use crate::bystander;
use crate::cli::{Until, Wait};
use crate::commands::work;
use crate::error::{Error, code};
use crate::operate::poke;
use crate::render::stored::Remembered;

#[cfg(test)]
mod tests;

/// How often is looked whether the watchdog has looked; tmux is asked nothing.
const PAUSE: Duration = Duration::from_millis(100);
/// So often the watchdog is asked for a look while somebody waits: its own interval may be half a minute.
const LOOKS_EVERY: Duration = Duration::from_secs(2);

/// A program of which nothing but signs of work is known rests when it gave none for so long: one that prints a row each
/// second shows the same screen to two looks in a row.
const RESTS_FROM: Duration = Duration::from_secs(5);

pub fn run(app: &App, wait: &Wait) -> Result<u8, Error> {
    let fleet = app.in_force()?.loaded.fleet;
    let names = names(&fleet, &work::board(&fleet.state_dir())?, &wait.names)?;
    let asked = Asked { began: Instant::now(), at: SystemTime::now(), limit: wait.timeout };
    look_now(&fleet)?;
    let mut states = vec![Seen::Unknown; names.len()];
    let (mut read, mut checked) = (None, Instant::now());
    loop {
        // The word of a look from before the question is none: a message that was just delivered may not be at work.
        let look = looked(&fleet).filter(|look| *look >= asked.at && read != Some(*look));
        if look.is_some() {
            read = look;
            states = seen(&fleet, &names)?;
        }
        let reached = states.iter().all(|seen| seen.is(wait.until));
        if reached || asked.is_over() {
            tell(app, wait, (&names, &states), reached)?;
            return Ok(if reached { code::DONE } else { code::TIMED_OUT });
        }
        if checked.elapsed() >= LOOKS_EVERY {
            checked = Instant::now();
            look_now(&fleet)?;
        }
        std::thread::sleep(asked.pause());
    }
}

/// When it was asked, and how long it may take.
struct Asked {
    began: Instant,
    at: SystemTime,
    limit: Option<Duration>,
}

impl Asked {
    fn is_over(&self) -> bool {
        self.limit.is_some_and(|limit| self.began.elapsed() >= limit)
    }

    fn pause(&self) -> Duration {
        self.limit.map_or(PAUSE, |limit| limit.saturating_sub(self.began.elapsed()).min(PAUSE))
    }
}

/// Agents of the config, and tasks, wherever they are on their way.
fn names(fleet: &Fleet, board: &Board, asked: &[String]) -> Result<Vec<AgentName>, Error> {
    let mut names = Vec::new();
    for name in asked {
        let task = AgentName::new(name).ok().filter(|name| task(fleet, board, name).is_some());
        let name = match task {
            Some(task) => task,
            None => name_of(fleet, name)?,
        };
        if fleet.service(&name).is_some() {
            return Err(Error::Usage(format!("{name} is a service; only agents are judged")));
        }
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

/// How far the task of that name is, unless an agent of the config has the name by now.
fn task<'b>(fleet: &Fleet, board: &'b Board, name: &AgentName) -> Option<&'b Progress> {
    let worktrees = worktrees_dir(fleet);
    let is_agents = fleet.agent(name).is_some_and(|agent| !agent.dir.starts_with(&worktrees));
    let (held, place) = board.task(name.as_str()).filter(|_| !is_agents)?;
    held.work.tasks.get(place)
}

/// Asks the watchdog for a look, if there is one.
fn look_now(fleet: &Fleet) -> Result<(), Error> {
    watched(fleet)?;
    let state_dir = fleet.state_dir();
    if let Ok(Some(holder)) = FleetLock::holder(&state_dir) {
        poke(&state_dir, &holder);
    }
    Ok(())
}

fn watched(fleet: &Fleet) -> Result<(), Error> {
    if bystander::watchdog(fleet)?.state != WatchdogState::Stopped {
        return Ok(());
    }
    let text =
        "no watchdog runs, so nobody looks what the agents do; `agents up watchdog` starts one";
    Err(Error::Failed(text.to_owned()))
}

/// When the watchdog has looked last.
fn looked(fleet: &Fleet) -> Option<SystemTime> {
    std::fs::metadata(heartbeat_file(&fleet.state_dir())).ok()?.modified().ok()
}

fn seen(fleet: &Fleet, names: &[AgentName]) -> Result<Vec<Seen>, Error> {
    let remembered = Remembered::of(&fleet.state_dir())?;
    if let Some(damage) = remembered.damage {
        return Err(Error::Unavailable(damage));
    }
    let now = now_after(remembered.document.as_ref().map(|document| &document.clock)).at;
    let Some(state) = remembered.document.map(|document| document.state) else {
        return Ok(vec![Seen::Unknown; names.len()]);
    };
    let of = |name: &AgentName| {
        let member = || {
            let word = remembered.words.get(name.as_str());
            state.members.get(name).map(|member| Seen::of(&state, member, word, now))
        };
        match task(fleet, &remembered.board, name) {
            None => member().unwrap_or(Seen::Unknown),
            // What only a person moves is an end, too.
            Some(task) if task.state.is_over() || task.state == TaskState::Error => Seen::Exited,
            // Between two attempts it has no program, and is not at its end.
            Some(task) if !task.stage.has_session() => Seen::Starting,
            Some(_) => member().filter(|seen| *seen != Seen::Exited).unwrap_or(Seen::Starting),
        }
    };
    Ok(names.iter().map(of).collect())
}

fn tell(
    app: &App,
    wait: &Wait,
    (names, states): (&[AgentName], &[Seen]),
    reached: bool,
) -> Result<(), Error> {
    let pairs = || names.iter().zip(states);
    if app.json {
        let rows = pairs().map(|(name, seen)| json!({ "name": name, "state": seen.as_str() }));
        let data = json!({
            "schema": "agents.wait/1",
            "until": wait.until.as_str(),
            "reached": reached,
            "agents": rows.collect::<Vec<_>>(),
        });
        print(&data.to_string())?;
    } else {
        let lines: Vec<String> =
            pairs().map(|(name, seen)| format!("{name}: {}", seen.as_str())).collect();
        print(&lines.join("\n"))?;
    }
    if !reached {
        let limit = span(wait.timeout.unwrap_or_default().as_secs());
        say(&format!("not {} within {limit}", wait.until.as_str()));
    }
    Ok(())
}

/// What an agent does by the last look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    Idle,
    Active,
    WaitingInput,
    Limited,
    Unauthenticated,
    /// Its last turn ended in an error, and it rests.
    Failed,
    Starting,
    /// A signal stopped it.
    Suspended,
    Exited,
    Unknown,
}

impl Seen {
    fn is(self, until: Until) -> bool {
        match until {
            Until::Idle => matches!(self, Self::Idle | Self::Failed),
            Until::Active => self == Self::Active,
            Until::WaitingInput => self == Self::WaitingInput,
            Until::Exited => self == Self::Exited,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Active => "active",
            Self::WaitingInput => "waiting_input",
            Self::Limited => "limited",
            Self::Unauthenticated => "unauthenticated",
            Self::Failed => "failed",
            Self::Starting => "starting",
            Self::Suspended => "suspended",
            Self::Exited => "exited",
            Self::Unknown => "unknown",
        }
    }

    /// What the store says of a member; `word` is what was noted of it last.
    fn of(state: &FleetState, member: &Member, word: Option<&Word>, now: Moment) -> Self {
        if state.blind.is_some() {
            return Self::Unknown;
        }
        match &member.life {
            Life::Stopped { .. } | Life::Due { .. } | Life::Parked { .. } => Self::Exited,
            Life::Starting { .. } => Self::Starting,
            Life::Missing { .. } | Life::Stopping { .. } => Self::Unknown,
            Life::Up { .. } if member.asks.is_some() => Self::WaitingInput,
            Life::Up { .. } if member.limit.silences() => Self::Limited,
            Life::Up { .. } => {
                let stand = member.standing.as_ref().map(|standing| standing.stand);
                let seen = stand.map_or_else(|| Self::noted(word, now), Self::standing);
                // What it is owed makes it work, or stands in its composer.
                if seen.is(Until::Idle) && !member.mailbox.queue.is_empty() {
                    Self::Starting
                } else {
                    seen
                }
            }
        }
    }

    fn standing(stand: Stand) -> Self {
        match stand {
            Stand::Active => Self::Active,
            Stand::Idle => Self::Idle,
            Stand::WaitingInput => Self::WaitingInput,
            Stand::Limited => Self::Limited,
            Stand::Unauthenticated => Self::Unauthenticated,
            Stand::Failed => Self::Failed,
            Stand::Suspended => Self::Suspended,
            Stand::Exited => Self::Exited,
            Stand::Unknown => Self::Unknown,
        }
    }

    /// Of a program without a preset, of which nothing but signs of work is known.
    fn noted(word: Option<&Word>, now: Moment) -> Self {
        let Some((stand, note)) = word.and_then(Word::doing) else { return Self::Unknown };
        let since = match note {
            Note::Activity(ActivityNote::Idle { since })
            | Note::Stall(StallNote::Idle { since, .. }) => Some(*since),
            _ => None,
        };
        if since.is_some_and(|since| now.since(since) < RESTS_FROM) {
            return Self::Active;
        }
        Self::standing(stand)
    }
}
