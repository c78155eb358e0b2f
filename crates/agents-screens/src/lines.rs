//! Which rows belong together? A row that the program wrapped is one line with the rows that follow it.

use regex::Regex;

use crate::fold::{columns, fold, width};

/// A row of the screen that is not blank.
#[derive(Debug)]
pub(crate) struct Row {
    /// From the top of the screen, blank rows counted.
    pub index: usize,
    /// Folded, without trailing blanks and without the sides of a box around it.
    pub text: String,
    /// A blank row stands before it.
    pub gap: bool,
    /// How many boxes stood around it.
    boxes: usize,
}

/// One line of text with the place it came from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    /// Its first row's index on the screen.
    pub index: usize,
    /// Its first row's position among the rows that are not blank.
    pub position: usize,
    pub gap: bool,
    /// Where it starts in the joined text.
    pub start: usize,
    /// Where it ends there, without the line break.
    pub end: usize,
}

/// Lines in one text, separated by line breaks.
#[derive(Debug, Default)]
pub(crate) struct Text {
    pub text: String,
    pub lines: Vec<Line>,
}

impl Row {
    /// Reads the rows that are not blank. `cut` is the column where a sidebar begins.
    pub fn read(rows: &str, cut: Option<usize>) -> Vec<Self> {
        let mut read = Vec::with_capacity(64);
        let mut gap = false;
        for (index, raw) in rows.lines().enumerate() {
            let mut text = String::with_capacity(raw.len());
            fold(cut.map_or(raw, |column| before_column(raw, column)).trim_end(), &mut text);
            text.truncate(text.trim_end().len());
            let boxes = strip_boxes(&mut text);
            if text.is_empty() {
                gap = true;
                continue;
            }
            read.push(Self { index, text, gap, boxes });
            gap = false;
        }
        read
    }

    /// The columns before its first character.
    fn indent(&self) -> usize {
        self.text.len() - self.text.trim_start().len()
    }

    /// Whether it is a border or an empty frame, or set out in columns: such a row is never part of a sentence.
    fn is_furniture(&self, columns: usize) -> bool {
        self.text.trim_start().starts_with(is_border)
            || self.indent() > columns / 3
            || self.text.trim_start().contains("        ")
    }

    /// Whether `next` goes on where this row had to end at the right edge.
    fn runs_into(
        &self,
        next: &Self,
        columns: usize,
        margin: usize,
        starts: Option<&Regex>,
    ) -> bool {
        let room = columns.saturating_sub(margin + BOX_COLUMNS * self.boxes);
        let word = next.text.split_whitespace().next().unwrap_or_default();
        // No character takes more columns than bytes, so most rows are known to be short at once.
        !next.gap
            && self.text.len() + 1 + word.len() > room
            && next.indent() <= self.indent() + DEEPER
            && !self.is_furniture(columns)
            && !next.is_furniture(columns)
            && width(&self.text) + 1 + width(word) > room
            && starts.is_none_or(|pattern| !pattern.is_match(&next.text))
    }
}

impl Text {
    /// Joins wrapped rows. `margin` is how many columns the program leaves free at the right.
    pub fn join(rows: &[Row], columns: usize, margin: usize, starts: Option<&Regex>) -> Self {
        let mut joined = Self::default();
        for (position, row) in rows.iter().enumerate() {
            let before = position.checked_sub(1).map(|before| &rows[before]);
            match before {
                Some(before) if before.runs_into(row, columns, margin, starts) => {
                    joined.continue_with(before, row, columns);
                }
                Some(_) | None => joined.push(row.index, position, row.gap, &row.text),
            }
        }
        joined
    }

    /// Adds a line.
    pub fn push(&mut self, index: usize, position: usize, gap: bool, text: &str) {
        if !self.lines.is_empty() {
            self.text.push('\n');
        }
        let start = self.text.len();
        self.text.push_str(text);
        self.lines.push(Line { index, position, gap, start, end: self.text.len() });
    }

    /// The text of the lines from `from` up to, but without, `to`.
    pub fn slice(&self, from: usize, to: usize) -> &str {
        match (self.lines.get(from), to.checked_sub(1).and_then(|last| self.lines.get(last))) {
            (Some(first), Some(last)) if from < to => &self.text[first.start..last.end],
            _ => "",
        }
    }

    /// The number of the first line that starts at the row `position` or after it.
    pub fn line_at(&self, position: usize) -> usize {
        self.lines.partition_point(|line| line.position < position)
    }

    fn continue_with(&mut self, before: &Row, row: &Row, columns: usize) {
        let text = row.text.trim_start();
        let tail = before.text.rsplit(char::is_whitespace).next().map_or(0, width);
        let head = text.split_whitespace().next().map_or(0, width);
        // Only a word that fits no row is cut; its halves belong together.
        if tail + head < columns.saturating_sub(2 + before.indent()) {
            self.text.push(' ');
        }
        self.text.push_str(text);
        if let Some(line) = self.lines.last_mut() {
            line.end = self.text.len();
        }
    }
}

/// The part of `row` before a column of the terminal.
fn before_column(row: &str, column: usize) -> &str {
    let mut at = 0;
    for (offset, c) in row.char_indices() {
        if at >= column {
            return &row[..offset];
        }
        at += columns(c);
    }
    row
}

/// How much deeper than its first row a message goes on; what stands further right is a notice of its own.
const DEEPER: usize = 8;

/// What the sides of a box and the blanks beside them take.
const BOX_COLUMNS: usize = 4;

/// Takes the sides of drawn boxes off and counts them; boxes may stand in boxes.
fn strip_boxes(text: &mut String) -> usize {
    let mut boxes = 0;
    loop {
        let trimmed = text.trim();
        let inner = ["│", "║"].iter().find_map(|side| {
            let inner = trimmed.strip_prefix(side)?;
            Some(inner.strip_suffix(side).unwrap_or(inner))
        });
        let Some(inner) = inner else { return boxes };
        let inner = inner.strip_prefix(' ').unwrap_or(inner).trim_end().to_owned();
        *text = inner;
        boxes += 1;
    }
}

fn is_border(c: char) -> bool {
    matches!(c, '─'..='╿' | '▀'..='▟') && c != '└' && c != '├' && c != '┃'
}

#[cfg(test)]
mod tests;
