//! Are the programs there that a fleet needs, and is the PATH safe that finds them?

use std::path::{Path, PathBuf};
use std::process::Command;

use agents_tmux::{Place, Socket, TmuxVersion};

use crate::app::find_program;
use crate::commands::selftest;
use crate::error::Error;
use crate::operate::runtime;

use super::{Finding, Level};

const TMUX: &str = "tmux";

/// Whether there is a tmux that has what we need.
pub fn tmux() -> Finding {
    let Ok(program) = find_program("tmux") else {
        return Finding::fail(TMUX, "not found on the PATH", "install tmux 3.2 or newer");
    };
    let place = Place::new(&program, Socket::Default);
    let asked = runtime().map_err(|error| error.to_string()).and_then(|runtime| {
        runtime.block_on(place.tmux_version()).map_err(|error| error.to_string())
    });
    match asked {
        Ok(version) => judge_tmux(&program, &version),
        Err(error) => Finding::fail(TMUX, error, "see that `tmux -V` prints a version"),
    }
}

pub fn judge_tmux(program: &Path, version: &TmuxVersion) -> Finding {
    let text = format!("{} {}", program.display(), version.text);
    if !version.is_supported() {
        let (major, minor) = TmuxVersion::OLDEST;
        let text = format!("{text} is too old");
        return Finding::fail(TMUX, text, format!("install tmux {major}.{minor} or newer"));
    }
    match version.number {
        Some(number) => match known_fault(number) {
            Some(fault) => Finding::ok(TMUX, format!("{text}; {fault}")),
            None => Finding::ok(TMUX, text),
        },
        None => Finding::warn(
            TMUX,
            format!("{text} is a build between releases"),
            "`agents doctor --tmux` tries whether it does what is needed",
        ),
    }
}

/// What versions of that number are known to do wrong, and what is done about it.
fn known_fault(number: (u32, u32)) -> Option<&'static str> {
    if number < (3, 4) {
        return Some(
            "it crashes on a paste into a dead pane, and when sessions come or go while the watchdog connects; the first \
             is guarded against, and the watchdog connects in quiet moments only; 3.7 or newer has neither",
        );
    }
    (number < (3, 7)).then_some(
        "it crashes when sessions come or go while the watchdog connects, which it does in quiet moments only; 3.7 or \
         newer does not",
    )
}

/// The oldest git that has all we ask of it: `fetch --no-write-fetch-head`.
const OLDEST_GIT: (u32, u32) = (2, 29);

/// What `git --version` printed.
pub fn judge_git(program: &Path, said: &str) -> Finding {
    let text = format!("{} {said}", program.display());
    let mut numbers = said.split(|c: char| !c.is_ascii_digit()).filter_map(|it| it.parse().ok());
    let (oldest, older) = OLDEST_GIT;
    let advice = format!("install git {oldest}.{older} or newer; without it handoffs are not seen");
    match (numbers.next(), numbers.next()) {
        (Some(major), Some(minor)) if (major, minor) >= OLDEST_GIT => Finding::ok("git", text),
        (Some(_), Some(_)) => Finding::warn("git", format!("{text} is too old"), advice),
        _ => Finding::warn("git", format!("{text}: no version that can be read"), advice),
    }
}

/// Whether there is a git.
pub fn git() -> Finding {
    let advice = "install git; without it handoffs are not seen";
    let Ok(program) = find_program("git") else {
        return Finding::warn("git", "not found on the PATH", advice);
    };
    match Command::new(&program).arg("--version").output() {
        Ok(output) if output.status.success() => {
            let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            judge_git(&program, &version)
        }
        Ok(output) => Finding::warn(
            "git",
            format!("{} ends with {}", program.display(), output.status),
            advice,
        ),
        Err(error) => Finding::warn("git", format!("{}: {error}", program.display()), advice),
    }
}

/// Whether somebody else could slip a program into the PATH.
pub fn path() -> Finding {
    let path = std::env::var_os("PATH").unwrap_or_default();
    judge_path(&std::env::split_paths(&path).collect::<Vec<PathBuf>>())
}

pub fn judge_path(folders: &[PathBuf]) -> Finding {
    use std::os::unix::fs::PermissionsExt as _;
    let is_open = |folder: &Path| {
        // The sticky bit keeps others from replacing files, not from adding some.
        std::fs::metadata(folder)
            .is_ok_and(|it| it.is_dir() && it.permissions().mode() & 0o002 != 0)
    };
    let mut doubts = Vec::new();
    for folder in folders {
        if !folder.is_absolute() {
            doubts.push(format!("`{}` is relative", folder.display()));
        } else if is_open(folder) {
            doubts.push(format!("everybody may write to {}", folder.display()));
        }
    }
    if doubts.is_empty() {
        return Finding::ok(
            "PATH",
            format!("{} folders, all absolute, none open to everybody", folders.len()),
        );
    }
    let advice = "take these folders off the PATH: agents would run programs that others put there";
    Finding::warn("PATH", doubts.join(", "), advice)
}

/// What the drivers rely on, tried on servers of their own.
///
/// # Errors
/// When nothing can be run at all.
pub fn conformance() -> Result<Vec<Finding>, Error> {
    let Ok(tmux) = find_program("tmux") else {
        return Ok(vec![Finding::warn(
            "tmux suite",
            "skipped: no tmux",
            "install tmux 3.2 or newer",
        )]);
    };
    let checks = selftest::conformance(&tmux)?;
    let failed = checks.iter().filter(|check| !check.passed);
    let advice =
        "this tmux does not do what the drivers rely on; use another version, and report it";
    let mut findings: Vec<Finding> = failed
        .map(|check| {
            Finding::fail("tmux suite", format!("{}: {}", check.name, check.detail), advice)
        })
        .collect();
    let text = format!("{} of {} checks pass", checks.len() - findings.len(), checks.len());
    let level = if findings.is_empty() { Level::Ok } else { Level::Fail };
    findings.push(Finding { level, about: "tmux suite", text, advice: String::new() });
    Ok(findings)
}
