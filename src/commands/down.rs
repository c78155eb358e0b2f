//! `agents down`: end what runs, and keep it down.

use std::fs::File;
use std::sync::Arc;
use std::time::{Duration, Instant};

use agents_config::{Fleet, Loaded};
use agents_decide::Verb;
use agents_store::{FleetLock, Holder};
use agents_tmux::{Driver as _, OneShot, Pane};
use agents_watchdog::launch::forget_keys;
use agents_watchdog::run::Answers;
use agents_watchdog::trouble::Trouble;
use agents_watchdog::watch;

use crate::app::{App, names, print, say};
use crate::bystander;
use crate::cli::Down;
use crate::commands::neighbours;
use crate::commands::own_sessions;
use crate::commands::plan::{self, Asked, Watchdog};
use crate::error::{Error, code};
use crate::in_force::InForce;
use crate::operate::{Ask, ask, is_wanted, poke, runtime};
use crate::render::receipt::{self, WatchdogResult};
use crate::render::stored;
use crate::stopped;

/// How long a watchdog that was told to end may take, on a machine that has other work.
const ENDS_WITHIN: Duration = Duration::from_secs(60);
/// How often is asked whether it is still to end.
const ASKS_EVERY: Duration = Duration::from_millis(300);

pub fn run(app: &App, down: &Down) -> Result<u8, Error> {
    let loaded = app.in_force()?.loaded;
    let asked = &down.targets.names;
    let whole = asked.is_empty() && !down.undeclared;
    let only_watchdog = !asked.is_empty() && asked.iter().all(|name| name == "watchdog");
    let with_watchdog = whole || asked.iter().any(|name| name == "watchdog");
    let members: Vec<String> = asked.iter().filter(|name| *name != "watchdog").cloned().collect();
    let names = names(&loaded.fleet, &members)?;
    let verb = if down.undeclared { Verb::DownUndeclared } else { Verb::Down { names, whole } };
    if down.targets.dry_run {
        let watchdog = if with_watchdog { Watchdog::IsEnded } else { Watchdog::StaysAsItIs };
        return plan::preview(app, &loaded, &Asked { verb, watchdog });
    }
    neighbours::refuse(app, &loaded.fleet)?;
    if whole && !loaded.fleet.state_dir().exists() && !runs(app, &loaded)? {
        say("nothing of this fleet was ever started");
        if app.json {
            let result = WatchdogResult::NotRunning;
            let fleet = &loaded.fleet;
            print(&receipt::document("down", &Answers::new(), result, fleet)?.to_string())?;
        }
        return Ok(code::DONE);
    }
    let woken = with_watchdog && end_stopped_watchdog(&loaded)?;
    if whole {
        set_aside_if_damaged(&loaded)?;
    }
    // Twice the grace for processes that must be killed, and a while for the answers.
    let within = loaded.fleet.timing.stop_grace * 3 + Duration::from_secs(20);
    if whole {
        end_idle_watchdog(&loaded)?;
    }
    let told = watchdog(&loaded)?;
    let mut answers = Answers::new();
    if !only_watchdog {
        answers = match ask_of_working(app, &loaded, Ask { verb, within }, whole) {
            Err(Error::Unwritable(cause)) if whole => {
                return unrecorded(app, &loaded, &cause, within);
            }
            answers => answers?,
        };
        if !app.json {
            receipt::say_answers(&answers);
        }
    }
    let result = match (with_watchdog, &told) {
        (false, _) => WatchdogResult::LeftAlone,
        (true, Some(_)) => WatchdogResult::Stopped,
        (true, None) if woken => WatchdogResult::Stopped,
        (true, None) => WatchdogResult::NotRunning,
    };
    if with_watchdog {
        stop_watchdog(app, &loaded, whole, told)?;
    } else if down.undeclared && told.is_none() {
        let terminals = app.terminals(&loaded.fleet)?;
        // One that has a session left goes on.
        drop(runtime()?.block_on(terminals.end_server_without_sessions()));
    }
    if whole && !app.json {
        say_of_undeclared(app, &loaded)?;
    }
    if app.json {
        print(&receipt::document("down", &answers, result, &loaded.fleet)?.to_string())?;
    } else {
        result.say();
    }
    Ok(receipt::code_of(&answers))
}

/// Tells the person what `down` leaves running, since no table of the file declares it.
fn say_of_undeclared(app: &App, loaded: &Loaded) -> Result<(), Error> {
    let in_force = InForce { loaded: loaded.clone(), problem: None };
    let found = bystander::look_at(app, in_force)?.view.undeclared;
    let (sessions, run) = match found.len() {
        0 => return Ok(()),
        1 => ("1 undeclared session".to_owned(), "runs"),
        more => (format!("{more} undeclared sessions"), "run"),
    };
    let config = loaded.fleet.config.display();
    say(&format!(
        "{sessions} still {run}, which {config} does not declare: `agents down --undeclared`"
    ));
    Ok(())
}

/// A store that nobody can use must not keep the fleet from being ended: it is put aside under a telling name, and what
/// runs is known by its sessions' tags and the records of their runs.
fn set_aside_if_damaged(loaded: &Loaded) -> Result<(), Error> {
    let state_dir = loaded.fleet.state_dir();
    if stored::damage(&state_dir)?.is_none() {
        return Ok(());
    }
    // Of two that find the damage only one puts the store aside, and never the fresh one of the other.
    let _turn = turn(&loaded.fleet)?;
    let Some(damage) = stored::damage(&state_dir)? else { return Ok(()) };
    let stamp = chrono::Local::now().format("%Y%m%d-%H%M%S").to_string();
    let aside = agents_store::set_aside(&state_dir, &stamp)?;
    say(&damage);
    say(&format!(
        "it is set aside as {}; what it remembered is lost to the fleet, and the sessions of this fleet are known by \
         their tags",
        aside.display()
    ));
    // It ends, since its store has left its place; what it holds until then is asked for by nobody.
    if let Some(holder) = watchdog(loaded)? {
        poke(&state_dir, &holder);
        await_end(loaded, &holder)?;
    }
    Ok(())
}

/// A watchdog that somebody has stopped takes no request up either, and hears of its end only when it goes on; whether
/// there was one.
fn end_stopped_watchdog(loaded: &Loaded) -> Result<bool, Error> {
    let Some(holder) = watchdog(loaded)?.filter(stopped::is_stopped) else { return Ok(false) };
    say(&format!(
        "the watchdog (process {}) is stopped; it is told to end, and let go on",
        holder.pid
    ));
    stopped::end(&loaded.fleet.state_dir(), &holder)?;
    await_end(loaded, &holder)?;
    Ok(true)
}

/// A watchdog that can do nothing takes no request up; without it the verb does what is to be done.
fn end_idle_watchdog(loaded: &Loaded) -> Result<(), Error> {
    let state_dir = loaded.fleet.state_dir();
    match watchdog(loaded)? {
        Some(holder) if Trouble::of(&state_dir, holder.pid).is_some() => terminate(loaded, &holder),
        Some(_) | None => Ok(()),
    }
}

/// Asks; anew without the watchdog, where the whole fleet is to end and it turned out meanwhile that it can do nothing.
fn ask_of_working(app: &App, loaded: &Loaded, asked: Ask, whole: bool) -> Result<Answers, Error> {
    let answered = ask(app, loaded, &asked);
    let is_idle = || -> Result<bool, Error> {
        let holder = watchdog(loaded)?;
        Ok(holder.is_some_and(|it| Trouble::of(&loaded.fleet.state_dir(), it.pid).is_some()))
    };
    match answered {
        Err(Error::Unavailable(_)) if whole && is_idle()? => {
            end_idle_watchdog(loaded)?;
            ask(app, loaded, &asked)
        }
        answered => answered,
    }
}

/// Tells a holder of the fleet to end, and waits until it has.
fn terminate(loaded: &Loaded, holder: &Holder) -> Result<(), Error> {
    let pid = i32::try_from(holder.pid).ok().and_then(rustix::process::Pid::from_raw);
    let here = agents_watchdog::run::holder("verb").host == holder.host;
    // One that has ended meanwhile needs no signal.
    let _ = pid
        .filter(|_| here)
        .map(|pid| rustix::process::kill_process(pid, rustix::process::Signal::TERM));
    await_end(loaded, holder)
}

/// Ends the fleet although nobody can write down that it is to stay so.
fn unrecorded(app: &App, loaded: &Loaded, cause: &str, within: Duration) -> Result<u8, Error> {
    let told = watchdog(loaded)?;
    if let Some(holder) = &told {
        terminate(loaded, holder)?;
    }
    let fleet = Arc::new(loaded.fleet.clone());
    let tools = app.tools()?;
    let answers = runtime()?.block_on(agents_watchdog::unrecorded::end(&fleet, &tools, within))?;
    let Some(answers) = answers else {
        return Err(Error::Failed(format!(
            "{cause}; and not all has ended within {} s: `agents status` shows what is left",
            within.as_secs()
        )));
    };
    if !app.json {
        receipt::say_answers(&answers);
    }
    let result = if told.is_some() { WatchdogResult::Stopped } else { WatchdogResult::NotRunning };
    let terminals = app.terminals(&fleet)?;
    runtime()?.block_on(async {
        for stranger in own_sessions::clear(&terminals, &fleet.session_prefix).await {
            say(&left_alone(&stranger));
        }
        drop(terminals.end_server_without_sessions().await);
    });
    if app.json {
        print(&receipt::document("down", &answers, result, &fleet)?.to_string())?;
    } else {
        result.say();
    }
    say(&format!(
        "agents: the fleet has ended, but that could not be recorded: {cause}; until `agents down` is run again with room \
         on the disk, a watchdog that is started would bring back what ran"
    ));
    Ok(receipt::code_of(&answers).max(code::PARTLY))
}

/// Waits until that holder of the fleet has let it go.
fn await_end(loaded: &Loaded, told: &Holder) -> Result<(), Error> {
    await_end_unless(loaded, told, || false)
}

/// The same, unless it turns out that it is to go on.
fn await_end_unless(
    loaded: &Loaded,
    told: &Holder,
    goes_on: impl Fn() -> bool,
) -> Result<(), Error> {
    let began = Instant::now();
    let mut looked = began;
    // One that took over since belongs to an `up` that came later.
    while let Some(holder) = watchdog(loaded)?.filter(|holder| holder == told) {
        if looked.elapsed() >= ASKS_EVERY {
            looked = Instant::now();
            if goes_on() {
                let said = "and goes on, since the fleet was asked up meanwhile";
                return Err(Error::Failed(format!("{holder} {said}")));
            }
        }
        if began.elapsed() >= ENDS_WITHIN {
            return Err(Error::Failed(format!(
                "{holder} and does not end; end process {} by hand",
                holder.pid
            )));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// The watchdog that holds the fleet, if one does.
fn watchdog(loaded: &Loaded) -> Result<Option<Holder>, Error> {
    let holder = FleetLock::holder(&loaded.fleet.state_dir())?;
    Ok(holder.filter(|holder| holder.what == "watchdog"))
}

/// The watchdog was told first, so that nothing comes back; here it is seen to have gone.
fn stop_watchdog(
    app: &App,
    loaded: &Loaded,
    whole: bool,
    told: Option<Holder>,
) -> Result<(), Error> {
    if let (false, Some(holder)) = (whole, &told) {
        let within = ENDS_WITHIN;
        ask(app, loaded, &Ask { verb: Verb::StopWatchdog, within })?;
        poke(&loaded.fleet.state_dir(), holder);
    }
    if let Some(holder) = &told {
        await_end_unless(loaded, holder, || whole && is_wanted(&loaded.fleet.state_dir()))?;
    }
    if !loaded.fleet.state_dir().exists() {
        return Ok(());
    }
    let _turn = turn(&loaded.fleet)?;
    if watchdog(loaded)?.is_some() {
        return Ok(());
    }
    watch::end(&loaded.fleet.state_dir());
    let terminals = app.terminals(&loaded.fleet)?;
    let prefix = loaded.fleet.session_prefix.clone();
    runtime()?.block_on(async {
        for stranger in own_sessions::clear(&terminals, &prefix).await {
            say(&left_alone(&stranger));
        }
        if whole {
            drop(terminals.end_server_without_sessions().await);
        }
    });
    if whole {
        forget_keys(&loaded.fleet.state_dir());
    }
    Ok(())
}

fn left_alone(stranger: &str) -> String {
    format!("the session `{stranger}` was not started by `agents`, and is left as it is")
}

/// Verbs start and end the watchdog's session one at a time; else one would end what another has just started.
pub fn turn(fleet: &Fleet) -> Result<File, Error> {
    let path = fleet.state_dir().join("watchdog.turn");
    let unusable = |error: std::io::Error| {
        Error::Unavailable(format!("cannot use the lock {}: {error}", path.display()))
    };
    let options = &mut agents_store::private_file();
    let file = options.create(true).truncate(false).write(true).open(&path).map_err(unusable)?;
    // Each holder is done within its own time limits.
    file.lock().map_err(unusable)?;
    Ok(file)
}

/// Whether sessions of this fleet run, whatever its state folder says.
fn runs(app: &App, loaded: &Loaded) -> Result<bool, Error> {
    let terminals = app.terminals(&loaded.fleet)?;
    let ours = format!("{}/", loaded.fleet.session_prefix.as_str());
    let listing = runtime()?.block_on(async { OneShot::new(terminals).list().await });
    Ok(listing.is_ok_and(|listing| {
        let mut tags = listing.panes.iter().filter_map(Pane::tag);
        tags.any(|tag| tag.starts_with(&ours))
    }))
}
