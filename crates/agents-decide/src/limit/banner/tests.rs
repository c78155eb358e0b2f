use agents_config::Pattern;

use super::Tail;
use crate::activity::fixture::{backend, screen};

#[test]
fn the_lowest_and_shortest_banner_is_named() {
    let rows = screen("limit reached A / text / limit reached B / tail").rows;
    let pattern = backend().limit_re.expect("set");
    let found = Tail::of(&rows, None, &[]).banner(&pattern).expect("a banner");
    assert_eq!(found.row, "limit reached B");
    assert_eq!(found.texts.first().map(String::as_str), Some("limit reached B tail"));
}

#[test]
fn a_pattern_may_be_anchored_to_the_first_row_of_a_broken_banner() {
    let pattern = Pattern::new("^■ You have hit your usage limit").expect("valid");
    let find = |text: &str| {
        Tail::of(&screen(text).rows, None, &[]).banner(&pattern).map(|found| found.row)
    };
    assert_eq!(
        find("■ You have hit / your usage / limit. / >").as_deref(),
        Some("■ You have hit your usage limit.")
    );
    assert_eq!(find("said: ■ You have hit / your usage / limit. / >"), None);
}

#[test]
fn the_probe_cuts_and_says_so() {
    let rows = screen("limit reached / > go on with your work now / ready").rows;
    let pattern = Pattern::new("limit reached").expect("valid");
    let cut = Tail::of(&rows, Some("go on with your work now"), &[]);
    assert!(cut.below_probe && cut.banner(&pattern).is_none());
    let whole = Tail::of(&rows, Some("another message altogether"), &[]);
    assert!(!whole.below_probe && whole.banner(&pattern).is_some());
}

/// The texts to read the reset time from, without those whose words were put together over a break.
fn texts(rows: &str) -> Vec<String> {
    let rows = screen(rows).rows;
    let pattern = Pattern::new("limit reached").expect("valid");
    let found = Tail::of(&rows, None, &[]).banner(&pattern).expect("a banner");
    found.texts.into_iter().step_by(2).collect()
}

#[test]
fn the_block_of_a_banner_is_read_before_what_stands_apart() {
    assert_eq!(
        texts("far /  / said / limit reached / go on at 3pm /  / footer"),
        ["limit reached go on at 3pm", "said limit reached", "limit reached go on at 3pm footer"]
    );
    assert_eq!(
        texts("limit reached / ━━━━ / footer"),
        ["limit reached", "limit reached", "limit reached footer"]
    );
    assert_eq!(
        texts("0 / 1 / 2 / 3 / limit reached / 5 / 6 / 7 / 8 / 9 / 10"),
        ["limit reached 5 6 7 8 9", "1 2 3 limit reached", "limit reached 5 6 7 8 9"]
    );
}

#[test]
fn a_word_broken_at_the_margin_is_put_together() {
    let rows = screen("limit reached, try aga / in at 12:41 PM.").rows;
    let pattern = Pattern::new("limit reached").expect("valid");
    let found = Tail::of(&rows, None, &[]).banner(&pattern).expect("a banner");
    assert!(found.texts.contains(&"limit reached, try again at 12:41 PM.".to_owned()), "{found:?}");
}
