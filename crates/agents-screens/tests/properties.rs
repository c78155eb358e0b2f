//! What holds of a verdict about any screen, made of pieces of recorded ones and of anything else?

mod support;

use std::sync::LazyLock;

use agents_screens::{Evidence, Preset, Seen, State, classify};
use proptest::prelude::*;
use support::{Screen, corpus};

static CORPUS: LazyLock<Vec<Screen>> = LazyLock::new(corpus);

fn preset(name: &str) -> Preset {
    Preset::builtin(name).unwrap().unwrap()
}

/// Rows of recorded screens of all programs in any order, and rows of anything.
fn rows() -> impl Strategy<Value = String> {
    let recorded =
        (any::<prop::sample::Index>(), any::<prop::sample::Index>()).prop_map(|(screen, row)| {
            let rows: Vec<&str> = screen.get(&CORPUS).rows.lines().collect();
            if rows.is_empty() { String::new() } else { (*row.get(&rows)).to_owned() }
        });
    let row = prop_oneof![8 => recorded, 1 => "\\PC{0,100}", 1 => Just(String::new())];
    proptest::collection::vec(row, 0..40)
        .prop_map(|rows| rows.iter().map(|row| format!("{row}\n")).collect())
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn a_verdict_rests_on_a_rule_and_on_rows_that_are_there(
        name in prop::sample::select(agents_screens::BUILTIN_NAMES.to_vec()),
        rows in rows(),
        title in "\\PC{0,20}",
        columns in 1_usize..200,
    ) {
        let preset = preset(name);
        let seen = Seen { rows: &rows, title: &title, command: name, dead: false, columns };
        let verdict = classify(&preset, &seen);
        prop_assert_eq!(&classify(&preset, &seen), &verdict);
        prop_assert_eq!(verdict.rule.is_some(), verdict.state != State::Unknown);
        let count = rows.lines().count();
        let losers = verdict.runners_up.iter().map(|other| &other.evidence);
        for evidence in losers.chain([&verdict.evidence]) {
            if let Evidence::Row { index, text } = evidence {
                prop_assert!(*index < count, "row {index} of {count}");
                // The rows from there on, joined, hold what is quoted, up to how blanks and alike signs are folded.
                let from: String = rows.lines().skip(*index).collect::<Vec<_>>().join("");
                let (quoted, there) = (squeezed(text), squeezed(&from));
                prop_assert!(quoted.chars().count() <= there.chars().count(), "{quoted:?} in {there:?}");
            }
        }
        // No rule both wins and loses.
        let rule = verdict.rule.clone();
        prop_assert!(verdict.runners_up.iter().all(|other| Some(&other.rule) != rule.as_ref()));
    }

    #[test]
    fn a_width_that_nobody_knows_is_that_of_the_widest_row(
        name in prop::sample::select(agents_screens::BUILTIN_NAMES.to_vec()),
        rows in "([ -~]{0,60}\n){0,20}",
    ) {
        let preset = preset(name);
        let widest = rows.lines().map(|row| row.trim_end().len()).max().unwrap_or(0);
        let unknown = Seen { rows: &rows, command: name, ..Seen::default() };
        let known = Seen { columns: widest, ..unknown };
        prop_assert_eq!(classify(&preset, &unknown), classify(&preset, &known));
    }

    #[test]
    fn who_is_gone_is_gone_whatever_stands_there(
        name in prop::sample::select(agents_screens::BUILTIN_NAMES.to_vec()),
        rows in rows(),
        shell in prop::sample::select(vec!["sh", "-bash", "zsh", "fish", "login"]),
    ) {
        let preset = preset(name);
        for seen in [
            Seen { rows: &rows, command: name, dead: true, ..Seen::default() },
            Seen { rows: &rows, command: shell, ..Seen::default() },
        ] {
            let verdict = classify(&preset, &seen);
            prop_assert_eq!(verdict.state, State::Exited);
            prop_assert!(!verdict.menu && verdict.runners_up.is_empty());
        }
    }

    #[test]
    fn a_recorded_screen_keeps_its_verdict_under_blanks_at_the_ends_of_its_rows(
        at in any::<prop::sample::Index>(),
        blanks in prop::collection::vec(0_usize..4, 1..8),
    ) {
        let screen = at.get(&CORPUS);
        let padded: String = screen
            .rows
            .lines()
            .enumerate()
            .map(|(row, text)| format!("{}{}\n", text.trim_end(), " ".repeat(blanks[row % blanks.len()])))
            .collect();
        let preset = preset(&screen.preset);
        let seen = screen.seen();
        let after = classify(&preset, &Seen { rows: &padded, ..seen });
        prop_assert_eq!(after.state, classify(&preset, &seen).state, "{}", screen.name);
    }
}
