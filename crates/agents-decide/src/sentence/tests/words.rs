//! The words that sentences are made of.

use super::*;

#[test]
fn a_zone_that_no_calendar_knows_is_read_as_utc() {
    let mut here = now(NOON);
    here.zone = Zone::Fixed(90_000);
    assert_eq!(here.clock(wall(0)), "12:00:00");
}

#[test]
fn lists_end_with_and() {
    let names = |words: &[&str]| words.iter().map(|it| name(it)).collect::<Vec<_>>();
    for (words, said) in
        [(&[][..], ""), (&["a"], "a"), (&["a", "b"], "a and b"), (&["a", "b", "c"], "a, b and c")]
    {
        assert_eq!(super::super::listed(&names(words)), said);
    }
    assert_eq!(super::super::short("abc"), "abc");
}
