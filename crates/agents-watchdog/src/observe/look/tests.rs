use agents_decide::Moment;

use super::*;

const MINUTE: u64 = 60;

/// Whether one is left alone that worked so many seconds ago, and was read so many seconds ago.
fn left_alone(stall_idle: u64, worked: u64, read: u64) -> bool {
    let at = Moment(10_000_000);
    let ago = |seconds| at.before(Duration::from_secs(seconds));
    let mut member = Member::default();
    member.activity.cpu = Some((ago(read), 0));
    member.activity.evidence_at = Some(ago(worked));
    let wall = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let now = Now { at, wall, zone: agents_decide::Zone::Fixed(0) };
    rests(&member, Duration::from_secs(stall_idle), now)
}

#[test]
fn who_may_be_idle_for_longer_is_read_more_rarely() {
    // (stall_idle, still, the last reading that suffices, the first that does not)
    let table = [
        (5 * MINUTE, 120, 54, 55),
        (20 * MINUTE, 120, 119, 120),
        (30 * MINUTE, 120, 179, 180),
        (12 * 60 * MINUTE, 120, 289, 290),
    ];
    for (stall_idle, still, suffices, too_old) in table {
        assert!(left_alone(stall_idle, still, suffices), "{stall_idle}");
        assert!(!left_alone(stall_idle, still, too_old), "{stall_idle}");
    }
}

#[test]
fn who_worked_a_moment_ago_or_is_soon_taken_to_be_stalled_is_read_at_each_look() {
    assert!(!left_alone(30 * MINUTE, 89, 1));
    assert!(left_alone(30 * MINUTE, 90, 1));
    // Two readings before the end.
    assert!(left_alone(30 * MINUTE, 24 * MINUTE - 1, 1));
    assert!(!left_alone(30 * MINUTE, 24 * MINUTE, 1));
    assert!(left_alone(5 * MINUTE, 189, 1));
    assert!(!left_alone(5 * MINUTE, 190, 1));
}
