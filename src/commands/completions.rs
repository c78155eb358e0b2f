//! `agents completions`: how does a shell complete verbs, options and the names of the fleet?

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::Shells;

use crate::app::{known_names, print};
use crate::error::{Error, code};
use crate::in_force::InForce;

pub fn run(shell: &str) -> Result<u8, Error> {
    let shells = Shells::builtins();
    let Some(shell) = shells.completer(shell) else {
        let known: Vec<&str> = shells.names().collect();
        return Err(Error::Usage(format!(
            "there is no shell `{shell}`; known: {}",
            known.join(", ")
        )));
    };
    let mut script = Vec::new();
    // By its name, not by its path, so that the script outlives an update that moves the program.
    shell.write_registration("COMPLETE", "agents", "agents", "agents", &mut script)?;
    print(&String::from_utf8_lossy(&script))?;
    Ok(code::DONE)
}

/// The names of agents and services that begin with what is typed; none when no fleet is in force.
pub fn names() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| {
        let Some(typed) = typed.to_str() else { return Vec::new() };
        let config = config_of(std::env::args_os(), std::env::var_os("AGENTS_CONFIG"));
        let Ok(in_force) = InForce::of(&config) else { return Vec::new() };
        let names =
            known_names(&in_force.loaded.fleet).into_iter().map(|name| name.as_str().to_owned());
        names.filter(|name| name.starts_with(typed)).map(CompletionCandidate::new).collect()
    })
}

/// The config that the words on the command line mean.
fn config_of(words: impl Iterator<Item = OsString>, variable: Option<OsString>) -> PathBuf {
    let mut words = words;
    while let Some(word) = words.next() {
        if word == "--config" {
            if let Some(path) = words.next() {
                return path.into();
            }
        } else if let Some(path) = word.to_str().and_then(|word| word.strip_prefix("--config=")) {
            return path.into();
        }
    }
    variable.filter(|path| !path.is_empty()).map_or_else(|| "agents.toml".into(), PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_config_is_named_on_the_line_then_by_the_variable_then_by_habit() {
        let words =
            |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>().into_iter();
        let variable = || Some(OsString::from("v.toml"));
        for (line, variable, config) in [
            ("agents -- agents --config a.toml up", variable(), "a.toml"),
            ("agents -- agents up --config=b.toml", None, "b.toml"),
            ("agents -- agents up", variable(), "v.toml"),
            ("agents -- agents up", Some(OsString::new()), "agents.toml"),
            ("agents -- agents up --config", None, "agents.toml"),
        ] {
            assert_eq!(config_of(words(line), variable), PathBuf::from(config), "{line}");
        }
    }
}
