//! What does a pull request say?

use crate::progress::Progress;
use crate::{Manifest, Task};

/// Title and body of a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullText {
    pub title: String,
    pub body: String,
}

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
    body += "\n## Checklist\n\n- [ ] The tests pass\n- [ ] Only what the task needs is changed\n";
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
}
