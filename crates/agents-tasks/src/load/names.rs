//! Does everything that a task names exist, and can what it names be?

use agents_names::AgentName;

use crate::raw::RawTask;
use crate::{Claim, Problem};

pub(super) fn id(text: &str, earlier: &[String], problems: &mut Vec<Problem>) -> Option<AgentName> {
    match AgentName::new(text) {
        Err(error) => {
            let reason = error.to_string().replace("agent name", "task id");
            problems.push(Problem::Name { task: format!("`{text}`"), reason });
            None
        }
        Ok(_) if earlier.iter().any(|it| it == text) => {
            problems.push(Problem::IdTwice(text.to_owned()));
            None
        }
        Ok(id) => Some(id),
    }
}

/// The places of those that it depends on.
pub(super) fn places(row: &RawTask, ids: &[String], problems: &mut Vec<Problem>) -> Vec<usize> {
    let mut places = Vec::new();
    for on in &row.depends_on {
        if *on == row.id {
            problems.push(Problem::OnItself { task: row.id.clone() });
            continue;
        }
        match ids.iter().position(|id| id == on) {
            Some(place) if places.contains(&place) => {}
            Some(place) => places.push(place),
            None => {
                let known = like(on, ids);
                problems.push(Problem::UnknownTask { task: row.id.clone(), on: on.clone(), known });
            }
        }
    }
    places
}

/// The ids that differ in letter case, or by one letter.
fn like(wanted: &str, ids: &[String]) -> Vec<String> {
    let is_like = |id: &&String| id.eq_ignore_ascii_case(wanted) || differ_by_one(id, wanted);
    ids.iter().filter(is_like).take(3).cloned().collect()
}

fn differ_by_one(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let same = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let (rest, other_rest) = (&one[same..], &other[same..]);
    match rest.len().abs_diff(other_rest.len()) {
        0 => rest.len() <= 1 || rest[1..] == other_rest[1..],
        1 if rest.len() > other_rest.len() => rest[1..] == *other_rest,
        1 => *rest == other_rest[1..],
        _ => false,
    }
}

pub(super) fn claims(row: &RawTask, problems: &mut Vec<Problem>) -> Vec<Claim> {
    let mut claims: Vec<Claim> = Vec::new();
    for file in &row.files {
        match Claim::new(file) {
            Ok(claim) if claims.contains(&claim) => {}
            Ok(claim) => claims.push(claim),
            Err(error) => {
                problems.push(Problem::Claim { task: row.id.clone(), reason: error.to_string() })
            }
        }
    }
    claims
}

/// The branch of the task's first attempt.
pub(super) fn branch(row: &RawTask, template: Option<&str>, problems: &mut Vec<Problem>) -> String {
    let issue = row.issue.map(|issue| issue.to_string());
    let named = row.branch.clone().unwrap_or_else(|| match (template, &issue) {
        (Some(template), _) => template
            .replace("{id}", &row.id)
            .replace("{issue}", issue.as_deref().unwrap_or(&row.id)),
        (None, Some(issue)) => format!("fix/issue-{issue}"),
        (None, None) => format!("task/{}", row.id),
    });
    if let Some(reason) = refused(&named) {
        problems.push(Problem::Branch { task: row.id.clone(), branch: named.clone(), reason });
    }
    named
}

/// What git-check-ref-format(1) refuses in the name of a branch.
pub(super) fn refused(name: &str) -> Option<&'static str> {
    let is_odd = |c: char| c.is_control() || " ~^:?*[\\".contains(c);
    let bad_part = |part: &str| part.is_empty() || part.starts_with('.') || part.ends_with(".lock");
    if name.is_empty() {
        Some("it is empty")
    } else if name.chars().any(is_odd) {
        Some("git allows no blank, control character or any of `~^:?*[\\` in it")
    } else if name.contains("..") || name.contains("@{") || ["@", "HEAD"].contains(&name) {
        Some("git allows no `..` and no `@{` in it, and neither `@` nor `HEAD`")
    } else if name.starts_with('-') || name.ends_with('.') || name.split('/').any(bad_part) {
        Some("git allows no part of it that is empty, begins with `.` or ends with `.` or `.lock`")
    } else {
        None
    }
}
