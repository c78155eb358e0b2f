//! What came of a manifest? Rows for people and programs.

use serde_json::{Value, json};

use crate::progress::Progress;
use crate::{Manifest, Task, TaskState, Work};

/// A phase, as far as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhaseProgress {
    pub name: String,
    pub over: usize,
    pub total: usize,
    /// Since its first task began.
    pub elapsed_ms: Option<u64>,
    /// How much longer it may take, by the tasks of the manifest that were done.
    pub left_ms: Option<u64>,
}

/// How far each phase is.
#[must_use]
pub fn phases(manifest: &Manifest, work: &Work, now_ms: i64) -> Vec<PhaseProgress> {
    let times: Vec<u64> = work.tasks.iter().filter_map(took).collect();
    let of = |(place, phase): (usize, &crate::Phase)| {
        let tasks = || {
            let own = manifest.tasks.iter().zip(&work.tasks);
            own.filter(move |(task, _)| task.phase == place).map(|(_, progress)| progress)
        };
        let (total, over) = (tasks().count(), tasks().filter(|it| it.state.is_over()).count());
        let running = tasks().filter(|it| it.state.is_under_way()).count().max(1) as u64;
        let first = tasks().filter_map(|it| it.started_ms).min();
        let last = tasks().filter_map(|it| it.ended_ms).max().filter(|_| over == total);
        let mean = times.iter().sum::<u64>().checked_div(times.len() as u64);
        PhaseProgress {
            name: phase.name.clone(),
            over,
            total,
            elapsed_ms: first.map(|first| unsigned(last.unwrap_or(now_ms) - first)),
            left_ms: mean
                .filter(|_| over < total)
                .map(|mean| mean * (total - over) as u64 / running),
        }
    };
    manifest.phases.iter().enumerate().map(of).collect()
}

fn unsigned(span: i64) -> u64 {
    u64::try_from(span).unwrap_or(0)
}

/// How long a task that is done took, or `None`.
fn took(progress: &Progress) -> Option<u64> {
    let is_done = progress.state.is_done();
    Some(unsigned(progress.ended_ms? - progress.started_ms?)).filter(|_| is_done)
}

/// One task, for programs.
#[must_use]
pub fn task_json(manifest: &Manifest, task: &Task, progress: &Progress) -> Value {
    json!({
        "id": task.id.as_str(),
        "phase": manifest.phases.get(task.phase).map(|phase| &phase.name),
        "issue": task.issue,
        "title": task.title,
        "state": progress.state.word(),
        "reason": progress.reason,
        "since_ms": progress.since_ms,
        "attempt": progress.attempt,
        "started_ms": progress.started_ms,
        "ended_ms": progress.ended_ms,
        "branch": progress.branch,
        "worktree": progress.worktree,
        "kept": progress.kept,
        "start": progress.start,
        "head": progress.head,
        "commits": progress.commits,
        "exit": progress.exit,
        "conversation": progress.conversation,
        "said": progress.said,
        "error": progress.error,
        "pull": progress.pull,
        "cost": progress.spent.map(|spent| spent.json()),
    })
}

/// The report in Markdown; `clock` says a moment of the wall clock for people.
#[must_use]
pub fn markdown(
    name: &str,
    manifest: &Manifest,
    work: &Work,
    (now_ms, clock): (i64, &dyn Fn(i64) -> String),
) -> String {
    let over = work.tasks.iter().filter(|task| task.state.is_over()).count();
    let mut text = format!("# {name}\n\n{over} of {} tasks are at their end", work.tasks.len());
    let counted: Vec<String> = TaskState::ALL
        .into_iter()
        .filter_map(|state| {
            let count = work.tasks.iter().filter(|task| task.state == state).count();
            (count > 0).then(|| format!("{count} {}", state.word()))
        })
        .collect();
    text += &format!(": {}.\n", counted.join(", "));
    for (place, phase) in phases(manifest, work, now_ms).into_iter().enumerate() {
        let elapsed = phase.elapsed_ms.map_or_else(String::new, |it| format!(", {}", span(it)));
        let left =
            phase.left_ms.map_or_else(String::new, |it| format!(", about {} left", span(it)));
        let counted = format!("{} of {}{elapsed}{left}", phase.over, phase.total);
        text += &format!("\n## {}\n\n{counted}\n\n", phase.name);
        text += "| task | state | attempts | began | took | commits | pull request |\n";
        text += "| --- | --- | --- | --- | --- | --- | --- |\n";
        for (task, it) in
            manifest.tasks.iter().zip(&work.tasks).filter(|(task, _)| task.phase == place)
        {
            let began = it.started_ms.map_or_else(String::new, clock);
            let took = it.started_ms.zip(it.ended_ms);
            let took = took.map_or_else(String::new, |(from, to)| span(unsigned(to - from)));
            let pull = it.pull.as_ref().map_or_else(String::new, |pull| cell(&pull.url));
            text += &format!(
                "| {} | {} | {} | {began} | {took} | {} | {pull} |\n",
                titled(task),
                it.state.word(),
                it.attempt,
                it.commits
            );
        }
    }
    let drawn = crate::timeline::rows(manifest, work, now_ms, 60);
    if !drawn.is_empty() {
        text += &format!("\n## Timeline\n\n```text\n{}\n```\n", drawn.join("\n"));
    }
    let open = manifest.tasks.iter().zip(&work.tasks).filter(|(_, it)| !it.state.is_over());
    let open: Vec<String> = open
        .map(|(task, it)| format!("- {}: {}, {}\n", task.id, it.state.word(), cell(&it.reason)))
        .collect();
    if !open.is_empty() {
        text += &format!("\n## Open\n\n{}", open.concat());
    }
    text
}

fn titled(task: &Task) -> String {
    let issue = task.issue.map_or_else(String::new, |issue| format!(" #{issue}"));
    let title =
        if task.title.is_empty() { String::new() } else { format!(" {}", cell(&task.title)) };
    format!("{}{issue}{title}", task.id)
}

/// Text of others in a cell of a table.
fn cell(text: &str) -> String {
    text.replace(['\n', '\r', '\t'], " ").replace('|', "\\|")
}

/// A span for people.
#[must_use]
pub fn span(ms: u64) -> String {
    match ms / 1000 {
        seconds @ 0..=119 => format!("{seconds} s"),
        seconds @ 120..=7199 => format!("{} min", seconds / 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Now;
    use crate::{Format, load};

    #[test]
    fn a_report_counts_names_and_guesses_from_what_was_done() {
        let text = "[[phase]]\nname = \"one\"\n[[task]]\nid = \"a\"\nissue = 3\ntitle = \"x | y\"\n\
                    [[task]]\nid = \"b\"\n[[task]]\nid = \"c\"\n";
        let manifest = load(text, Format::Toml).unwrap();
        let mut work = Work::begin(&manifest, Now::default());
        work.tasks[0].state = TaskState::Complete;
        (work.tasks[0].started_ms, work.tasks[0].ended_ms) = (Some(1_000), Some(61_000));
        work.tasks[1].state = TaskState::Running;
        work.tasks[1].started_ms = Some(61_000);
        let far = &phases(&manifest, &work, 91_000)[0];
        assert_eq!((far.over, far.total), (1, 3));
        assert_eq!((far.elapsed_ms, far.left_ms), (Some(90_000), Some(120_000)));
        let told = markdown("w", &manifest, &work, (91_000, &|ms| format!("at {ms}")));
        assert!(
            told.starts_with(
                "# w\n\n1 of 3 tasks are at their end: 1 pending, 1 running, 1 complete.\n"
            ),
            "{told}"
        );
        assert!(
            told.contains("| a #3 x \\| y | complete | 0 | at 1000 | 60 s | 0 |  |\n"),
            "{told}"
        );
        assert!(told.contains("\n## Open\n\n- b: running, \n- c: pending, \n"), "{told}");
    }
}
