//! No text, however broken, makes loading panic; half a file is an error or a smaller fleet.

use proptest::prelude::*;

use crate::{EXAMPLE, read};

/// Loads the text and renders whatever is said; returns the number of agents when it loads.
fn survive(text: &str) -> Option<usize> {
    match read(text) {
        Ok(loaded) => {
            assert_eq!(loaded.warnings.render(true).is_empty(), loaded.warnings.is_empty());
            Some(loaded.fleet.agents.len())
        }
        Err(error) => {
            assert!(!error.problems().is_empty(), "refused without a word: {text:?}");
            assert!(!error.report(false).is_empty());
            None
        }
    }
}

#[test]
fn f47_every_prefix_of_the_example_is_an_error_or_a_smaller_fleet() {
    let whole = survive(EXAMPLE).expect("the example loads");
    let mut smaller = 0;
    for end in (0..EXAMPLE.len()).filter(|end| EXAMPLE.is_char_boundary(*end)) {
        if let Some(agents) = survive(&EXAMPLE[..end]) {
            assert!(agents <= whole);
            smaller += usize::from(agents < whole);
        }
    }
    assert!(smaller > 0, "some prefixes do load");
}

#[test]
fn deep_nesting_is_an_error() {
    for (open, close) in [("[", "]"), ("{a=", "}")] {
        let text = format!("x = {}1{}", open.repeat(50_000), close.repeat(50_000));
        assert_eq!(survive(&text), None);
    }
    assert_eq!(survive(&format!("[{}]", vec!["a"; 50_000].join("."))), None);
}

#[test]
fn control_characters_never_reach_the_terminal() {
    let error = read("\"\\u001b[2J\\u0007\" = 1\n[defaults]\n\"\\u009b\" = 2\n").unwrap_err();
    let said = format!("{}{error}", error.report(false));
    assert!(!said.chars().any(|c| c.is_control() && c != '\n'), "{said:?}");
}

/// Pieces that are likely to do harm.
fn piece() -> impl Strategy<Value = String> {
    let nasty = [
        "\"",
        "'",
        "\"\"\"",
        "[",
        "]",
        "[[",
        "]]",
        "{",
        "}",
        "=",
        ".",
        ",",
        "\n",
        "\r",
        "\r\n",
        "\t",
        "\0",
        "\u{feff}",
        "é",
        "👩‍👩‍👧",
        "\u{202e}",
        "\\u0000",
        "-1",
        "1e999",
        "0x",
        "[defaults]\n",
        "[[agent]]\n",
        "[loop]\n",
        "[backend.é]\n",
        "name = \"a\"\n",
        "session = \"p-watchdog\"\n",
        "true",
        "1979-05-27",
    ];
    prop_oneof![
        3 => proptest::sample::select(nasty.map(str::to_owned).to_vec()),
        1 => any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn f47_mutations_never_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..40, piece()), 1..6)
    ) {
        let mut text: Vec<char> = EXAMPLE.chars().collect();
        for (at, removed, piece) in edits {
            let start = at.index(text.len() + 1);
            let end = (start + removed).min(text.len());
            text.splice(start..end, piece.chars());
        }
        survive(&text.into_iter().collect::<String>());
    }

    #[test]
    fn any_text_never_panics(text in any::<String>()) {
        survive(&text);
    }

    #[test]
    fn lines_in_any_order_never_panic(order in Just(EXAMPLE.lines().collect::<Vec<_>>()).prop_shuffle()) {
        survive(&order.join("\n"));
    }
}
