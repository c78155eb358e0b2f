//! `agents notify`: do the ways work by which people are told?

use agents_config::{Environment, Fleet, NotifyEvent, NotifyTarget};
use agents_notify::{Commands, Failure, Message, Notice, Sent, send};
use serde_json::json;

use crate::app::{App, closest, print, say};
use crate::cli::NotifyVerb;
use crate::error::{Error, code, hint};
use crate::render::row::one_line;

pub fn run(app: &App, verb: &NotifyVerb) -> Result<u8, Error> {
    match verb {
        NotifyVerb::Test { target } => test(app, target.as_deref()),
    }
}

/// Sends a test to the targets of the file as it is now, from here: a variable that only the watchdog lacks is not noticed.
fn test(app: &App, asked: Option<&str>) -> Result<u8, Error> {
    let fleet = agents_config::load(&app.config, &Environment::without_overrides())?.fleet;
    let targets = targets(&fleet, asked)?;
    let place = agents_watchdog::notify::place_of(&fleet);
    let message = message();
    let commands = Commands::default();
    let results: Vec<(&NotifyTarget, Result<Sent, Failure>)> = std::thread::scope(|scope| {
        let sending: Vec<_> = targets
            .iter()
            .map(|target| {
                let send = || send(target, &place, &message, &commands);
                (*target, std::thread::Builder::new().spawn_scoped(scope, send))
            })
            .collect();
        let failed = |reason: String| Err(Failure::Lasting { reason });
        let ended = |thread: std::io::Result<std::thread::ScopedJoinHandle<'_, _>>| match thread {
            Ok(thread) => thread.join().unwrap_or_else(|_| failed("the sender failed".to_owned())),
            Err(error) => failed(format!("no thread can be started: {error}")),
        };
        sending.into_iter().map(|(target, thread)| (target, ended(thread))).collect()
    });
    report(app, &results)?;
    let failed = results.iter().filter(|(_, sent)| sent.is_err()).count();
    Ok(match failed {
        0 => code::DONE,
        all if all == results.len() => code::FAILED,
        _ => code::PARTLY,
    })
}

fn targets<'f>(fleet: &'f Fleet, asked: Option<&str>) -> Result<Vec<&'f NotifyTarget>, Error> {
    let all = &fleet.notify.to;
    if all.is_empty() {
        return Err(Error::Usage(
            "the config names nobody to tell: add `[[notify.to]]` with a `kind`".to_owned(),
        ));
    }
    let Some(asked) = asked else { return Ok(all.iter().collect()) };
    let found: Vec<&NotifyTarget> = all.iter().filter(|target| target.name == asked).collect();
    if found.is_empty() {
        let names: Vec<&str> = all.iter().map(|target| target.name.as_str()).collect();
        let near = closest(asked, names.iter().copied());
        let (hint, known) = (hint(near.as_deref()), names.join(", "));
        return Err(Error::Usage(format!("there is no target `{asked}`{hint} {known}")));
    }
    Ok(found)
}

fn message() -> Message {
    let notice = Notice {
        id: 0,
        event: NotifyEvent::Other,
        about: None,
        text: "a test: this is how the watchdog tells you of what needs you".to_owned(),
        at_wall_ms: chrono::Utc::now().timestamp_millis(),
    };
    Message { notices: vec![notice], more: 0, is_test: true }
}

fn report(app: &App, results: &[(&NotifyTarget, Result<Sent, Failure>)]) -> Result<(), Error> {
    if app.json {
        let rows: Vec<serde_json::Value> = results
            .iter()
            .map(|(target, sent)| {
                json!({
                    "target": target.name,
                    "kind": target.channel.kind().as_str(),
                    "ok": sent.is_ok(),
                    "reason": sent.as_ref().err().map(Failure::reason),
                })
            })
            .collect();
        return print(&json!({ "schema": "agents.notify-test/1", "targets": rows }).to_string());
    }
    for (target, sent) in results {
        let (name, kind) = (&target.name, target.channel.kind().as_str());
        match sent {
            Ok(sent) if sent.output.is_empty() => print(&format!("{name} ({kind}): ok"))?,
            Ok(sent) => print(&format!("{name} ({kind}): ok; {}", one_line(&sent.output)))?,
            Err(failure) => {
                say(&format!("{name} ({kind}): FAILED: {}", one_line(failure.reason())))
            }
        }
    }
    Ok(())
}
