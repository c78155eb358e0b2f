//! `agents watchdog`: supervise the fleet; and how `up` starts it in a session of its own.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use agents_config::{Fleet, Loaded};
use agents_names::SessionName;
use agents_store::{FleetLock, LockError};
use agents_tmux::{ControlMode, Driver as _, OneShot, StartSession, TmuxError, TmuxOp};
use agents_watchdog::WatchdogError;
use agents_watchdog::launch::{keep_keys, kept_keys};
use agents_watchdog::redacted::redacted;
use agents_watchdog::run::{Hold, Until};
use agents_watchdog::watch;
use tokio::signal::unix::{SignalKind, signal};

use crate::app::{App, say};
use crate::cli::Watchdog;
use crate::commands::down::turn;
use crate::commands::neighbours;
use crate::commands::own_sessions;
use crate::commands::service;
use crate::error::Error;
use crate::operate::runtime;

/// How long a started watchdog that lives may take until it holds the fleet: a verb may hold it until then.
const TAKES_OVER_WITHIN: Duration = Duration::from_secs(150);
/// What a watchdog signs the fleet's lock with.
const WATCHDOG: &str = "watchdog";
/// How often is looked whether it lives.
const LOOKS_EVERY: Duration = Duration::from_secs(1);
/// Between two attempts to take over from a verb.
const RETRIES_EVERY: Duration = Duration::from_millis(10);

pub fn run(app: &App, watchdog: &Watchdog) -> Result<u8, Error> {
    let loaded = app.load_to_start(None)?;
    if watchdog.dry_run {
        return crate::commands::plan::foretell(app, &loaded);
    }
    neighbours::refuse(app, &loaded.fleet)?;
    app.refuse_old_tmux(&loaded.fleet)?;
    let tools = app.tools()?;
    take_keys(&loaded.fleet.state_dir());
    let control = loaded.fleet.session_prefix.control_session();
    log_to(&log_file(&loaded.fleet))?;
    let fleet = loaded.fleet.clone();
    let terminals = app.terminals(&fleet)?;
    let result = runtime()?.block_on(async {
        let driver = |place, _: &Fleet| ControlMode::new(place, control.clone());
        // Before the lock: whoever sees our name in it believes the fleet watched, even if the terminal goes at once.
        drop(signal(SignalKind::hangup()).map_err(WatchdogError::Signals)?);
        let begun = Instant::now();
        let hold = loop {
            match Hold::take(&fleet, WATCHDOG) {
                // A verb holds the fleet for moments, while nobody watches it.
                Err(WatchdogError::Lock(LockError::Held(holder)))
                    if holder.what != WATCHDOG && begun.elapsed() < TAKES_OVER_WITHIN =>
                {
                    tokio::time::sleep(RETRIES_EVERY).await;
                }
                taken => break taken?,
            }
        };
        let config = app.config_absolute();
        let mut reign = match hold.reign(&config, loaded.clone(), &tools, driver).await {
            // What it found of the watchdog before it stands as it was, for the next one to tell.
            Err(WatchdogError::Interrupted) => return Ok(()),
            reign => reign?,
        };
        reign.note_beginning(watch::is_unended(&fleet.state_dir()));
        watch::begin(&fleet.state_dir());
        // A killed predecessor may have left its client, which keeps the server from ending.
        drop(terminals.end_control_clients(&control).await);
        reign.own_session = own_session(app, &fleet);
        tracing::info!("{}", greeting(&fleet));
        let result = reign.run(Until::Told).await;
        reign.manager.stopping();
        reign.engine.driver.close().await;
        if result.is_ok() {
            watch::end(&fleet.state_dir());
        }
        result
    });
    match &result {
        Ok(()) => tracing::info!("watchdog ends"),
        // It never was the watchdog, whose log this is.
        Err(WatchdogError::Lock(LockError::Held(_))) => {}
        Err(error) => tracing::error!("watchdog ends: {error}"),
    }
    match result {
        Ok(()) => Ok(crate::error::code::DONE),
        Err(WatchdogError::Lock(LockError::Held(holder))) => {
            Err(Error::Held(format!("{holder}; there is one watchdog per fleet")))
        }
        Err(error) => Err(error.into()),
    }
}

/// Keeps the keys of our environment for those we start, and begins anew with those that were kept: tmux, which starts us,
/// does not have them, and notifications and git may need them.
fn take_keys(state_dir: &std::path::Path) {
    use std::os::unix::process::CommandExt as _;
    if let Err(error) = agents_store::private_folder(state_dir).and_then(|()| keep_keys(state_dir))
    {
        crate::app::say(&format!("the keys of the environment cannot be kept: {error}"));
    }
    let mut keys = kept_keys(state_dir);
    keys.retain(|name, value| std::env::var(name).ok().as_ref() != Some(value));
    let (Ok(myself), false) = (std::env::current_exe(), keys.is_empty()) else { return };
    // It returns only if it fails; then we go on without them.
    let error =
        std::process::Command::new(myself).args(std::env::args_os().skip(1)).envs(keys).exec();
    crate::app::say(&format!("the keys of the environment cannot be taken: {error}"));
}

/// Where people look at the watchdog once the session that it was started in is lost: its log, followed.
fn own_session(app: &App, fleet: &Fleet) -> Option<StartSession> {
    let started_there = std::env::var_os("TMUX_PANE").is_some();
    let text = |path: PathBuf| path.into_os_string().into_string().ok();
    let argv = vec![
        text(std::env::current_exe().ok()?)?,
        "logs".to_owned(),
        "watchdog".to_owned(),
        "--config".to_owned(),
        text(app.config_absolute())?,
    ];
    started_there.then(|| StartSession {
        session: fleet.session_prefix.watchdog_session(),
        agent_id: format!("{}/watchdog", fleet.session_prefix.as_str()),
        run: "watchdog".to_owned(),
        argv,
        log: None,
        columns: 200,
        rows: 50,
    })
}

fn greeting(fleet: &Fleet) -> String {
    let watched: Vec<&str> = fleet
        .agents
        .iter()
        .filter(|agent| agent.enabled && agent.watch != agents_config::Watch::None)
        .map(|agent| agent.name.as_str())
        .collect();
    format!(
        "watchdog up — signal={}s heavy={}s, watching: {watched:?}",
        fleet.timing.signal_interval.as_secs(),
        fleet.timing.heavy_interval.as_secs()
    )
}

/// Where the watchdog writes what it does.
pub fn log_file(fleet: &Fleet) -> PathBuf {
    fleet.log_dir.join(format!("{}.log", fleet.session_prefix.watchdog_session()))
}

/// Opens the log to write on at its end, without ever waiting for somebody who reads a pipe in its place.
fn open_log(path: &std::path::Path) -> Result<std::fs::File, Error> {
    let opened = agents_store::private_file().create(true).append(true).open(path);
    opened.and_then(|file| agents_store::make_private(&file).map(|()| file)).map_err(|error| {
        let log = path.display();
        Error::Failed(format!("the watchdog cannot write its log {log}: {error}; move it away"))
    })
}

/// Writes the log to its file, and to the terminal for whoever is attached.
fn log_to(path: &std::path::Path) -> Result<(), Error> {
    if let Some(dir) = path.parent() {
        agents_store::private_folder(dir)?;
    }
    let file = open_log(path)?;
    let both = Mutex::new(Both { file });
    tracing_subscriber::fmt()
        .with_writer(both)
        .with_ansi(false)
        .with_target(false)
        .log_internal_errors(false)
        .with_timer(ClockTime)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("AGENTS_LOG")
                .unwrap_or_else(|_| "info".into()),
        )
        .init();
    Ok(())
}

struct ClockTime;

impl tracing_subscriber::fmt::time::FormatTime for ClockTime {
    fn format_time(
        &self,
        writer: &mut tracing_subscriber::fmt::format::Writer<'_>,
    ) -> std::fmt::Result {
        write!(writer, "[agents {}]", chrono::Local::now().format("%m-%d %H:%M:%S"))
    }
}

/// The file is the log; a terminal that has gone must not stop it.
struct Both {
    file: std::fs::File,
}

impl Write for Both {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        // A line comes whole.
        let text = String::from_utf8_lossy(bytes);
        let line = redacted(&text);
        drop(std::io::stdout().write_all(line.as_bytes()));
        self.file.write_all(line.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        drop(std::io::stdout().flush());
        self.file.flush()
    }
}

/// Whether a watchdog had to be started.
pub enum Started {
    Now,
    Already,
}

/// Starts the watchdog in its session, and waits until it holds the fleet.
pub fn start(app: &App, loaded: &Loaded) -> Result<Started, Error> {
    let state_dir = loaded.fleet.state_dir();
    let _turn = turn(&loaded.fleet)?;
    if watches(&state_dir)? {
        return Ok(Started::Already);
    }
    let session = loaded.fleet.session_prefix.watchdog_session();
    let agent_id = format!("{}/watchdog", loaded.fleet.session_prefix.as_str());
    let text = |path: PathBuf| {
        path.into_os_string().into_string().map_err(|_| {
            Error::Failed("the path of the config or of this program is not UTF-8".to_owned())
        })
    };
    let argv = vec![
        text(app.tools()?.myself)?,
        "watchdog".to_owned(),
        "--config".to_owned(),
        text(app.config_absolute())?,
    ];
    let start = StartSession {
        session: session.clone(),
        agent_id: agent_id.clone(),
        run: "watchdog".to_owned(),
        argv,
        log: None,
        columns: 200,
        rows: 50,
    };
    // What it could say only there, nobody would hear.
    open_log(&log_file(&loaded.fleet))?;
    match service::start_installed(app, &loaded.fleet) {
        Ok(true) => return await_takeover(app, loaded, None).map(|()| Started::Now),
        Ok(false) => {}
        Err(why) => say(&format!(
            "the service of this fleet was not started, so the watchdog runs in a session: {why}"
        )),
    }
    let terminals = app.terminals(&loaded.fleet)?;
    runtime()?.block_on(async {
        let strangers = own_sessions::clear(&terminals, &loaded.fleet.session_prefix).await;
        own_sessions::refuse(&loaded.fleet, &strangers)?;
        let mut driver = OneShot::new(terminals);
        driver
            .apply(&TmuxOp::Start(start))
            .await
            .map_err(|error| Error::Unavailable(error.to_string()))
    })?;
    await_takeover(app, loaded, Some(&session))?;
    Ok(Started::Now)
}

/// Waits until the watchdog holds the fleet; one whose session has ended is waited for no longer.
fn await_takeover(app: &App, loaded: &Loaded, session: Option<&SessionName>) -> Result<(), Error> {
    let state_dir = loaded.fleet.state_dir();
    let begun = Instant::now();
    let mut looked = begun;
    while !watches(&state_dir)? {
        let late = begun.elapsed() >= TAKES_OVER_WITHIN;
        if late || looked.elapsed() >= LOOKS_EVERY {
            looked = Instant::now();
            // In its last moment it may have taken over and lost its session.
            let lives = || session.map_or(Ok(true), |it| lives(app, &loaded.fleet, it));
            if (late || !lives()?) && !watches(&state_dir)? {
                let log = log_file(&loaded.fleet);
                let said = format!("the watchdog did not start; see {}", log.display());
                return Err(Error::Failed(said));
            }
        }
        std::thread::sleep(RETRIES_EVERY);
    }
    Ok(())
}

/// Whether the session may be there; without an answer nobody knows.
fn lives(app: &App, fleet: &Fleet, session: &SessionName) -> Result<bool, Error> {
    let terminals = app.terminals(fleet)?;
    let listing = runtime()?.block_on(async { OneShot::new(terminals).list().await });
    Ok(match listing {
        Ok(listing) => {
            listing.panes.iter().any(|pane| pane.session == session.as_str() && pane.dead.is_none())
        }
        Err(TmuxError::NoServer { .. }) => false,
        Err(_) => true,
    })
}

/// Whether a watchdog holds the fleet.
///
/// # Errors
/// When the lock cannot be read.
pub fn watches(state_dir: &std::path::Path) -> Result<bool, Error> {
    Ok(FleetLock::holder(state_dir)?.is_some_and(|holder| holder.what == WATCHDOG))
}
