//! How does the agent do one thing and end, as one-shot programs do?

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::DemoArgs;
use super::directive::{Directive, directives};
use super::git::{Git, GitError};

/// Between two rows of an agent that shows its work.
const ROWS: Duration = Duration::from_secs(1);

/// Does what the task says, in the worktree of this folder; the exit code.
///
/// What a kickoff orders to fail by `DEMO:exit` and `DEMO:limit` fails once in each worktree, so that one can see what comes after.
pub fn run(args: &DemoArgs, kickoff: &str) -> Result<i32, GitError> {
    let folder = Path::new(".");
    let ordered = args.scenario.iter().flat_map(|order| directives(&format!("DEMO:{order}")));
    for directive in ordered.chain(directives(kickoff)) {
        if let Some(code) = follow(&directive, args.speed, folder)? {
            return Ok(code);
        }
    }
    std::thread::sleep(args.think.div_f64(args.speed));
    let git = Git::open(folder, "demo")?;
    let heading = heading(kickoff);
    for file in files(kickoff) {
        let subject = format!("{heading}: {}", file.display());
        // An attempt that was cut off may have come so far.
        if !git.has_subject(&subject)? {
            let before = fs::read_to_string(git.path(&file)).unwrap_or_default();
            git.commit_file(&file, &format!("{before}{heading}\n"), &subject)?;
            println!("committed {}", file.display());
        }
    }
    println!("done: {heading}");
    Ok(0)
}

/// The exit code, where it orders an end.
fn follow(directive: &Directive, speed: f64, folder: &Path) -> Result<Option<i32>, GitError> {
    match directive {
        Directive::Busy(span) => {
            let mut left = span.div_f64(speed);
            while !left.is_zero() {
                println!("working");
                std::thread::sleep(left.min(ROWS));
                left = left.saturating_sub(ROWS);
            }
        }
        Directive::Silent(span) => std::thread::sleep(span.div_f64(speed)),
        Directive::Spew(_) | Directive::Promise(_) => {
            println!("a program that does one task and ends neither spews nor promises");
        }
        Directive::Say(text) => println!("{text}"),
        Directive::Fatal(text) => {
            println!("{text}");
            return Ok(Some(1));
        }
        Directive::Limit { text, .. } if is_first(folder, "limit")? => {
            println!("{text}");
            return Ok(Some(1));
        }
        Directive::Exit(code) if is_first(folder, "exit")? => {
            println!("error: ordered to end with code {code}");
            return Ok(Some(*code));
        }
        Directive::Limit { .. } | Directive::Exit(_) => {}
    }
    Ok(None)
}

/// Whether the order was not yet followed in this worktree: git's own folder of it remembers.
fn is_first(folder: &Path, order: &str) -> Result<bool, GitError> {
    let words = ["rev-parse", "--absolute-git-dir"];
    let told = Command::new("git").args(words).current_dir(folder).output();
    let told = told.map_err(|source| GitError::Start { source })?;
    let own = PathBuf::from(String::from_utf8_lossy(&told.stdout).trim().to_owned());
    let path = own.join(format!("demo-agent.{order}"));
    match fs::File::options().write(true).create_new(true).open(&path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(source) => Err(GitError::File { path, source }),
    }
}

/// What the task is about: the first row, without the words before it.
fn heading(kickoff: &str) -> &str {
    let first = kickoff.lines().map(str::trim).find(|row| !row.is_empty()).unwrap_or("a task");
    first.strip_prefix("Your task: ").unwrap_or(first)
}

/// The files that the task names; one of its own where it names none.
fn files(kickoff: &str) -> Vec<PathBuf> {
    let row = kickoff.lines().find_map(|row| row.split_once("in these files: "));
    let names = row.and_then(|(_, rest)| rest.split_once(". Others ")).map(|(names, _)| names);
    let is_file = |name: &&str| !name.contains(['*', '?']) && !name.ends_with('/');
    let named: Vec<PathBuf> = names
        .into_iter()
        .flat_map(|names| names.split(", "))
        .filter(is_file)
        .map(PathBuf::from)
        .collect();
    if named.is_empty() {
        let stem: String = heading(kickoff)
            .chars()
            .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
            .take(40)
            .collect();
        return vec![PathBuf::from(format!("work-{stem}.txt"))];
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_and_the_heading_are_those_of_the_prompt() {
        let kickoff = "Your task: issue #3, Mend it\n\nBody.\n\nChange only what this needs, in these files: a.js, b/c.js, d/. Others are changed by somebody else.\n";
        assert_eq!(heading(kickoff), "issue #3, Mend it");
        assert_eq!(files(kickoff), [PathBuf::from("a.js"), PathBuf::from("b/c.js")]);
        assert_eq!(files("Your task: do it\n"), [PathBuf::from("work-do-it.txt")]);
    }
}
