use std::time::Duration;

use super::{NAMES, Scenario};

#[test]
fn every_listed_name_is_a_scenario() {
    for name in NAMES {
        assert!(Scenario::parse(name).is_ok(), "{name}");
    }
}

#[test]
fn the_last_scenario_of_a_text_counts() {
    let text = "first MOCK:ok then MOCK:slow:8. That is all";
    assert_eq!(Scenario::last_in(text), Some(Scenario::Slow { during: Duration::from_secs(8) }));
}

#[test]
fn a_text_without_a_known_name_asks_for_nothing() {
    assert_eq!(Scenario::last_in("MOCK:run sh work.sh\nMOCK:nonsense mock:ok"), None);
}

#[test]
fn an_unknown_name_is_refused_with_the_known_ones() {
    let message = Scenario::parse("usuage").map_err(|error| error.to_string());
    let message = message.expect_err("no such scenario");
    assert!(message.contains("usuage") && message.contains("weekly"), "{message}");
}
