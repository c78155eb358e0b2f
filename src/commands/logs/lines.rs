//! How do blocks of bytes become whole lines, so that no sequence and no character is torn in two?

use agents_watchdog::harmless;

/// A line that grows beyond this is shown in parts.
const LONGEST: usize = 64 << 10;

/// The line under way.
#[derive(Debug, Default)]
pub struct Lines {
    pending: Vec<u8>,
    /// A part of the line under way was shown.
    is_begun: bool,
}

impl Lines {
    /// Takes a block; returns the lines that are whole now, harmless.
    pub fn add(&mut self, block: &[u8]) -> String {
        self.pending.extend_from_slice(block);
        let mut out = String::new();
        if let Some(end) = self.pending.iter().rposition(|byte| *byte == b'\n') {
            let whole: Vec<u8> = self.pending.drain(..=end).collect();
            out.push_str(&self.show(&whole));
            self.is_begun = false;
        }
        if self.pending.len() > LONGEST {
            out.push_str(&self.settle());
        }
        if self.pending.len() > 2 * LONGEST {
            // A sequence of this length never ends.
            out.push_str(&self.rest());
        }
        out
    }

    /// What of the line under way can be shown now: all but a torn sequence or character at its end.
    pub fn settle(&mut self) -> String {
        let whole: Vec<u8> = self.pending.drain(..whole_part(&self.pending)).collect();
        let shown = self.show(&whole);
        self.is_begun |= !shown.is_empty();
        shown
    }

    /// The rest of the line under way, with a line end.
    pub fn end(&mut self) -> String {
        let mut rest = self.rest();
        if self.is_begun {
            rest.push('\n');
        }
        rest
    }

    fn rest(&mut self) -> String {
        let rest = std::mem::take(&mut self.pending);
        let shown = self.show(&rest);
        self.is_begun |= !shown.is_empty();
        shown
    }

    fn show(&self, bytes: &[u8]) -> String {
        let text = harmless::text(&String::from_utf8_lossy(bytes));
        // What was shown of the row cannot be taken back when the program writes the row anew.
        let first_row = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let first_row = first_row.strip_suffix(b"\r").unwrap_or(first_row);
        let anew = self.is_begun && first_row.contains(&b'\r');
        if anew { format!("\n{text}") } else { text }
    }
}

/// How many bytes from the start end in no open sequence, torn character or carriage return.
fn whole_part(bytes: &[u8]) -> usize {
    let mut open_at = None;
    let mut way = Way::Text;
    for (at, byte) in bytes.iter().enumerate() {
        let next = way.after(*byte);
        if next == Way::Text {
            open_at = None;
        } else if way == Way::Text {
            open_at = Some(at);
        }
        way = next;
    }
    let end = open_at.unwrap_or(bytes.len());
    let end = end - torn_character(&bytes[..end]);
    end - usize::from(bytes[..end].last() == Some(&b'\r'))
}

fn torn_character(bytes: &[u8]) -> usize {
    let from = bytes.len().saturating_sub(3);
    let lead = bytes[from..].iter().rposition(|byte| *byte >= 0xc0).map(|at| from + at);
    let Some(lead) = lead else { return 0 };
    let length = match bytes[lead] {
        0xf0.. => 4,
        0xe0.. => 3,
        _ => 2,
    };
    let there = bytes.len() - lead;
    if there < length { there } else { 0 }
}

/// Where in a control sequence a byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Text,
    Escape,
    /// After an escape that takes one more byte.
    OneMore,
    Control,
    String,
    StringEscape,
}

impl Way {
    fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::Text | Self::Control, 0x1b) => Self::Escape,
            (Self::Text, _) => Self::Text,
            (_, b'\n') => Self::Text,
            (Self::Escape, b'[') => Self::Control,
            (Self::Escape, b']' | b'P' | b'X' | b'^' | b'_') => Self::String,
            (Self::Escape, b'(' | b')' | b'*' | b'+' | b'#' | b'%' | b' ') => Self::OneMore,
            (Self::Escape | Self::OneMore | Self::StringEscape, _) => Self::Text,
            (Self::Control, 0x40..=0x7e) => Self::Text,
            (Self::Control, _) => Self::Control,
            (Self::String, 0x07) => Self::Text,
            (Self::String, 0x1b) => Self::StringEscape,
            (Self::String, _) => Self::String,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is shown when the text comes in two blocks, cut there.
    fn in_two(text: &str, cut: usize, settles: bool) -> String {
        let mut lines = Lines::default();
        let (first, second) = text.as_bytes().split_at(cut);
        let mut out = lines.add(first);
        if settles {
            out.push_str(&lines.settle());
        }
        out.push_str(&lines.add(second));
        out.push_str(&lines.end());
        out
    }

    #[test]
    fn no_cut_tears_a_sequence_or_a_character() {
        let text =
            "a\u{1b}[31mré€d𝄞\u{1b}]52;c;evil\u{1b}\\x\u{1b}]0;t\u{7}y\u{1b}(Bz\u{1b}Pq\u{1b}\\w";
        for cut in 0..=text.len() {
            for settles in [false, true] {
                assert_eq!(in_two(text, cut, settles), "aré€d𝄞xyzw\n", "cut at {cut}, {settles}");
            }
        }
    }

    #[test]
    fn a_row_that_is_written_anew_begins_on_a_new_row() {
        assert_eq!(in_two("10 %\r20 %\n", 4, true), "10 %\n20 %\n");
        assert_eq!(in_two("10 %\r20 %\n", 4, false), "20 %\n");
        assert_eq!(in_two("10 % done\r20 %\n", 4, true), "10 %\n20 %\n");
        assert_eq!(in_two("10 %\r\nnext", 4, true), "10 %\nnext\n");
    }

    #[test]
    fn a_sequence_that_never_ends_does_not_fill_the_memory() {
        let mut lines = Lines::default();
        lines.add(b"\x1b]0;");
        for _ in 0..100 {
            lines.add(&[b'x'; 4096]);
        }
        assert!(lines.pending.len() <= 2 * LONGEST + 4096);
    }
}
