mod contradictions;

use std::time::Duration;

use agents_screens::State as ShownState;
use proptest::prelude::*;

use super::{Look, STALE_AFTER, Stand, Standing, join};
use crate::activity::fixture::{now, pane, reading, unknown};
use crate::{DeadSeen, Heard, Moment, Now, PaneSeen, Seen, Shown, Told, ToldState};

const STILL: Duration = Duration::from_secs(180);

fn told(word: &str, since: Now) -> Option<Told> {
    let text = "a word".to_owned();
    let state = match word {
        "-" => return None,
        "active" => ToldState::Active,
        "idle" => ToldState::Idle,
        "waiting" => ToldState::Waiting,
        "limited" => {
            ToldState::Limited { reset_ms: None, window_minutes: None, goes_on: false, text }
        }
        "login" => ToldState::Unauthenticated { text },
        "failed" => ToldState::Failed { text, retried: false },
        "retries" => ToldState::Failed { text, retried: true },
        other => panic!("{other}"),
    };
    Some(Told { state, since_ms: since.wall.timestamp_millis(), source: "hook X".to_owned() })
}

fn shown(word: &str) -> Option<Shown> {
    let (state, rule, menu) = match word {
        "-" => return None,
        "active" => (ShownState::Active, "r", false),
        "idle" => (ShownState::Idle, "r", false),
        "asks" => (ShownState::WaitingInput, "r", true),
        "menu" => (ShownState::Idle, "r", true),
        "limited" => (ShownState::Limited, "r", false),
        "fatal" => (ShownState::Fatal, "r", false),
        "prompt" => (ShownState::Exited, "shell-prompt", false),
        "shell" => (ShownState::Exited, "shell", false),
        "unknown" => (ShownState::Unknown, "", false),
        other => panic!("{other}"),
    };
    let rule = (!rule.is_empty()).then(|| rule.to_owned());
    Some(Shown { rule, proof: "a row".to_owned(), menu, ..reading(state) })
}

const TOLD: [&str; 8] = ["-", "active", "idle", "waiting", "limited", "login", "failed", "retries"];
const SHOWN: [&str; 10] =
    ["-", "active", "idle", "asks", "menu", "limited", "fatal", "prompt", "shell", "unknown"];

/// What follows from a pair that stays as it is, at so many seconds after the program told it; its screen changed last
/// at `changed`.
fn after(pair: (&str, &str), seconds: u64, changed: u64) -> Option<Standing> {
    let (told, shown) = (told(pair.0, now(1000)), shown(pair.1));
    let mut standing = None;
    for at in [1000, 1000 + seconds] {
        let look = Look {
            pane: &Seen::Known(pane()),
            job: None,
            told: told.as_ref(),
            heard: None,
            shown: shown.as_ref(),
            changed_at: Some(now(1000 + changed.min(at - 1000)).at),
            longest_still: STILL,
            now: now(at),
        };
        standing = join(standing.as_ref(), &look);
    }
    standing
}

fn table(seconds: u64, changed: u64) -> String {
    let mut text = format!("{:>10}", "");
    SHOWN.iter().for_each(|shown| text.push_str(&format!("{shown:>9}")));
    for told in TOLD {
        text.push_str(&format!("\n{told:>10}"));
        for shown in SHOWN {
            let word = match after((told, shown), seconds, changed) {
                None => "·".to_owned(),
                Some(standing) => {
                    let word = match standing.stand {
                        Stand::WaitingInput => "asks",
                        Stand::Unauthenticated => "login",
                        stand => stand.as_str(),
                    };
                    format!("{word}{}", if standing.is_told { "*" } else { "" })
                }
            };
            text.push_str(&format!("{word:>9}"));
        }
    }
    text
}

/// A star: by the program's own word.
#[test]
fn every_pair_of_word_and_screen_at_once() {
    insta::assert_snapshot!(table(0, 0), @r"
                   -   active     idle     asks     menu  limited    fatal   prompt    shell  unknown
          -        ·   active     idle     asks     asks  limited   failed   exited   exited  unknown
     active  active*  active*  active*     asks     asks  active*  active*  active*   exited  active*
       idle    idle*    idle*    idle*     asks     asks    idle*    idle*    idle*   exited    idle*
    waiting    asks*    asks*    asks*     asks     asks    asks*    asks*    asks*   exited    asks*
    limited limited* limited* limited*     asks     asks limited* limited* limited*   exited limited*
      login   login*   login*   login*     asks     asks   login*   login*   login*   exited   login*
     failed  failed*  failed*  failed*     asks     asks  failed*  failed*  failed*   exited  failed*
    retries  active*  active*  active*     asks     asks  active*  active*  active*   exited  active*
    ");
}

#[test]
fn every_pair_when_the_screen_goes_on_changing() {
    insta::assert_snapshot!(table(10, 10), @r"
                   -   active     idle     asks     menu  limited    fatal   prompt    shell  unknown
          -        ·   active     idle     asks     asks  limited   failed   exited   exited  unknown
     active  active*  active*  active*     asks     asks  active*  active*  active*   exited  active*
       idle    idle*   active    idle*     asks     asks    idle*    idle*    idle*   exited    idle*
    waiting    asks*   active    asks*     asks     asks    asks*    asks*    asks*   exited    asks*
    limited limited*   active limited*     asks     asks limited* limited* limited*   exited limited*
      login   login*   active   login*     asks     asks   login*   login*   login*   exited   login*
     failed  failed*   active  failed*     asks     asks  failed*  failed*  failed*   exited  failed*
    retries  active*  active*  active*     asks     asks  active*  active*  active*   exited  active*
    ");
}

#[test]
fn every_pair_that_lasts_while_nothing_is_heard() {
    insta::assert_snapshot!(table(40, 1), @r"
                   -   active     idle     asks     menu  limited    fatal   prompt    shell  unknown
          -        ·   active     idle     asks     asks  limited   failed   exited   exited  unknown
     active  active*  active*     idle     asks     asks  limited   failed   exited   exited  active*
       idle    idle*    idle*    idle*     asks     asks    idle*    idle*   exited   exited    idle*
    waiting    asks*    asks*    asks*     asks     asks    asks*    asks*   exited   exited    asks*
    limited limited* limited* limited*     asks     asks limited* limited*   exited   exited limited*
      login   login*   login*   login*     asks     asks   login*   login*   exited   exited   login*
     failed  failed*  failed*  failed*     asks     asks  failed*  failed*   exited   exited  failed*
    retries  active*  active*     idle     asks     asks  limited   failed   exited   exited  active*
    ");
}

#[test]
fn every_pair_that_lasts_for_hours() {
    insta::assert_snapshot!(table(7200, 1), @r"
                   -   active     idle     asks     menu  limited    fatal   prompt    shell  unknown
          -        ·   active     idle     asks     asks  limited   failed   exited   exited  unknown
     active  active*  active*     idle     asks     asks  limited   failed   exited   exited  unknown
       idle    idle*    idle*    idle*     asks     asks    idle*    idle*   exited   exited    idle*
    waiting    asks*    asks*    asks*     asks     asks    asks*    asks*   exited   exited    asks*
    limited limited* limited* limited*     asks     asks limited* limited*   exited   exited limited*
      login   login*   login*   login*     asks     asks   login*   login*   exited   exited   login*
     failed  failed*  failed*  failed*     asks     asks  failed*  failed*   exited   exited  failed*
    retries  active*  active*     idle     asks     asks  limited   failed   exited   exited  unknown
    ");
}

fn look<'a>(pane: &'a Seen<PaneSeen>, told: &'a Option<Told>, at: Now) -> Look<'a> {
    Look {
        pane,
        job: None,
        told: told.as_ref(),
        heard: None,
        shown: None,
        changed_at: None,
        longest_still: STILL,
        now: at,
    }
}

#[test]
fn a_process_that_ended_says_nothing_any_more() {
    let dead = Some(DeadSeen { status: None, signal: Some(9) });
    let told = told("active", now(0));
    let stands = |pane: &Seen<PaneSeen>| {
        let standing = join(None, &look(pane, &told, now(1))).unwrap();
        (standing.stand, standing.by)
    };
    let dead = Seen::Known(PaneSeen { dead, ..pane() });
    assert_eq!(stands(&dead), (Stand::Exited, "the dead pane".to_owned()));
    assert_eq!(stands(&Seen::Absent), (Stand::Exited, "the absent session".to_owned()));
    // A look that failed proves nothing.
    assert_eq!(stands(&unknown()), (Stand::Active, "hook X".to_owned()));
}

#[test]
fn a_program_that_is_still_heard_of_is_not_stale() {
    let (pane, told, shown) = (Seen::Known(pane()), told("active", now(0)), shown("idle"));
    let mut standing = None;
    let mut at_seconds = |seconds: u64, heard: u64| {
        let heard = Heard { at_ms: now(heard).wall.timestamp_millis(), prompt: None };
        let look =
            Look { heard: Some(&heard), shown: shown.as_ref(), ..look(&pane, &told, now(seconds)) };
        standing = join(standing.as_ref(), &look);
        standing.as_ref().unwrap().stand
    };
    assert_eq!(at_seconds(5, 0), Stand::Active);
    // Its record grows: a tool runs under a composer.
    assert_eq!(at_seconds(60, 59), Stand::Active);
    assert_eq!(at_seconds(88, 59), Stand::Active);
    assert_eq!(at_seconds(90, 59), Stand::Idle);
    let said = standing.unwrap();
    assert_eq!((said.by.as_str(), said.is_told), ("screen rule r", false));
    assert_eq!(said.besides, [("hook X".to_owned(), Stand::Active)]);
}

/// One step of a story: what is told since this step, what is shown, and how many seconds later.
/// What stands when a pair lasts whose word is of ten days ahead: of before the wall clock was set back.
fn ahead((word, screen): (&str, &str), seconds: u64, changed: u64) -> Stand {
    const DAYS: u64 = 864_000;
    let (pane, told) = (Seen::Known(pane()), told(word, now(1000 + DAYS)));
    let heard = Heard { at_ms: now(1000 + DAYS).wall.timestamp_millis(), prompt: None };
    let (shown, mut standing) = (shown(screen), None);
    for at in [1000, 1000 + seconds] {
        let changed_at = Some(now(1000 + changed.min(at - 1000)).at);
        let look =
            Look { heard: Some(&heard), shown: shown.as_ref(), ..look(&pane, &told, now(at)) };
        standing = join(standing.as_ref(), &Look { changed_at, ..look });
    }
    standing.unwrap().stand
}

#[test]
fn f52_what_was_told_before_the_wall_clock_was_set_back_counts_no_longer_than_else() {
    assert_eq!(ahead(("active", "idle"), 29, 0), Stand::Active);
    assert_eq!(ahead(("active", "idle"), 30, 0), Stand::Idle);
    assert_eq!(ahead(("idle", "active"), 2, 2), Stand::Idle);
    assert_eq!(ahead(("idle", "active"), 3, 3), Stand::Active);
    assert_eq!(ahead(("idle", "active"), 60, 0), Stand::Idle, "it stands still");
    assert_eq!(ahead(("waiting", "active"), 3, 3), Stand::Active);
}

fn steps() -> impl Strategy<Value = Vec<(usize, usize, u64, bool)>> {
    let step = (0..TOLD.len(), 0..SHOWN.len(), 0..120_u64, any::<bool>());
    proptest::collection::vec(step, 1..40)
}

proptest! {
    #[test]
    fn whatever_happens_a_question_is_one_and_a_dead_program_is_dead(steps in steps()) {
        let mut standing: Option<Standing> = None;
        let (mut at, mut changed, mut word, mut said) = (1000, 1000, 0, now(1000));
        for (next, screen, span, moves) in steps {
            at += span;
            if next != word {
                (word, said) = (next, now(at));
            }
            if moves {
                changed = at;
            }
            let (told, shown) = (told(TOLD[word], said), shown(SHOWN[screen]));
            let look = Look {
                pane: &Seen::Known(pane()),
                job: None,
                told: told.as_ref(),
                heard: None,
                shown: shown.as_ref(),
                changed_at: Some(now(changed).at),
                longest_still: STILL,
                now: now(at),
            };
            standing = join(standing.as_ref(), &look);
            let stand = standing.as_ref().map(|it| it.stand);
            match (TOLD[word], SHOWN[screen]) {
                (_, "shell") => prop_assert_eq!(stand, Some(Stand::Exited)),
                (_, "asks" | "menu") => prop_assert_eq!(stand, Some(Stand::WaitingInput)),
                // A reported question ends by a report, by work that is seen, or with the program.
                ("waiting", screen) => prop_assert!(
                    stand == Some(Stand::WaitingInput)
                        || (screen == "active" && stand == Some(Stand::Active))
                        || (screen == "prompt" && stand == Some(Stand::Exited))
                ),
                // Inside a limit only work that is seen, or the end, says otherwise.
                ("limited", screen) => prop_assert!(
                    stand == Some(Stand::Limited)
                        || (screen == "active" && stand == Some(Stand::Active))
                        || (screen == "prompt" && stand == Some(Stand::Exited))
                ),
                ("-", "-") => prop_assert_eq!(stand, None),
                _ => prop_assert!(stand.is_some()),
            }
            let differs = standing.as_ref().and_then(|it| it.differs_since);
            prop_assert!(differs.is_none_or(|since| since <= Moment(now(at).at.0)));
            prop_assert!(STALE_AFTER < STILL);
        }
    }
}

#[test]
fn two_standings_say_the_same_unless_what_is_told_differs() {
    let told = crate::Standing {
        stand: Stand::Idle,
        by: "hook Stop".to_owned(),
        is_told: true,
        since_ms: Some(5),
        besides: vec![("screen rule a".to_owned(), Stand::Active)],
        differs_since: None,
    };
    let shown = crate::Standing { is_told: false, since_ms: None, ..told.clone() };
    let by = |by: &str, of: &crate::Standing| crate::Standing { by: by.to_owned(), ..of.clone() };
    assert!(told.says_the_same(&told) && shown.says_the_same(&shown));
    assert!(!told.says_the_same(&by("hook Start", &told)), "another word of the program");
    assert!(shown.says_the_same(&by("screen rule b", &shown)), "another rule reads the same");
    assert!(
        told.says_the_same(&crate::Standing {
            differs_since: Some(crate::Moment(9)),
            ..told.clone()
        })
    );
    for other in [
        crate::Standing { stand: Stand::Active, ..told.clone() },
        crate::Standing { since_ms: Some(6), ..told.clone() },
        crate::Standing { is_told: false, ..told.clone() },
        crate::Standing { besides: Vec::new(), ..told.clone() },
    ] {
        assert!(!told.says_the_same(&other), "{other:?}");
    }
}
