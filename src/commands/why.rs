//! `agents why`: what was decided about an agent last, on what evidence, and what happened to it before?

use std::time::Duration;

use agents_decide::sentence::{Telling, count, span};
use agents_decide::{Base, FleetState, Now};
use agents_names::AgentName;
use agents_store::Recorded;
use agents_watchdog::recorder::Word;
use agents_watchdog::view::{State, WatchdogState, WatchdogView};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::app::{App, print};
use crate::bystander::{self, Looked};
use crate::cli::One;
use crate::commands::events::{FLEET, known, of_fleet};
use crate::commands::tasks::known::Known;
use crate::error::{Error, code};
use crate::render::evidence::{self, Evidence, Fact};
use crate::render::row::one_line;
use crate::render::{event, stored};

/// How many entries of the journal are shown.
const EVENTS: u32 = 5;
/// The watchdog judges the fleet as a whole, so its word is the fleet's.
const WATCHDOG: &str = "watchdog";

pub fn run(app: &App, one: &One) -> Result<u8, Error> {
    let looked = bystander::look(app)?;
    let name = if one.name == WATCHDOG { FLEET } else { one.name.as_str() };
    let reader = stored::reader(&looked.fleet.state_dir())?;
    let is_task = || task_of(&looked.fleet, name).is_some();
    if !looked.view.members().any(|member| member.name == name) && !is_task() {
        known(&looked.fleet, reader.as_ref(), name)?;
    }
    let events = match &reader {
        None => Vec::new(),
        Some(reader) if name == FLEET => of_fleet(reader, EVENTS, reader.last_seq()?)?,
        Some(reader) => reader.journal_of(name, EVENTS)?,
    };
    let task = task_of(&looked.fleet, name);
    let mut facts = evidence(&looked, name);
    facts.extend(task.iter().flat_map(|task| task.facts.clone()));
    let told = Told {
        name: &one.name,
        state: standing(&looked, &one.name, task.as_ref()),
        word: looked.words.get(name),
        evidence: facts,
        events,
        watchdog: looked.view.watchdog,
        now: looked.now,
    };
    print(&if app.json { told.json().to_string() } else { told.text() })?;
    Ok(code::DONE)
}

struct Told<'a> {
    name: &'a str,
    state: Standing,
    word: Option<&'a Word>,
    evidence: Vec<Fact>,
    events: Vec<Recorded>,
    watchdog: WatchdogView,
    now: Now,
}

/// What it does now.
struct Standing {
    state: String,
    /// Since when, and how it came to that; follows the word.
    more: String,
    waiting_for: Option<String>,
}

/// How far it is, if it is a task.
struct TaskStanding {
    state: &'static str,
    reason: String,
    facts: Vec<Fact>,
}

fn task_of(fleet: &agents_config::Fleet, name: &str) -> Option<TaskStanding> {
    let Known { board, .. } = Known::of(fleet).ok()?;
    let (held, place) = board.task(name)?;
    let it = held.work.tasks.get(place)?;
    let state = it.state.word();
    let mut facts = vec![
        (
            "task",
            format!("{state} in `{}`, attempt {}: {}", held.header.name, it.attempt, it.reason),
        ),
        ("branch", it.branch.clone()),
    ];
    facts.extend(it.worktree.iter().map(|worktree| ("worktree", worktree.clone())));
    facts.extend(it.kept.iter().map(|why| ("worktree kept", why.clone())));
    Some(TaskStanding { state, reason: it.reason.clone(), facts })
}

fn standing(looked: &Looked, name: &str, task: Option<&TaskStanding>) -> Standing {
    let now = &looked.now;
    if let Some(member) = looked.view.members().find(|member| member.name == name) {
        let when = member.since.map(|since| {
            let (clock, ago) = (now.clock(since.at), span(since.ago.as_secs()));
            if member.state == State::Ended {
                format!(" at {clock} ({ago} ago)")
            } else {
                format!(" since {clock} ({ago})")
            }
        });
        let remark = member.remark.as_ref().map(|remark| format!(": {remark}"));
        let more = when.into_iter().chain(remark).collect();
        let waiting_for = member.waiting_for.clone();
        return Standing { state: member.state.as_str().to_owned(), more, waiting_for };
    }
    if name == WATCHDOG || name == FLEET {
        let watchdog = looked.view.watchdog;
        let more = watchdog.last_tick.map_or_else(String::new, |age| {
            format!("; its last look was {} ago", span(age.as_secs()))
        });
        let state = format!("watchdog {}", watchdog.state.as_str());
        return Standing { state, more, waiting_for: None };
    }
    if let Some(task) = task {
        let more = format!(": {}", task.reason);
        return Standing { state: task.state.to_owned(), more, waiting_for: None };
    }
    Standing { state: "undeclared".to_owned(), more: String::new(), waiting_for: None }
}

fn evidence(looked: &Looked, name: &str) -> Vec<Fact> {
    let Some(document) = &looked.document else { return Vec::new() };
    let view = looked.view.members().find(|member| member.name == name);
    let member = document.state.members.iter().find(|(known, _)| known.as_str() == name);
    match (member, view) {
        (Some((name, member)), Some(view)) => evidence::of(&Evidence {
            name,
            member,
            view,
            fleet: &looked.fleet,
            word: looked.words.get(name.as_str()),
            watchdog: looked.view.watchdog.state,
            now: looked.now,
        }),
        (None | Some(_), _) if name == FLEET => of_state(&document.state, &looked.now),
        (None | Some(_), _) => Vec::new(),
    }
}

/// On what the judgement of the fleet as a whole rests.
fn of_state(state: &FleetState, now: &Now) -> Vec<Fact> {
    let server = state
        .server
        .map_or_else(|| "none known".to_owned(), |server| format!("process {}", server.pid));
    let requests = match state.open.len() {
        0 => "none is under way".to_owned(),
        open => format!("{} under way", count(open as u64, "request")),
    };
    let mut facts = vec![
        ("last record", format!("tick {}, at {}", state.tick, now.point(state.at))),
        ("tmux server", server),
        ("requests", requests),
    ];
    facts.extend(state.sequence.as_ref().map(|sequence| ("phase", sequence.phase().to_string())));
    let branch = match &state.handoff.base {
        Base::Unseen => None,
        Base::NoCopy => {
            Some("the shared branch was not read yet; the first fetch tells".to_owned())
        }
        Base::Copy(head) => {
            Some(format!("the shared branch is read from commit {head} on, by the first fetch"))
        }
        Base::Empty => Some("the shared branch has no commit yet".to_owned()),
        Base::At(head) => Some(format!("the shared branch was read up to commit {head}")),
    };
    facts.extend(branch.map(|branch| match state.handoff.failures {
        0 => ("handoff", branch),
        some => ("handoff", format!("{branch}; {} since", failed(some))),
    }));
    facts.extend(state.alarms.iter().map(|(alarm, since)| {
        let (about, key) = alarm.split_once('/').unwrap_or((FLEET, alarm));
        let raised = now.point(*since);
        ("alarm", format!("{about} ({key}), raised at {raised}; see `agents events {about}`"))
    }));
    facts
}

fn failed(fetches: u32) -> String {
    match fetches {
        1 => "1 fetch has failed".to_owned(),
        more => format!("{more} fetches in a row have failed"),
    }
}

impl Told<'_> {
    fn text(&self) -> String {
        let Standing { state, more, waiting_for } = &self.state;
        let state =
            state.strip_prefix("watchdog ").filter(|_| self.name == WATCHDOG).unwrap_or(state);
        let mut lines = vec![format!("{}: {state}{more}", self.name)];
        lines.extend(waiting_for.iter().map(|what| format!("  waits for {what}")));
        lines.extend(self.decided());
        if !self.evidence.is_empty() {
            lines.push("evidence:".to_owned());
            lines.extend(self.evidence.iter().map(|(what, text)| format!("  {what}: {text}")));
        }
        if !self.events.is_empty() {
            lines.push("last events:".to_owned());
            let today = event::today();
            lines.extend(
                self.events.iter().map(|recorded| format!("  {}", event::line(recorded, today))),
            );
        }
        let lines: Vec<String> = lines.iter().map(|line| one_line(line)).collect();
        lines.join("\n")
    }

    /// What was decided last, and whether anybody has looked since.
    fn decided(&self) -> Vec<String> {
        let ago = |age: Duration| span(age.as_secs());
        let look = match (self.watchdog.state, self.watchdog.last_tick) {
            (WatchdogState::Stopped, _) if self.watchdog.died => {
                "; the watchdog died, so nobody looks (`agents up watchdog` starts one, `agents logs watchdog` shows its last words)".to_owned()
            }
            (WatchdogState::Stopped, _) => {
                "; no watchdog runs, so nobody looks (`agents up watchdog` starts one)".to_owned()
            }
            (WatchdogState::Running, Some(age)) => {
                format!(", and the same at every look since, the last one {} ago", ago(age))
            }
            (WatchdogState::Running, None) => "; the watchdog makes its first look".to_owned(),
            (WatchdogState::Stale, Some(age)) => {
                format!("; the watchdog has not looked for {}", ago(age))
            }
            (WatchdogState::Stale, None) => "; the watchdog has not looked yet".to_owned(),
        };
        let Some(word) = self.word else { return vec![format!("nothing was decided yet{look}")] };
        let at = time(word);
        let age = ago((self.now.wall - at).to_std().unwrap_or_default());
        let mut lines = vec![format!("decided at {} ({age} ago){look}:", self.now.clock(at))];
        lines.extend(word.actions.iter().map(|action| format!("  did: {action}")));
        lines.extend(self.notes().into_iter().map(|note| format!("  {note}")));
        if lines.len() == 1 {
            lines.push("  nothing is to be done, and nothing is waited for".to_owned());
        }
        lines
    }

    /// What was noted last, told now.
    fn notes(&self) -> Vec<String> {
        let name = AgentName::new(self.name).ok();
        let telling = Telling::decided(name.as_ref(), self.now);
        let notes = self.word.into_iter().flat_map(|word| &word.notes);
        notes.map(|note| note.told(&telling)).collect()
    }

    fn json(&self) -> Value {
        let Standing { state, waiting_for, .. } = &self.state;
        let facts: Vec<Value> = self
            .evidence
            .iter()
            .map(|(what, text)| json!({ "what": what, "text": text }))
            .collect();
        json!({
            "schema": "agents.why/1",
            "name": self.name,
            "state": state,
            "waiting_for": waiting_for,
            "at": self.word.map(|word| time(word).to_rfc3339_opts(SecondsFormat::Millis, true)),
            "tick": self.word.map(|word| word.tick),
            "watchdog": self.watchdog.state.as_str(),
            "actions": self.word.map(|word| &word.actions),
            "notes": self.word.map(|_| self.notes()),
            "evidence": facts,
            "events": self.events.iter().map(event::json).collect::<Vec<_>>(),
        })
    }
}

fn time(word: &Word) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(word.at_wall_ms).unwrap_or_default()
}
