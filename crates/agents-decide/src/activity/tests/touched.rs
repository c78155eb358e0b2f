//! A log whose date changes while its length does not was touched, and nobody wrote to it.

use std::time::Duration;

use super::super::fixture::{backend, member, now, timing};
use super::super::{Activity, ActivityState, judge, log_age};
use super::REST;

#[test]
fn a_log_that_is_only_touched_was_not_written_to() {
    // At each look: second, how old the file says that it is, its length, since when it worked, whether the log says so now.
    let young = |looks: &[(u64, u64, u64, u64, bool)]| {
        let mut state = ActivityState::default();
        let backend = agents_config::Backend { footer_ui: true, ..backend() };
        for (at, age, size, worked_at, is_active) in looks {
            let now = now(*at);
            let mut seen = member(REST, 0);
            seen.log_age = Some(Duration::from_secs(*age));
            seen.log_dated = Some(now.wall.timestamp_millis() - 1000 * age.cast_signed());
            seen.log_size = Some(*size);
            let (next, verdict, notes) =
                judge(&state, &backend, (&seen, None).into(), &timing(), now);
            assert_eq!(
                next.evidence_at,
                Some(super::super::fixture::now(*worked_at).at),
                "{looks:?} at {at}"
            );
            assert_eq!(verdict == Activity::Active, *is_active, "{looks:?} at {at}: {notes:?}");
            let age = log_age(&next, &seen, now);
            assert_eq!(age, Some(Duration::from_secs(at - worked_at)), "{looks:?} at {at}");
            state = next;
        }
    };
    // Touched at each look.
    young(&[(500, 0, 9, 500, true), (700, 0, 9, 500, false), (1_000, 0, 9, 500, false)]);
    // Touched, and then written to.
    young(&[(500, 0, 9, 500, true), (700, 0, 9, 500, false), (800, 0, 10, 800, true)]);
    // Cut, or another file in its place: somebody wrote. Touched after that, nobody did.
    young(&[(500, 0, 9, 500, true), (600, 0, 3, 600, true), (800, 0, 3, 600, false)]);
}
