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
        Some((3, 3)) => Finding::ok(
            TMUX,
            format!("{text}; its crash on a paste into a dead pane is guarded against"),
        ),
        Some(_) => Finding::ok(TMUX, text),
        None => Finding::warn(
            TMUX,
            format!("{text} is a build between releases"),
            "`agents doctor --tmux` tries whether it does what is needed",
        ),
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
            Finding::ok("git", format!("{} {version}", program.display()))
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
