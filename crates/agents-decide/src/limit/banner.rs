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

/// Rows above it, where a program may say when it goes on before it says why it stopped.
const ROWS_ABOVE: usize = 3;

/// A banner found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Banner {
    /// The row or rows that matched, joined.
    pub row: String,
    /// Where its reset time may stand, in order of trust: the first text that announces one tells it.
    pub texts: Vec<String>,
}

/// What the end of a screen says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TailRead {
    /// Whether our last probe stands above all of it: then all it says is newer.
    pub below_probe: bool,
    /// The lowest banner.
    pub banner: Option<Banner>,
}

/// The end of a screen, cut at the last message of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tail<'a> {
    /// The numbers tell where rows without a word stand between them.
    rows: Vec<(usize, &'a str)>,
    /// Whether our last probe stands above these rows: then all they say is newer.
    pub below_probe: bool,
}

impl<'a> Tail<'a> {
    /// The rows that may hold a banner: the end of the screen, below the last row that shows `probe`, without rows
    /// that merely show a text of ours.
    pub(crate) fn of(rows: &'a [String], probe: Option<&str>, own_texts: &[&str]) -> Self {
        let cut = probe.and_then(|probe| own_rows::of(rows, probe).last().copied());
        let own: BTreeSet<usize> =
            own_texts.iter().flat_map(|text| own_rows::of(rows, text)).collect();
        let rows = numbered_tail(rows, TAIL_ROWS)
            .into_iter()
            .filter(|(at, _)| cut.is_none_or(|cut| *at > cut) && !own.contains(at))
            .collect();
        Self { rows, below_probe: cut.is_some() }
    }

    /// What it says, where banners are told by `pattern`.
    pub(crate) fn read(&self, pattern: Option<&Pattern>) -> TailRead {
        let banner = pattern.and_then(|pattern| self.banner(pattern));
        TailRead { below_probe: self.below_probe, banner }
    }

    /// The lowest banner.
    ///
    /// Rows are tried alone and joined with their neighbours, since a full-screen program breaks long lines itself.
    pub(crate) fn banner(&self, pattern: &Pattern) -> Option<Banner> {
        let mut found = None;
        // This runs for each agent that prints at each tick, so a line grows by a row instead of being joined anew.
        let mut line = String::new();
        for start in 0..self.rows.len() {
            line.clear();
            for (row, end) in self.part(start, self.rows.len()).iter().zip(start + 1..).take(WIDEST)
            {
                append(&mut line, row.1, " ");
                // The lowest end counts, and for one end the fewest rows.
                if found < Some((end, start)) && pattern.is_match(&line) {
                    found = Some((end, start));
                }
            }
        }
        found.map(|(end, start)| self.describe(pattern, start, end))
    }

    fn matches(&self, pattern: &Pattern, start: usize, end: usize) -> bool {
        pattern.is_match(&joined(self.part(start, end), " "))
    }

    fn describe(&self, pattern: &Pattern, start: usize, end: usize) -> Banner {
        // A match that needs fewer rows from the top is found with junk below it first.
        let end = (start + 1..=end).find(|&end| self.matches(pattern, start, end)).unwrap_or(end);
        let row = folded(&joined(self.part(start, end), " "));
        Banner { row, texts: self.texts(start, end) }
    }

    /// The banner with what follows it in its block, then what stands above it there, then what follows the block.
    ///
    /// A program breaks lines between words where it can, and within one where it cannot.
    fn texts(&self, start: usize, end: usize) -> Vec<String> {
        let last = (end + RESET_ROWS).min(self.rows.len());
        let below = (end..last).find(|&at| !self.is_beside(at)).unwrap_or(last);
        let first = start.saturating_sub(ROWS_ABOVE);
        let above = (first + 1..=start).rev().find(|&at| !self.is_beside(at)).unwrap_or(first);
        [(start, below), (above, end), (start, last)]
            .into_iter()
            .flat_map(|(from, to)| [" ", ""].map(|gap| joined(self.part(from, to), gap)))
            .collect()
    }

    fn part(&self, start: usize, end: usize) -> &[(usize, &'a str)] {
        self.rows.get(start..end).unwrap_or_default()
    }

    /// Whether the row stands right below the one before it.
    fn is_beside(&self, at: usize) -> bool {
        match self.part(at.saturating_sub(1), at + 1) {
            [(upper, _), (lower, _)] => upper + 1 == *lower,
            _ => false,
        }
    }
}

/// Rows as one line, with `gap` where one ended; the indent of the first stays, since patterns may ask for it.
fn joined(rows: &[(usize, &str)], gap: &str) -> String {
    let mut line = String::new();
    for (_, row) in rows {
        append(&mut line, row, gap);
    }
    line
}

fn append(line: &mut String, row: &str, gap: &str) {
    let row = row.trim_end_matches(is_filler);
    if line.is_empty() {
        line.push_str(row);
    } else {
        line.push_str(gap);
        line.push_str(row.trim_start_matches(is_filler));
    }
}

/// One space between words, and none around them.
pub(super) fn folded(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}
