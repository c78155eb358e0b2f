//! How is text of an agent shown on the operator's terminal? Without anything that the terminal obeys.

/// `raw` with control sequences left out: escape sequences, other control characters and marks that
/// change the direction of text. Line feeds and tabs stay; a carriage return begins the row anew.
#[must_use]
pub fn text(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\n' | '\t' => out.push(c),
            '\r' => {
                if chars.peek() != Some(&'\n') {
                    let row = out.rfind('\n').map_or(0, |at| at + 1);
                    if chars.peek().is_some_and(|next| *next != '\u{1b}') {
                        out.truncate(row);
                    }
                }
            }
            '\u{1b}' => skip_sequence(&mut chars),
            '\u{9b}' => skip_control_sequence(&mut chars),
            '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' => skip_string(&mut chars),
            '\u{200e}'
            | '\u{200f}'
            | '\u{061c}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' => {}
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn skip_sequence(chars: &mut Chars<'_>) {
    match chars.next() {
        Some('[') => skip_control_sequence(chars),
        Some(']' | 'P' | 'X' | '^' | '_') => skip_string(chars),
        // Two-character sequences, some with one more character to come.
        Some('(' | ')' | '*' | '+' | '#' | '%' | ' ') => drop(chars.next()),
        Some(_) | None => {}
    }
}

/// Up to the final character, `@` to `~`.
fn skip_control_sequence(chars: &mut Chars<'_>) {
    while let Some(c) = chars.peek().copied() {
        if c == '\n' || c == '\u{1b}' {
            return;
        }
        chars.next();
        if ('\u{40}'..='\u{7e}').contains(&c) {
            return;
        }
    }
}

/// Up to the string terminator or BEL; a line feed ends it too, so that a cut sequence hides one row at most.
fn skip_string(chars: &mut Chars<'_>) {
    while let Some(c) = chars.next() {
        match c {
            '\u{7}' | '\u{9c}' | '\n' => return,
            '\u{1b}' => {
                if chars.peek() == Some(&'\\') {
                    chars.next();
                }
                return;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn s12_nothing_that_a_terminal_obeys_passes() {
        for (raw, shown) in [
            ("plain", "plain"),
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{1b}]52;c;aGk=\u{7}after", "after"),
            ("\u{1b}]0;title\u{1b}\\after", "after"),
            ("\u{1b}Pdcs\u{1b}\\after", "after"),
            ("\u{9b}31mred", "red"),
            ("a\u{8}b\u{0}c", "abc"),
            ("10 %\r100 %", "100 %"),
            ("row\r\nnext", "row\nnext"),
            ("\u{202e}evil", "evil"),
            ("cut \u{1b}]0;never ends\nnext", "cut next"),
            ("\u{1b}(Bok", "ok"),
            ("tab\tstays", "tab\tstays"),
        ] {
            assert_eq!(text(raw), shown, "{raw:?}");
        }
    }
}
