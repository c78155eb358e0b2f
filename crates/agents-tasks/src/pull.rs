//! What does a pull request say?

use crate::progress::Progress;
use crate::{Manifest, Task};

/// Title and body of a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullText {
    pub title: String,
    pub body: String,
}

/// So many changed files are named; the forge shows all of them.
const NAMED: usize = 50;

impl PullText {
    /// The body with the changed files, where they are known: `names` is what `git diff --name-status --no-renames -z` says.
    #[must_use]
    pub fn body_with(&self, names: Option<&str>) -> String {
        let changes = names.map(changes).unwrap_or_default();
        let (Some((first, rest)), false) = (self.body.split_once(CHECKLIST), changes.is_empty())
        else {
            return self.body.clone();
        };
        let mut body = format!("{first}\n## Changes\n\n");
        for change in changes.iter().take(NAMED) {
            body += &format!("- {change}\n");
        }
        if changes.len() > NAMED {
            body += &format!("- and {} more\n", changes.len() - NAMED);
        }
        body + CHECKLIST + rest
    }
}

/// A row for each file; a name is what somebody chose, so nothing in it is left to mean anything.
fn changes(names: &str) -> Vec<String> {
    let mut fields = names.split('\0');
    let mut rows = Vec::new();
    while let (Some(kind), Some(path)) = (fields.next(), fields.next()) {
        let how = match kind.as_bytes().first() {
            Some(b'A') => "added",
            Some(b'D') => "deleted",
            _ => "changed",
        };
        let path: String =
            path.chars().map(|it| if it.is_control() || it == '`' { '?' } else { it }).collect();
        rows.push(format!("{how} `{path}`"));
    }
    rows
}

const CHECKLIST: &str = "\n## Checklist\n";

/// What the pull request of a task says.
#[must_use]
pub fn pull_text(
    manifest: &Manifest,
    task: &Task,
    progress: &Progress,
    onto: &[String],
) -> PullText {
    let what = if task.title.is_empty() { task.id.as_str() } else { task.title.as_str() };
    let what = what.replace(['\n', '\r'], " ");
    let title = match task.issue {
        Some(issue) if task.title.is_empty() => format!("fix: Issue #{issue}"),
        Some(issue) => format!("fix: Issue #{issue} - {what}"),
        None => what,
    };
    let mut body = String::new();
    if let Some(issue) = task.issue {
        body += &format!("Closes #{issue}\n\n");
    }
    let commits = if progress.commits == 1 { "commit" } else { "commits" };
    body += &format!("{} {commits} of the task `{}`", progress.commits, task.id);
    if progress.attempt > 1 {
        body += &format!(", by attempt {}", progress.attempt);
    }
    body += ".\n";
    if !onto.is_empty() {
        let branches: Vec<String> = onto.iter().map(|branch| format!("`{branch}`")).collect();
        body += &format!(
            "\nIt builds on {}, and shows those changes too until they are merged.\n",
            branches.join(", ")
        );
    }
    body += CHECKLIST;
    body += "\n- [ ] The tests pass\n- [ ] Only what the task needs is changed\n";
    for row in &manifest.rules.checklist {
        body += &format!("- [ ] {row}\n");
    }
    PullText { title, body }
}

/// The branches that hold what the task builds on and the base may not have yet, in the order of their ends.
#[must_use]
pub fn onto(manifest: &Manifest, work: &crate::Work, place: usize) -> Vec<String> {
    let Some(task) = manifest.tasks.get(place) else { return Vec::new() };
    let counts = |other: &usize| {
        let is_before = task.depends_on.contains(other)
            || crate::schedule::shared(manifest, place, *other).is_some();
        let progress = work.tasks.get(*other);
        is_before
            && *other != place
            && progress.is_some_and(|it| it.state.is_done() && it.commits > 0 && it.head.is_some())
            && progress.is_some_and(|it| it.state != crate::TaskState::Merged)
    };
    let mut before: Vec<usize> = (0..manifest.tasks.len()).filter(counts).collect();
    before.sort_by_key(|other| work.tasks.get(*other).and_then(|it| it.ended_ms));
    before.into_iter().filter_map(|other| Some(work.tasks.get(other)?.branch.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Now;
    use crate::{Format, TaskState, Work, load};

    #[test]
    fn a_pull_request_closes_its_issue_and_names_what_it_builds_on() {
        let text = "checklist = [\"The docs say it\"]\n[[task]]\nid = \"a\"\nissue = 1\n\
                    [[task]]\nid = \"b\"\nissue = 2\ntitle = \"Mend\\nit\"\ndependsOn = [\"a\"]\n";
        let manifest = load(text, Format::Toml).unwrap();
        let mut work = Work::begin(&manifest, Now::default());
        assert_eq!(onto(&manifest, &work, 1), Vec::<String>::new());
        work.tasks[0].state = TaskState::PrOpen;
        (work.tasks[0].commits, work.tasks[0].head) = (1, Some("c".to_owned()));
        work.tasks[1].commits = 2;
        let onto = onto(&manifest, &work, 1);
        assert_eq!(onto, ["fix/issue-1"]);
        let told = pull_text(&manifest, &manifest.tasks[1], &work.tasks[1], &onto);
        assert_eq!(told.title, "fix: Issue #2 - Mend it");
        assert!(
            told.body.starts_with("Closes #2\n\n2 commits of the task `b`.\n"),
            "{}",
            told.body
        );
        assert!(told.body.contains("It builds on `fix/issue-1`,"), "{}", told.body);
        assert!(told.body.ends_with("- [ ] The docs say it\n"), "{}", told.body);
        work.tasks[0].state = TaskState::Merged;
        assert!(super::onto(&manifest, &work, 1).is_empty());
    }

    #[test]
    fn a_pull_request_names_the_files_that_it_changes_and_nothing_in_a_name_means_anything() {
        let manifest = load("[[task]]\nid = \"a\"\n", Format::Toml).unwrap();
        let work = Work::begin(&manifest, Now::default());
        let told = pull_text(&manifest, &manifest.tasks[0], &work.tasks[0], &[]);
        assert_eq!(
            (told.body_with(None), told.body_with(Some(""))),
            (told.body.clone(), told.body.clone())
        );
        let body = told.body_with(Some("M\0src/a.rs\0A\0it`s\n@all\0D\0old\0T\0link\0"));
        let (before, rest) = body.split_once("\n## Changes\n\n").unwrap();
        assert_eq!(before, "0 commits of the task `a`.\n");
        let (rows, after) = rest.split_once("\n## Checklist\n\n- [ ] ").unwrap();
        assert_eq!(
            rows,
            "- changed `src/a.rs`\n- added `it?s?@all`\n- deleted `old`\n- changed `link`\n"
        );
        assert!(after.starts_with("The tests pass\n"));
        let many: String = (0..53).map(|it| format!("A\0f{it}\0")).collect();
        let body = told.body_with(Some(&many));
        assert!(body.contains("- added `f49`\n- and 3 more\n\n## Checklist\n"), "{body}");
    }
}
