//! Which fleet do the verbs mean that must do their work whatever the file says? The one in force: that of the file,
//! unless it does not load, or would tear a living fleet apart.

use std::path::{Path, PathBuf};

use agents_config::{Environment, Fleet, LoadError, Loaded};
use agents_decide::Life;
use agents_store::FleetLock;
use agents_watchdog::in_force::{InForce as Kept, Moved, moved};
use agents_watchdog::whereabouts;

use crate::app::say;
use crate::error::Error;
use crate::places;
use crate::render::stored;

/// The fleet in force, and why it is not that of the file.
pub struct InForce {
    pub loaded: Loaded,
    pub problem: Option<Problem>,
}

/// Why the file's fleet is not in force.
#[derive(Debug)]
pub enum Problem {
    /// It does not load.
    Broken(LoadError),
    /// What runs could not be found under its names.
    Moved(Moved),
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Broken(error) => write!(f, "{error}"),
            Self::Moved(moved) => write!(f, "{moved}"),
        }
    }
}

impl InForce {
    /// Finds the fleet in force of a config file.
    ///
    /// # Errors
    /// When the file does not load, and no fleet of it was ever in force.
    pub fn of(config: &Path) -> Result<Self, Error> {
        let mut in_force = Self::without_tasks(config, |_| ())?;
        crate::commands::work::with_tasks(&mut in_force.loaded.fleet);
        Ok(in_force)
    }

    /// As [`InForce::of`], without the sessions of tasks. `first` is given the file's fleet as soon as that is known, and
    /// before it is known whether it is in force.
    ///
    /// # Errors
    /// As there.
    pub fn without_tasks(config: &Path, first: impl FnOnce(&Fleet)) -> Result<Self, Error> {
        match agents_config::load(config, &Environment::without_overrides()) {
            Ok(loaded) => {
                first(&loaded.fleet);
                Ok(match torn(config, &loaded)? {
                    Some((kept, moved)) => {
                        Self { loaded: kept, problem: Some(Problem::Moved(moved)) }
                    }
                    None => Self { loaded, problem: None },
                })
            }
            Err(error) => match kept(config)? {
                Some(loaded) => Ok(Self { loaded, problem: Some(Problem::Broken(error)) }),
                None => Err(error.into()),
            },
        }
    }

    /// Tells the person, once, that the file is not obeyed.
    #[must_use]
    pub fn told(self) -> Self {
        match &self.problem {
            None => {}
            Some(Problem::Broken(error)) => say(&format!(
                "agents: the config does not load: {error}\n\
                 agents: the last good one stays in force; `agents check` shows every problem"
            )),
            Some(Problem::Moved(moved)) => {
                say(&format!("agents: the config differs from the fleet in force: {moved}"));
            }
        }
        self
    }
}

/// What would be torn from a fleet that is up, if the file's fleet took its place.
///
/// # Errors
/// [`Error::Usage`] names the key and the way out; also where a fleet of another file is up in the same folder.
pub fn refuse_to_tear(config: &Path, loaded: &Loaded, but_for: Option<Moved>) -> Result<(), Error> {
    match torn(config, loaded)? {
        Some((_, moved)) if Some(moved) != but_for => Err(Error::Usage(moved.to_string())),
        Some(_) | None => Ok(()),
    }
}

/// The fleet that is up, and in what the file's fleet has moved away from it.
fn torn(config: &Path, loaded: &Loaded) -> Result<Option<(Loaded, Moved)>, Error> {
    let by_file = (loaded.fleet.state_dir(), loaded.fleet.config.clone());
    // Mostly the hint leads to where the file says.
    let hint = hint(config).filter(|hint| *hint != by_file);
    for (folder, file) in hint.into_iter().chain([by_file]) {
        // A store that cannot be read is reported by whoever needs it.
        let Some(kept) = Kept::recall(&folder).ok().flatten() else { continue };
        if kept.config != file {
            refuse_shared(&kept, &loaded.fleet)?;
            continue;
        }
        let before = (kept.text != loaded.text).then(|| kept.load().ok()).flatten();
        let moved = before.and_then(|kept| Some((moved(&kept.fleet, &loaded.fleet)?, kept)));
        if let Some((moved, kept)) = moved
            && is_up(&kept.fleet)
        {
            return Ok(Some((kept, moved)));
        }
    }
    Ok(None)
}

/// One folder holds one fleet: what a file's verbs would find there is another's. A file that is gone has likely been renamed.
fn refuse_shared(kept: &Kept, fleet: &Fleet) -> Result<(), Error> {
    let is_theirs = |other: &Loaded| other.fleet.state_dir() == fleet.state_dir();
    let other = kept.load().ok().filter(is_theirs);
    if !kept.config.exists() || !other.is_some_and(|other| is_up(&other.fleet)) {
        return Ok(());
    }
    let (folder, file) = (fleet.log_dir.display(), kept.config.display());
    Err(Error::Usage(format!(
        "{folder} holds the fleet of {file}, which is up: set another `log_dir` in {}, or end that one with `agents --config \
         {file} down`",
        fleet.config.display()
    )))
}

/// The fleet that whoever holds that state folder keeps in force, where it was made of the same file; it is the last good one
/// that was recorded.
#[must_use]
pub fn kept_in(state_dir: &Path, by_file: &Fleet) -> Option<Fleet> {
    let kept = Kept::recall(state_dir).ok().flatten()?;
    let is_same = kept.config == by_file.config;
    let loaded = is_same.then(|| kept.load().ok()).flatten()?;
    moved(&loaded.fleet, by_file).is_none().then_some(loaded.fleet)
}

/// The last good fleet of a file that does not load.
fn kept(config: &Path) -> Result<Option<Loaded>, Error> {
    let real = real(config);
    let named = places::fleet_of(&real).map(|fleet| (fleet.state_dir(), real));
    for (folder, file) in hint(config).into_iter().chain(named) {
        let Some(kept) = Kept::recall(&folder)? else { continue };
        // Another file may share the folder; one that is gone has likely been renamed to this one.
        if kept.config != file && kept.config.exists() {
            continue;
        }
        if let Ok(loaded) = kept.load() {
            return Ok(Some(loaded));
        }
    }
    Ok(None)
}

/// Where the fleet is that this path led to, and its file.
fn hint(config: &Path) -> Option<(PathBuf, PathBuf)> {
    let hint = whereabouts::find(&whereabouts::folder()?, config)?;
    Some((hint.state_dir.clone(), hint.file().to_owned()))
}

/// The path under which the config is known, also when the file itself is gone.
fn real(config: &Path) -> PathBuf {
    let folder = || {
        let absolute = std::path::absolute(config).ok()?;
        Some(absolute.parent()?.canonicalize().ok()?.join(absolute.file_name()?))
    };
    config.canonicalize().ok().or_else(folder).unwrap_or_else(|| config.to_owned())
}

/// Whether somebody holds the fleet, or a member was not yet seen to have stopped.
fn is_up(fleet: &Fleet) -> bool {
    let state_dir = fleet.state_dir();
    if !matches!(FleetLock::holder(&state_dir), Ok(None)) {
        return true;
    }
    let state = stored::state(&state_dir).ok().flatten();
    state.is_some_and(|state| {
        state.members.values().any(|member| !matches!(member.life, Life::Stopped { .. }))
    })
}
