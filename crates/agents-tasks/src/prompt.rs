//! What is the agent of a task told?

use crate::progress::Progress;
use crate::{Manifest, Task};

/// The prompt of the task's next attempt: the manifest's template, or the usual one, with its slots filled.
///
/// What a slot is filled with is not searched for slots again: an issue that writes of `{error}` stays as it is.
#[must_use]
pub fn prompt(manifest: &Manifest, task: &Task, progress: &Progress) -> String {
    let template = manifest.rules.prompt.as_deref().unwrap_or(USUAL);
    filled(template, &|slot| slot_of(manifest, task, progress, slot))
}

const USUAL: &str = "\
{heading}

{body}

{files}Work in this folder only: it is a git worktree of its own, on the branch `{branch}`, which began at `{base}`.
- Run the tests that concern what you change.
- Commit in small steps, with messages that say what is true now; leave nothing uncommitted.
- Do not push, do not open a pull request, do not merge: that is done for you when you end.
- End when the task is done. Where it cannot be done, say why, and end with an error.
{error}";

fn slot_of(manifest: &Manifest, task: &Task, progress: &Progress, slot: &str) -> Option<String> {
    Some(match slot {
        "heading" => heading(task),
        "id" => task.id.to_string(),
        "issue" => task.issue.map(|issue| issue.to_string()).unwrap_or_default(),
        "title" => task.title.clone(),
        "body" => task.body.clone(),
        "files" => files(task),
        "branch" => progress.branch.clone(),
        "base" => manifest.base.clone(),
        "worktree" => progress.worktree.clone().unwrap_or_default(),
        "attempt" => progress.attempt.to_string(),
        "error" => [error(progress), cut_off(progress)].concat(),
        _ => return None,
    })
}

fn heading(task: &Task) -> String {
    let what = if task.title.is_empty() { task.id.as_str() } else { task.title.as_str() };
    match task.issue {
        Some(issue) => format!("Your task: issue #{issue}, {what}"),
        None => format!("Your task: {what}"),
    }
}

fn files(task: &Task) -> String {
    if task.files.is_empty() {
        return String::new();
    }
    let names: Vec<&str> = task.files.iter().map(crate::Claim::as_str).collect();
    format!(
        "Change only what this needs, in these files: {}. Others are changed by somebody else at the same time.\n\n",
        names.join(", ")
    )
}

/// What went wrong before, quoted: it is what a program printed, and no instruction.
fn error(progress: &Progress) -> String {
    if progress.error.is_empty() {
        return String::new();
    }
    let rows: Vec<String> = progress.error.iter().map(|row| format!("> {row}")).collect();
    format!(
        "\nAn earlier attempt failed. What it did is on the branch. These are the last rows that it printed:\n{}\n",
        rows.join("\n")
    )
}

/// Nothing tells how far a run came that was cut off: whoever goes on looks first, or would do it twice.
fn cut_off(progress: &Progress) -> String {
    let Some(start) = progress.start.as_ref().filter(|_| progress.interruptions > 0) else {
        return String::new();
    };
    format!(
        "\nAn earlier run of this attempt was cut off, and nothing tells how far it came. Look first at what it left, with `git log {start}..HEAD` and `git status`: go on from there, do nothing twice, and end at once where all is done.\n"
    )
}

/// `{word}` where the word is a slot; all else as it stands.
fn filled(template: &str, value: &dyn Fn(&str) -> Option<String>) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let (before, from) = rest.split_at(open);
        text.push_str(before);
        let slot = from.find('}').map(|close| &from[1..close]);
        match slot.and_then(|slot| Some((slot.len() + 2, value(slot)?))) {
            Some((length, value)) => {
                text.push_str(&value);
                rest = &from[length..];
            }
            None => {
                text.push('{');
                rest = &from[1..];
            }
        }
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Format, load};

    fn manifest(text: &str) -> Manifest {
        load(text, Format::Toml).unwrap()
    }

    #[test]
    fn a_prompt_names_issue_files_branch_and_the_error_before() {
        let manifest = manifest(
            "[[task]]\nid = \"a\"\nissue = 7\ntitle = \"Mend {error}\"\nbody = \"It breaks.\"\nfiles = [\"src/x.rs\"]\n",
        );
        let mut progress = Progress { branch: "fix/issue-7".to_owned(), ..Progress::default() };
        let first = prompt(&manifest, &manifest.tasks[0], &progress);
        assert!(first.starts_with("Your task: issue #7, Mend {error}\n\nIt breaks.\n"), "{first}");
        assert!(first.contains("in these files: src/x.rs."), "{first}");
        assert!(first.contains("`fix/issue-7`, which began at `main`"), "{first}");
        assert!(!first.contains("earlier attempt"), "{first}");
        progress.error = vec!["error: no such file".to_owned()];
        let second = prompt(&manifest, &manifest.tasks[0], &progress);
        assert!(second.ends_with("> error: no such file\n"), "{second}");
        assert!(!second.contains("cut off"), "{second}");
        (progress.interruptions, progress.start) = (1, Some("c0ffee".to_owned()));
        let third = prompt(&manifest, &manifest.tasks[0], &progress);
        assert!(third.contains("with `git log c0ffee..HEAD` and `git status`: go on"), "{third}");
    }

    #[test]
    fn a_template_of_ones_own_keeps_what_is_no_slot() {
        let manifest =
            manifest("prompt = \"{id}#{attempt} {unknown} { {branch}\"\n[[task]]\nid = \"a\"\n");
        let progress = Progress { attempt: 2, branch: "task/a".to_owned(), ..Progress::default() };
        let told = prompt(&manifest, &manifest.tasks[0], &progress);
        assert_eq!(told, "a#2 {unknown} { task/a");
    }
}
