//! Are the programs there that backends and services start? What cannot be judged from the text is left alone.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use agents_names::{AgentName, BackendName};

use crate::environment::Environment;
use crate::value::nearest;
use crate::{Backend, Fleet, PromptDelivery, command_word, nearby};

/// A program that a backend or a service starts, and that is not there.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct MissingProgram {
    pub of: Owner,
    /// As the config writes it, without quotes.
    pub program: String,
    /// Where it was looked for, or what is wrong with what was found.
    pub found: String,
    /// The way out.
    pub help: String,
    /// The setting that names it.
    #[serde(skip)]
    pub(crate) key: String,
}

/// Whose program it is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Owner {
    Backend(BackendName),
    Service(AgentName),
}

impl std::fmt::Display for MissingProgram {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.of {
            Owner::Backend(name) => write!(f, "the backend `{name}`")?,
            Owner::Service(name) => write!(f, "the service `{name}`")?,
        }
        write!(f, " starts `{}`, which cannot be run", self.program)
    }
}

/// The programs that are not there, of the services and of the backends that run an agent.
pub(crate) fn missing(fleet: &Fleet, environment: &Environment) -> Vec<MissingProgram> {
    let look = Look { environment };
    let backends = fleet.backends.values().filter_map(|backend| {
        let agents = fleet.agents.iter().filter(|agent| agent.backend == backend.name);
        let dirs: Vec<&Path> = agents.map(|agent| agent.dir.as_path()).collect();
        let (key, program) = command_of(backend)?;
        let of = Owner::Backend(backend.name.clone());
        let key = format!("backend.{}.{key}", backend.name);
        dirs.iter().find_map(|dir| look.at(&program, dir)).map(|lack| lack.of(of, program, key))
    });
    let services = fleet.services.iter().filter_map(|service| {
        let program = command_word::of(&service.command)?;
        let key = format!("service.{}.command", service.name);
        let of = Owner::Service(service.name.clone());
        look.at(&program, &service.dir).map(|lack| lack.of(of, program, key))
    });
    let wraps = fleet.agents.iter().filter_map(|agent| {
        let program = fleet.wrap_of(agent).program()?.to_owned();
        let of = Owner::Backend(agent.backend.clone());
        let key = match &agent.wrap {
            Some(_) => format!("agent.{}.wrap", agent.name),
            None => format!("backend.{}.wrap", agent.backend),
        };
        look.at(&program, &agent.dir).map(|lack| lack.of(of, program, key))
    });
    let mut wraps: Vec<MissingProgram> = wraps.collect();
    wraps.dedup_by(|one, other| one.key == other.key);
    backends.chain(services).chain(wraps).collect()
}

/// The program that starts an agent, and the key that names it.
fn command_of(backend: &Backend) -> Option<(&'static str, String)> {
    match backend.prompt_delivery {
        PromptDelivery::Arg | PromptDelivery::Exec => {
            Some(("bin", command_word::of(&backend.bin)?))
        }
        // Code that runs before may define or fetch the program.
        PromptDelivery::Ping if backend.preamble.is_some() => None,
        PromptDelivery::Ping => {
            let program = command_word::of(&backend.attach.replace("{bin}", &backend.bin))?;
            let is_of_bin = command_word::of(&backend.bin).as_ref() == Some(&program)
                && backend.attach.contains("{bin}");
            Some((if is_of_bin { "bin" } else { "attach" }, program))
        }
    }
}

struct Look<'e> {
    environment: &'e Environment,
}

/// Why a program cannot be run, and what to do.
struct Missing {
    found: String,
    help: String,
}

impl Missing {
    fn of(self, of: Owner, program: String, key: String) -> MissingProgram {
        MissingProgram { of, program, found: self.found, help: self.help, key }
    }
}

impl Look<'_> {
    /// `None` when the program is there, or cannot be looked for. `dir` is where it would be started.
    fn at(&self, program: &str, dir: &Path) -> Option<Missing> {
        let Some(below_home) = program.strip_prefix("~/") else {
            return if program.contains('/') {
                self.by_path(&dir.join(program.trim_start_matches("./")), dir)
            } else {
                self.by_name(program, dir)
            };
        };
        self.by_path(&self.environment.home()?.join(below_home), dir)
    }

    fn by_path(&self, file: &Path, dir: &Path) -> Option<Missing> {
        // A working directory that is yet to be made may come with the program.
        if is_executable(file) || (file.starts_with(dir) && !dir.is_dir()) {
            return None;
        }
        let Err(error) = fs::metadata(file) else { return Some(not_executable(file)) };
        if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) {
            let help = match nearby::instead_of(file, is_executable) {
                Some(near) => format!("did you mean {}?", near.display()),
                None => "install it there, or name another".to_owned(),
            };
            return Some(Missing { found: format!("there is no {}", file.display()), help });
        }
        None
    }

    fn by_name(&self, program: &str, dir: &Path) -> Option<Missing> {
        let path = self.environment.search_path()?;
        let folders: Vec<PathBuf> =
            std::env::split_paths(path).map(|folder| dir.join(folder)).collect();
        let files = || folders.iter().map(|folder| folder.join(program));
        if files().any(|file| is_executable(&file)) {
            return None;
        }
        if let Some(file) = files().find(|file| file.is_file()) {
            return Some(not_executable(&file));
        }
        let help = match near_name(program, &folders) {
            Some(near) => format!("did you mean `{near}`? Else install it, or write its full path"),
            None => "install it, or write its full path".to_owned(),
        };
        Some(Missing { found: "not found on the PATH".to_owned(), help })
    }
}

fn not_executable(file: &Path) -> Missing {
    let shown = file.display();
    if file.is_dir() {
        let help = "name the program in it".to_owned();
        return Missing { found: format!("{shown} is a folder"), help };
    }
    let help = format!("`chmod +x {shown}`, or name the program that runs it");
    Missing { found: format!("{shown} is not executable"), help }
}

/// A program on the PATH with nearly that name. Short names are near to too many.
fn near_name(program: &str, folders: &[PathBuf]) -> Option<String> {
    const SHORTEST: usize = 4;
    if program.len() < SHORTEST {
        return None;
    }
    let entries = folders.iter().filter_map(|folder| folder.read_dir().ok()).flatten().flatten();
    let names: std::collections::BTreeSet<String> =
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    nearest(program, &names).map(str::to_owned)
}

fn is_executable(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}
