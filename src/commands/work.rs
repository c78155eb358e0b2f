//! How do verbs ask the watchdog for something about tasks, and read how far they are?

use std::path::Path;
use std::time::{Duration, Instant};

use agents_config::Fleet;
use agents_store::{FleetLock, Reader, Store};
use agents_watchdog::work::{Board, Reply, WorkRequest};

use crate::app::{App, print, say};
use crate::error::{Error, code};
use crate::operate::{Standstill, poke, standstill, withdraw};
use crate::render::row::one_line;

/// How long the watchdog may take to answer: it answers at its next look, and it is asked for one.
const WITHIN: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(20);

/// All manifests, as the store has them; none where nothing was ever started.
///
/// # Errors
/// When the store cannot be read.
pub fn board(state_dir: &Path) -> Result<Board, Error> {
    match Reader::of(state_dir)? {
        Some(reader) => Ok(Board::of_reader(&reader)?),
        None => Ok(Board::default()),
    }
}

/// The fleet with the tasks that have a session, which verbs may name as they name agents.
pub fn with_tasks(fleet: &mut Fleet) {
    // Whoever needs the store itself says what is wrong with it.
    if let Ok(board) = board(&fleet.state_dir())
        && !board.works.is_empty()
    {
        *fleet = agents_watchdog::work::with_tasks(fleet, &board);
    }
}

/// Leaves the request for the watchdog, and returns its answer.
///
/// # Errors
/// When there is no watchdog, or none that answers in time: then the request is withdrawn.
pub fn ask(fleet: &Fleet, request: &WorkRequest) -> Result<Reply, Error> {
    let state_dir = fleet.state_dir();
    if !super::watchdog::watches(&state_dir)? {
        return Err(Error::Failed(
            "no watchdog runs, and tasks are its work: `agents up watchdog` starts one".to_owned(),
        ));
    }
    let mut store = Store::open(&state_dir)?;
    let id = store.submit_request(&request.body())?;
    let began = Instant::now();
    let mut poked = None;
    let mut standing = Standstill::default();
    loop {
        if let Some(reply) = store.reply_of(id)? {
            return serde_json::from_str(&reply).map_err(|error| {
                Error::Unavailable(format!("the answer cannot be read: {error}"))
            });
        }
        let holder = FleetLock::holder(&state_dir)?;
        let stands = holder.as_ref().is_some_and(|it| standing.lasts(&state_dir, it));
        if (stands || began.elapsed() >= WITHIN) && withdraw(&mut store, id)? {
            let waited = began.elapsed().as_secs();
            let why = standstill(&state_dir, holder.as_ref().filter(|_| stands));
            let why = why.map_or_else(String::new, |why| format!(", and {why}"));
            let silence = format!("the watchdog gave no answer within {waited} s{why}");
            let said = format!("{silence}; nothing was done, and the request is withdrawn");
            return Err(if stands { Error::Unavailable(said) } else { Error::Failed(said) });
        }
        if let Some(holder) = holder.filter(|it| poked.as_ref() != Some(it)) {
            poke(&state_dir, &holder);
            poked = Some(holder);
        }
        std::thread::sleep(PAUSE);
    }
}

/// Tells the answer, and with which exit code the verb ends.
///
/// # Errors
/// When standard output is closed.
pub fn tell(app: &App, verb: &str, reply: &Reply) -> Result<u8, Error> {
    if app.json {
        let row = |(name, answer): &(String, Result<String, String>)| {
            let (is_done, text) = match answer {
                Ok(text) => (true, text),
                Err(text) => (false, text),
            };
            serde_json::json!({ "name": name, "done": is_done, "text": text })
        };
        let rows: Vec<_> = reply.iter().map(row).collect();
        let document =
            serde_json::json!({ "schema": "agents.tasks.change/1", "verb": verb, "results": rows });
        print(&document.to_string())?;
    } else {
        for (name, answer) in reply {
            match answer {
                Ok(text) => say(&format!("{name}: {}", one_line(text))),
                Err(text) => {
                    text.lines().for_each(|row| say(&format!("{name}: {}", one_line(row))))
                }
            }
        }
    }
    let failed = reply.iter().filter(|(_, answer)| answer.is_err()).count();
    Ok(match failed {
        0 => code::DONE,
        failed if failed == reply.len() => code::FAILED,
        _ => code::PARTLY,
    })
}
