use std::collections::BTreeSet;
use std::path::Path;

use chrono::{DateTime, Utc};

use super::{Choice, Conversation, Origin, Wanted, choose, is_launched};

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
}

fn conversation(id: &str, cwd: &str, began: &str, origin: Origin) -> Conversation {
    Conversation { id: id.into(), cwd: Some(cwd.into()), began: Some(at(began)), origin }
}

/// The ids that are left over: none, one, or all that fit.
fn chosen(candidates: &[Conversation], claimed: &[&str]) -> Vec<String> {
    let claimed: BTreeSet<String> = claimed.iter().map(ToString::to_string).collect();
    let wanted = Wanted {
        cwd: Path::new("/srv/demo"),
        from: at("2026-11-21T10:00:00Z"),
        until: at("2026-11-21T10:01:00Z"),
        claimed: &claimed,
    };
    match choose(candidates, &wanted) {
        Choice::Absent => Vec::new(),
        Choice::One(one) => vec![one.id.clone()],
        Choice::Ambiguous(all) => {
            assert!(all.len() > 1);
            all.iter().map(|one| one.id.clone()).collect()
        }
    }
}

#[test]
fn a_conversation_is_chosen_by_directory_time_origin_and_claim() {
    let all = [
        conversation("mine", "/srv/demo", "2026-11-21T10:00:00Z", Origin::Main),
        conversation("child", "/srv/demo", "2026-11-21T10:00:10Z", Origin::Subagent),
        conversation("riddle", "/srv/demo", "2026-11-21T10:00:10Z", Origin::Unknown),
        conversation("elsewhere", "/srv/demo/sub", "2026-11-21T10:00:10Z", Origin::Main),
        conversation("before", "/srv/demo", "2026-11-21T09:59:59Z", Origin::Main),
        conversation("after", "/srv/demo", "2026-11-21T10:01:00Z", Origin::Main),
    ];
    assert_eq!(chosen(&all, &[]), ["mine"]);
    assert_eq!(chosen(&all, &["mine"]), [""; 0]);
    assert_eq!(chosen(&[], &[]), [""; 0]);
}

#[test]
fn two_that_fit_are_never_guessed_between() {
    let two = [
        conversation("late", "/srv/demo", "2026-11-21T10:00:50Z", Origin::Main),
        conversation("early", "/srv/demo", "2026-11-21T10:00:01Z", Origin::Main),
    ];
    assert_eq!(chosen(&two, &[]), ["early", "late"]);
    assert_eq!(chosen(&two, &["early"]), ["late"]);
}

#[test]
fn two_copies_of_one_record_are_one_conversation() {
    let one = conversation("same", "/srv/demo", "2026-11-21T10:00:01Z", Origin::Main);
    assert_eq!(chosen(&[one.clone(), one], &[]), ["same"]);
}

#[test]
fn what_does_not_say_where_or_when_it_began_fits_nobody() {
    let whole = conversation("mine", "/srv/demo", "2026-11-21T10:00:01Z", Origin::Main);
    let nowhere = Conversation { cwd: None, ..whole.clone() };
    let never = Conversation { began: None, ..whole.clone() };
    assert_eq!(chosen(&[nowhere.clone(), never], &[]), [""; 0]);
    assert!(is_launched(&whole, "mine", Path::new("/srv/demo")));
    assert!(!is_launched(&whole, "other", Path::new("/srv/demo")));
    assert!(!is_launched(&whole, "mine", Path::new("/srv")));
    assert!(!is_launched(&nowhere, "mine", Path::new("/srv/demo")));
}
