//! What does every verb need: the config, the tools, the store of a fleet?

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use agents_config::{Environment, Fleet, Loaded};
use agents_names::AgentName;
use agents_tmux::{Driver as _, OneShot, TmuxVersion};
use agents_watchdog::in_force::Moved;
use agents_watchdog::observe::sessions::of_undeclared;
use agents_watchdog::run::{Tools, tmux_place};
use agents_watchdog::trust::{self, Untrusted};

use crate::error::Error;
use crate::in_force::{InForce, refuse_to_tear};
use crate::operate::runtime;
use crate::render::printed::printed;

/// How long a tmux may take to say which version it is.
const VERSION_LIMIT: Duration = Duration::from_secs(1);

/// One invocation.
pub struct App {
    pub config: PathBuf,
    pub json: bool,
}

impl App {
    /// Loads the config. The environment changes nothing in it: what runs is as it was started.
    ///
    /// # Errors
    /// When the file does not load; every problem is in the report.
    pub fn load(&self) -> Result<Loaded, Error> {
        let loaded = agents_config::load(&self.config, &Environment::without_overrides())?;
        if !loaded.warnings.is_empty() {
            say(loaded.warnings.render(false).trim_end());
        }
        Ok(loaded)
    }

    /// Loads the config to start what it declares.
    ///
    /// # Errors
    /// When the file does not load, is not trusted, or would tear apart the fleet that is up. A move in `but_for` is no hindrance.
    pub fn load_to_start(&self, but_for: Option<Moved>) -> Result<Loaded, Error> {
        let mut loaded = self.load()?;
        refuse_to_tear(&self.config, &loaded, but_for)?;
        if let Some(untrusted) = self.untrusted(&loaded) {
            return Err(Error::Usage(untrusted.to_string()));
        }
        crate::commands::work::with_tasks(&mut loaded.fleet);
        Ok(loaded)
    }

    /// Why nothing of this content may be started, where the user wants to be asked.
    #[must_use]
    pub fn untrusted(&self, loaded: &Loaded) -> Option<Untrusted> {
        let is_required =
            std::env::var_os("AGENTS_REQUIRE_TRUST").is_some_and(|it| it != "0" && !it.is_empty());
        trust::check(loaded, is_required).err()
    }

    /// The fleet in force, whatever the file says; a difference is told on standard error.
    ///
    /// # Errors
    /// When the file does not load, and no fleet of it was ever in force.
    pub fn in_force(&self) -> Result<InForce, Error> {
        Ok(InForce::of(&self.config)?.told())
    }

    /// The config file as an absolute path, for processes that run elsewhere.
    #[must_use]
    pub fn config_absolute(&self) -> PathBuf {
        std::path::absolute(&self.config).unwrap_or_else(|_| self.config.clone())
    }

    /// The programs that a fleet is run with.
    ///
    /// # Errors
    /// When tmux is not on the PATH.
    pub fn tools(&self) -> Result<Tools, Error> {
        Ok(Tools { tmux: find_program("tmux")?, myself: std::env::current_exe()? })
    }

    /// The terminals of a fleet.
    ///
    /// # Errors
    /// When tmux is not on the PATH.
    pub fn terminals(&self, fleet: &Fleet) -> Result<agents_tmux::Place, Error> {
        Ok(tmux_place(fleet, &self.tools()?.tmux))
    }

    /// Refuses a tmux that is too old to be asked what we ask, before anything is started in it.
    ///
    /// # Errors
    /// When it says that it is, or is not on the PATH. What says nothing of the kind in time is tried.
    pub fn refuse_old_tmux(&self, fleet: &Fleet) -> Result<(), Error> {
        let place = self.terminals(fleet)?.with_time_limit(VERSION_LIMIT);
        let Ok(version) = runtime()?.block_on(place.tmux_version()) else { return Ok(()) };
        if version.is_supported() {
            return Ok(());
        }
        let ((major, minor), program) = (TmuxVersion::OLDEST, place.program().display());
        Err(Error::Unavailable(format!(
            "{program} {} is too old; install tmux {major}.{minor} or newer",
            version.text
        )))
    }

    /// Sees that tmux can have a socket at its path at all: it would only refuse each request, again and again.
    ///
    /// # Errors
    /// When the path is too long, or tmux is not on the PATH.
    pub fn check_socket(&self, fleet: &Fleet) -> Result<(), Error> {
        let socket = self.terminals(fleet)?.socket_path();
        rustix::net::SocketAddrUnix::new(&socket).map(drop).map_err(|_| {
            let (length, socket) = (socket.as_os_str().len(), socket.display());
            Error::Unavailable(format!(
                "the path of the tmux socket is too long, {length} bytes: {socket}; \
                 set TMUX_TMPDIR to a folder with a short path"
            ))
        })
    }
}

/// A program on the PATH, by its absolute path; relative entries of the PATH are not trusted.
///
/// # Errors
/// When there is none.
pub fn find_program(name: &str) -> Result<PathBuf, Error> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .filter(|dir| dir.is_absolute())
        .map(|dir| dir.join(name))
        .find(|file| is_executable(file));
    found.ok_or_else(|| {
        Error::Unavailable(format!(
            "there is no `{name}` on the PATH; install it (`agents doctor` says more)"
        ))
    })
}

/// Whether the file can be run.
#[must_use]
pub fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(file).is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}

/// The names of all agents and services.
#[must_use]
pub fn known_names(fleet: &Fleet) -> Vec<&AgentName> {
    let agents = fleet.agents.iter().map(|agent| &agent.name);
    agents.chain(fleet.services.iter().map(|service| &service.name)).collect()
}

/// Checks that the fleet declares every name.
///
/// # Errors
/// [`Error::UnknownName`] lists the known ones.
pub fn names(fleet: &Fleet, asked: &[String]) -> Result<Vec<AgentName>, Error> {
    asked.iter().map(|name| name_of(fleet, name)).collect()
}

/// Checks that the fleet declares the name.
///
/// # Errors
/// [`Error::UnknownName`] lists the known ones.
pub fn name_of(fleet: &Fleet, asked: &str) -> Result<AgentName, Error> {
    let known = known_names(fleet);
    known.iter().find(|name| name.as_str() == asked).map(|name| (*name).clone()).ok_or_else(|| {
        let list: Vec<&str> = known.iter().map(|name| name.as_str()).collect();
        let (name, known) = (asked.to_owned(), list.join(", "));
        // Who is known by an old name is meant, and nobody whose name is like it.
        if let Some(session) = still_runs(fleet, asked) {
            return Error::Undeclared { name, session, known };
        }
        let suggestion = closest(asked, list.into_iter());
        Error::UnknownName { name, known, suggestion }
    })
}

/// The session of one whom the file does not declare any more; `None` also where nobody can tell.
fn still_runs(fleet: &Fleet, asked: &str) -> Option<String> {
    let terminals = tmux_place(fleet, &find_program("tmux").ok()?);
    let listing = runtime().ok()?.block_on(OneShot::new(terminals).list()).ok()?;
    of_undeclared(fleet, &listing, asked)
}

/// The known word that was most likely meant.
pub fn closest<'k>(asked: &str, known: impl Iterator<Item = &'k str>) -> Option<String> {
    let scored = known.map(|word| (strsim::damerau_levenshtein(asked, word), word));
    let (distance, word) = scored.min()?;
    (distance <= 2.max(asked.len() / 3)).then(|| word.to_owned())
}

/// Talks to the person: standard error, so that data on standard output stays clean.
pub fn say(text: &str) {
    // Nobody listens when standard error is closed.
    drop(writeln!(anstream::stderr(), "{}", printed(text)));
}

static PRINTED: AtomicBool = AtomicBool::new(false);

/// Whether any data was handed out.
pub fn has_printed() -> bool {
    PRINTED.load(Ordering::Relaxed)
}

/// Hands out data on standard output.
///
/// # Errors
/// When it is closed; the verb ends then.
pub fn print(text: &str) -> Result<(), Error> {
    PRINTED.store(true, Ordering::Relaxed);
    let text = format!("{}\n", printed(text.trim_end_matches('\n')));
    let mut out = std::io::stdout();
    // In one piece: the stream that drops colours would write each row by itself.
    let text = match anstream::AutoStream::choice(&out) {
        anstream::ColorChoice::Never => anstream::adapter::strip_str(&text).to_string(),
        anstream::ColorChoice::Auto
        | anstream::ColorChoice::Always
        | anstream::ColorChoice::AlwaysAnsi => text,
    };
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
        other => Ok(other?),
    }
}
