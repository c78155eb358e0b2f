//! What is told of a member that is stalled, rests or has just gone?

use super::*;

/// The view of ann, up and running, of whom the last look noted that.
fn noted(note: impl Into<Note>) -> MemberView {
    let state = ann(living(Life::Up { since: minutes_ago(9), run: Some(RunId(1)) }));
    let word = Word { at_wall_ms: 0, tick: 1, actions: Vec::new(), notes: vec![note.into()] };
    let words = BTreeMap::from([("ann".to_owned(), word)]);
    let alive = listed(vec![pane("t-ann", Some("t-/ann"), false)]);
    told(Some(&state), &alive, WATCHED, &words).agents.remove(0)
}

#[test]
fn one_that_needs_a_restart_and_gets_none_is_stalled_and_says_when_one_is_possible() {
    let how = "and its screen shows no WAITING-UNTIL marker".to_owned();
    let why = Why::Stall { since: Some(minutes_ago(7)), how };
    let again_at = AT.after(Duration::from_secs(540));
    let bar = Bar::Budget { limit: 5, window_seconds: 900, again_at: Some(again_at) };
    let barred = noted(LifeNote::NotRestarted { why: why.clone(), bar });
    assert_eq!((barred.state, barred.runs()), (State::Stalled, false));
    assert_eq!(
        barred.waiting_for.as_deref(),
        Some(
            "a restart, possible again at 12:09:00 (in 9 min), because it stalled: no sign of work since 11:53:00, and its screen shows no WAITING-UNTIL marker"
        )
    );
    let bar = Bar::Unstartable { reason: "its prompt is missing".to_owned() };
    let lame = noted(LifeNote::NotRestarted { why, bar }).waiting_for.unwrap();
    assert!(lame.starts_with("a start to be possible (its prompt is missing)"), "{lame}");
}

#[test]
fn one_that_looks_stalled_without_proof_says_what_is_missing() {
    let note = StallNote::NotProven { since: minutes_ago(60), reason: "no log".to_owned() };
    let unproven = noted(note);
    assert_eq!(unproven.state, State::Running);
    assert_eq!(
        unproven.waiting_for.as_deref(),
        Some("a proof that it stalled, before it is restarted: no log")
    );
}

#[test]
fn one_that_rests_waits_for_nothing_and_says_how_it_ended() {
    let state = ann(lives().remove(2).1);
    let rests = look(Some(&state), &Terminals::NoServer, WATCHED).agents.remove(0);
    assert_eq!((rests.waiting_for, rests.remark.as_deref()), (None, Some("exit code 0")));
}

#[test]
fn one_that_went_since_the_last_look_is_not_missing_since_it_came_up() {
    let state = ann(lives().remove(7).1);
    let gone = look(Some(&state), &listed(Vec::new()), WATCHED).agents.remove(0);
    assert_eq!((gone.state, gone.since), (State::Missing, None));
}
