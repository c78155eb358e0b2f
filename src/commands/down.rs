//! `agents down`: end what runs, and keep it down.

use std::time::{Duration, Instant};

use agents_config::Loaded;
use agents_decide::Verb;
use agents_names::SessionName;
use agents_store::FleetLock;
use agents_tmux::{Driver as _, OneShot, TmuxOp};

use crate::app::{App, names, say};
use crate::cli::Down;
use crate::error::{Error, code};
use crate::operate::{Ask, ask, poke, report, runtime};

pub fn run(app: &App, down: &Down) -> Result<u8, Error> {
    let loaded = app.load()?;
    let asked = &down.targets.names;
    let whole = asked.is_empty() && !down.undeclared;
    let only_watchdog = !asked.is_empty() && asked.iter().all(|name| name == "watchdog");
    let members: Vec<String> = asked.iter().filter(|name| *name != "watchdog").cloned().collect();
    let names = names(&loaded.fleet, &members)?;
    let verb = if down.undeclared { Verb::DownUndeclared } else { Verb::Down { names, whole } };
    if down.targets.dry_run {
        return crate::commands::plan::preview(app, &loaded, Some(verb));
    }
    if !loaded.fleet.state_dir().exists() && whole {
        say("nothing of this fleet was ever started");
        return Ok(code::DONE);
    }
    // Twice the grace for processes that must be killed, and a while for the answers.
    let within = loaded.fleet.timing.stop_grace * 3 + Duration::from_secs(20);
    let mut worst = code::DONE;
    if !only_watchdog {
        let answers = ask(app, &loaded, &Ask { verb, within })?;
        worst = report(app, "down", &answers)?;
    }
    if whole || asked.iter().any(|name| name == "watchdog") {
        stop_watchdog(app, &loaded, whole)?;
        say("watchdog: stopped");
    }
    Ok(worst)
}

/// The watchdog was told first, so that nothing comes back; here it is seen to have gone.
fn stop_watchdog(app: &App, loaded: &Loaded, whole: bool) -> Result<(), Error> {
    let state_dir = loaded.fleet.state_dir();
    let watches = || {
        Ok::<_, Error>(FleetLock::holder(&state_dir)?.filter(|holder| holder.what == "watchdog"))
    };
    if let (false, Some(holder)) = (whole, watches()?) {
        let within = Duration::from_secs(20);
        ask(app, loaded, &Ask { verb: Verb::StopWatchdog, within })?;
        poke(&state_dir, &holder);
    }
    let deadline = Instant::now() + Duration::from_secs(10);
    while let Some(holder) = watches()? {
        if Instant::now() >= deadline {
            return Err(Error::Failed(format!(
                "{holder} and does not end; end process {} by hand",
                holder.pid
            )));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let terminals = app.terminals(&loaded.fleet)?;
    let prefix = loaded.fleet.session_prefix.clone();
    runtime()?.block_on(async {
        let mut driver = OneShot::new(terminals.clone());
        // The control session ends with its client, unless that was killed.
        for session in [prefix.watchdog_session(), control_session(&prefix)?] {
            let agent_id = format!("{}/watchdog", prefix.as_str());
            let op = TmuxOp::Kill { session, agent_id, untagged_too: true };
            // A session that is not there is as good as ended.
            drop(driver.apply(&op).await);
        }
        if whole {
            drop(terminals.end_server_without_sessions().await);
        }
        Ok(())
    })
}

/// The session of the watchdog's control client.
pub fn control_session(prefix: &agents_names::SessionPrefix) -> Result<SessionName, Error> {
    SessionName::new(format!("{}control", prefix.as_str()))
        .map_err(|error| Error::Failed(error.to_string()))
}
