//! What is to come for the tasks, and when?

use agents_config::Fleet;
use agents_decide::{Moment, Now};
use agents_tasks::{Progress, Stage, TaskState};
use agents_watchdog::work::Board;
use chrono::SecondsFormat;
use serde_json::{Value, json};

/// What is to come for one task that is not at its end.
pub(super) struct Foretold {
    work: String,
    task: String,
    state: TaskState,
    reason: String,
    /// What comes, and when.
    next: Option<(String, Moment)>,
}

/// What is to come for the tasks of the fleet.
pub(super) struct Tasks {
    foretold: Vec<Foretold>,
    /// So many tasks of the config were not taken up yet.
    declared: usize,
}

impl Tasks {
    pub fn of(board: &Board, fleet: &Fleet, now: Now) -> Self {
        let mut foretold = Vec::new();
        for held in &board.works {
            for (task, it) in held.manifest.tasks.iter().zip(&held.work.tasks) {
                if it.stage != Stage::Over {
                    foretold.push(Foretold {
                        work: held.header.name.clone(),
                        task: task.id.to_string(),
                        state: it.state,
                        reason: it.reason.clone(),
                        next: next(it, now),
                    });
                }
            }
        }
        let declared = fleet.tasks.as_ref().filter(|_| board.declared().is_none());
        Self { foretold, declared: declared.map_or(0, |tasks| tasks.manifest.tasks.len()) }
    }

    pub fn lines(&self, now: Now) -> Vec<String> {
        let mut lines: Vec<String> = self.foretold.iter().map(|it| it.line(now)).collect();
        if self.declared > 0 {
            let count = self.declared;
            let tasks = if count == 1 { "1 task".to_owned() } else { format!("{count} tasks") };
            lines.push(format!("  the config declares {tasks}, which a watchdog begins"));
        }
        lines
    }

    pub fn json(&self, now: Now) -> Vec<Value> {
        self.foretold.iter().map(|it| it.json(now)).collect()
    }
}

impl Foretold {
    fn line(&self, now: Now) -> String {
        let reason =
            if self.reason.is_empty() { String::new() } else { format!(": {}", self.reason) };
        let next = self.next.as_ref();
        let next =
            next.map_or_else(String::new, |(what, at)| format!("; {what} at {}", now.point(*at)));
        format!("  task {}: {}{reason}{next}", self.task, self.state.word())
    }

    fn json(&self, now: Now) -> Value {
        let at = |at: Moment| now.wall_of(at).to_rfc3339_opts(SecondsFormat::Secs, true);
        json!({
            "work": self.work,
            "task": self.task,
            "state": self.state.word(),
            "reason": self.reason,
            "next": self.next.as_ref().map(|(what, _)| what),
            "next_at": self.next.as_ref().map(|(_, moment)| at(*moment)),
        })
    }
}

/// What waits for nothing but its time.
fn next(it: &Progress, now: Now) -> Option<(String, Moment)> {
    let (what, at) = match &it.stage {
        Stage::Waiting { from } => (format!("attempt {}", it.attempt + 1), *from),
        Stage::Preparing | Stage::Judging | Stage::Pushing | Stage::Opening => {
            ("it is tried again".to_owned(), it.errand_from)
        }
        Stage::Starting { .. } | Stage::Working { .. } | Stage::Ending { .. } | Stage::Over => {
            return None;
        }
    };
    (at > now.at.0).then_some((what, Moment(at)))
}
