use regex::Regex;

use super::{Row, Text};

fn joined(rows: &str, columns: usize) -> Vec<String> {
    let starts = Regex::new("^(■|•|›)").unwrap();
    let text = Text::join(&Row::read(rows, None), columns, 2, Some(&starts));
    text.text.lines().map(str::to_owned).collect()
}

#[test]
fn a_row_that_had_to_end_at_the_edge_goes_on_in_the_next() {
    let rows = "■ You’ve hit your usage limit or try\nagain at 12:41 PM.\n\n› next";
    assert_eq!(
        joined(rows, 40),
        ["■ You've hit your usage limit or try again at 12:41 PM.", "› next"]
    );
}

#[test]
fn a_short_row_ends_where_it_was_meant_to_end() {
    assert_eq!(joined("• The log says:\n  resets 3pm", 80), ["• The log says:", "  resets 3pm"]);
}

#[test]
fn a_word_longer_than_a_row_is_put_together_again() {
    let rows = "{\"plan\":\"plus\",\"rese\nts_in_seconds\":5400}";
    assert_eq!(joined(rows, 22), ["{\"plan\":\"plus\",\"resets_in_seconds\":5400}"]);
}

#[test]
fn borders_and_new_messages_are_never_joined() {
    let rows = "────────────────────\nabcdefghij abcdefghi\n■ word";
    assert_eq!(joined(rows, 20).len(), 3);
}

#[test]
fn the_sides_of_a_box_are_no_part_of_its_text() {
    assert_eq!(joined("│ │ inner │ │\n│       │\n│ ● 1. Yes │", 80), ["inner", "● 1. Yes"]);
}

#[test]
fn a_sidebar_is_cut_off() {
    let rows = Row::read("main text      side\n               side", Some(15));
    assert_eq!(rows.iter().map(|row| row.text.as_str()).collect::<Vec<_>>(), ["main text"]);
}

#[test]
fn rows_keep_their_place_on_the_screen() {
    let rows = Row::read("\n\na\n\nb\n\n\n", None);
    assert_eq!(
        rows.iter().map(|row| (row.index, row.gap)).collect::<Vec<_>>(),
        [(2, true), (4, true)]
    );
}
