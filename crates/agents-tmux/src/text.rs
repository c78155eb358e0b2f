//! Which parts of a message may be typed at a program?

/// The text as it is pasted: no control characters but line feed and tab, so that nothing in it ends the
/// bracketed paste, presses a key or kills a program; no bidirectional overrides, which would show a person
/// something else than was sent; CR and CR LF become LF, and line feeds at the end are dropped.
///
/// A blank is put behind an end that would take the key that submits for itself: a backslash turns it into a new line in
/// claude 2.1.330, pi 0.87.1 and gemini 0.61.0, and behind a word that begins with `@` opencode 1.18.33 takes it for a choice
/// among files.
#[must_use]
pub fn sanitised(text: &str) -> String {
    let text = text.replace("\x1b[201~", "").replace("\x1b[200~", "");
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept: String = text.chars().filter(|c| may_be_typed(*c)).collect();
    let mut kept = kept.trim_end_matches('\n').to_owned();
    let last = kept.rsplit(char::is_whitespace).next().unwrap_or_default();
    if last.ends_with('\\') || last.starts_with('@') {
        kept.push(' ');
    }
    kept
}

/// Whether characters of the text are left out when it is typed.
#[must_use]
pub fn loses_characters(text: &str) -> bool {
    text.chars().any(|c| c != '\r' && !may_be_typed(c))
}

fn may_be_typed(c: char) -> bool {
    let is_bidi_control = matches!(
        c,
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    // `is_control` is C0, DEL and C1.
    (c == '\n' || c == '\t' || !c.is_control()) && !is_bidi_control
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_loses_characters_that_a_terminal_would_take_for_itself() {
        for lost in ["a\0b", "\x1b[31mred\x1b[0m", "a\x03", "\u{202e}evil", "a\u{9b}b", "\x7f"] {
            assert!(loses_characters(lost), "{lost:?}");
        }
        for kept in ["tab\there", "a\r\nb\n\n", "ends so \\", "Grüße 漢字 🦀", ""] {
            assert!(!loses_characters(kept), "{kept:?}");
        }
    }

    #[test]
    fn what_is_dropped_and_what_stays() {
        for (text, kept) in [
            ("plain; text", "plain; text"),
            ("a\r\nb\rc\n\n", "a\nb\nc"),
            ("x\x1b[201~rm -rf\x1b[200~", "xrm -rf"),
            ("a\x03b\x1bc\x7fd\u{9b}e\0", "abcde"),
            ("ends so \\\n", "ends so \\ "),
            ("a \\ within", "a \\ within"),
            ("look at @src/main.rs", "look at @src/main.rs "),
            ("@ann, look at me@home", "@ann, look at me@home"),
            ("tab\there", "tab\there"),
            ("\u{202e}evil\u{2066}", "evil"),
            ("日本語 é 🙂", "日本語 é 🙂"),
            ("\x1b\x1b[201~[201~", "[201~"),
        ] {
            assert_eq!(sanitised(text), kept, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_a_terminal_obeys_is_left(text in any::<String>()) {
            let kept = sanitised(&text);
            prop_assert!(kept.chars().all(|c| c == '\n' || c == '\t' || !c.is_control()));
            prop_assert!(!kept.ends_with('\n'));
            prop_assert_eq!(sanitised(&kept), kept);
        }
    }
}
