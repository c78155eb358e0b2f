//! What do verbs ask of the work?

use agents_config::Fleet;
use agents_tasks::Progress;
use agents_tasks::step::TaskVerb;

use super::board::{Board, Header, Held};
use super::member::{backend, namesake};

/// One request, as it lies in the store beside those of the other verbs.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkRequest {
    /// A manifest is to be carried out.
    Run(Header),
    Tasks {
        names: Vec<String>,
        verb: TaskVerb,
    },
}

/// The answer: for each name what is done, or why nothing is.
pub type Reply = Vec<(String, Result<String, String>)>;

#[derive(serde::Serialize, serde::Deserialize)]
struct Stored {
    work: WorkRequest,
}

impl WorkRequest {
    /// As it is stored; no other verb's request reads like it.
    #[must_use]
    pub fn body(&self) -> String {
        serde_json::json!({ "work": self }).to_string()
    }

    /// A stored request, if it is one of these.
    #[must_use]
    pub fn of(body: &str) -> Option<Self> {
        serde_json::from_str::<Stored>(body).ok().map(|stored| stored.work)
    }
}

/// Whether the fleet can carry it out beside all else that it does.
///
/// # Errors
/// Everything that stands in its way, a row each.
pub fn check(fleet: &Fleet, board: &Board, held: &Held) -> Result<(), String> {
    let mut problems = Vec::new();
    for task in &held.manifest.tasks {
        if let Some((other, place)) = board.task(task.id.as_str())
            && !other.work.tasks[place].state.is_over()
        {
            problems.push(format!(
                "{}: `{}` has a task of that name, which is {}; cancel that one, or rename this one",
                task.id,
                other.header.name,
                other.work.tasks[place].state.word()
            ));
        }
        if fleet.tasks.as_ref().is_some_and(|own| own.manifest.task(task.id.as_str()).is_some()) {
            problems.push(format!("{}: the config has a task of that name", task.id));
        }
        if let Some(taken) = namesake(fleet, &task.id) {
            problems.push(format!("{}: {taken}: rename one of them", task.id));
        }
        let nobody = backend(fleet, held, task, &Progress::default()).err();
        problems.extend(nobody.map(|why| format!("{}: {why}", task.id)));
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}
