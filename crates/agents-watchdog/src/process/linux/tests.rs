use super::*;

/// The fields from the third on, as the kernel prints them; `state` and `start` are ours.
fn line(name: &str, state: &str, start: u64) -> String {
    format!(
        "42 ({name}) {state} 7 40 39 0 -1 4194304 1 2 3 4 100 20 3 1 20 0 1 0 {start} 1000 2 18446744073709551615"
    )
}

#[test]
fn a_line_is_read_whatever_the_name() {
    for name in ["sh", "a b", "x) R 1 1 1", "((", "))", "", "Z (sd-pam)"] {
        let row = parse(42, &line(name, "S", 5555)).unwrap();
        assert_eq!((row.pid, row.parent, row.group, row.session), (42, 7, 40, Some(39)), "{name}");
        assert_eq!(row.start, StartMark::Ticks(5555));
        assert_eq!(row.cpu, Duration::from_millis(1240));
        assert!(!row.ended);
    }
    assert!(parse(42, &line("sh", "Z", 1)).unwrap().ended);
}

#[test]
fn a_short_line_is_no_process() {
    let whole = line("sh", "S", 5555);
    for length in 0..whole.find("5555").unwrap() {
        assert_eq!(parse(42, &whole[..length]), None, "{length}");
    }
}

#[test]
fn the_table_has_us_and_our_parent() {
    let rows = rows(&mut BTreeSet::new()).unwrap();
    let us = rows.iter().find(|row| row.pid == std::process::id()).unwrap();
    assert_eq!(us.parent, std::os::unix::process::parent_id());
    assert_eq!(row(us.pid).unwrap().unwrap().start, us.start);
}

#[test]
fn an_id_that_nobody_has_is_certainly_absent() {
    assert_eq!(row(i32::MAX.unsigned_abs()).unwrap(), None);
}

#[test]
fn f19_a_stopped_process_is_told_from_one_that_goes_on_and_from_one_that_is_not_it() {
    let of =
        |state: &str, start| suspended(42, &line("T) T", state, 5555), &StartMark::Ticks(start));
    for state in ["R", "S", "D", "I"] {
        assert_eq!(of(state, 5555), Some(false), "{state}");
    }
    for state in ["T", "t"] {
        assert_eq!(of(state, 5555), Some(true), "{state}");
        assert_eq!(of(state, 5556), None, "a later process has its number");
    }
    for state in ["Z", "X", "x"] {
        assert_eq!(of(state, 5555), None, "{state}");
    }
    let date = StartMark::Date("Mon Jan  1 10:00:00 2024".to_owned());
    assert_eq!(suspended(42, &line("sh", "T", 5555), &date), None, "it cannot be compared");
    assert_eq!(suspended(42, "42 (sh) T 7", &StartMark::Ticks(5555)), None, "a cut line");
}
