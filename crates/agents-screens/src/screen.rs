//! Which regions does this screen have?

use std::ops::Range;

use crate::compile::Furniture;
use crate::composer::{self, Place};
use crate::fold::{fold, width};
use crate::lines::{Line, Row, Text};
use crate::{Composer, Evidence, Region, Seen};

/// What was seen, taken apart once for all rules.
#[derive(Debug)]
pub(crate) struct Screen<'a> {
    pub raw_title: &'a str,
    /// Folded and without blanks at its ends.
    pub title: String,
    pub command: &'a str,
    pub composer: Option<Place>,
    pub content: Composer,
    rows: usize,
    all: Text,
    /// The lines above the composer without furniture.
    transcript: Text,
    /// Line numbers in the transcript.
    turn: usize,
    open: usize,
    block: Range<usize>,
}

/// The text of a region and the lines it consists of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part<'a> {
    pub text: &'a str,
    lines: &'a [Line],
    /// Where `text` starts in the text that `lines` count in.
    base: usize,
}

impl Part<'_> {
    /// The line at a byte of the region's text.
    pub fn row_at(&self, offset: usize) -> Evidence {
        let at = self.base + offset;
        let number = self.lines.partition_point(|line| line.end < at);
        match self.lines.get(number) {
            Some(line) => {
                let text = &self.text[line.start.max(self.base) - self.base..line.end - self.base];
                Evidence::Row { index: line.index, text: text.trim().to_owned() }
            }
            None => Evidence::Absence,
        }
    }
}

impl<'a> Screen<'a> {
    /// Takes apart what was seen.
    pub fn read(furniture: &Furniture, seen: &Seen<'a>) -> Self {
        let cut = furniture.sidebar_column(seen.rows);
        let rows = Row::read(seen.rows, cut);
        let columns = cut.or((seen.columns > 0).then_some(seen.columns)).unwrap_or_else(|| {
            seen.rows.lines().map(|row| width(row.trim_end())).max().unwrap_or(0)
        });
        let place = composer::find(&furniture.composers, &rows);
        let all = Text::join(&rows, columns, furniture.margin, furniture.starts.as_ref());
        let above = all.line_at(place.map_or(rows.len(), |place| place.first));
        let transcript = furniture.transcript(&all, above);
        let mut title = String::new();
        fold(seen.title.trim(), &mut title);
        let mut screen = Self {
            raw_title: seen.title,
            title,
            command: seen.command,
            content: composer::content(&furniture.composers, &rows, place),
            composer: place,
            rows: rows.len(),
            all,
            transcript,
            turn: 0,
            open: 0,
            block: 0..0,
        };
        screen.find_turns(furniture);
        screen
    }

    /// The text of a region; none when this screen does not have it.
    pub fn part(&self, region: Region) -> Option<Part<'_>> {
        let lines = self.all.lines.len();
        match region {
            Region::Title => outside(&self.title),
            Region::Process => outside(self.command),
            Region::Whole => Some(part(&self.all, 0..lines)),
            Region::Last(count) => {
                let from = self.all.line_at(self.rows.saturating_sub(count));
                Some(part(&self.all, from..lines))
            }
            Region::Above(count) => {
                let place = self.composer?;
                let first = place.first.saturating_sub(count.unwrap_or(place.first));
                Some(part(&self.all, self.all.line_at(first)..self.all.line_at(place.first)))
            }
            Region::Composer => {
                let place = self.composer?;
                let range = self.all.line_at(place.first)..self.all.line_at(place.after);
                Some(part(&self.all, range))
            }
            Region::Below => {
                let place = self.composer?;
                Some(part(&self.all, self.all.line_at(place.after)..lines))
            }
            Region::Turn => Some(self.transcript_from(self.turn)),
            Region::Open => Some(self.transcript_from(self.open)),
            Region::Block => Some(part(&self.transcript, self.block.clone())),
        }
    }

    fn transcript_from(&self, line: usize) -> Part<'_> {
        part(&self.transcript, line..self.transcript.lines.len())
    }

    fn find_turns(&mut self, furniture: &Furniture) {
        let text = |line: &Line| &self.transcript.text[line.start..line.end];
        let last = |found: &dyn Fn(&Line) -> bool| {
            self.transcript.lines.iter().rposition(found).map_or(0, |at| at + 1)
        };
        let turn = last(&|line| furniture.prompt.as_ref().is_some_and(|p| p.is_match(text(line))));
        let is_end = |line: &Line| {
            furniture.turn_end.as_ref().is_some_and(|pattern| pattern.is_match(text(line)))
        };
        let open = turn.max(last(&is_end));
        let begins = |line: &Line| {
            furniture.starts.as_ref().is_some_and(|pattern| pattern.is_match(text(line)))
                || furniture.paragraphs && line.gap
        };
        // Where a turn has ended, its last message stands before the closing row.
        let mut after = self.transcript.lines.len();
        while after > turn && is_end(&self.transcript.lines[after - 1]) {
            after -= 1;
        }
        let from = if after < self.transcript.lines.len() {
            let before = &self.transcript.lines[turn..after];
            before.iter().rposition(is_end).map_or(turn, |at| turn + at + 1)
        } else {
            open
        };
        let begin = self.transcript.lines[from..after].iter().rposition(begins);
        let block = begin.map_or(from, |at| from + at)..after;
        (self.turn, self.open, self.block) = (turn, open, block);
    }
}

fn part(text: &Text, range: Range<usize>) -> Part<'_> {
    let to = range.end.min(text.lines.len());
    let from = range.start.min(to);
    let lines = &text.lines[from..to];
    Part { text: text.slice(from, to), lines, base: lines.first().map_or(0, |line| line.start) }
}

/// A region that is no part of the rows; empty means unknown.
fn outside(text: &str) -> Option<Part<'_>> {
    (!text.is_empty()).then_some(Part { text, lines: &[], base: 0 })
}
