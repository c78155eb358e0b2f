use super::{Check, DETECTOR, SCREENS, detector, report, reset_times, screens};

#[test]
fn the_samples_of_the_original_pass_by_their_names() {
    let checks = detector().unwrap();
    let names: Vec<&str> =
        checks.iter().filter(|check| check.passed).map(|check| check.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "footer_ui idle footer is idle",
            "footer_ui active footer is active",
            "limit banner + idle footer is not active"
        ]
    );
}

#[test]
fn all_screens_and_reset_times_are_tried() {
    let checks = [screens().unwrap(), reset_times()].concat();
    assert!(checks.len() > 150, "only {}", checks.len());
    let failed: Vec<&Check> = checks.iter().filter(|check| !check.passed).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn a_failure_is_shown_and_what_passed_is_counted() {
    let check = |part, name: &str, passed| Check {
        part,
        name: name.to_owned(),
        passed,
        detail: if passed { String::new() } else { "is idle, was read as active".to_owned() },
    };
    let checks = [
        check(DETECTOR, "an idle footer", true),
        check(SCREENS, "a/idle/x", true),
        check(SCREENS, "a/idle/y", false),
    ];
    assert_eq!(
        report(&checks, false),
        [
            "PASS: an idle footer",
            "FAIL: screens: a/idle/y: is idle, was read as active",
            "FAIL: screens: 1 of 2"
        ]
    );
    assert!(report(&checks, true).contains(&"PASS: screens: a/idle/x".to_owned()));
}
