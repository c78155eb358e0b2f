//! `agents service`: who keeps the watchdog itself running, over its own death and a reboot? systemd, or launchd on macOS.

use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use agents_config::Fleet;
use agents_watchdog::launch::write_private;

use crate::app::{App, print, say};
use crate::cli::{ServiceInstall, ServiceUninstall, ServiceVerb};
use crate::commands::doctor::linger;
use crate::commands::watchdog::watches;
use crate::error::{Error, code};

mod change;
mod manager;
mod plist;
#[cfg(test)]
mod tests;
mod unit;

use change::{Change, Left, What};
pub use manager::Manager;

/// Each file that we write begins so, or has it in its second line; others are not ours to touch.
const MARK: &str = "Written by `agents service install`";

/// What a service manager has to know of a watchdog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its name at the manager, without an ending.
    pub name: String,
    /// Our own program.
    pub program: String,
    /// The config file.
    pub config: String,
    /// What it needs of our environment, since a service manager's is nearly empty.
    pub environment: Vec<(String, String)>,
}

/// Variables by which programs, terminals and state are found, or that change what agents print. Keys are not among them:
/// who may read the file is not for us to say.
const NEEDED: [&str; 8] = [
    "PATH",
    "TMUX_TMPDIR",
    "XDG_STATE_HOME",
    "XDG_CONFIG_HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
];

impl Service {
    /// The one of this fleet.
    fn of(app: &App, fleet: &Fleet) -> Result<Self, Error> {
        let text = |what: &str, path: PathBuf| {
            path.into_os_string().into_string().map_err(|path| {
                let path = path.display();
                Error::Failed(format!(
                    "the path of {what}, {path}, is not UTF-8; a service needs that"
                ))
            })
        };
        let name = name_of(fleet);
        let program = text("this program", std::env::current_exe()?)?;
        let config = text("the config", app.config_absolute())?;
        let environment = environment(|name| std::env::var(name).ok());
        let service = Self { name, program, config, environment };
        service.refuse_odd()?;
        Ok(service)
    }

    fn refuse_odd(&self) -> Result<(), Error> {
        let values = self.environment.iter().map(|(_, value)| value);
        let mut all = [&self.program, &self.config].into_iter().chain(values);
        if let Some(odd) = all.find(|text| text.chars().any(char::is_control)) {
            return Err(Error::Failed(format!(
                "{odd:?} has a control character, which no service file can hold; rename it"
            )));
        }
        if self.program.contains(['"', '\'', '\\']) {
            return Err(Error::Failed(format!(
                "systemd starts no program with a quote or a backslash in its path; move {}",
                self.program
            )));
        }
        Ok(())
    }
}

fn name_of(fleet: &Fleet) -> String {
    format!("agents-{}", fleet.session_prefix.as_str().trim_end_matches(['-', '_']))
}

fn environment(variable: impl Fn(&str) -> Option<String>) -> Vec<(String, String)> {
    let needed = NEEDED.iter().filter_map(|name| Some(((*name).to_owned(), variable(name)?)));
    let mut found: Vec<(String, String)> = needed.filter(|(_, value)| !value.is_empty()).collect();
    for (name, value) in &mut found {
        if name == "PATH" {
            // A service has a working folder of its own, so a relative entry would mean another one there.
            let folders = value.split(':').filter(|folder| folder.starts_with('/'));
            *value = folders.collect::<Vec<_>>().join(":");
        }
    }
    // Inside an agent TMUX_TMPDIR points away from the fleet; the launcher kept where it was.
    if let Some(folder) = variable("AGENTS_TMUX_TMPDIR") {
        found.retain(|(name, _)| name != "TMUX_TMPDIR");
        if !folder.is_empty() {
            found.push(("TMUX_TMPDIR".to_owned(), folder));
        }
    }
    found
}

pub fn run(app: &App, verb: &ServiceVerb) -> Result<u8, Error> {
    match verb {
        ServiceVerb::Install(asked) => install(app, asked),
        ServiceVerb::Uninstall(asked) => uninstall(app, asked),
        ServiceVerb::Status => status(app),
    }
}

fn install(app: &App, asked: &ServiceInstall) -> Result<u8, Error> {
    let loaded = app.load_to_start(None)?;
    let manager = asked.manager.unwrap_or_else(Manager::of_this_system);
    let service = Service::of(app, &loaded.fleet)?;
    let text = manager.text(&service);
    if asked.print {
        print(&text)?;
        return Ok(code::DONE);
    }
    let file = manager.file(&service.name)?;
    let before = refuse_foreign(manager, &file, &service)?;
    let is_written = before.as_deref() != Some(&text);
    let change = Change {
        name: &service.name,
        manager,
        file: &file,
        what: if is_written { What::Write } else { What::Leave },
        before: Vec::new(),
        after: manager.steps_to_install(&service.name, &file),
    };
    if asked.dry_run {
        return change.would(app);
    }
    if is_written {
        let folder = file.parent().map_or(Ok(()), fs::create_dir_all);
        folder.and_then(|()| write_private(&file, text.as_bytes())).map_err(|error| {
            Error::Failed(format!("{}: {error}; nothing was changed", file.display()))
        })?;
    }
    let outlives = linger();
    if !outlives.advice.is_empty() {
        say(&format!("{}: {}", outlives.text, outlives.advice));
    }
    // By hand it would be refused the fleet, and stay down.
    if watches(&loaded.fleet.state_dir())? && !manager.is_active(&service.name) {
        let why = "a watchdog holds this fleet already";
        let then = "the service takes over after `agents down watchdog`, with:";
        return change.left_to_do(app, &Left { why, then, steps: &change.after });
    }
    match manager.take(&change.after) {
        Ok(()) => change.done(app, " is installed, runs, and comes back with this system"),
        Err(why) => {
            let then = "the file is there, what is left to do:";
            change.left_to_do(app, &Left { why: &why, then, steps: &change.after })
        }
    }
}

/// The text of a plain file, also behind a link. A pipe in its place would make the reading wait for ever.
fn read(file: &Path) -> std::io::Result<String> {
    let flags = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let opened = fs::File::options().read(true).custom_flags(flags).open(file)?;
    if !opened.metadata()?.is_file() {
        return Err(std::io::Error::other("it is no plain file; move it away first"));
    }
    std::io::read_to_string(opened)
}

/// What the file says now; one that is not this fleet's is refused.
fn refuse_foreign(
    manager: Manager,
    file: &Path,
    service: &Service,
) -> Result<Option<String>, Error> {
    let text = match read(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::Failed(format!("{}: {error}", file.display()))),
    };
    let file = file.display();
    if !text.contains(MARK) {
        return Err(Error::Failed(format!(
            "{file} was not written by `agents`, and is left as it is; move it away first"
        )));
    }
    if !manager.names(&text, &service.config) {
        return Err(Error::Failed(format!(
            "{file} is of another config with the same `session_prefix`; give this fleet another prefix, or run \
             `agents service uninstall` for that config first"
        )));
    }
    Ok(Some(text))
}

fn uninstall(app: &App, asked: &ServiceUninstall) -> Result<u8, Error> {
    let loaded = app.in_force()?.loaded;
    let manager = Manager::of_this_system();
    let service = Service::of(app, &loaded.fleet)?;
    let file = manager.file(&service.name)?;
    let is_there = refuse_foreign(manager, &file, &service)?.is_some();
    let change = Change {
        name: &service.name,
        manager,
        file: &file,
        what: if is_there { What::Remove } else { What::Absent },
        before: if is_there { manager.steps_to_uninstall(&service.name) } else { Vec::new() },
        after: if is_there { manager.steps_after_uninstall() } else { Vec::new() },
    };
    if asked.dry_run {
        return change.would(app);
    }
    if !is_there {
        return change.done(app, "");
    }
    // A manager that does not answer leaves the file: without it nobody could end the service by this verb any more. Where
    // there is none at all, or it knows of no such service, nothing of it runs.
    let may_run = || match manager.state(&service.name) {
        Some(_) => Ok(manager.is_active(&service.name)),
        None => watches(&loaded.fleet.state_dir()),
    };
    if let Err(why) = manager.take(&change.before)
        && may_run()?
    {
        let then = "the file is left as it is, since the service may run; try again after:";
        return change.left_to_do(app, &Left { why: &why, then, steps: &change.before });
    }
    fs::remove_file(&file)
        .map_err(|error| Error::Failed(format!("{}: {error}", file.display())))?;
    if let Err(why) = manager.take(&change.after) {
        let then =
            "the file is gone, and what the manager knows of it with the next login, or after:";
        return change.left_to_do(app, &Left { why: &why, then, steps: &change.after });
    }
    if !watches(&loaded.fleet.state_dir())? {
        say(
            "agents that run go on, and nobody watches them: `agents up` starts a watchdog in a session",
        );
    }
    change.done(app, " is uninstalled")
}

fn status(app: &App) -> Result<u8, Error> {
    let loaded = app.in_force()?.loaded;
    let manager = Manager::of_this_system();
    let service = Service::of(app, &loaded.fleet)?;
    let file = manager.file(&service.name)?;
    let found = refuse_foreign(manager, &file, &service);
    let is_held = watches(&loaded.fleet.state_dir())?;
    let installed = match &found {
        Ok(None) => "not installed",
        Ok(Some(text)) if *text == manager.text(&service) => "installed",
        Ok(Some(_)) => "installed, but not as `agents service install` would write it now",
        Err(_) => "not installed: a foreign file has its place",
    };
    let (state, enabled) = (manager.state(&service.name), manager.enabled(&service.name));
    if app.json {
        print(
            &serde_json::json!({
                "schema": "agents.service/1",
                "name": service.name,
                "manager": manager.as_str(),
                "file": file,
                "installed": matches!(found, Ok(Some(_))),
                "current": matches!(&found, Ok(Some(text)) if *text == manager.text(&service)),
                "state": state,
                "enabled": enabled,
                "watched": is_held,
                "logout": linger().text,
            })
            .to_string(),
        )?;
    } else {
        let word = |word: &Option<String>| word.clone().unwrap_or_else(|| "unknown".to_owned());
        let by = if is_held { "a watchdog holds the fleet" } else { "no watchdog holds the fleet" };
        print(&format!(
            "{}: {installed}\n  file     {}\n  state    {}\n  at boot  {}\n  fleet    {by}\n  logout   {}",
            service.name,
            file.display(),
            word(&state),
            word(&enabled),
            linger().text,
        ))?;
    }
    if let Err(error) = &found {
        say(&format!("agents: {error}"));
    }
    Ok(if matches!(found, Ok(Some(_))) { code::DONE } else { code::PARTLY })
}

/// Whether a service keeps this fleet's watchdog, and whether its file is as it would be written now.
///
/// # Errors
/// When a file that is not ours has its place.
pub fn installed(app: &App, fleet: &Fleet) -> Result<Option<bool>, Error> {
    let manager = Manager::of_this_system();
    let service = Service::of(app, fleet)?;
    let found = refuse_foreign(manager, &manager.file(&service.name)?, &service)?;
    Ok(found.map(|text| text == manager.text(&service)))
}

/// Starts the watchdog by the service that is installed for this fleet; false where there is none.
///
/// # Errors
/// Why the service manager did not start it.
pub fn start_installed(app: &App, fleet: &Fleet) -> Result<bool, String> {
    let manager = Manager::of_this_system();
    let Ok(service) = Service::of(app, fleet) else { return Ok(false) };
    let Ok(file) = manager.file(&service.name) else { return Ok(false) };
    match refuse_foreign(manager, &file, &service) {
        Ok(Some(_)) => manager.take(&manager.steps_to_start(&service.name)).map(|()| true),
        Ok(None) | Err(_) => Ok(false),
    }
}
