//! Do the rules for known programs still tell their recorded screens apart?

pub mod rules;
mod screens;
#[cfg(test)]
mod tests;

use crate::activity::{active_row, tail};
use crate::limit::{TAIL_ROWS, Tail};

use rules::Rules;

/// What a screen alone can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    Active,
    Limited,
    Fatal,
    Idle,
}

/// A recorded screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case {
    pub backend: &'static str,
    pub class: Class,
    pub name: &'static str,
    pub text: &'static str,
}

/// One screen, with what it shows and what the rules say.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CorpusResult {
    /// `backend/class/name`.
    pub name: String,
    pub expected: Class,
    pub found: Class,
}

impl Class {
    /// The folder in which screens of the class lie.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Limited => "limited",
            Self::Fatal => "fatal",
            Self::Idle => "idle",
        }
    }
}

/// All recorded screens.
#[must_use]
pub fn cases() -> &'static [Case] {
    screens::CASES
}

/// Classifies every recorded screen.
///
/// # Errors
/// A rule is no valid pattern; a test of this crate shows that none is.
pub fn run() -> Result<Vec<CorpusResult>, regex::Error> {
    let mut results = Vec::new();
    for plan in rules::PLANS {
        let rules = plan.compile()?;
        results.extend(cases().iter().filter(|case| case.backend == plan.backend).map(|case| {
            CorpusResult {
                name: format!("{}/{}/{}", case.backend, case.class.as_str(), case.name),
                expected: case.class,
                found: classify(&rules, &rows(case.text)),
            }
        }));
    }
    Ok(results)
}

fn rows(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// The class of a screen, judged in the order in which the machines judge.
fn classify(rules: &Rules, rows: &[String]) -> Class {
    if rules.active.as_ref().is_some_and(|pattern| active_row(pattern, rows).is_some()) {
        return Class::Active;
    }
    let end = Tail::of(rows, None, &[]);
    if rules.limit.as_ref().is_some_and(|pattern| end.banner(pattern).is_some()) {
        return Class::Limited;
    }
    let fatal = rules.fatal.as_ref();
    if fatal.is_some_and(|pattern| tail(rows, TAIL_ROWS).iter().any(|row| pattern.is_match(row))) {
        return Class::Fatal;
    }
    Class::Idle
}
