//! What of a text reaches the terminal in the end? Letters, line feeds, tabs and our own colours, whatever let more through.

use std::borrow::Cow;

/// The text without what a terminal obeys; in JSON, where every sign counts, those signs are written as escapes.
pub fn printed(text: &str) -> Cow<'_, str> {
    if !text.contains(is_obeyed) {
        return Cow::Borrowed(text);
    }
    let is_json = text.starts_with(['{', '[']);
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match c {
            '\u{1b}' if is_color(&text[at..]) => out.push(c),
            c if !is_obeyed(c) => out.push(c),
            c if is_json => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            _ => {}
        }
    }
    Cow::Owned(out)
}

fn is_obeyed(c: char) -> bool {
    let turns_text = matches!(
        c,
        '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    turns_text || c.is_control() && !matches!(c, '\n' | '\t')
}

/// `ESC [ 1 ; 31 m` and the like.
fn is_color(text: &str) -> bool {
    let numbers = text.strip_prefix("\u{1b}[").unwrap_or_default();
    let end = numbers.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
    end.starts_with('m')
}

#[cfg(test)]
mod tests {
    use super::printed;

    #[test]
    fn colours_and_letters_pass_and_nothing_else_does() {
        for (text, shown) in [
            ("plain\tZürich\n日本", "plain\tZürich\n日本"),
            ("\u{1b}[1;31mred\u{1b}[0m", "\u{1b}[1;31mred\u{1b}[0m"),
            ("a\u{1b}[2Jb", "a[2Jb"),
            ("a\u{9b}31mb\u{7f}\r\u{202e}", "a31mb"),
            ("{\"a\":\"\u{9b}\u{202e}é\"}", "{\"a\":\"\\u009b\\u202eé\"}"),
        ] {
            assert_eq!(printed(text), shown, "{text:?}");
        }
    }
}
