//! Does `agents limits` say whom a real limit holds, who says so and until when?

use crate::support::Bed;

const FLEET: &str = r#"HEAD
[backend.tui]
bin = "echo 'usage limit reached · resets in 3 hours'; exec sleep 1000 #"
limit_re = "limit reached"
account = "team"
[backend.other]
bin = "exec sleep 1000 #"
account = "team"
[[agent]]
name = "ann"
backend = "tui"
watch = "heal"
prompt = "go"
[[agent]]
name = "bob"
backend = "other"
watch = "heal"
prompt = "go"
[[agent]]
name = "cy"
backend = "other"
account = "own"
watch = "heal"
prompt = "go"
"#;

#[test]
fn a_limit_of_one_is_told_for_all_of_its_account() {
    let bed = Bed::with(FLEET);
    let none = bed.agents(&["limits"]).ends_with(0);
    assert!(none.err.contains("no limit holds anybody") && none.out.is_empty(), "{none:?}");
    bed.agents(&["up"]).ends_with(0);
    bed.until("the account is held", || bed.agents(&["limits"]).out.contains("account `team`"));
    let said = bed.agents(&["limits"]).ends_with(0).out;
    for part in [
        "account `team`: usage limit since",
        "holds ann, bob (met by ann)",
        "source: ann, screen, `limit_re`: \"usage limit reached · resets in 3 hours\"",
        "reset: ",
        "next: ann is probed at ",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let document = bed.agents(&["limits", "--json"]).ends_with(0).out;
    let document: serde_json::Value = document.parse().unwrap();
    assert_eq!(document["schema"], "agents.limits/1");
    let hold = &document["holds"][0];
    assert_eq!(document["holds"].as_array().map(Vec::len), Some(1), "{document}");
    assert_eq!(hold["agents"], serde_json::json!(["ann", "bob"]));
    assert_eq!((&hold["canary"], &hold["kind"]), (&"ann".into(), &"limit".into()));
    for time in [&hold["reset"], &hold["next"]["at"], &hold["since"]] {
        let time = time.as_str().unwrap();
        assert!(chrono::DateTime::parse_from_rfc3339(time).is_ok(), "{time}");
    }
    // `status` and `why` name the cause of the one that is not limited itself.
    let status = bed.agents(&["status"]).out;
    assert!(
        status.contains("the usage window of account `team` to end, as ann will tell"),
        "{status}"
    );
    let why = bed.agents(&["why", "bob"]).out;
    assert!(why.contains("its account `team` is inside a usage window"), "{why}");
    assert!(!bed.agents(&["why", "cy"]).out.contains("usage window of account"), "{why}");
    // A successor of the watchdog knows it, too.
    bed.agents(&["down", "watchdog"]).ends_with(0);
    let ran = bed.agents(&["limits"]).ends_with(0);
    assert!(ran.out.contains("holds ann, bob") && ran.err.contains("no watchdog looks"), "{ran:?}");
}

#[test]
fn a_reset_that_lies_too_far_ahead_is_not_called_untold() {
    // A time of day that is more than `limit_hold_cap` ahead at any hour at which this runs.
    let later = chrono::Local::now() + chrono::TimeDelta::hours(12);
    let banner = format!("resets at {}", later.format("%-I:%M%P"));
    let bed = Bed::with(&FLEET.replace("resets in 3 hours", &banner));
    bed.agents(&["up"]).ends_with(0);
    bed.until("the account is held", || bed.agents(&["limits"]).out.contains("account `team`"));
    let said = bed.agents(&["limits"]).ends_with(0).out;
    assert!(
        said.contains("reset: not known; the one named lies too far ahead to be believed"),
        "{said}"
    );
    let why = bed.agents(&["why", "ann"]).ends_with(0).out;
    assert!(why.contains("with a reset time too far ahead to be believed"), "{why}");
    bed.agents(&["down"]).ends_with(0);
}
