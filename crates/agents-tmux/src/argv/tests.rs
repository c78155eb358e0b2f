use proptest::prelude::*;

use super::*;

#[test]
fn t4_only_a_final_semicolon_is_escaped() {
    for (word, escaped) in
        [("", ""), (";", "\\;"), ("a;", "a\\;"), (";;", ";\\;"), ("\\;", "\\\\;"), ("a;b", "a;b")]
    {
        assert_eq!(escape_final_semicolon(word), escaped);
    }
}

#[test]
fn commands_are_joined_by_a_lone_semicolon() {
    let commands = [Words::new(["display-message", "-p", "a;"]), Words::new(["list-panes"])];
    assert_eq!(arguments(&commands), ["display-message", "-p", "a\\;", ";", "list-panes"]);
    assert_eq!(line(&commands), r#""display-message" "-p" "a;" ; "list-panes""#);
}

#[test]
fn formats_and_times_in_a_log_path_are_plain() {
    assert_eq!(log_pipe("/a/#{pid}%Y's"), r"exec cat >> '/a/##{pid}%%Y'\''s'");
}

proptest! {
    #[test]
    fn a_quoted_word_is_one_line_and_reads_back(word in any::<String>()) {
        let text = quoted(&word);
        prop_assert!(!text.chars().any(|c| c.is_ascii_control()));
        prop_assert_eq!(read_back(&text), word);
    }
}

/// tmux's own rules for double quotes, written down a second time.
fn read_back(text: &str) -> String {
    let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap();
    let mut out = String::new();
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        assert!(!matches!(c, '"' | '$' | '~'), "{c} is not escaped");
        match c {
            '\\' => match rest.next().unwrap() {
                'n' => out.push('\n'),
                digit @ '0'..='3' => {
                    let code: String =
                        [digit, rest.next().unwrap(), rest.next().unwrap()].iter().collect();
                    out.push(char::from(u8::from_str_radix(&code, 8).unwrap()));
                }
                other => out.push(other),
            },
            other => out.push(other),
        }
    }
    out
}
