//! Does a screen end in a menu, where nothing but the screen tells?

#[cfg(test)]
mod tests;

use crate::activity::{is_filler, tail};

/// A menu stands in the last rows.
const ROWS: usize = 15;

/// What programs put before the choice that Enter would take.
const SELECTORS: &str = "❯›>▶●→";

/// Whether a list of numbered choices stands at the end of the screen, one of them selected.
pub(super) fn is_open(rows: &[String]) -> bool {
    let tail = tail(rows, ROWS);
    let choices: Vec<(bool, u32)> = tail.iter().filter_map(|row| choice(row)).collect();
    choices.windows(2).any(|pair| match pair {
        [(first, upper), (second, lower)] => (*first || *second) && upper + 1 == *lower,
        _ => false,
    })
}

/// The number of a choice, and whether it is the selected one.
fn choice(row: &str) -> Option<(bool, u32)> {
    let row = row.trim_start_matches(|sign: char| is_filler(sign) && !SELECTORS.contains(sign));
    let rest = row.trim_start_matches(|sign: char| SELECTORS.contains(sign));
    let selected = rest.len() < row.len();
    let rest = rest.trim_start();
    let digits = rest.find(|sign: char| !sign.is_ascii_digit())?;
    let (number, rest) = rest.split_at(digits);
    rest.starts_with(['.', ')']).then_some(())?;
    Some((selected, number.parse().ok()?))
}
