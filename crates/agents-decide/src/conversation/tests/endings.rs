//! What the end of a run means for its conversation, case by case.

use std::time::Duration;

use agents_config::OneOff;
use agents_names::BackendName;

use super::openings::fleet;
use super::{entry, name};
use crate::activity::fixture::{member, now, observation, screen};
use crate::conversation::{ConversationNote, Opening, Refusal, close, goes_on, stopped};
use crate::draft::{Declared, Draft};
use crate::state::OpenRequest;
use crate::{
    ExitSeen, FleetState, MemberSeen, Note, OneOffs, Program, RequestId, RunId, Seen, Verb, Which,
    Why,
};

/// Run 8 of `builder` was to continue `c1`.
fn state(opening: Opening) -> FleetState {
    let mut state = FleetState::default();
    let member = state.members.entry(name("builder")).or_default();
    member.last_run = Some(RunId(8));
    member.program = Some(Program {
        run: RunId(8),
        backend: BackendName::new("tui").unwrap(),
        model: None,
        one_off: OneOff::default(),
        opening,
    });
    member.conversations.take_up(entry("c0", 7));
    member.conversations.take_up(entry("c1", 8));
    state
}

fn continued() -> FleetState {
    state(Opening::Resumed("c1".to_owned()))
}

fn exit(code: i32, seconds: u64) -> ExitSeen {
    ExitSeen {
        run: RunId(8),
        code: Some(code),
        signal: None,
        alive: Duration::from_secs(seconds),
        failure: None,
        session_closed: false,
        last_output: Vec::new(),
    }
}

fn gone(exit: ExitSeen) -> MemberSeen {
    MemberSeen { pane: Seen::Absent, screen: Seen::Absent, exit: Some(exit), ..member("", 0) }
}

fn ends(state: &FleetState, seen: &MemberSeen) -> (Option<Why>, FleetState, Vec<Note>) {
    let (fleet, looked) = (fleet(), observation([]));
    let mut draft = Draft::new(&fleet, state, &looked, false, now(1000));
    let what = Declared::Agent(&fleet.agents[0]);
    let why = close(&mut draft, what, seen, "exit code 1 after 2s");
    let notes = draft.noted(Some(&name("builder"))).cloned().collect();
    (why, draft.finish().next.into_inner(), notes)
}

fn refused() -> Option<Why> {
    Some(Why::Refused { id: "c1".to_owned() })
}

#[test]
fn the_end_of_its_run_is_kept_with_a_conversation_and_the_first_word_stands() {
    let (why, next, notes) = ends(&continued(), &gone(exit(1, 60)));
    assert_eq!((why, notes), (None, vec![]));
    let own = next.members[&name("builder")].conversations.own().unwrap().clone();
    assert_eq!((own.ended.as_deref(), own.run), (Some("exit code 1 after 2s"), RunId(8)));
    assert_eq!(next.members[&name("builder")].conversations.of("c0").unwrap().ended, None);
    let mut before = continued();
    let had = &mut before.members.get_mut(&name("builder")).unwrap().conversations;
    had.of_mut("c1").unwrap().ended = Some("stopped".to_owned());
    let (_, next, _) = ends(&before, &gone(exit(1, 60)));
    let own = next.members[&name("builder")].conversations.own().unwrap().clone();
    assert_eq!(own.ended.as_deref(), Some("stopped"));
    // It belongs to another run.
    let mut before = continued();
    let had = &mut before.members.get_mut(&name("builder")).unwrap().conversations;
    had.of_mut("c1").unwrap().run = RunId(7);
    let (_, next, _) = ends(&before, &gone(exit(1, 60)));
    assert_eq!(next.members[&name("builder")].conversations.own().unwrap().ended, None);
}

#[test]
fn a_program_that_says_that_it_does_not_know_it_refused_it() {
    let words = "  no conversation c1  ".to_owned();
    let said = ExitSeen { last_output: vec!["hello".to_owned(), words], ..exit(1, 60) };
    let mut on_screen = gone(exit(1, 60));
    on_screen.screen = Seen::Known(screen("hello / no conversation c1 / >"));
    for seen in [gone(said), on_screen] {
        let (why, next, notes) = ends(&continued(), &seen);
        assert_eq!(why, refused());
        let conversations = &next.members[&name("builder")].conversations;
        assert_eq!(conversations.current, None);
        let words = "no conversation c1".to_owned();
        let refusal = conversations.of("c1").unwrap().refused.clone();
        assert_eq!(refusal, Some(Refusal::Said(words.clone())));
        let note = ConversationNote::Refused { id: "c1".to_owned(), how: words };
        assert_eq!(notes, [Note::from(note)]);
        assert!(next.alarms.contains_key("builder/refused"), "{:?}", next.alarms);
    }
    // Another's words, and a conversation that it began itself.
    let other = ExitSeen { last_output: vec!["no conversation c2".to_owned()], ..exit(1, 60) };
    assert_eq!(ends(&continued(), &gone(other)).0, None);
    let words = vec!["no conversation c1".to_owned()];
    let said = ExitSeen { last_output: words, ..exit(1, 60) };
    for opening in [Opening::Named("c1".to_owned()), Opening::Unnamed, Opening::Unknown] {
        assert_eq!(ends(&state(opening), &gone(said.clone())).0, None);
    }
}

#[test]
fn each_refusal_is_told_also_a_second_one() {
    let mut before = continued();
    before.alarms.insert("builder/refused".to_owned(), now(5).at);
    let words = vec!["no conversation c1".to_owned()];
    let (_, next, _) = ends(&before, &gone(ExitSeen { last_output: words, ..exit(1, 60) }));
    assert_eq!(next.alarms.get("builder/refused"), Some(&now(1000).at));
}

#[test]
fn who_waits_for_it_to_be_up_gets_the_start_that_was_asked_for() {
    let mut before = continued();
    let names = vec![name("builder")];
    let verb = Verb::Restart { names, one_offs: OneOffs::new(), which: Which::Own };
    let answers = [(name("builder"), None)].into();
    before.open.push(OpenRequest { id: RequestId(1), verb, since: now(990).at, answers });
    let words = vec!["no conversation c1".to_owned()];
    let seen = gone(ExitSeen { last_output: words, ..exit(1, 60) });
    assert_eq!(ends(&before, &seen).0, Some(Why::Asked));
}

/// How an end counts that says nothing.
#[derive(Debug, PartialEq)]
enum Counts {
    Failure,
    Nothing,
}

#[test]
fn two_ends_at_once_with_an_error_are_taken_for_a_refusal_and_no_other_end_is() {
    let with = |change: fn(&mut ExitSeen), code, seconds| {
        let mut exit = exit(code, seconds);
        change(&mut exit);
        exit
    };
    for (exit, counts) in [
        (exit(1, 2), Counts::Failure),
        (exit(1, 9), Counts::Failure),
        (exit(1, 10), Counts::Nothing),
        (exit(0, 2), Counts::Nothing),
        (with(|it| it.code = None, 0, 2), Counts::Nothing),
        (with(|it| it.session_closed = true, 1, 2), Counts::Nothing),
        (with(|it| it.failure = Some("no such file".to_owned()), 1, 2), Counts::Nothing),
        (with(|it| it.run = RunId(7), 1, 2), Counts::Nothing),
        (exit(127, 60), Counts::Nothing),
    ] {
        let mut before = continued();
        let conversations = &mut before.members.get_mut(&name("builder")).unwrap().conversations;
        conversations.of_mut("c1").unwrap().failures = 1;
        let (why, next, _) = ends(&before, &gone(exit.clone()));
        let entry = next.members[&name("builder")].conversations.of("c1").unwrap().clone();
        if counts == Counts::Failure {
            assert_eq!((why, entry.failures), (refused(), 2), "{exit:?}");
            assert!(matches!(entry.refused, Some(Refusal::Guessed(_))), "{exit:?}");
        } else {
            assert_eq!((why, entry.failures, entry.refused), (None, 0, None), "{exit:?}");
        }
        // A first one is remembered, and no more.
        let (why, next, _) = ends(&continued(), &gone(exit.clone()));
        let entry = next.members[&name("builder")].conversations.of("c1").unwrap().clone();
        let failures = u8::from(counts == Counts::Failure);
        assert_eq!((why, entry.failures, entry.refused), (None, failures, None), "{exit:?}");
    }
}

#[test]
fn a_program_that_was_never_run_refused_nothing_and_began_nothing() {
    for code in [126, 127] {
        let mut before = continued();
        let conversations = &mut before.members.get_mut(&name("builder")).unwrap().conversations;
        conversations.of_mut("c1").unwrap().failures = 1;
        let (why, next, _) = ends(&before, &gone(exit(code, 2)));
        let own = next.members[&name("builder")].conversations.own().unwrap().clone();
        assert_eq!((why, own.failures, own.refused), (None, 1, None));
        // What it was to begin does not exist; what it was before does.
        let (why, next, _) = ends(&state(Opening::Named("c1".to_owned())), &gone(exit(code, 2)));
        let conversations = &next.members[&name("builder")].conversations;
        assert_eq!((why, conversations.of("c1"), &conversations.current), (None, None, &None));
        assert!(conversations.of("c0").is_some());
    }
    // A shell that has run for long says 127 of something else.
    let (_, next, _) = ends(&state(Opening::Named("c1".to_owned())), &gone(exit(127, 10)));
    assert!(next.members[&name("builder")].conversations.own().is_some());
}

#[test]
fn a_guess_is_taken_back_when_a_new_conversation_ends_at_once_too() {
    for (refusal, opening, exit, back) in [
        (Refusal::Guessed("x".to_owned()), Opening::Named("c1".to_owned()), exit(1, 2), true),
        (Refusal::Guessed("x".to_owned()), Opening::Unnamed, exit(1, 2), true),
        (Refusal::Said("x".to_owned()), Opening::Named("c1".to_owned()), exit(1, 2), false),
        (Refusal::Guessed("x".to_owned()), Opening::Named("c1".to_owned()), exit(1, 10), false),
        (Refusal::Guessed("x".to_owned()), Opening::Named("c1".to_owned()), exit(0, 2), false),
    ] {
        let mut before = state(opening);
        let conversations = &mut before.members.get_mut(&name("builder")).unwrap().conversations;
        let guessed = conversations.of_mut("c0").unwrap();
        (guessed.refused, guessed.failures) = (Some(refusal.clone()), 2);
        let (why, next, _) = ends(&before, &gone(exit.clone()));
        let conversations = &next.members[&name("builder")].conversations;
        let entry = conversations.of("c0").unwrap();
        let found = (why, conversations.current.as_deref(), entry.refused.as_ref(), entry.failures);
        let expected =
            if back { (None, Some("c0"), None, 0) } else { (None, Some("c1"), Some(&refusal), 2) };
        assert_eq!(found, expected, "{exit:?}");
    }
}

#[test]
fn a_stop_is_kept_with_the_conversation_of_its_run_and_taken_back_when_the_run_goes_on() {
    let (fleet, looked) = (fleet(), observation([]));
    let what = Declared::Agent(&fleet.agents[0]);
    let ended = |draft: &Draft<'_>| {
        draft.next.members[&name("builder")].conversations.own().unwrap().ended.clone()
    };
    let before = continued();
    let mut draft = Draft::new(&fleet, &before, &looked, false, now(1000));
    for run in [None, Some(RunId(7))] {
        stopped(&mut draft, what, run, &Why::Asked);
        assert_eq!(ended(&draft), None);
    }
    stopped(&mut draft, what, Some(RunId(8)), &Why::ServerLost);
    let said = ended(&draft).unwrap();
    assert!(said.starts_with("stopped, because ") && said.len() > 20, "{said}");
    for run in [None, Some(RunId(7))] {
        goes_on(draft.member(&name("builder")), run);
        assert_eq!(ended(&draft).as_ref(), Some(&said));
    }
    goes_on(draft.member(&name("builder")), Some(RunId(8)));
    assert_eq!(ended(&draft), None);
}

#[test]
fn a_program_of_an_earlier_run_refuses_nothing() {
    let words = vec!["no conversation c1".to_owned()];
    let seen = gone(ExitSeen { last_output: words, ..exit(1, 2) });
    let mut before = continued();
    let had = before.members.get_mut(&name("builder")).unwrap();
    had.program.as_mut().unwrap().run = RunId(7);
    assert_eq!(ends(&before, &seen).0, None);
}

#[test]
fn a_refusal_is_told_in_the_words_of_the_program_or_by_its_end() {
    assert_eq!(Refusal::Said("no such conversation".to_owned()).how(), "no such conversation");
    assert_eq!(Refusal::Guessed("exit code 1".to_owned()).how(), "exit code 1");
}
