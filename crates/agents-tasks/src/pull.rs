//! What does a pull request say?

use crate::progress::Progress;
use crate::{Manifest, Task};

/// Title and body of a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullText {
    pub title: String,
    pub body: String,
}

/// So many changed files are named, and no more bytes of them; the forge shows all of them. The body is one argument of the
/// forge's program, and Linux takes none of more than 128 KiB.
const NAMED: usize = 50;
const NAMED_BYTES: usize = 8192;
/// The longest title, in characters: GitHub takes 256.
const TITLE: usize = 250;

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
        let mut bytes = 0;
        let named = changes.iter().take(NAMED).take_while(|change| {
            bytes += change.len();
            bytes <= NAMED_BYTES
        });
        let rows: Vec<String> = named.map(|change| format!("- {change}\n")).collect();
        body += &rows.concat();
        match changes.len() - rows.len() {
            0 => {}
            more if rows.is_empty() => body += &format!("- {more} with long names\n"),
            more => body += &format!("- and {more} more\n"),
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
        let path: String = path.chars().map(|it| if is_odd(it) { '?' } else { it }).collect();
        rows.push(format!("{how} `{path}`"));
    }
    rows
}

/// Whether it would end the quotation, or show the name as another one: Unicode's marks of direction and of no width.
fn is_odd(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '`' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

const CHECKLIST: &str = "\n## Checklist\n";

/// What the pull request of a task says.
#[must_use]
pub fn pull_text(manifest: &Manifest, task: &Task, progress: &Progress, onto: &[Onto]) -> PullText {
    let what = if task.title.is_empty() { task.id.as_str() } else { task.title.as_str() };
    let what = what.replace(['\n', '\r'], " ");
    let title = match task.issue {
        Some(issue) if task.title.is_empty() => format!("fix: Issue #{issue}"),
        Some(issue) => format!("fix: Issue #{issue} - {what}"),
        None => what,
    };
    let title = title.chars().take(TITLE).collect();
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
        let branches: Vec<String> = onto.iter().map(|onto| format!("`{}`", onto.branch)).collect();
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

/// What a task builds on: the work of another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Onto {
    pub branch: String,
    /// The commit that the branch led to when that task was done; it may be deleted since.
    pub head: String,
}

/// The branches that hold what the task builds on and the base may not have yet, in the order of their ends.
#[must_use]
pub fn onto(manifest: &Manifest, work: &crate::Work, place: usize) -> Vec<Onto> {
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
    let of = |other: usize| {
        let progress = work.tasks.get(other)?;
        Some(Onto { branch: progress.branch.clone(), head: progress.head.clone()? })
    };
    before.into_iter().filter_map(of).collect()
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
        assert_eq!(onto(&manifest, &work, 1), Vec::<Onto>::new());
        work.tasks[0].state = TaskState::PrOpen;
        (work.tasks[0].commits, work.tasks[0].head) = (1, Some("c".to_owned()));
        work.tasks[1].commits = 2;
        let onto = onto(&manifest, &work, 1);
        assert_eq!(onto, [Onto { branch: "fix/issue-1".to_owned(), head: "c".to_owned() }]);
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
        assert!(told.body_with(Some("A\0a\u{202e}b\0")).contains("- added `a?b`\n"));
    }

    #[test]
    fn what_a_forge_would_not_take_is_left_out() {
        let text = format!("[[task]]\nid = \"a\"\nissue = 1\ntitle = \"{}\"\n", "x".repeat(256));
        let manifest = load(&text, Format::Toml).unwrap();
        let work = Work::begin(&manifest, Now::default());
        let told = pull_text(&manifest, &manifest.tasks[0], &work.tasks[0], &[]);
        assert_eq!(told.title.chars().count(), 250);
        let long = "p".repeat(3400);
        let many = format!("A\0{long}\0").repeat(60);
        let body = told.body_with(Some(&many));
        assert!(
            body.contains("`\n- and 58 more\n\n## Checklist\n") && body.len() < 10_000,
            "{body}"
        );
        let longest = format!("A\0{}\0", "p".repeat(9000));
        let body = told.body_with(Some(&longest));
        assert!(body.contains("## Changes\n\n- 1 with long names\n\n## Checklist\n"), "{body}");
    }
}
