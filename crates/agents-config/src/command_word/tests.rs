use proptest::prelude::*;

use super::of;

#[test]
fn the_first_program_of_a_line_is_told() {
    for (line, program) in [
        ("claude", "claude"),
        ("  claude --flag", "claude"),
        ("claude&& x", "claude"),
        ("./bin/agent {kickoff}", "./bin/agent"),
        ("~/bin/agent x", "~/bin/agent"),
        ("'/opt/my agent/run' --x", "/opt/my agent/run"),
        (r#""/opt/my agent"/run --x"#, "/opt/my agent/run"),
        (r#""a\"b" x"#, "a\"b"),
        (r"my\ agent x", "my agent"),
        ("exec claude", "claude"),
        ("exec sleep 1000 #", "sleep"),
        ("command claude", "claude"),
        ("env X=y claude", "claude"),
        ("env -u TMUX X=y claude", "claude"),
        ("exec env X='a b' claude", "claude"),
        ("/usr/bin/x env", "/usr/bin/x"),
        ("X=y Z=\"$HOME/x y\" claude", "claude"),
        ("X=${HOME}/z claude", "claude"),
        ("a=b=c claude", "claude"),
        ("agent | tee log", "agent"),
        ("x; y", "x"),
        ("env echo x", "echo"),
        ("sh -c 'anything at all'", "sh"),
        ("größe", "größe"),
        ("a=b+c/d e", "e"),
        ("3=4 x", "3=4"),
        ("demo --if {x}", "demo"),
    ] {
        assert_eq!(of(line).as_deref(), Some(program), "{line}");
    }
}

#[test]
fn what_the_text_does_not_tell_is_left_alone() {
    for line in [
        "",
        "   ",
        "cd x && claude",
        "while true; do claude; done",
        "( claude )",
        "{ claude; }",
        "if true; then claude; fi",
        "$CLAUDE --x",
        "\"$HOME/bin/x\"",
        "$(which claude)",
        "`which claude`",
        "X=$(claude) y",
        "X=\"$(a b)\" y",
        "PATH=/opt/x claude",
        "env PATH=/opt/x claude",
        "env -i claude",
        "env -C dir claude",
        "exec -a name claude",
        "command -v claude",
        "claude || codex",
        "~ann/bin/x",
        "< in claude",
        "claude*",
        "{bin} attach",
        "run() { x; }; run",
        ". ./profile",
        "source x",
        "# nothing",
        "; x",
        "'open",
        "\"open",
        "x\\",
        "env",
        "exec",
        "X=y",
        "{kickoff}",
    ] {
        assert_eq!(of(line), None, "{line}");
    }
}

proptest! {
    #[test]
    fn any_line_is_read_without_panic(line in "\\PC{0,60}", pieces in proptest::collection::vec("['\"\\\\ =$({~&|;ax]{0,3}", 0..12)) {
        for line in [line, pieces.concat()] {
            prop_assert!(of(&line).is_none_or(|word| !word.contains('\0')));
        }
    }

    #[test]
    fn a_quoted_word_is_that_word(word in "[^'\\x00]{1,20}") {
        prop_assume!(!word.contains("||") && !super::OF_THE_SHELL.contains(&word.as_str()));
        prop_assume!(!["exec", "command", "env"].contains(&word.as_str()));
        let line = format!("'{word}' x");
        prop_assert_eq!(of(&line), Some(word));
    }
}
