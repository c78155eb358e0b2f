//! What is said of a contradiction between word and screen, how old it is, and when it is looked at again.

use std::time::Duration;

use super::{after, look, shown, told};
use crate::activity::fixture::{fleet_of, member, now, observation, pane, reading};
use crate::draft::Draft;
use crate::standing::{Look, Stand, Standing, join, look_again};
use crate::{FleetState, MemberSeen, Seen, Shown, ShownState};

#[test]
fn an_open_menu_is_a_question_whatever_the_screen_shows_besides() {
    for state in [
        ShownState::Active,
        ShownState::Idle,
        ShownState::WaitingInput,
        ShownState::Fatal,
        ShownState::Unknown,
    ] {
        let shown = Some(Shown { menu: true, ..reading(state) });
        let (pane, told) = (Seen::Known(pane()), told("active", now(0)));
        let look = Look { shown: shown.as_ref(), ..look(&pane, &told, now(1)) };
        assert_eq!(join(None, &look).unwrap().stand, Stand::WaitingInput, "{state:?}");
    }
}

#[test]
fn what_nobody_can_settle_says_whose_word_is_old_and_what_speaks_against_it() {
    let standing = after(("active", "unknown"), 7200, 1).unwrap();
    assert_eq!((standing.stand, standing.is_told), (Stand::Unknown, false));
    assert_eq!(standing.by, "hook X, of long ago");
    let unread = "a screen that no rule reads".to_owned();
    let besides = [("hook X".to_owned(), Stand::Active), (unread, Stand::Unknown)];
    assert_eq!(standing.besides, besides);
    // A shell proves the end; that its screen reads so too is nothing else.
    let ended = after(("active", "shell"), 0, 0).unwrap();
    assert_eq!(ended.besides, [("hook X".to_owned(), Stand::Active)]);
    let (pane, told) = (Seen::Absent, told("active", now(0)));
    let shown = shown("idle");
    let gone = join(None, &Look { shown: shown.as_ref(), ..look(&pane, &told, now(1)) }).unwrap();
    let besides = [("hook X".to_owned(), Stand::Active), ("screen rule r".to_owned(), Stand::Idle)];
    assert_eq!(gone.besides, besides);
    // What says the same, and what says nothing, is not told besides.
    for screen in ["active", "unknown"] {
        assert_eq!(after(("active", screen), 0, 0).unwrap().besides, [], "{screen}");
    }
}

/// Since when word and screen differ, when each of these pairs was looked at a second after the one before.
fn differs_since(pairs: &[(&str, &str)]) -> Option<u64> {
    let pane = Seen::Known(pane());
    let mut standing = None;
    for ((word, screen), at) in pairs.iter().zip(1000..) {
        let (told, shown) = (told(word, now(1000)), shown(screen));
        let look = Look { shown: shown.as_ref(), ..look(&pane, &told, now(at)) };
        standing = join(standing.as_ref(), &look);
    }
    standing.unwrap().differs_since.map(|since| since.since(now(1000).at).as_secs())
}

#[test]
fn a_contradiction_is_as_old_as_the_same_two_words_stand_against_each_other() {
    for (pairs, since) in [
        (&[("active", "idle"), ("active", "idle")][..], Some(0)),
        (&[("active", "unknown"), ("active", "unknown")], Some(0)),
        (&[("waiting", "unknown"), ("waiting", "unknown")], Some(0)),
        (&[("active", "idle"), ("active", "active")], None),
        (&[("active", "idle"), ("active", "active"), ("active", "idle")], Some(2)),
        // Another word, or another screen, is another contradiction.
        (&[("active", "idle"), ("limited", "idle")], Some(1)),
        (&[("active", "idle"), ("active", "limited")], Some(1)),
        (&[("active", "unknown"), ("active", "idle")], Some(1)),
        (&[("active", "idle"), ("active", "unknown")], Some(1)),
        (&[("active", "-"), ("active", "idle")], Some(1)),
        (&[("-", "idle"), ("active", "idle")], Some(1)),
        (&[("idle", "idle"), ("active", "idle")], Some(1)),
    ] {
        assert_eq!(differs_since(pairs), since, "{pairs:?}");
    }
}

#[test]
fn what_is_told_counts_until_the_screen_has_proved_it_stale() {
    let seen = MemberSeen { told: told("idle", now(0)), ..member("> ", 0) };
    for (stand, is_told, counts) in [
        (Stand::Idle, true, true),
        (Stand::WaitingInput, false, true),
        (Stand::WaitingInput, true, true),
        (Stand::Active, false, false),
        (Stand::Idle, false, false),
    ] {
        let standing = Standing { stand, is_told, ..after(("-", "idle"), 0, 0).unwrap() };
        assert_eq!(standing.counted(&seen).is_some(), counts, "{stand:?} {is_told}");
        assert!(!standing.is_told_active(), "{stand:?}");
    }
}

#[test]
fn a_contradiction_is_looked_at_again_just_after_each_time_that_may_settle_it() {
    let fleet = fleet_of(
        "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nprompt = \"x\"\n\
         [backend.c]\nbin = \"c\"\n[[agent]]\nname = \"ann\"\nbackend = \"c\"\n",
    );
    for (lasts, again_in) in [
        (0, Some(2100)),
        (1999, Some(101)),
        (2000, Some(28_100)),
        (29_999, Some(101)),
        (30_000, None),
    ] {
        let (state, seen) = (FleetState::default(), observation([]));
        let mut draft = Draft::new(&fleet, &state, &seen, false, now(1000));
        let since = now(1000).at.before(Duration::from_millis(lasts));
        let standing =
            Standing { differs_since: Some(since), ..after(("active", "idle"), 0, 0).unwrap() };
        look_again(&mut draft, Some(&standing));
        let look_by = draft.finish().look_by;
        let again_in = again_in.map(|span| now(1000).at.after(Duration::from_millis(span)));
        assert_eq!(look_by, again_in, "{lasts}");
    }
}

#[test]
fn the_words_for_programs_are_those_of_the_stored_state() {
    for stand in [
        Stand::Active,
        Stand::Idle,
        Stand::WaitingInput,
        Stand::Limited,
        Stand::Unauthenticated,
        Stand::Failed,
        Stand::Exited,
        Stand::Unknown,
    ] {
        assert_eq!(serde_json::to_value(stand).unwrap(), stand.as_str());
    }
}
