//! What holds of a hold, whatever the screens say and whenever they say it?

use std::time::Duration;

use chrono::TimeDelta;
use proptest::prelude::*;

use super::{BANNER, Limit, now, step, timing};
use crate::Wish;
use crate::activity::fixture::midnight;

const LOOKS: [&str; 14] = [
    "ready",
    "limit reached",
    BANNER,
    "limit reached, resets in 2 hours",
    "limit reached, resets Nov 25, 9am",
    "?",
    "gone",
    "dead",
    "active: esc interrupt",
    "taken: PROBE / limit reached",
    "taken: limit reached / PROBE",
    "waiting: limit reached",
    "typed: limit reached / PROBE",
    "active: limit reached",
];

proptest! {
    #[test]
    fn f25_a_probe_never_comes_before_its_time_and_a_hold_never_outlasts_the_cap(
        looks in proptest::collection::vec((0_usize..LOOKS.len(), 0_u64..4000, -864_000_i64..864_000), 1..60),
    ) {
        let cap = timing().limit_hold_cap;
        let (mut state, mut seconds) = (Limit::default(), 0);
        for (look, gap, jump) in looks {
            seconds += gap;
            let mut now = now(seconds);
            now.wall += TimeDelta::seconds(jump);
            let before = state.clone();
            let after = step(state, LOOKS[look], now);
            prop_assert!(!after.wishes.iter().any(|wish| matches!(wish, Wish::Restart(_))));
            if after.wishes.iter().any(|wish| matches!(wish, Wish::Probe { .. })) {
                let Limit::Held { probe_at, until, .. } = &before else {
                    return Err(TestCaseError::fail("a probe without a hold"));
                };
                prop_assert!(now.at >= *probe_at || until.is_some_and(|until| now.wall >= until));
            }
            if let Limit::Held { since, probe_at, .. } = &after.next {
                prop_assert!(*probe_at <= since.after(cap), "held past the cap");
            }
            if LOOKS[look] == "?" {
                prop_assert_eq!(&after.next, &before);
                prop_assert!(after.wishes.is_empty());
            }
            state = after.next;
        }
    }

    #[test]
    fn an_announced_reset_is_waited_for(minutes in 1_u64..2000, start in 0_u64..86_400) {
        let entered = step(Limit::default(), &format!("limit reached, resets in {minutes} minutes"), now(start)).next;
        let Limit::Held { probe_at, .. } = entered else { return Err(TestCaseError::fail("not held")) };
        let announced = Duration::from_secs(minutes * 60 + 45);
        prop_assert_eq!(probe_at, now(start).at.after(announced.min(timing().limit_hold_cap)));
    }

    #[test]
    fn any_screen_is_judged_without_panic(text in "\\PC{0,200}", cut in 0_usize..20) {
        let rows: Vec<String> = text.chars().collect::<Vec<_>>().chunks(cut + 1).map(|row| row.iter().collect()).collect();
        let after = step(Limit::default(), &rows.join(" / "), now(0));
        prop_assert_eq!(after.next.silences(), !matches!(after.next, Limit::Clear { .. }));
        prop_assert!(crate::limit::reset::parse(&text, now(0)).is_none_or(|reset| reset.at >= midnight() - TimeDelta::minutes(2)));
    }
}
