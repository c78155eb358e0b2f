//! Which rows of a screen show a text of ours?

#[cfg(test)]
mod tests;

use super::banner::folded;
use crate::activity::is_filler;

/// A shorter first row may stand anywhere by chance.
const LEAST: usize = 12;

/// The same for a row from the middle of the text, which could as well be a banner that the text names.
const LEAST_MIDDLE: usize = 30;

/// Whether it is what programs put before a message of the user.
fn is_prompt(sign: char) -> bool {
    matches!(sign, '›' | '❯' | '>' | '•' | '$' | '#')
}

/// The numbers of the rows that show `text`, from the first on.
///
/// A text may be broken over rows, by words or within one, and framed. Rows count only in the order of the text from its
/// beginning, or from the first row of the screen where the beginning has scrolled away: one row that happens to read
/// like a piece of it does not.
pub(crate) fn of(rows: &[String], text: &str) -> Vec<usize> {
    let text = folded(text);
    let mut shown = Vec::new();
    let first = text.chars().next();
    let mut rest: Option<&str> = None;
    for (at, row) in rows.iter().enumerate() {
        let row = row.trim_start_matches(|sign: char| is_filler(sign) || is_prompt(sign));
        let Some(sign) = row.chars().next() else { continue };
        // Most rows are told apart by their first sign; what stands on them need not be read.
        if at > 0 && first != Some(sign) && rest.and_then(|rest| rest.chars().next()) != Some(sign)
        {
            rest = None;
            continue;
        }
        let row = row.trim_end_matches(is_filler).trim();
        rest = rest
            .and_then(|rest| after(rest, row))
            .or_else(|| beginning(&text, row))
            .or_else(|| if at == 0 { middle(&text, &folded(row)) } else { None })
            .map(str::trim_start);
        if rest.is_some() {
            shown.push(at);
        }
        rest = rest.filter(|rest| !rest.is_empty());
    }
    shown
}

/// What follows a row that shows the beginning of the text.
fn beginning<'a>(text: &'a str, row: &str) -> Option<&'a str> {
    let rest = after(text, row)?;
    let shown = &text[..text.len() - rest.len()];
    (rest.is_empty() || shown.chars().count() >= LEAST).then_some(rest)
}

/// What follows the words of a row in a text whose words stand one space apart.
fn after<'a>(text: &'a str, row: &str) -> Option<&'a str> {
    let mut words = row.split_whitespace();
    let rest = text.strip_prefix(words.next()?)?;
    words.try_fold(rest, |rest, word| rest.strip_prefix(' ')?.strip_prefix(word))
}

/// What follows a row that shows some later part of the text.
fn middle<'a>(text: &'a str, row: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(row)?;
    (row.chars().count() >= LEAST_MIDDLE).then_some(rest)
}
