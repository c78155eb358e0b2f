//! When does a rule hold?

use regex::Regex;

use crate::raw::RawPresence;
use crate::screen::{Part, Screen};
use crate::{Composer, Evidence, Region, State};

/// A compiled rule.
#[derive(Debug)]
pub(crate) struct Rule {
    pub id: String,
    pub state: State,
    pub priority: u32,
    pub condition: Condition,
    pub composer: Option<RawPresence>,
    /// The title's text, without a spinner, must stand in this region too: then it is the program's own title.
    pub title_in: Option<Region>,
    pub also: Vec<Condition>,
    pub cli_retries: bool,
    pub menu: bool,
    pub hint: Option<Hint>,
    pub reason: String,
    pub source: Option<String>,
}

/// What must be in one region.
#[derive(Debug)]
pub(crate) struct Condition {
    pub region: Region,
    pub all: Vec<Regex>,
    pub any: Vec<Regex>,
    pub none: Vec<Regex>,
    pub empty: Option<bool>,
}

/// Where a reset time may stand.
#[derive(Debug)]
pub(crate) struct Hint {
    pub region: Region,
    pub pattern: Regex,
}

impl Rule {
    /// What proves the rule on this screen; none when it does not hold.
    pub fn holds(&self, screen: &Screen<'_>) -> Option<Evidence> {
        let composer_fits = match self.composer {
            None => true,
            Some(RawPresence::Present) => screen.composer.is_some(),
            Some(RawPresence::Absent) => screen.composer.is_none(),
            Some(RawPresence::Empty) => screen.content == Composer::Empty,
        };
        if !composer_fits {
            return None;
        }
        let evidence = self.condition.holds(screen)?;
        if self.title_in.is_some_and(|region| !title_stands_in(screen, region)) {
            return None;
        }
        self.also.iter().all(|condition| condition.holds(screen).is_some()).then_some(evidence)
    }

    /// The rows in which a reset time may stand.
    pub fn reset_text(&self, screen: &Screen<'_>) -> Option<String> {
        let hint = self.hint.as_ref()?;
        let part = screen.part(hint.region)?;
        let found = hint.pattern.find_iter(part.text).last()?;
        let start = part.text[..found.start()].rfind('\n').map_or(0, |at| at + 1);
        let end =
            part.text[found.end()..].find('\n').map_or(part.text.len(), |at| found.end() + at);
        Some(part.text[start..end].split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

impl Condition {
    /// What proves the condition; a region that this screen does not have proves nothing.
    fn holds(&self, screen: &Screen<'_>) -> Option<Evidence> {
        let part = screen.part(self.region)?;
        if self.empty.is_some_and(|empty| empty != part.text.trim().is_empty()) {
            return None;
        }
        let mut first = None;
        for pattern in &self.all {
            let found = pattern.find(part.text)?;
            first.get_or_insert(found.start());
        }
        if !self.any.is_empty() {
            let found = self.any.iter().find_map(|pattern| pattern.find(part.text))?;
            first.get_or_insert(found.start());
        }
        if self.none.iter().any(|pattern| pattern.is_match(part.text)) {
            return None;
        }
        Some(first.map_or(Evidence::Absence, |offset| self.evidence(screen, &part, offset)))
    }

    fn evidence(&self, screen: &Screen<'_>, part: &Part<'_>, offset: usize) -> Evidence {
        match self.region {
            Region::Title => Evidence::Title(screen.raw_title.to_owned()),
            Region::Process => Evidence::Process(screen.command.to_owned()),
            Region::Whole
            | Region::Last(_)
            | Region::Above(_)
            | Region::Composer
            | Region::Below
            | Region::Turn
            | Region::Open
            | Region::Block => part.row_at(offset),
        }
    }
}

/// Whether the title, less its spinner, is a word or a part of a path in `region`.
fn title_stands_in(screen: &Screen<'_>, region: Region) -> bool {
    let title = screen.title.trim_start_matches(|c: char| !c.is_alphanumeric()).trim();
    let Some(part) = screen.part(region) else { return false };
    !title.is_empty()
        && part.text.match_indices(title).any(|(at, _)| {
            let before = part.text[..at].chars().next_back();
            let after = part.text[at + title.len()..].chars().next();
            before.is_none_or(is_boundary) && after.is_none_or(is_boundary)
        })
}

fn is_boundary(c: char) -> bool {
    !c.is_alphanumeric() && c != '-' && c != '_'
}
