//! Where is the program's input field?

use regex::Regex;

use crate::Composer;
use crate::lines::Row;

/// One way in which a version of the program draws its input field.
#[derive(Debug)]
pub(crate) struct ComposerShape {
    /// The border above it.
    pub top: Option<Regex>,
    /// Its first row; without borders this alone finds it, with a bottom only, each of its rows looks so.
    pub prompt: Option<Regex>,
    /// Text that looks like its first row, but is an entry of a menu.
    pub unless: Option<Regex>,
    /// The border beneath it.
    pub bottom: Option<Regex>,
    /// The most rows it takes.
    pub rows: usize,
    /// The most rows that stand beneath it.
    pub below: usize,
    /// Hints of the program that are no text of a person.
    pub placeholder: Vec<Regex>,
    /// Rows inside that are no text either, such as a row with the model's name.
    pub ignore: Vec<Regex>,
}

/// Where an input field is: positions among the rows that are not blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// The first row of it, its border included.
    pub first: usize,
    /// The row after the last one.
    pub after: usize,
    /// The first row of its text.
    body: usize,
    /// The row after the last one of its text.
    body_after: usize,
    shape: usize,
}

/// Looks for the input field; the shape listed first wins.
pub(crate) fn find(shapes: &[ComposerShape], rows: &[Row]) -> Option<Place> {
    shapes.iter().enumerate().find_map(|(number, shape)| {
        let place = match (&shape.top, &shape.bottom) {
            (Some(top), Some(bottom)) => between(shape, top, bottom, rows),
            (None, Some(bottom)) => above_bottom(shape, bottom, rows),
            (_, None) => at_prompt(shape, rows),
        }?;
        Some(Place { shape: number, ..place })
    })
}

/// What the field holds.
pub(crate) fn content(shapes: &[ComposerShape], rows: &[Row], place: Option<Place>) -> Composer {
    let Some(place) = place else { return Composer::Absent };
    let shape = &shapes[place.shape];
    let mut text = String::new();
    for row in &rows[place.body..place.body_after] {
        if shape.ignore.iter().any(|pattern| pattern.is_match(&row.text)) {
            continue;
        }
        let own = match shape.prompt.as_ref().and_then(|prompt| prompt.find(&row.text)) {
            Some(mark) => &row.text[mark.end()..],
            None => row.text.as_str(),
        };
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(own.trim());
    }
    let text = text.trim();
    if text.is_empty() || shape.placeholder.iter().any(|pattern| pattern.is_match(text)) {
        Composer::Empty
    } else {
        Composer::Draft(text.to_owned())
    }
}

/// The rows that may be the lowest of the field, from the bottom up.
fn lowest(shape: &ComposerShape, rows: &[Row]) -> impl Iterator<Item = usize> {
    (rows.len().saturating_sub(shape.below + 1)..rows.len()).rev()
}

fn between(shape: &ComposerShape, top: &Regex, bottom: &Regex, rows: &[Row]) -> Option<Place> {
    lowest(shape, rows).filter(|at| bottom.is_match(&rows[*at].text)).find_map(|at| {
        let first = (at.saturating_sub(shape.rows)..at)
            .rev()
            .find(|above| top.is_match(&rows[*above].text))?;
        let opens = shape.prompt.as_ref().is_none_or(|prompt| {
            rows.get(first + 1).is_some_and(|row| first + 1 < at && is_prompt(shape, prompt, row))
        });
        let place = Place { first, after: at + 1, body: first + 1, body_after: at, shape: 0 };
        opens.then_some(place)
    })
}

fn above_bottom(shape: &ComposerShape, bottom: &Regex, rows: &[Row]) -> Option<Place> {
    let at = lowest(shape, rows).find(|at| bottom.is_match(&rows[*at].text))?;
    let prompt = shape.prompt.as_ref()?;
    let mut first = at;
    while let Some(above) = first.checked_sub(1) {
        if at - above > shape.rows || rows[first].gap || !is_prompt(shape, prompt, &rows[above]) {
            break;
        }
        first = above;
    }
    (first < at).then_some(Place { first, after: at + 1, body: first, body_after: at, shape: 0 })
}

fn at_prompt(shape: &ComposerShape, rows: &[Row]) -> Option<Place> {
    let prompt = shape.prompt.as_ref()?;
    let first = lowest(shape, rows).find(|at| is_prompt(shape, prompt, &rows[*at]))?;
    // Its text ends at the first blank row; what stands after it are the footer's rows.
    let after = (first + 1..rows.len()).find(|at| rows[*at].gap).unwrap_or(rows.len());
    Some(Place { first, after, body: first, body_after: after, shape: 0 })
}

fn is_prompt(shape: &ComposerShape, prompt: &Regex, row: &Row) -> bool {
    prompt.is_match(&row.text) && shape.unless.as_ref().is_none_or(|menu| !menu.is_match(&row.text))
}
