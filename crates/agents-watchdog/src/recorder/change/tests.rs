use super::*;
use agents_decide::Vow;

fn member(stall: Stall, worked_at: u64) -> Member {
    let mut member = Member { stall, ..Member::default() };
    member.activity.evidence_at = Some(Moment(worked_at));
    member
}

fn idle(since: u64, vow: Option<Vow>) -> Member {
    member(Stall::Idle { since: Moment(since), vow }, since)
}

fn vow(first_seen: u64) -> Vow {
    let until = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    Vow { until, first_seen: Moment(first_seen), due: Moment(90_000), too_far: false }
}

#[test]
fn one_that_prints_now_and_then_only_counts_on() {
    assert!(only_counts_on(&idle(1_000, None), &idle(31_000, None)));
    let promised = |since| Stall::Promised { idle_since: Moment(since), vow: vow(5) };
    assert!(only_counts_on(&member(promised(1_000), 1_000), &member(promised(31_000), 31_000)));
}

#[test]
fn what_an_idle_member_promised_and_what_it_is_suspected_of_is_more_than_time() {
    let working = member(Stall::Working, 1_000);
    assert!(!only_counts_on(&working, &idle(1_000, None)));
    assert!(!only_counts_on(&idle(1_000, None), &working));
    assert!(!only_counts_on(&idle(1_000, None), &idle(1_000, Some(vow(5)))));
    assert!(!only_counts_on(&idle(1_000, Some(vow(5))), &idle(1_000, Some(vow(6)))));
    let suspect = |suspected_at| Stall::Suspect {
        since: Moment(1_000),
        suspected_at: Moment(suspected_at),
        vow: None,
        reading: None,
    };
    let (one, other) = (member(suspect(2_000), 1_000), member(suspect(3_000), 1_000));
    assert!(!only_counts_on(&idle(1_000, None), &one));
    assert!(!only_counts_on(&one, &other));
}
