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

/// A word as people and programs write it, with what tmux takes apart.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[a;\\\\ \"'$~#{}%,-]{0,6}"]
}

proptest! {
    #[test]
    fn arguments_read_back_as_the_commands_that_they_were(
        commands in proptest::collection::vec(proptest::collection::vec(word(), 1..4), 1..4),
    ) {
        let words: Vec<Words> = commands.iter().map(|words| Words::new(words.clone())).collect();
        prop_assert_eq!(split(&arguments(&words)), commands);
    }

    #[test]
    fn a_command_line_reads_back_as_the_commands_that_it_was(
        commands in proptest::collection::vec(proptest::collection::vec(word(), 1..4), 1..4),
    ) {
        let words: Vec<Words> = commands.iter().map(|words| Words::new(words.clone())).collect();
        let quoted: Vec<String> = commands
            .iter()
            .map(|words| words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" "))
            .collect();
        prop_assert_eq!(line(&words), quoted.join(" ; "));
    }

    #[test]
    fn an_operand_of_a_format_reads_back(text in "[a#,}{\\[:=é]{0,12}") {
        prop_assert_eq!(read_operand(&format_operand(&text)), text);
    }

    #[test]
    fn a_log_path_reaches_the_shell_as_it_is(path in "[a-z/' #%;$`\"\\\\{}]{1,20}") {
        let said = log_pipe(&path).replace("##", "#").replace("%%", "%");
        let quoted = said.strip_prefix("exec cat >> '").and_then(|it| it.strip_suffix('\'')).unwrap();
        prop_assert_eq!(quoted.replace("'\\''", "'"), path.as_str());
        let bare = log_pipe(&path).replace("##", "").replace("%%", "");
        prop_assert!(!bare.contains(['#', '%']), "tmux would expand {bare}");
    }
}

/// How tmux takes its arguments apart: one that ends with `;` ends a command, unless a backslash stands before it.
fn split(arguments: &[String]) -> Vec<Vec<String>> {
    let mut commands = vec![Vec::new()];
    for argument in arguments {
        let last = commands.last_mut().unwrap();
        if let Some(rest) = argument.strip_suffix("\\;") {
            last.push(format!("{rest};"));
        } else if let Some(rest) = argument.strip_suffix(';') {
            assert_eq!(rest, "", "a command ends within a word");
            commands.push(Vec::new());
        } else {
            last.push(argument.clone());
        }
    }
    commands
}

/// How tmux reads an operand: `#,`, `#}` and `##` are the second sign, but signs before a `[` are copied.
fn read_operand(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let signs = rest.len() - rest.trim_start_matches('#').len();
        if signs > 0 && rest[signs..].starts_with('[') {
            out.push_str(&rest[..signs]);
            rest = &rest[signs..];
        } else if signs > 0 {
            let second = rest[1..].chars().next().expect("a lone sign at the end");
            assert!(matches!(second, '#' | ',' | '}'), "{second} is not escaped");
            out.push(second);
            rest = &rest[1 + second.len_utf8()..];
        } else {
            assert!(!matches!(c, ',' | '}'), "{c} ends the operand");
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
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

#[test]
fn no_sign_that_controls_a_terminal_stands_in_a_quoted_word() {
    for code in (0..=31).chain([127]) {
        let word = format!("a{}b", char::from(code));
        let text = quoted(&word);
        assert!(!text.chars().any(|c| c.is_ascii_control()), "{text:?}");
        assert_eq!(read_back(&text), word);
    }
}
