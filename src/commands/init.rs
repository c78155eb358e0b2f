//! `agents init`: write a first agents.toml that works as it is, its schema and its prompts.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::app::{App, find_program, say};
use crate::cli::Init;
use crate::error::{Error, code};

mod file;
pub mod programs;
#[cfg(test)]
mod tests;

use self::file::Starter;
use self::programs::{PROGRAMS, Program};

const PROMPTS: [(&str, &str); 4] = [
    ("builder.md", include_str!("../../prompts/builder.md")),
    ("adversary.md", include_str!("../../prompts/adversary.md")),
    ("kickoff.md", include_str!("../../prompts/kickoff.md")),
    ("wake.md", include_str!("../../prompts/wake.md")),
];

pub fn run(_: &App, init: &Init) -> Result<u8, Error> {
    let dir = init.dir.clone().unwrap_or_else(|| PathBuf::from("."));
    let config = dir.join("agents.toml");
    if fs::symlink_metadata(&config).is_ok() {
        return Err(refusal(&config));
    }
    if std::path::absolute(&dir)?.to_str().is_none() {
        return Err(Error::Failed(format!(
            "the name of the folder {} is not UTF-8; rename it, or choose another",
            dir.display()
        )));
    }
    fs::create_dir_all(dir.join("prompts")).map_err(|error| failed("make", &dir, &error))?;
    let found: Vec<&Program> = PROGRAMS.iter().filter(|it| find_program(it.bin).is_ok()).collect();
    let folder = dir.canonicalize().map_err(|error| failed("use", &dir, &error))?;
    let starter = Starter { folder: &folder, found: &found, demo: &demo_command() };

    for (name, text) in PROMPTS {
        write_unless_there(&dir.join("prompts").join(name), text)?;
    }
    write_unless_there(&dir.join("agents.schema.json"), &agents_config::schema())?;
    // Last, so that an `init` that was interrupted can be run again.
    if !write_new(&config, &starter.text()).map_err(|error| failed("write", &config, &error))? {
        return Err(refusal(&config));
    }
    say(&next_steps(&dir, &found));
    Ok(code::DONE)
}

fn next_steps(dir: &Path, found: &[&Program]) -> String {
    let backends: Vec<&str> = found.iter().map(|program| program.name).collect();
    let with = match backends.as_slice() {
        [] => "the demo backend, since no agent program was found on the PATH".to_owned(),
        [first, ..] => format!("backends for {}; the worker uses {first}", backends.join(", ")),
    };
    let file = dir.join("agents.toml");
    let shown = file.strip_prefix(".").unwrap_or(&file);
    let go = if dir == Path::new(".") {
        String::new()
    } else {
        format!("  cd {}\n", shell_word(&dir.to_string_lossy()))
    };
    format!(
        "wrote {}, its schema and prompts/, with {with}\n\nnext:\n{go}  agents check     look at the file after each edit\n  \
         agents up        start the worker and the watchdog\n  agents status    what runs\n  agents down      stop everything\n\n\
         keep .agents/ (logs and state) out of git",
        shown.display()
    )
}

/// The demo agent as a piece of shell: by name where the PATH leads to this very program.
fn demo_command() -> String {
    let myself = std::env::current_exe().and_then(|path| path.canonicalize());
    let on_path = find_program("agents").ok().and_then(|path| path.canonicalize().ok());
    match myself {
        Ok(path) if on_path.as_deref() != Some(path.as_path()) => match path.to_str() {
            Some(path) => format!("{} demo-agent", shell_word(path)),
            None => "agents demo-agent".to_owned(),
        },
        Ok(_) | Err(_) => "agents demo-agent".to_owned(),
    }
}

/// The text as one word of a shell command line.
fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn write_unless_there(path: &Path, text: &str) -> Result<(), Error> {
    if !write_new(path, text).map_err(|error| failed("write", path, &error))? {
        say(&format!("{} is there already — left as it is", path.display()));
    }
    Ok(())
}

/// False when something of that name is there, whatever it is.
fn write_new(path: &Path, text: &str) -> io::Result<bool> {
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => file.write_all(text.as_bytes()).map(|()| true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

fn refusal(config: &Path) -> Error {
    Error::Failed(format!("{} already exists — refusing to overwrite", config.display()))
}

fn failed(what: &str, path: &Path, error: &io::Error) -> Error {
    Error::Failed(format!("cannot {what} {}: {error}", path.display()))
}
