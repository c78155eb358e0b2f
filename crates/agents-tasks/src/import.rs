//! Which manifest do these issues make?
//!
//! Files that the bodies mention become `files`, "depends on #4" becomes a dependency, labels make phases. The result is
//! for a person to read and edit; nothing of an issue is ever run.

use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

/// An issue, as `gh issue list --json number,title,body,labels` prints it.
#[derive(Debug, Clone, Deserialize)]
pub struct Issue {
    pub number: u64,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub body: Option<String>,
    #[serde(default)]
    pub labels: Vec<Label>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Label {
    Object { name: String },
    Name(String),
}

impl Label {
    fn name(&self) -> &str {
        match self {
            Self::Object { name } | Self::Name(name) => name,
        }
    }
}

impl Issue {
    /// Whether it bears a label of that name, in whatever letter case.
    #[must_use]
    pub fn has_label(&self, name: &str) -> bool {
        self.labels.iter().any(|label| label.name().eq_ignore_ascii_case(name))
    }
}

/// A manifest to be written down; [`crate::load`] reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Imported {
    pub project: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repo: Option<String>,
    pub phases: Vec<ImportedPhase>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportedPhase {
    pub name: String,
    pub tasks: Vec<ImportedTask>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportedTask {
    pub id: String,
    pub issue: u64,
    pub title: String,
    pub body: String,
    pub files: Vec<String>,
    pub depends_on: Vec<String>,
    pub status: &'static str,
}

/// Issues as JSON.
///
/// # Errors
/// What is wrong, with its line.
pub fn issues(json: &str) -> Result<Vec<Issue>, serde_json::Error> {
    serde_json::from_str(json)
}

const PHASES: [&str; 3] = ["Phase 1: Critical", "Phase 2: High", "Phase 3: The rest"];
const CRITICAL: [&str; 6] =
    ["critical", "blocker", "urgent", "p0", "priority: critical", "severity: critical"];
const HIGH: [&str; 5] = ["high", "important", "p1", "priority: high", "severity: high"];

/// The manifest of issues, in the order of their numbers. A dependency stands in no later phase than what depends on it,
/// and one that would close a circle is left out.
#[must_use]
pub fn import(project: &str, repo: Option<&str>, mut issues: Vec<Issue>) -> Imported {
    issues.sort_by_key(|issue| issue.number);
    issues.dedup_by_key(|issue| issue.number);
    let place = |number: u64| issues.iter().position(|issue| issue.number == number);
    let mut depends_on: Vec<Vec<usize>> = Vec::new();
    for (at, issue) in issues.iter().enumerate() {
        let mut on: Vec<usize> = depends(issue).into_iter().filter_map(place).collect();
        on.retain(|on| *on != at && !closes(&depends_on, *on, at));
        depends_on.push(on);
    }
    let mut phase: Vec<usize> = issues.iter().map(phase_of).collect();
    for _ in 0..phase.len() {
        for (at, on) in depends_on.iter().enumerate() {
            on.iter().for_each(|&on| phase[on] = phase[on].min(phase[at]));
        }
    }
    let task = |at: usize, issue: &Issue| ImportedTask {
        id: id(issue),
        issue: issue.number,
        title: issue.title.trim().to_owned(),
        body: issue.body.clone().unwrap_or_default(),
        files: files(issue),
        depends_on: depends_on[at].iter().map(|&on| id(&issues[on])).collect(),
        status: "pending",
    };
    let phases = PHASES.iter().enumerate().map(|(wanted, name)| ImportedPhase {
        name: (*name).to_owned(),
        tasks: issues
            .iter()
            .enumerate()
            .filter(|(at, _)| phase[*at] == wanted)
            .map(|(at, issue)| task(at, issue))
            .collect(),
    });
    Imported {
        project: project.to_owned(),
        repo: repo.map(str::to_owned),
        phases: phases.filter(|phase| !phase.tasks.is_empty()).collect(),
    }
}

fn id(issue: &Issue) -> String {
    format!("t{}", issue.number)
}

/// Whether a dependency of `at` on `on` would lead back to `at`.
fn closes(depends_on: &[Vec<usize>], on: usize, at: usize) -> bool {
    let mut seen = vec![false; depends_on.len()];
    let mut next = vec![on];
    while let Some(place) = next.pop() {
        if place == at {
            return true;
        }
        if let Some(seen) = seen.get_mut(place).filter(|seen| !**seen) {
            *seen = true;
            next.extend(depends_on.get(place).into_iter().flatten());
        }
    }
    false
}

fn phase_of(issue: &Issue) -> usize {
    let has = |words: &[&str]| {
        issue.labels.iter().any(|label| words.contains(&label.name().to_lowercase().as_str()))
    };
    if has(&CRITICAL) {
        0
    } else if has(&HIGH) {
        1
    } else {
        2
    }
}

static DEPENDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let words = r"(?i)\b(?:depends? on|blocked by|requires|needs|after)\s*:?\s+((?:#\d+(?:\s*(?:,|and|&)\s*)?)+)";
    Regex::new(words).ok()
});
static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"#(\d+)").ok());

/// The numbers of the issues that it says it depends on.
fn depends(issue: &Issue) -> Vec<u64> {
    let body = issue.body.as_deref().unwrap_or_default();
    let mut numbers: Vec<u64> = Vec::new();
    let (Some(depends), Some(digits)) = (&*DEPENDS, &*NUMBER) else { return numbers };
    for named in depends.captures_iter(body).filter_map(|found| found.get(1)) {
        for number in digits.captures_iter(named.as_str()) {
            let number = number.get(1).and_then(|digits| digits.as_str().parse().ok());
            numbers.extend(number.filter(|number| !numbers.contains(number)));
        }
    }
    numbers
}

static FILE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    // A path, or a name with an end that files have. What stands before it tells a path from a part of an address.
    let pattern = r"(?:^|[\s`'\x22(\[<,;:])((?:\./)?(?:[A-Za-z0-9_.@-]+/)*[A-Za-z0-9_@-][A-Za-z0-9_.@-]*\.[A-Za-z][A-Za-z0-9]{0,9})";
    Regex::new(pattern).ok()
});
static ADDRESS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)\b[a-z][a-z0-9+.-]*://\S+|\S+@\S+\.\S+").ok());

/// Ends of names that are files without a folder before them.
const ENDS: &str = " c cc cfg conf cpp cs css csv ex exs go graphql h hpp html ini java js json jsx kt less lock lua m md mjs ml nix php pl proto ps1 py rb rs rst scala scss sh sql svelte swift tf toml ts tsx txt vue xml yaml yml zig ";

/// The files that an issue mentions, each once, in its order.
fn files(issue: &Issue) -> Vec<String> {
    let text = format!("{}\n{}", issue.title, issue.body.as_deref().unwrap_or_default());
    let mut files: Vec<String> = Vec::new();
    let (Some(address), Some(file)) = (&*ADDRESS, &*FILE) else { return files };
    let text = address.replace_all(&text, " ");
    for found in file.captures_iter(&text).filter_map(|found| found.get(1)) {
        let file = found.as_str().trim_start_matches("./");
        let end = file.rsplit('.').next().unwrap_or_default().to_lowercase();
        let is_file = file.contains('/') || ENDS.contains(&format!(" {end} "));
        if is_file && !files.iter().any(|it| it == file) && crate::Claim::new(file).is_ok() {
            files.push(file.to_owned());
        }
    }
    files
}
