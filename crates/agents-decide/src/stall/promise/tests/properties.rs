//! What holds of every promise, whatever stands around it?

use chrono::{DateTime, FixedOffset, SecondsFormat};
use proptest::prelude::*;

use super::super::{MARKER, Promise, last};
use crate::activity::fixture::now;

/// Rows that promise nothing.
fn plain() -> impl Strategy<Value = String> {
    "[ a-zA-Z0-9:.+│>$-]{0,30}".prop_filter("no marker", |row| !row.contains(MARKER))
}

/// How a program may set a row off.
fn lead() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec!["", "  ", "● ", "⏺ ", "- ", "* ", "> ", "**", "│ ", "• `"])
}

proptest! {
    #[test]
    fn a_promised_instant_reads_back_in_every_zone(seconds in 0_i64..7_258_118_400, quarter in -56_i32..57, lead in lead()) {
        let zone = FixedOffset::east_opt(quarter * 900).unwrap();
        let at = DateTime::from_timestamp(seconds, 0).unwrap();
        let said = at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, false);
        let rows = vec![format!("{lead}{MARKER} {said}")];
        prop_assert_eq!(last(&rows, now(0)), Promise::Until(at));
    }

    #[test]
    fn only_the_last_row_that_promises_counts(
        above in proptest::collection::vec((plain(), any::<bool>()), 0..8),
        seconds in 0_i64..7_258_118_400,
        below in proptest::collection::vec(plain(), 0..8),
    ) {
        let at = DateTime::from_timestamp(seconds, 0).unwrap();
        let promise = format!("{MARKER} {}", at.to_rfc3339_opts(SecondsFormat::Secs, true));
        let mut rows: Vec<String> = above
            .into_iter()
            .map(|(row, promises)| if promises { format!("{MARKER} {row}") } else { row })
            .collect();
        rows.push(promise);
        rows.extend(below);
        prop_assert_eq!(last(&rows, now(0)), Promise::Until(at));
    }

    #[test]
    fn without_a_row_that_begins_with_the_marker_nothing_is_promised(rows in proptest::collection::vec((plain(), "[a-z\"$+]"), 0..8)) {
        let rows: Vec<String> =
            rows.into_iter().map(|(row, before)| format!("{row}{before}{MARKER} 2026-11-21T10:00Z")).collect();
        prop_assert_eq!(last(&rows, now(0)), Promise::None);
    }

    #[test]
    fn what_cannot_be_read_is_quoted_and_short(said in "\\PC{0,200}") {
        match last(&[format!("{MARKER}{said}")], now(0)) {
            Promise::None => prop_assert!(false, "the row promises"),
            Promise::Until(_) => {}
            Promise::Unreadable(quoted) => {
                prop_assert!(quoted.chars().count() <= 60 && said.contains(&quoted), "{quoted:?}");
            }
        }
    }
}
