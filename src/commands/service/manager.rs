//! Which service manager is here, where does it look for files, and how is it told?

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use super::{Service, plist, unit};
use crate::app::find_program;
use crate::error::Error;
use crate::operate::runtime;

/// A start waits until the watchdog is ready; it gives up by itself before this.
const ANSWERS_WITHIN: Duration = Duration::from_secs(320);

/// Who keeps services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Manager {
    /// The user's own systemd
    Systemd,
    /// macOS
    Launchd,
}

impl Manager {
    pub fn of_this_system() -> Self {
        if cfg!(target_os = "macos") { Self::Launchd } else { Self::Systemd }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Systemd => "systemd",
            Self::Launchd => "launchd",
        }
    }

    /// Where it looks for the file of a service.
    ///
    /// # Errors
    /// For a process without a home.
    pub fn file(self, name: &str) -> Result<PathBuf, Error> {
        let home = std::env::home_dir().filter(|home| home.is_absolute()).ok_or_else(|| {
            Error::Failed("HOME is not set, so nobody knows where services are kept".to_owned())
        })?;
        Ok(match self {
            Self::Systemd => {
                let named = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from);
                let config = named.filter(|path| path.is_absolute());
                let config = config.unwrap_or_else(|| home.join(".config"));
                config.join("systemd/user").join(format!("{name}.service"))
            }
            Self::Launchd => home.join("Library/LaunchAgents").join(format!("{name}.plist")),
        })
    }

    /// The file's text.
    pub fn text(self, service: &Service) -> String {
        match self {
            Self::Systemd => unit::text(service),
            Self::Launchd => plist::text(service),
        }
    }

    /// Whether the text starts a watchdog for this config.
    pub fn names(self, text: &str, config: &str) -> bool {
        match self {
            Self::Systemd => unit::names(text, config),
            Self::Launchd => plist::names(text, config),
        }
    }

    /// What makes it known, lets it come back at each start of the system, and starts it now.
    pub fn steps_to_install(self, name: &str, file: &std::path::Path) -> Vec<Vec<String>> {
        match self {
            Self::Systemd => vec![
                words(&["systemctl", "--user", "daemon-reload"]),
                words(&["systemctl", "--user", "enable", "--now", &unit_of(name)]),
            ],
            Self::Launchd => {
                vec![words(&["launchctl", "bootstrap", &domain(), &file.to_string_lossy()])]
            }
        }
    }

    /// What starts it where it is known.
    pub fn steps_to_start(self, name: &str) -> Vec<Vec<String>> {
        match self {
            Self::Systemd => vec![words(&["systemctl", "--user", "start", &unit_of(name)])],
            Self::Launchd => {
                vec![words(&["launchctl", "kickstart", &format!("{}/{name}", domain())])]
            }
        }
    }

    /// What ends it and takes it out, while its file is there.
    pub fn steps_to_uninstall(self, name: &str) -> Vec<Vec<String>> {
        match self {
            Self::Systemd => {
                vec![words(&["systemctl", "--user", "disable", "--now", &unit_of(name)])]
            }
            Self::Launchd => {
                vec![words(&["launchctl", "bootout", &format!("{}/{name}", domain())])]
            }
        }
    }

    /// What lets it forget a file that is gone.
    pub fn steps_after_uninstall(self) -> Vec<Vec<String>> {
        match self {
            Self::Systemd => vec![words(&["systemctl", "--user", "daemon-reload"])],
            Self::Launchd => Vec::new(),
        }
    }

    /// Takes the steps, up to the first that fails.
    ///
    /// # Errors
    /// Which one, and what it said.
    pub fn take(self, steps: &[Vec<String>]) -> Result<(), String> {
        for step in steps {
            let (said, is_done) = ask(step)?;
            if !is_done {
                return Err(format!("`{}` failed: {said}", step.join(" ")));
            }
        }
        Ok(())
    }

    /// Its word for how the service is; nothing when it does not answer.
    pub fn state(self, name: &str) -> Option<String> {
        match self {
            Self::Systemd => one_word(&["systemctl", "--user", "is-active", &unit_of(name)]),
            Self::Launchd => {
                let (said, _) =
                    ask(&words(&["launchctl", "print", &format!("{}/{name}", domain())])).ok()?;
                let state = said.lines().find_map(|line| line.trim().strip_prefix("state = "))?;
                Some(state.to_owned())
            }
        }
    }

    /// Its word for whether the service comes back with the system.
    pub fn enabled(self, name: &str) -> Option<String> {
        match self {
            Self::Systemd => one_word(&["systemctl", "--user", "is-enabled", &unit_of(name)]),
            Self::Launchd => self.state(name).map(|_| "enabled".to_owned()),
        }
    }

    pub fn is_active(self, name: &str) -> bool {
        matches!(self.state(name).as_deref(), Some("active" | "activating" | "running"))
    }
}

fn unit_of(name: &str) -> String {
    format!("{name}.service")
}

/// Where launchd keeps the services of a user who is logged in.
fn domain() -> String {
    format!("gui/{}", rustix::process::getuid().as_raw())
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// An answer of one word, whatever the exit code: `inactive` and `disabled` end with one.
fn one_word(step: &[&str]) -> Option<String> {
    let (said, _) = ask(&words(step)).ok()?;
    let is_word = |text: &&str| text.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    said.lines()
        .next()
        .map(str::trim)
        .filter(|it| !it.is_empty())
        .filter(is_word)
        .map(str::to_owned)
}

/// What the program of that step said, and whether it succeeded.
fn ask(step: &[String]) -> Result<(String, bool), String> {
    let (program, more) = step.split_first().ok_or("no program was named")?;
    let path = find_program(program).map_err(|_| format!("there is no `{program}` on the PATH"))?;
    let mut command = tokio::process::Command::new(path);
    command.args(more).stdin(Stdio::null()).kill_on_drop(true).process_group(0);
    let asked = runtime()
        .map_err(|error| error.to_string())?
        .block_on(async { tokio::time::timeout(ANSWERS_WITHIN, command.output()).await });
    let output = asked
        .map_err(|_| format!("`{program}` does not answer"))?
        .map_err(|error| format!("`{program}`: {error}"))?;
    let is_done = output.status.success();
    let said = if is_done || !output.stdout.is_empty() { output.stdout } else { output.stderr };
    Ok((String::from_utf8_lossy(&said).trim().to_owned(), is_done))
}
