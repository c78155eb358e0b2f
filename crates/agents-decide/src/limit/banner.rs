//! Where on the screen does the provider say that it refuses work?

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use agents_config::Pattern;

use super::own_rows;
use crate::activity::{is_filler, numbered_tail};

/// Rows from the end of the screen in which a banner counts.
pub(crate) const TAIL_ROWS: usize = 15;

/// A message at 80 columns breaks into at most so many rows before its telling words are over.
const WIDEST: usize = 4;

/// Rows after a banner in which its reset time may stand.
const RESET_ROWS: usize = 5;

/// A banner found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Banner {
    /// The row or rows that matched, joined.
    pub row: String,
    /// The banner with the rows below it, joined, to read the reset time from.
    pub text: String,
}

/// The end of a screen, cut at the last message of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tail<'a> {
    rows: Vec<&'a str>,
    /// Whether our last probe stands above these rows: then all they say is newer.
    pub below_probe: bool,
}

impl<'a> Tail<'a> {
    /// The rows that may hold a banner: the end of the screen, below the last row that shows `probe`, without rows
    /// that merely show a text of ours.
    pub(crate) fn of(rows: &'a [String], probe: Option<&str>, own_texts: &[String]) -> Self {
        let cut = probe.and_then(|probe| own_rows::of(rows, probe).last().copied());
        let own: BTreeSet<usize> =
            own_texts.iter().flat_map(|text| own_rows::of(rows, text)).collect();
        let rows = numbered_tail(rows, TAIL_ROWS)
            .into_iter()
            .filter(|(at, _)| cut.is_none_or(|cut| *at > cut) && !own.contains(at))
            .map(|(_, row)| row)
            .collect();
        Self { rows, below_probe: cut.is_some() }
    }

    /// The lowest banner.
    ///
    /// Rows are tried alone and joined with their neighbours, since a full-screen program breaks long lines itself.
    pub(crate) fn banner(&self, pattern: &Pattern) -> Option<Banner> {
        (1..=self.rows.len()).rev().find_map(|end| {
            (1..=WIDEST.min(end)).find_map(|width| {
                let start = end - width;
                self.matches(pattern, start, end).then(|| self.describe(pattern, start, end))
            })
        })
    }

    fn matches(&self, pattern: &Pattern, start: usize, end: usize) -> bool {
        pattern.is_match(&joined(self.rows.get(start..end).unwrap_or_default()))
    }

    fn describe(&self, pattern: &Pattern, start: usize, end: usize) -> Banner {
        // A match that needs fewer rows from the top is found with junk below it first.
        let end = (start + 1..=end).find(|&end| self.matches(pattern, start, end)).unwrap_or(end);
        let row = joined(self.rows.get(start..end).unwrap_or_default());
        let text = joined(
            self.rows.get(start..(end + RESET_ROWS).min(self.rows.len())).unwrap_or_default(),
        );
        Banner { row: folded(&row), text }
    }
}

/// Rows as one line; the indent of the first stays, since patterns may ask for it.
fn joined(rows: &[&str]) -> String {
    let mut line = String::new();
    for row in rows {
        let row = row.trim_end_matches(is_filler);
        if line.is_empty() {
            line.push_str(row);
        } else {
            line.push(' ');
            line.push_str(row.trim_start_matches(is_filler));
        }
    }
    line
}

/// One space between words, and none around them.
pub(super) fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
