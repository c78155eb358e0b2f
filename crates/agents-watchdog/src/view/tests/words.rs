//! What is said of one that failed, was edited, or waits for its turn?

use super::*;
use agents_decide::{ActivityNote, Stand};

/// The view of ann, whose files say that.
fn filed(what: &str, files: &Files, terminals: &Terminals) -> MemberView {
    let member = lives().into_iter().find(|(name, _)| *name == what).unwrap().1;
    let words = BTreeMap::new();
    with_files(Some(&ann(member)), terminals, WATCHED, (&words, files)).agents.remove(0)
}

#[test]
fn a_cause_that_was_mended_keeps_nobody_waiting() {
    let obstacles = BTreeMap::from([(name("ann"), "its prompt is missing".to_owned())]);
    let files = Files { obstacles, ..Files::default() };
    let stuck = filed("failed", &files, &Terminals::NoServer);
    assert_eq!(
        stuck.waiting_for.as_deref(),
        Some("this to be mended, and then `agents up ann`: its prompt is missing")
    );
    let mended = filed("failed", &Files::default(), &Terminals::NoServer);
    assert_eq!(
        (mended.state, mended.waiting_for.as_deref()),
        (State::Failed, Some("`agents up ann`; its last start failed: no bin"))
    );
}

#[test]
fn what_the_file_has_changed_since_is_said_of_what_runs() {
    let edits = BTreeMap::from([(name("ann"), "the earlier prompt".to_owned())]);
    let files = Files { edits, ..Files::default() };
    let alive = listed(vec![pane("t-ann", Some("t-/ann"), false)]);
    let runs = filed("up", &files, &alive);
    assert_eq!(
        (runs.state, runs.remark.as_deref()),
        (
            State::Running,
            Some("runs with the earlier prompt; `agents restart ann` takes what the file says now")
        )
    );
    assert_eq!(filed("up", &files, &listed(Vec::new())).edited, None, "it does not run");
}

#[test]
fn a_start_that_waits_for_its_turn_says_so_once() {
    let hold = agents_decide::Hold::Pace { starts: 3, seconds: 10 };
    let state = ann(lives().remove(5).1);
    let late = FleetState { at: AT, ..state };
    let word = Word {
        at_wall_ms: 0,
        tick: 1,
        actions: Vec::new(),
        notes: vec![LifeNote::WaitsForTurn { hold }.into()],
    };
    let words = BTreeMap::from([("ann".to_owned(), word)]);
    let mut due = late;
    due.members.get_mut(&name("ann")).unwrap().life =
        Life::Due { at: minutes_ago(1), why: Why::New };
    let said = told(Some(&due), &Terminals::NoServer, WATCHED, &words).agents.remove(0).waiting_for;
    let said = said.unwrap();
    assert!(
        said.starts_with(
            "its turn to start: the fleet has had 3 automatic starts within the last 10 s"
        ),
        "{said}"
    );
    assert_eq!(said.matches("start is due").count(), 0, "{said}");
}

#[test]
fn one_that_is_owed_a_message_says_what_keeps_it() {
    let mut member = lives().into_iter().find(|(name, _)| *name == "up").unwrap().1;
    member.mailbox.queue.push_back(Message {
        id: 1,
        kind: MessageKind::Operator(3),
        text: "hello".to_owned(),
        owed_since: minutes_ago(1),
        now_until: None,
        again: None,
    });
    let note = agents_decide::MessageNote::Waits {
        message: "message of the operator".to_owned(),
        reason: "it is at work, and is not interrupted".to_owned(),
    };
    let word = Word { at_wall_ms: 0, tick: 1, actions: Vec::new(), notes: vec![note.into()] };
    let words = BTreeMap::from([("ann".to_owned(), word)]);
    let alive = listed(vec![pane("t-ann", Some("t-/ann"), false)]);
    let view = told(Some(&ann(member)), &alive, WATCHED, &words).agents.remove(0);
    assert_eq!(
        view.waiting_for.as_deref(),
        Some(
            "a moment to be sent the message of the operator; it is at work, and is not interrupted"
        )
    );
}

#[test]
fn one_without_a_preset_is_at_work_or_idle_by_its_signs_of_work() {
    let alive = listed(vec![pane("t-ann", Some("t-/ann"), false)]);
    let up = ann(lives().into_iter().find(|(name, _)| *name == "up").unwrap().1);
    let doing = |note: Option<Note>, watchdog| {
        let notes = note.into_iter().collect();
        let word = Word { at_wall_ms: 0, tick: 1, actions: Vec::new(), notes };
        let words = BTreeMap::from([("ann".to_owned(), word)]);
        let ann = told(Some(&up), &alive, watchdog, &words).agents.remove(0);
        ann.doing.map(|it| (it.stand, it.by, it.is_told))
    };
    let says = |stand, by: &str| Some((stand, by.to_owned(), false));
    let works = ActivityNote::ProcessesWork;
    let by = "its processes";
    assert_eq!(doing(Some(works.clone().into()), WATCHED), says(Stand::Active, by));
    let word =
        Word { at_wall_ms: 0, tick: 1, actions: Vec::new(), notes: vec![works.clone().into()] };
    let computes = BTreeMap::from([("ann".to_owned(), word)]);
    let mut begins = up.clone();
    let since = Moment(AT.0 - 9_000);
    begins.members.get_mut(&name("ann")).unwrap().life = Life::Up { since, run: None };
    assert_eq!(told(Some(&begins), &alive, WATCHED, &computes).agents.remove(0).doing, None);
    for drawn in [ActivityNote::ScreenMoves, ActivityNote::LogGrows] {
        assert_eq!(doing(Some(drawn.into()), WATCHED), None, "one that begins draws, too");
    }
    let rests = ActivityNote::Idle { since: minutes_ago(2) };
    let idle = doing(Some(rests.into()), WATCHED);
    assert_eq!(idle, says(Stand::Idle, "no sign of work"));
    let unseen = ActivityNote::ScreenUnseen { cause: "no answer".to_owned() };
    assert_eq!(doing(Some(unseen.into()), WATCHED), None);
    assert_eq!(doing(None, WATCHED), None, "nothing was judged");
    let nobody = WatchdogView { state: WatchdogState::Stopped, ..WATCHED };
    assert_eq!(doing(Some(works.into()), nobody), None, "nobody looks");
}
