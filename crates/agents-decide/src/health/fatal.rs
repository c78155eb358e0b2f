//! Does the end of a screen show an error, and is it the answer to a message?

#[cfg(test)]
mod tests;

use agents_config::{Backend, Pattern};

use crate::activity::numbered_tail;
use crate::limit::own_rows;
use crate::{ScreenSeen, Why};

/// The non-blank rows at the screen's end in which an error is the current state.
const TAIL: usize = 15;
/// A program that cannot work says so in the first rows below a message; an answer that quotes begins otherwise.
const ANSWER: usize = 2;

/// The lowest row that shows an error. A row that quotes what we typed is our own words, not the program's.
pub(super) fn row<'t>(
    backend: &Backend,
    screen: &ScreenSeen,
    own: impl Iterator<Item = &'t str> + Clone,
) -> Option<Why> {
    let pattern = backend.fatal_re.as_ref()?;
    let errors = screen.rows.kept().fatal.get(pattern.digest(), || errors(pattern, &screen.rows));
    let mut rows = errors.into_iter().filter_map(|at| screen.rows.get(at)).map(|row| row.trim());
    let row = rows.find(|row| !own.clone().any(|text| text.contains(row)))?;
    Some(Why::Fatal { row: row.to_owned() })
}

/// The numbers of the rows at the screen's end that show an error, the lowest first.
fn errors(pattern: &Pattern, rows: &[String]) -> Vec<usize> {
    let filled = rows.iter().enumerate().rev().filter(|(_, row)| !row.trim().is_empty());
    let errors = filled.take(TAIL).filter(|(_, row)| pattern.is_match(row));
    errors.map(|(at, _)| at).collect()
}

/// Whether the program answered the message with an error at once.
pub(super) fn answers(backend: &Backend, screen: &ScreenSeen, message: &str) -> bool {
    backend
        .fatal_re
        .as_ref()
        .is_some_and(|pattern| shows(pattern, below(screen, message).take(ANSWER)))
}

/// Whether an error stands anywhere below the message.
pub(super) fn stands_below(backend: &Backend, screen: &ScreenSeen, message: &str) -> bool {
    backend.fatal_re.as_ref().is_some_and(|pattern| shows(pattern, below(screen, message)))
}

fn shows<'a>(pattern: &Pattern, mut rows: impl Iterator<Item = &'a str>) -> bool {
    rows.any(|row| pattern.is_match(row))
}

/// The rows of the screen's end below the last place that shows the message; none where nothing shows it.
fn below<'a>(screen: &'a ScreenSeen, message: &str) -> impl Iterator<Item = &'a str> {
    let last = own_rows::of(&screen.rows, message).last().copied();
    numbered_tail(&screen.rows, TAIL)
        .into_iter()
        .filter(move |(at, _)| last.is_some_and(|last| *at > last))
        .map(|(_, row)| row)
}
