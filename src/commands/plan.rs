//! `agents plan`: what would the next tick do, and why? Changes nothing.

mod tasks;

use agents_config::{Fleet, Loaded};
use agents_decide::sentence::{Mood, Telling, span};
use agents_decide::{
    About, Action, Answer, Decision, FleetState, Life, LifeNote, Note, Now, Request, RequestId,
    Verb, Why,
};
use agents_names::AgentName;
use agents_store::Reader;
use agents_tmux::OneShot;
use agents_watchdog::ledger::{Ledger, LedgerError, Record};
use agents_watchdog::place::ClockMark;
use agents_watchdog::store_ledger::{Document, parse_request, parse_state};
use agents_watchdog::view::{WatchdogState, WatchdogView};
use agents_watchdog::{Engine, LocalPlace, trust};
use serde_json::{Value, json};

use crate::app::{App, print, say};
use crate::bystander;
use crate::commands::{neighbours, own_sessions};
use crate::error::{Error, code};
use crate::in_force::{self, InForce};
use crate::operate::runtime;
use crate::render::row::one_line;
use crate::render::stored;

/// The request that is foretold; the store gives this number to none.
const ASKED: RequestId = RequestId(u64::MAX);

/// What a verb would ask for.
pub struct Asked {
    pub verb: Verb,
    pub watchdog: Watchdog,
}

/// What a verb would do to the watchdog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watchdog {
    IsStarted,
    IsEnded,
    StaysAsItIs,
}

impl Watchdog {
    /// The word in `--json` output, and the sentence, where something is to be said.
    fn told(self, seen: &WatchdogView) -> (&'static str, Option<&'static str>) {
        let runs = seen.state != WatchdogState::Stopped;
        match (self, runs) {
            (Self::IsStarted, false) => ("start", Some("would start the watchdog")),
            (Self::IsStarted, true) => {
                ("none", Some("the watchdog already runs, and would be left as it is"))
            }
            (Self::IsEnded, true) => ("end", Some("would end the watchdog")),
            (Self::IsEnded, false) => {
                ("none", Some("the watchdog does not run, so there is none to end"))
            }
            (Self::StaysAsItIs, _) => ("none", None),
        }
    }
}

pub fn run(app: &App) -> Result<u8, Error> {
    let InForce { mut loaded, problem } = app.in_force()?;
    let untrusted = app.untrusted(&loaded).filter(|_| problem.is_none());
    let Some(untrusted) = untrusted else { return foretell(app, &loaded) };
    if bystander::watchdog(&loaded.fleet)?.pid.is_none() {
        return nothing(app, &untrusted.to_string());
    }
    // A watchdog that runs goes on with what it had. What nobody has said anything of it does take.
    if let Some(kept) = in_force::kept_in(&loaded.fleet.state_dir(), &loaded.fleet)
        && trust::check(&loaded, false).is_err()
    {
        loaded.fleet = kept;
        super::work::with_tasks(&mut loaded.fleet);
        say(&format!("agents: the last good config stays in force: {untrusted}"));
    }
    foretell(app, &loaded)
}

/// Prints what the next look of a watchdog would decide now.
pub fn foretell(app: &App, loaded: &Loaded) -> Result<u8, Error> {
    let watchdog = bystander::watchdog(&loaded.fleet)?;
    if watchdog.pid.is_none()
        && let Some(neighbour) = neighbours::found(app, &loaded.fleet)?
    {
        return nothing(app, &neighbour.to_string());
    }
    if watchdog.pid.is_none()
        && let Err(taken) = own_sessions::refuse_taken(app, &loaded.fleet)
    {
        return nothing(app, &taken.to_string());
    }
    // A watchdog makes its first look a heavy one; when the next one of a running watchdog comes is said with it.
    let heavy = watchdog.state == WatchdogState::Stopped;
    let looked = decide_now(app, loaded, Look { verb: None, supervises: true, heavy })?;
    let told = Told { fleet: &loaded.fleet, looked: &looked, watchdog: &watchdog };
    let board = super::work::board(&loaded.fleet.state_dir())?;
    let tasks = tasks::Tasks::of(&board, &loaded.fleet, looked.now);
    if app.json {
        let mut data = told.json();
        data["tasks"] = json!(tasks.json(looked.now));
        print(&data.to_string())?;
    } else {
        let mut lines = told.lines();
        lines.insert(0, who(&watchdog));
        lines.extend(tasks.lines(looked.now));
        print(&joined(&lines))?;
    }
    Ok(code::DONE)
}

/// No look comes while another fleet has the names: a watchdog would refuse to start.
fn nothing(app: &App, why: &str) -> Result<u8, Error> {
    if app.json {
        let note = json!({ "about": null, "text": why });
        let document = json!({
            "schema": "agents.plan/1",
            "watchdog": WatchdogState::Stopped.as_str(),
            "actions": [],
            "starts_after": [],
            "refused": [],
            "notes": [note],
            "tasks": [],
        });
        print(&document.to_string())?;
    } else {
        print(&one_line(&format!("no watchdog runs, and `agents up` would be refused: {why}")))?;
    }
    Ok(code::DONE)
}

/// Prints what the next look would decide, had that been asked.
///
/// # Errors
/// As for the verb itself, when another living fleet has the names.
pub fn preview(app: &App, loaded: &Loaded, asked: &Asked) -> Result<u8, Error> {
    neighbours::refuse(app, &loaded.fleet)?;
    let watchdog = bystander::watchdog(&loaded.fleet)?;
    let supervises = watchdog.state != WatchdogState::Stopped;
    let look = Look { verb: Some(asked.verb.clone()), supervises, heavy: false };
    let mut looked = decide_now(app, loaded, look)?;
    // The watchdog's end is told as such.
    looked.decision.actions.retain(|action| !matches!(action, Action::Exit));
    let told = Told { fleet: &loaded.fleet, looked: &looked, watchdog: &watchdog };
    let (would, sentence) = asked.watchdog.told(&watchdog);
    if app.json {
        let mut data = told.json();
        data["watchdog_would"] = json!(would);
        print(&data.to_string())?;
        return Ok(code::DONE);
    }
    let mut lines = told.lines();
    let acts = told.actions().count();
    let refused = told.refused().count() + told.let_go().count();
    if would != "none" && acts + refused == 0 {
        lines.remove(0);
    }
    let place =
        if would == "none" { lines.len() } else { acts + refused + told.starts_after().count() };
    lines.splice(place..place, sentence.map(str::to_owned));
    print(&joined(&lines))?;
    Ok(code::DONE)
}

fn joined(lines: &[String]) -> String {
    lines.iter().map(|line| one_line(line)).collect::<Vec<_>>().join("\n")
}

/// What would be decided, and who was parked before.
struct Looked {
    decision: Decision,
    now: Now,
    parked: Vec<AgentName>,
}

struct Told<'a> {
    fleet: &'a Fleet,
    looked: &'a Looked,
    watchdog: &'a WatchdogView,
}

impl Told<'_> {
    fn actions(&self) -> impl Iterator<Item = &Action> {
        self.looked.decision.actions.iter().filter(|action| !matches!(action, Action::Reply { .. }))
    }

    /// Who is started again by a later look, when its end was seen.
    fn starts_after(&self) -> impl Iterator<Item = (&AgentName, &Why)> {
        self.looked.decision.next.members.iter().filter_map(|(name, member)| match &member.life {
            Life::Stopping { then: Some(why), .. } => Some((name, why)),
            Life::Stopping { then: None, .. }
            | Life::Stopped { .. }
            | Life::Due { .. }
            | Life::Starting { .. }
            | Life::Up { .. }
            | Life::Missing { .. }
            | Life::Parked { .. } => None,
        })
    }

    /// Whom the verb would be refused for, as far as that is known at once, and why.
    fn refused(&self) -> impl Iterator<Item = (&AgentName, &str)> {
        self.answers().filter_map(|(name, answer)| match answer {
            Answer::Failed(reason) => Some((name, reason.as_str())),
            _ => None,
        })
    }

    /// Whom the verb would let go as they are, and why.
    fn let_go(&self) -> impl Iterator<Item = (&AgentName, &str)> {
        self.answers().filter_map(|(name, answer)| match answer {
            Answer::Done(reason) => Some((name, reason.as_str())),
            _ => None,
        })
    }

    /// What is answered to the verb at once.
    fn answers(&self) -> impl Iterator<Item = (&AgentName, &Answer)> {
        let decision = &self.looked.decision;
        let replies = decision.actions.iter().filter_map(|action| {
            let Action::Reply { request: ASKED, answers } = action else { return None };
            Some(answers)
        });
        let told = replies.flatten().map(|(name, answer)| (name, answer));
        let open = decision.next.open.iter().filter(|open| open.id == ASKED);
        let known = open.flat_map(|open| &open.answers);
        let known = known.filter_map(|(name, answer)| Some((name, answer.as_ref()?)));
        told.chain(known)
    }

    /// Who is parked already would not be: it is.
    fn mood(&self, about: &About) -> Mood {
        let is_parked = about.name.as_ref().is_some_and(|name| self.looked.parked.contains(name));
        let stays = is_parked && matches!(about.note, Note::Life(LifeNote::Parked { .. }));
        if stays { Mood::Decided } else { Mood::Foretold }
    }

    fn lines(&self) -> Vec<String> {
        let now = self.looked.now;
        let mut lines: Vec<String> = self
            .actions()
            .map(|action| format!("would {}", action.told_of(self.fleet, now)))
            .collect();
        lines.extend(
            self.refused().map(|(name, reason)| format!("would be refused for {name}: {reason}")),
        );
        lines.extend(
            self.let_go().map(|(name, reason)| format!("would let go of {name}: {reason}")),
        );
        if lines.is_empty() {
            lines.push("would do nothing".to_owned());
        }
        lines.extend(self.starts_after().map(|(name, why)| {
            let telling = Telling::foretold(Some(name), now);
            format!("would start {name} once it has ended, because {}", why.told(&telling))
        }));
        let notes = self.looked.decision.notes.iter();
        lines.extend(notes.map(|about| format!("  {}", about.told(now, self.mood(about)))));
        lines
    }

    /// As `agents.plan/1`.
    fn json(&self) -> Value {
        let now = self.looked.now;
        let actions = self.actions().map(
            |action| json!({ "about": action.about(), "text": action.told_of(self.fleet, now), "action": action }),
        );
        let notes = self.looked.decision.notes.iter().map(|about| {
            let telling = Telling { about: about.name.as_ref(), now, mood: self.mood(about) };
            json!({ "about": about.name, "text": about.note.told(&telling) })
        });
        let refused = self.refused().map(|(name, reason)| json!({ "about": name, "text": reason }));
        json!({
            "schema": "agents.plan/1",
            "watchdog": self.watchdog.state.as_str(),
            "actions": actions.collect::<Vec<_>>(),
            "starts_after": self.starts_after().map(|(name, _)| name).collect::<Vec<_>>(),
            "refused": refused.collect::<Vec<_>>(),
            "notes": notes.collect::<Vec<_>>(),
        })
    }
}

/// Whose next look it is that would do this.
fn who(watchdog: &WatchdogView) -> String {
    match watchdog.state {
        WatchdogState::Running => "the next look of the watchdog:".to_owned(),
        WatchdogState::Stopped => {
            "no watchdog runs, so none of this happens until one does: `agents up watchdog` starts it \
             alone, `agents up` with the whole fleet; its first look:"
                .to_owned()
        }
        WatchdogState::Stale => {
            let age = watchdog.last_tick.map_or_else(String::new, |age| {
                format!(" for {}", span(age.as_secs()))
            });
            format!("the watchdog has not looked{age}, so this waits until it does; its next look:")
        }
    }
}

/// The look whose decision is foretold.
struct Look {
    verb: Option<Verb>,
    supervises: bool,
    heavy: bool,
}

fn decide_now(app: &App, loaded: &Loaded, look: Look) -> Result<Looked, Error> {
    let terminals = app.terminals(&loaded.fleet)?;
    let state_dir = loaded.fleet.state_dir();
    let place = LocalPlace::new(terminals.clone(), state_dir.clone(), app.tools()?.myself);
    let ledger = ReadOnly { reader: stored::reader(&state_dir)?, verb: look.verb };
    let mut engine = Engine::resume(OneShot::new(terminals), place, ledger)
        .map_err(|error| Error::Unavailable(error.to_string()))?;
    engine.supervises = look.supervises;
    let before = engine.state().members.iter();
    let parked = before.filter(|(_, member)| matches!(member.life, Life::Parked { .. }));
    let parked = parked.map(|(name, _)| name.clone()).collect();
    let (_, decision, now) = runtime()?
        .block_on(engine.preview(&loaded.fleet, look.heavy))
        .map_err(|error| Error::Unavailable(error.to_string()))?;
    Ok(Looked { decision, now, parked })
}

/// The store as a preview sees it: it reads, and forgets what it is told.
struct ReadOnly {
    reader: Option<Reader>,
    verb: Option<Verb>,
}

impl Ledger for ReadOnly {
    fn load(&mut self) -> Result<Option<(FleetState, ClockMark)>, LedgerError> {
        let Some(reader) = &self.reader else { return Ok(None) };
        let document =
            reader.load_state().map_err(|error| LedgerError::Unusable(error.to_string()))?;
        let Some(document) = document else { return Ok(None) };
        let Document { state, clock } = parse_state(&document)?;
        Ok(Some((state, clock)))
    }

    fn words(&mut self) -> Result<Vec<(String, String)>, LedgerError> {
        // A preview records nothing, so what was said before does not matter.
        Ok(Vec::new())
    }

    fn requests(&mut self) -> Result<Vec<Request>, LedgerError> {
        let mut requests = Vec::new();
        if let Some(reader) = &self.reader {
            let open =
                reader.open_requests().map_err(|error| LedgerError::Unusable(error.to_string()))?;
            requests.extend(open.into_iter().filter_map(|open| parse_request(open.id, &open.body)));
        }
        let verb = self.verb.clone();
        requests.extend(verb.map(|verb| Request { id: ASKED, verb }));
        Ok(requests)
    }

    fn commit(&mut self, _: &Record<'_>) -> Result<(), LedgerError> {
        Ok(())
    }
}
