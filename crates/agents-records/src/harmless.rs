//! How does a record's text reach a terminal? Without anything that the terminal obeys.

use std::iter::Peekable;
use std::str::Chars;

/// `raw` without escape sequences, other control characters and marks that change the direction of text. Line feeds and tabs
/// stay, a carriage return becomes a line feed.
#[must_use]
pub fn text(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\n' | '\t' => out.push(c),
            '\r' => {
                if rest.peek() != Some(&'\n') {
                    out.push('\n');
                }
            }
            '\u{1b}' => skip_escape(&mut rest),
            '\u{9b}' => skip_while(&mut rest, |c| !('\u{40}'..='\u{7e}').contains(&c)),
            '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => skip_string(&mut rest),
            c if c.is_control() || turns_text(c) => {}
            c => out.push(c),
        }
    }
    out
}

/// `raw` made harmless and put on one row, cut to `limit` characters with `…` at the end.
#[must_use]
pub fn row(raw: &str, limit: usize) -> String {
    let text = text(raw);
    let mut row = String::new();
    for (count, c) in text.chars().enumerate() {
        if count + 1 >= limit && text.chars().nth(limit).is_some() {
            row.push('…');
            break;
        }
        row.push(if c == '\n' || c == '\t' { ' ' } else { c });
    }
    row
}

/// Bidirectional marks: with them a shown line reads otherwise than it is.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn skip_escape(rest: &mut Peekable<Chars<'_>>) {
    match rest.peek() {
        Some('[') => {
            rest.next();
            skip_while(rest, |c| !('\u{40}'..='\u{7e}').contains(&c));
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            rest.next();
            skip_string(rest);
        }
        // Intermediate characters and the one that ends the sequence, ESC ( B for example.
        Some(' '..='/') => skip_while(rest, |c| (' '..='/').contains(&c)),
        Some('\n' | '\u{1b}') | None => {}
        Some(_) => drop(rest.next()),
    }
}

/// Skips while `inside` holds, and the character that ends it. A line feed or an escape is not eaten, so a cut sequence hides at
/// most one row.
fn skip_while(rest: &mut Peekable<Chars<'_>>, inside: impl Fn(char) -> bool) {
    while let Some(c) = rest.peek().copied() {
        if c == '\n' || c == '\u{1b}' {
            return;
        }
        rest.next();
        if !inside(c) {
            return;
        }
    }
}

/// Up to BEL or the string terminator.
fn skip_string(rest: &mut Peekable<Chars<'_>>) {
    while let Some(c) = rest.peek().copied() {
        if c == '\n' {
            return;
        }
        rest.next();
        match c {
            '\u{7}' | '\u{9c}' => return,
            '\u{1b}' => {
                if rest.peek() == Some(&'\\') {
                    rest.next();
                }
                return;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{row, text};

    #[test]
    fn nothing_that_a_terminal_obeys_passes() {
        for (raw, shown) in [
            ("plain Zürich 日本", "plain Zürich 日本"),
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{1b}]52;c;aGk=\u{7}after", "after"),
            ("\u{1b}]0;title\u{1b}\\after", "after"),
            ("\u{1b}Pdcs\u{9c}after", "after"),
            ("\u{9b}31mred", "red"),
            ("\u{9d}0;title\u{7}x", "x"),
            ("a\u{8}b\u{0}c\u{7f}d", "abcd"),
            ("row\r\nnext\rlast", "row\nnext\nlast"),
            ("\u{202e}evil\u{2066}", "evil"),
            ("cut \u{1b}]0;never ends\nnext", "cut \nnext"),
            ("cut \u{1b}[31\nnext", "cut \nnext"),
            ("\u{1b}(Bok\u{1b}=ok", "okok"),
            ("\u{1b}", ""),
            ("tab\tstays", "tab\tstays"),
        ] {
            assert_eq!(text(raw), shown, "{raw:?}");
        }
    }

    #[test]
    fn a_row_has_no_line_ends_and_says_when_it_was_cut() {
        assert_eq!(row("a\nb\tc", 10), "a b c");
        assert_eq!(row("abcdef", 6), "abcdef");
        assert_eq!(row("abcdefg", 6), "abcde…");
        assert_eq!(row("", 6), "");
    }
}
