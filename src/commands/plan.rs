//! `agents plan`: what would the next tick do, and why? Changes nothing.

use agents_config::Loaded;
use agents_decide::{Action, Decision, FleetState, Request, RequestId, Verb};
use agents_store::Reader;
use agents_tmux::OneShot;
use agents_watchdog::ledger::{Ledger, LedgerError, Record};
use agents_watchdog::place::ClockMark;
use agents_watchdog::store_ledger::{Document, parse_request, parse_state};
use agents_watchdog::{Engine, LocalPlace};

use crate::app::{App, print};
use crate::error::{Error, code};
use crate::operate::runtime;
use crate::render::stored;

pub fn run(app: &App) -> Result<u8, Error> {
    let loaded = app.in_force()?.loaded;
    preview(app, &loaded, None)
}

/// Prints what a tick would decide now, as if `verb` had been asked for.
pub fn preview(app: &App, loaded: &Loaded, verb: Option<Verb>) -> Result<u8, Error> {
    let decision = decide_now(app, loaded, verb)?;
    let actions =
        || decision.actions.iter().filter(|action| !matches!(action, Action::Reply { .. }));
    if app.json {
        let actions: Vec<_> = actions()
            .map(|action| serde_json::json!({ "about": action.about(), "text": action.to_string(), "action": action }))
            .collect();
        let notes: Vec<_> = decision
            .notes
            .iter()
            .map(|about| serde_json::json!({ "about": about.name, "text": about.note.to_string() }))
            .collect();
        let data =
            serde_json::json!({ "schema": "agents.plan/1", "actions": actions, "notes": notes });
        print(&data.to_string())?;
        return Ok(code::DONE);
    }
    let mut lines: Vec<String> = actions().map(|action| format!("would {action}")).collect();
    if lines.is_empty() {
        lines.push("would do nothing".to_owned());
    }
    lines.extend(decision.notes.iter().map(|about| format!("  {about}")));
    print(&lines.join("\n"))?;
    Ok(code::DONE)
}

fn decide_now(app: &App, loaded: &Loaded, verb: Option<Verb>) -> Result<Decision, Error> {
    let terminals = app.terminals(&loaded.fleet)?;
    let state_dir = loaded.fleet.state_dir();
    let place = LocalPlace::new(terminals.clone(), state_dir.clone(), app.tools()?.myself);
    let supervises = verb.is_none();
    let ledger = ReadOnly { reader: stored::reader(&state_dir)?, verb };
    let mut engine = Engine::resume(OneShot::new(terminals), place, ledger)
        .map_err(|error| Error::Unavailable(error.to_string()))?;
    engine.supervises = supervises;
    let (_, decision, _) = runtime()?
        .block_on(engine.preview(&loaded.fleet))
        .map_err(|error| Error::Unavailable(error.to_string()))?;
    Ok(decision)
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
