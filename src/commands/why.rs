//! `agents why`: what was decided about an agent last, on what evidence, and what happened to it before?

use agents_decide::sentence::span;
use agents_store::Recorded;
use agents_watchdog::place::fleet_time;
use agents_watchdog::recorder::Word;
use chrono::{DateTime, Local, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::app::{App, print};
use crate::bystander::{self, Looked};
use crate::cli::One;
use crate::commands::events::{FLEET, known, of_fleet};
use crate::error::{Error, code};
use crate::render::evidence::{self, Fact};
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
    if !looked.view.members().any(|member| member.name == name) {
        known(&looked.fleet, reader.as_ref(), name)?;
    }
    let events = match &reader {
        None => Vec::new(),
        Some(reader) if name == FLEET => of_fleet(reader, EVENTS, reader.last_seq()?)?,
        Some(reader) => reader.journal_of(name, EVENTS)?,
    };
    let told = Told {
        name: &one.name,
        state: state(&looked, &one.name),
        word: looked.words.get(name),
        evidence: evidence(&looked, name),
        events,
    };
    print(&if app.json { told.json().to_string() } else { told.text() })?;
    Ok(code::DONE)
}

struct Told<'a> {
    name: &'a str,
    state: (String, Option<String>),
    word: Option<&'a Word>,
    evidence: Vec<Fact>,
    events: Vec<Recorded>,
}

/// The state in one word, and what is waited for.
fn state(looked: &Looked, name: &str) -> (String, Option<String>) {
    if let Some(member) = looked.view.members().find(|member| member.name == name) {
        return (member.state.as_str().to_owned(), member.waiting_for.clone());
    }
    if name == WATCHDOG || name == FLEET {
        let watchdog = looked.view.watchdog;
        let tick =
            watchdog.last_tick.map(|age| format!("its last tick was {} ago", span(age.as_secs())));
        return (format!("watchdog {}", watchdog.state.as_str()), tick);
    }
    ("undeclared".to_owned(), None)
}

fn evidence(looked: &Looked, name: &str) -> Vec<Fact> {
    let Some(document) = &looked.document else { return Vec::new() };
    let now = fleet_time(&document.clock);
    let members = &document.state.members;
    let member = members.iter().find(|(known, _)| known.as_str() == name);
    if let Some((_, member)) = member {
        return evidence::of(member, &looked.fleet.timing, now);
    }
    if name != FLEET {
        return Vec::new();
    }
    let state = &document.state;
    let server = state
        .server
        .map_or_else(|| "none known".to_owned(), |server| format!("process {}", server.pid));
    let mut facts = vec![
        ("tick", format!("{}, {} ago", state.tick, span(now.since(state.at).as_secs()))),
        ("tmux server", server),
        ("requests", format!("{} under way", state.open.len())),
    ];
    facts.extend(state.sequence.as_ref().map(|sequence| ("phase", sequence.phase().to_string())));
    facts.extend(state.alarms.iter().map(|(alarm, since)| {
        ("alarm", format!("{alarm}, since {}", span(now.since(*since).as_secs())))
    }));
    facts
}

impl Told<'_> {
    fn text(&self) -> String {
        let (state, waiting_for) = &self.state;
        let mut lines = vec![format!("{}: {state}", self.name)];
        lines.extend(waiting_for.iter().map(|what| match self.name {
            WATCHDOG | FLEET => format!("  {what}"),
            _ => format!("  waits for {what}"),
        }));
        match self.word {
            None => lines.push("nothing was decided about it yet".to_owned()),
            Some(word) => lines.extend(decided(word)),
        }
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

    fn json(&self) -> Value {
        let (state, waiting_for) = &self.state;
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
            "actions": self.word.map(|word| &word.actions),
            "notes": self.word.map(|word| &word.notes),
            "evidence": facts,
            "events": self.events.iter().map(event::json).collect::<Vec<_>>(),
        })
    }
}

fn decided(word: &Word) -> Vec<String> {
    let at = time(word);
    let ago = (Utc::now() - at).to_std().unwrap_or_default();
    let when = at.with_timezone(&Local).format("%Y-%m-%d %H:%M:%S");
    let since = span(ago.as_secs());
    let mut lines = vec![format!(
        "decided {since} ago, at {when} (tick {}), and nothing else since:",
        word.tick
    )];
    lines.extend(word.actions.iter().map(|action| format!("  did: {action}")));
    lines.extend(word.notes.iter().map(|note| format!("  because: {note}")));
    lines
}

fn time(word: &Word) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(word.at_wall_ms).unwrap_or_default()
}
