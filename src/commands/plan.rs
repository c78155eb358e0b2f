//! `agents plan`: what would the next tick do, and why? Changes nothing.

use agents_config::Loaded;
use agents_decide::sentence::{Mood, Telling, span};
use agents_decide::{Action, Decision, FleetState, Now, Request, RequestId, Verb};
use agents_store::Reader;
use agents_tmux::OneShot;
use agents_watchdog::ledger::{Ledger, LedgerError, Record};
use agents_watchdog::place::ClockMark;
use agents_watchdog::store_ledger::{Document, parse_request, parse_state};
use agents_watchdog::view::{WatchdogState, WatchdogView};
use agents_watchdog::{Engine, LocalPlace};
use serde_json::json;

use crate::app::{App, print};
use crate::bystander;
use crate::error::{Error, code};
use crate::operate::runtime;
use crate::render::row::one_line;
use crate::render::stored;

pub fn run(app: &App) -> Result<u8, Error> {
    let loaded = app.in_force()?.loaded;
    preview(app, &loaded, None)
}

/// Prints what a tick would decide now, as if `verb` had been asked for.
pub fn preview(app: &App, loaded: &Loaded, verb: Option<Verb>) -> Result<u8, Error> {
    let watchdog = bystander::watchdog(&loaded.fleet)?;
    let is_plan = verb.is_none();
    let (decision, now) = decide_now(app, loaded, verb)?;
    let actions: Vec<&Action> =
        decision.actions.iter().filter(|action| !matches!(action, Action::Reply { .. })).collect();
    if app.json {
        let actions: Vec<_> = actions
            .iter()
            .map(|action| json!({ "about": action.about(), "text": action.told(now), "action": action }))
            .collect();
        let notes: Vec<_> = decision
            .notes
            .iter()
            .map(|about| {
                let telling = Telling::foretold(about.name.as_ref(), now);
                json!({ "about": about.name, "text": about.note.told(&telling) })
            })
            .collect();
        let watchdog = watchdog.state.as_str();
        let data = json!({
            "schema": "agents.plan/1", "watchdog": watchdog, "actions": actions, "notes": notes,
        });
        print(&data.to_string())?;
        return Ok(code::DONE);
    }
    let mut lines: Vec<String> =
        actions.iter().map(|action| format!("would {}", action.told(now))).collect();
    if lines.is_empty() {
        lines.push("would do nothing".to_owned());
    }
    lines.extend(
        decision.notes.iter().map(|about| format!("  {}", about.told(now, Mood::Foretold))),
    );
    if is_plan {
        lines.insert(0, who(&watchdog));
    }
    let lines: Vec<String> = lines.iter().map(|line| one_line(line)).collect();
    print(&lines.join("\n"))?;
    Ok(code::DONE)
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

fn decide_now(app: &App, loaded: &Loaded, verb: Option<Verb>) -> Result<(Decision, Now), Error> {
    let terminals = app.terminals(&loaded.fleet)?;
    let state_dir = loaded.fleet.state_dir();
    let place = LocalPlace::new(terminals.clone(), state_dir.clone(), app.tools()?.myself);
    let supervises = verb.is_none();
    let ledger = ReadOnly { reader: stored::reader(&state_dir)?, verb };
    let mut engine = Engine::resume(OneShot::new(terminals), place, ledger)
        .map_err(|error| Error::Unavailable(error.to_string()))?;
    engine.supervises = supervises;
    let (_, decision, now) = runtime()?
        .block_on(engine.preview(&loaded.fleet))
        .map_err(|error| Error::Unavailable(error.to_string()))?;
    Ok((decision, now))
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
        requests.extend(verb.map(|verb| Request { id: RequestId(u64::MAX), verb }));
        Ok(requests)
    }

    fn commit(&mut self, _: &Record<'_>) -> Result<(), LedgerError> {
        Ok(())
    }
}
