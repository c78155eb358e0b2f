//! Is the manifest sound, and if not, what is wrong with it?

mod checks;
mod meant;
mod names;
mod rules;
#[cfg(test)]
mod tests;

use agents_names::AgentName;
pub use checks::RESERVED;

use crate::raw::{RawManifest, RawTask};
use crate::{Manifest, Phase, Problem, Task};

/// The two forms of a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Json,
    Toml,
}

impl Format {
    /// By the end of the file's name: `.json` is JSON, all else TOML.
    #[must_use]
    pub fn of(file: &std::path::Path) -> Self {
        match file.extension().and_then(std::ffi::OsStr::to_str) {
            Some(end) if end.eq_ignore_ascii_case("json") => Self::Json,
            Some(_) | None => Self::Toml,
        }
    }
}

/// Why there is no manifest.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It is not of its form; the text names the line.
    #[error("{0}")]
    Form(String),
    /// Everything that is wrong with what it says.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Problems(Vec<Problem>),
}

/// A manifest from its text.
///
/// # Errors
/// The first error of form, or else every problem of what it says.
pub fn load(text: &str, format: Format) -> Result<Manifest, LoadError> {
    load_by(text, format, |manifest, problems| {
        checks::check(manifest, problems);
        checks::check_new(manifest, problems);
    })
}

/// The same of a text that was taken up before, by a version of the program that may have asked for less.
///
/// # Errors
/// As [`load`].
pub fn load_stored(text: &str, format: Format) -> Result<Manifest, LoadError> {
    load_by(text, format, checks::check)
}

fn load_by(
    text: &str,
    format: Format,
    check: impl FnOnce(&Manifest, &mut Vec<Problem>),
) -> Result<Manifest, LoadError> {
    let raw = read(text, format).map_err(LoadError::Form)?;
    let mut problems = Vec::new();
    let manifest = resolve(raw, &mut problems);
    check(&manifest, &mut problems);
    if problems.is_empty() { Ok(manifest) } else { Err(LoadError::Problems(problems)) }
}

fn read(text: &str, format: Format) -> Result<RawManifest, String> {
    match format {
        Format::Json => serde_json::from_str(text).map_err(|error| meant::told(&error.to_string())),
        Format::Toml => toml::from_str(text).map_err(|error| meant::told(&error.to_string())),
    }
}

/// The phase of tasks that name none, where the file declares none.
const ONLY_PHASE: &str = "all";

fn resolve(mut raw: RawManifest, problems: &mut Vec<Problem>) -> Manifest {
    if raw.max_parallel == Some(0) {
        problems.push(Problem::NothingAtOnce);
    }
    let branch = raw.branch.clone();
    let rules = rules::of(&mut raw, problems);
    let (phases, rows) = in_phases(raw.phases, raw.tasks, problems);
    let ids: Vec<String> = rows.iter().map(|(_, row)| row.id.clone()).collect();
    if ids.is_empty() {
        problems.push(Problem::NoTask);
    }
    let mut tasks = Vec::new();
    let mut kept = Vec::new();
    for (phase, row) in rows {
        let Some(id) = names::id(&row.id, &kept, problems) else { continue };
        kept.push(row.id.clone());
        let depends_on = names::places(&row, &ids, problems);
        tasks.push(task((phase, id, depends_on), row, branch.as_deref(), problems));
    }
    // A task that was left out would shift the places of those behind it.
    if tasks.len() != ids.len() {
        tasks.iter_mut().for_each(|task| task.depends_on.clear());
    }
    Manifest {
        project: raw.project,
        repo: raw.repo,
        base: raw.base.unwrap_or_else(|| "main".to_owned()),
        model: raw.model,
        max_parallel: raw.max_parallel,
        rules,
        phases,
        tasks,
    }
}

/// The phases, and every task with the place of its phase, in the order of the phases.
fn in_phases(
    raw_phases: Vec<crate::raw::RawPhase>,
    loose: Vec<RawTask>,
    problems: &mut Vec<Problem>,
) -> (Vec<Phase>, Vec<(usize, RawTask)>) {
    let mut phases: Vec<Phase> = Vec::new();
    let mut rows = Vec::new();
    for phase in raw_phases {
        if phases.iter().any(|earlier| earlier.name == phase.name) {
            problems.push(Problem::PhaseTwice(phase.name.clone()));
        }
        rows.extend(phase.tasks.into_iter().map(|task| (phases.len(), task)));
        phases.push(Phase { name: phase.name });
    }
    if phases.is_empty() {
        phases.push(Phase { name: ONLY_PHASE.to_owned() });
    }
    for row in loose {
        let wanted = row.phase.clone();
        let place = match &wanted {
            None => Some(0),
            Some(name) => phases.iter().position(|phase| phase.name == *name),
        };
        if let (None, Some(phase)) = (place, wanted) {
            let known = phases.iter().map(|phase| phase.name.clone()).collect();
            problems.push(Problem::UnknownPhase { task: row.id.clone(), phase, known });
        }
        rows.push((place.unwrap_or_default(), row));
    }
    rows.sort_by_key(|(phase, _)| *phase);
    (phases, rows)
}

fn task(
    (phase, id, depends_on): (usize, AgentName, Vec<usize>),
    row: RawTask,
    template: Option<&str>,
    problems: &mut Vec<Problem>,
) -> Task {
    let files = names::claims(&row, problems);
    let branch = names::branch(&row, template, problems);
    Task {
        id,
        phase,
        issue: row.issue,
        title: row.title,
        body: row.body,
        files,
        depends_on,
        priority: row.priority,
        account: row.account,
        backend: row.backend,
        branch,
        state: row.status,
    }
}
