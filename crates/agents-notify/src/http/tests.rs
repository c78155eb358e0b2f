//! What becomes of answers and errors.

use super::*;

#[test]
fn only_what_can_pass_is_tried_again() {
    for (status, is_passing) in [
        (500, true),
        (503, true),
        (429, true),
        (408, true),
        (404, false),
        (401, false),
        (302, false),
    ] {
        let failure = refusal(status, None, "no");
        assert_eq!(matches!(failure, Failure::Passing { .. }), is_passing, "{status}");
        assert!(failure.reason().contains(&status.to_string()));
    }
}

#[test]
fn a_pause_that_the_server_asks_for_is_bounded() {
    let wait = |asked| match refusal(429, asked, "") {
        Failure::Passing { wait, .. } => wait,
        Failure::Lasting { .. } => panic!("429 passes"),
    };
    assert_eq!(wait(Some(2.5)), Some(Duration::from_millis(2500)));
    assert_eq!(wait(Some(1e9)), Some(LONGEST_PAUSE));
    assert_eq!(wait(Some(-1.0)), None);
    assert_eq!(wait(None), None);
}

#[test]
fn what_a_server_says_is_told_without_the_secrets() {
    let url = "https://h/services/T0001/SECRETPART?key=ANOTHERKEY";
    let said = "no \u{1b}[31m SECRETPART at https://h/services/T0001/SECRETPART?key=ANOTHERKEY for tk_12345678";
    let told = scrubbed(said, url, Some("tk_12345678"));
    for secret in ["SECRETPART", "tk_12345678", "\u{1b}"] {
        assert!(!told.contains(secret), "{told}");
    }
}
