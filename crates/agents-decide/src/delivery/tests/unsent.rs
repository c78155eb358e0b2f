//! A message that is to be typed now meets a program at work, after these looks at the same run: is it typed?

use agents_config::Fleet;

use crate::activity::fixture::{ann, fleet_of, member, now, observation, pane, screen, unknown};
use crate::{
    Action, FleetState, Life, MemberSeen, Message, MessageKind, PaneSeen, RunId, Seen, decide,
};

const IDLE: &str = "> / ? for shortcuts";
const DRAFT: &str = "> a line of mine / ? for shortcuts";
const WORK: &str = "working, esc interrupt / >";
const WORK_DRAFT: &str = "working, esc interrupt / > a line of mine";
const WORK_HIDES: &str = "working, esc interrupt";
const ASKS: &str = "May I? / 1. yes / 2. no";
/// A look that read nothing.
const UNSEEN: &str = "";

fn fleet(ready: &str) -> Fleet {
    let text = format!(
        "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nprompt = \"x\"\nbackend = \"c\"\nwatch = \"heal\"\n\
         [backend.c]\nbin = \"tui\"\nactive_re = \"esc interrupt\"\n{ready}[[agent]]\nname = \"ann\"\n"
    );
    fleet_of(&text)
}

fn seen(shows: &str, run: u64, deaf: bool) -> MemberSeen {
    let mut seen = member("> ", 0);
    seen.pane = Seen::Known(PaneSeen { run: Some(RunId(run)), deaf, ..pane() });
    seen.screen = if shows == UNSEEN { unknown() } else { Seen::Known(screen(shows)) };
    seen
}

fn up(state: &mut FleetState, run: u64) {
    let member = state.members.entry(ann()).or_default();
    member.wanted = crate::state::Wanted::Up;
    (member.last_run, member.in_front) = (Some(RunId(run)), Some(RunId(run)));
    member.life = Life::Up { since: now(100).at, run: Some(RunId(run)) };
}

fn looked(fleet: &Fleet, state: &FleetState, seen: MemberSeen, at: u64) -> crate::Decision {
    let observation = observation([(ann(), seen)]);
    decide(fleet, state, &observation, false, now(at))
}

/// Whether it is typed at the last of these looks.
fn is_typed(fleet: &Fleet, looks: &[(&str, bool)]) -> bool {
    let mut state = FleetState::default();
    up(&mut state, 3);
    let (last, before) = looks.split_last().unwrap();
    for ((shows, deaf), at) in before.iter().zip(1000..) {
        state = looked(fleet, &state, seen(shows, 3, *deaf), at).next.into_inner();
    }
    let (text, owed_since) = ("look at this".to_owned(), now(1100).at);
    let kind = MessageKind::Operator(1);
    let now_until = Some(now(1200).at);
    let message = Message { id: 7, kind, text, owed_since, now_until, again: None };
    state.members.get_mut(&ann()).unwrap().mailbox.queue.push_back(message);
    let decision = looked(fleet, &state, seen(last.0, 3, last.1), 1100);
    decision.actions.iter().any(|action| matches!(action, Action::Type { .. }))
}

#[test]
fn i13_what_is_typed_now_is_not_typed_behind_a_line_that_ready_re_tells() {
    let read = fleet("ready_re = \"^>$\"\n");
    for (looks, expected) in [
        // The line stood there before the work began, or came while the program showed its composer.
        (&[IDLE, DRAFT, WORK_DRAFT][..], false),
        (&[IDLE, DRAFT, UNSEEN, WORK_DRAFT], false),
        (&[IDLE, DRAFT, WORK_HIDES], false),
        (&[IDLE, WORK, WORK_DRAFT], false),
        (&[WORK, WORK_DRAFT], false),
        (&[IDLE, DRAFT], false),
        // It is gone again.
        (&[IDLE, DRAFT, WORK_DRAFT, WORK], true),
        (&[IDLE, DRAFT, IDLE, WORK_HIDES], true),
        // The program hides its composer while it works, and nothing else is known.
        (&[IDLE, WORK_HIDES], true),
        (&[WORK_HIDES], true),
        (&[WORK_DRAFT], true),
        (&[ASKS, WORK_HIDES], true),
    ] {
        let looks: Vec<_> = looks.iter().map(|shows| (*shows, false)).collect();
        assert_eq!(is_typed(&read, &looks), expected, "{looks:?}");
    }
    // A screen in copy mode is one of long ago.
    assert!(is_typed(&read, &[(IDLE, false), (DRAFT, true), (WORK_HIDES, false)]));
    // Without a `ready_re` nothing tells.
    assert!(is_typed(&fleet(""), &[(IDLE, false), (DRAFT, false), (WORK_DRAFT, false)]));
}

#[test]
fn i13_another_run_has_another_composer() {
    let read = fleet("ready_re = \"^>$\"\n");
    let mut state = FleetState::default();
    up(&mut state, 3);
    for (shows, at) in [(IDLE, 1000), (DRAFT, 1001)] {
        state = looked(&read, &state, seen(shows, 3, false), at).next.into_inner();
    }
    assert_eq!(state.members[&ann()].mailbox.composer.empty, Some(false));
    crate::delivery::end_run(state.members.get_mut(&ann()).unwrap());
    assert_eq!(state.members[&ann()].mailbox.composer, crate::ComposerSeen::default());
}

/// What is done about a message that was pasted, and stands on a screen that shows that; and what is said.
fn done_about(ready: &str, shows: &str) -> (bool, bool) {
    done(ready, shows, None)
}

/// The same where a preset reads `draft` in the composer.
fn done(ready: &str, shows: &str, draft: Option<&str>) -> (bool, bool) {
    let seen = |shows: &str, draft: Option<&str>| {
        let shown = draft.map(|unsent| crate::Shown {
            composer_empty: unsent.is_empty(),
            draft: (!unsent.is_empty()).then(|| unsent.to_owned()),
            ..crate::activity::fixture::reading(crate::ShownState::Idle)
        });
        MemberSeen { shown, ..seen(shows, 3, false) }
    };
    let mut state = FleetState::default();
    up(&mut state, 3);
    let (text, at, run) = ("look at this again".to_owned(), now(1000).at, Some(RunId(3)));
    let kind = MessageKind::Claim;
    let message = Message { id: 7, kind, text, owed_since: at, now_until: None, again: None };
    let mailbox = &mut state.members.get_mut(&ann()).unwrap().mailbox;
    mailbox.queue.push_back(message);
    mailbox.stage = crate::Stage::Typed { at, run };
    let decision = looked(&fleet(ready), &state, seen(shows, draft), 1010);
    let is_submitted = decision.actions.iter().any(|it| matches!(it, Action::Submit { .. }));
    let is_told = decision
        .notes
        .iter()
        .any(|it| matches!(it.note, crate::Note::Message(crate::MessageNote::Behind { .. })));
    let next = decision.next;
    assert_eq!(is_submitted, !is_told, "{shows}");
    // Nobody acts: it is left alone, and told of.
    let later = looked(&fleet(ready), &next, seen(shows, draft), 1100);
    assert!(is_submitted || later.actions.is_empty(), "{:?}", later.actions);
    // Both go.
    let sent = format!("{shows} / working, esc interrupt / >");
    let sent = looked(&fleet(ready), &next, seen(&sent, draft.map(|_| "")), 1101).next;
    let left = sent.members[&ann()].mailbox.queue.len();
    (is_submitted, is_told && left == 0)
}

#[test]
fn i13_a_message_that_came_behind_a_line_of_somebodys_is_not_submitted_with_it() {
    let (submitted, told) = ((true, false), (false, true));
    for (ready, shows, expected) in [
        ("ready_re = \"^>$\"\n", "> look at this again", submitted),
        ("ready_re = \"^>$\"\n", "> a line of mine look at this again", told),
        ("ready_re = \"^>$\"\n", "> 98look at this again", submitted),
        ("ready_re = \"^> ?$\"\n", "> a line of minelook at this again / ? for shortcuts", told),
        // The prompt goes on, or the row is none that `ready_re` reads.
        ("ready_re = \"^> \"\n", "> a line of mine look at this again", submitted),
        ("ready_re = \"for shortcuts\"\n", "> a line of mine look at this again", submitted),
        ("ready_re = \"^>$\"\n", "ann> a line of mine look at this again", submitted),
        // Another row than the composer's, which is empty.
        ("ready_re = \"^>$\"\n", "> a line of mine look at this again / >", submitted),
        ("", "> a line of mine look at this again", submitted),
    ] {
        assert_eq!(done_about(ready, shows), expected, "{ready} {shows}");
    }
}

#[test]
fn i13_a_message_that_is_hidden_behind_a_line_of_somebodys_is_not_submitted_with_it() {
    let (submitted, told) = ((true, false), (false, true));
    for (draft, expected) in [
        ("[Pasted Content 3903 chars]", submitted),
        ("[Pasted text #12 +73 lines]", submitted),
        ("[Pasted ~74 lines]", submitted),
        ("[paste #1 +74 lines]", submitted),
        // How it begins is shown.
        ("look at [Pasted text #1 +3 lines]", submitted),
        ("> [Pasted ~74 lines]", submitted),
        ("a line of mine [Pasted Content 3903 chars]", told),
        ("a line of mine\n[Pasted text #12 +73 lines]", told),
        ("see [1] of mine: [paste #1 +74 lines]", told),
    ] {
        assert_eq!(done("", "> ", Some(draft)), expected, "{draft}");
    }
}

/// What becomes of a message behind somebody's line once the composer shows that, and 40 s later: whether it is delivered,
/// and whether it is owed.
fn after_behind(kind: MessageKind, shows: &str) -> [(bool, bool); 2] {
    let fleet = fleet("ready_re = \"^>$\"\n");
    let mut state = FleetState::default();
    up(&mut state, 3);
    let (text, at, run) = ("look at this again".to_owned(), now(1000).at, Some(RunId(3)));
    let message = Message { id: 7, kind, text, owed_since: at, now_until: None, again: None };
    let mailbox = &mut state.members.get_mut(&ann()).unwrap().mailbox;
    mailbox.queue.push_back(message);
    mailbox.stage = crate::Stage::Typed { at, run };
    let behind = seen("> a line of mine look at this again", 3, false);
    let mut state = looked(&fleet, &state, behind, 1010).next.into_inner();
    [1011, 1051].map(|at| {
        // As long as nothing is said for good, looks come and go.
        state = looked(&fleet, &state, seen(shows, 3, false), at).next.into_inner();
        let decision = looked(&fleet, &state, seen(shows, 3, false), at + 3);
        let is_told = |it: &crate::About| {
            matches!(it.note, crate::Note::Message(crate::MessageNote::Seen { .. }))
        };
        let is_delivered = decision.notes.iter().any(is_told);
        state = decision.next.into_inner();
        (is_delivered, !state.members[&ann()].mailbox.queue.is_empty())
    })
}

/// What becomes of a claim whose keys did nothing, `before` having been shown at the first of them and `after` from 20 s
/// after the last: whether it is delivered, at once and within 40 s, and whether it is owed anew then.
fn after_lost(before: &str, after: &str) -> (bool, bool) {
    let fleet = fleet("");
    let mut state = FleetState::default();
    up(&mut state, 3);
    let (text, since, run) = ("look at this again".to_owned(), now(1000).at, Some(RunId(3)));
    let (kind, before) = (MessageKind::Claim, screen(before).rows);
    let message = Message { id: 7, kind, text, owed_since: since, now_until: None, again: None };
    let mailbox = &mut state.members.get_mut(&ann()).unwrap().mailbox;
    mailbox.recent.push_back(message.text.clone());
    mailbox.queue.push_back(message);
    let (first, drafted, unsubmitted) = (Some(since), false, false);
    mailbox.stage = crate::Stage::Stuck { since, run, before, first, drafted, unsubmitted };
    let mut is_delivered = false;
    for at in [1020, 1023, 1031] {
        let decision = looked(&fleet, &state, seen(after, 3, false), at);
        is_delivered |= decision
            .notes
            .iter()
            .any(|it| matches!(it.note, crate::Note::Message(crate::MessageNote::Seen { .. })));
        state = decision.next.into_inner();
    }
    let mailbox = &state.members[&ann()].mailbox;
    (is_delivered, mailbox.queue.iter().any(|owed| owed.again.is_some()))
}

#[test]
fn l2_what_a_program_works_on_long_after_the_key_is_not_a_text_that_was_lost() {
    let said = "> look at this again / done. / >";
    for (before, after, expected) in [
        // The same text went before; the copy that was typed now never came.
        (said, "> look at this again / done. / working, esc interrupt", (false, true)),
        (said, "> look at this again / done. / working, esc interrupt / >", (false, true)),
        (said, said, (false, true)),
        // It was read late, or somebody typed it.
        (
            said,
            "> look at this again / done. / > look at this again / working, esc interrupt",
            (true, false),
        ),
        // It stood in the composer, and somebody pressed the key.
        (
            "> look at this again",
            "> look at this again / working, esc interrupt / >",
            (true, false),
        ),
        ("done. / > look at this again", "done. / working, esc interrupt", (true, false)),
        (
            "> [Pasted ~74 lines]",
            "> [Pasted ~74 lines] / working, esc interrupt / >",
            (true, false),
        ),
        // It was never shown.
        ("done. / >", "done. / working, esc interrupt", (false, true)),
        ("done. / >", "done. / it says something / >", (false, true)),
        ("done. / >", "done. / > look at this again / working, esc interrupt", (true, false)),
    ] {
        assert_eq!(after_lost(before, after), expected, "{before} | {after}");
    }
}

/// Whether a message whose `tries`th key was pressed counts as delivered 1.5 s later, `before` having been shown at the first
/// of them and `after` since the last.
fn is_delivered_by(kind: MessageKind, tries: u8, before: &str, after: &str) -> bool {
    let fleet = fleet("");
    let mut state = FleetState::default();
    up(&mut state, 3);
    let (text, at, run) = ("look at this again".to_owned(), now(1000).at, Some(RunId(3)));
    let message = Message { id: 7, kind, text, owed_since: at, now_until: None, again: None };
    let mailbox = &mut state.members.get_mut(&ann()).unwrap().mailbox;
    mailbox.queue.push_back(message);
    let (before, first) = (screen(before).rows, Some(now(998).at));
    mailbox.stage = crate::Stage::Submitted { at, run, tries, before, first, drafted: false };
    (1000..=1002).any(|at| {
        let mut seen = seen(after, 3, false);
        let pane = PaneSeen { submitted: Some(format!("m7/{tries}")), ..pane() };
        seen.pane = Seen::Known(PaneSeen { run, ..pane });
        let decision = looked(&fleet, &state, seen, at);
        state = decision.next.into_inner();
        state.members[&ann()].mailbox.queue.is_empty()
    })
}

#[test]
fn l2_a_turn_after_a_key_that_did_nothing_is_not_one_on_a_text_that_never_showed() {
    let (claim, person) = (MessageKind::Claim, MessageKind::Operator(1));
    let (bare, stands) = ("done. / >", "done. / > look at this again");
    let (works, says) = ("working, esc interrupt", "done. / it says something / >");
    for (kind, tries, before, after, expected) in [
        (&claim, 2, bare, works, false),
        (&claim, 3, bare, works, false),
        (&claim, 2, bare, says, false),
        // At its first key a program begins what it was asked for.
        (&claim, 1, bare, works, true),
        // It stood there, or stands above the work.
        (&claim, 2, stands, works, true),
        (&claim, 2, bare, "> look at this again / working, esc interrupt", true),
        // Typed a second time, a person's message might be done twice.
        (&person, 2, bare, works, true),
    ] {
        let is_delivered = is_delivered_by(kind.clone(), tries, before, after);
        assert_eq!(is_delivered, expected, "{kind} {tries} | {before} | {after}");
    }
}

#[test]
fn i13_a_message_that_somebody_cleared_away_with_their_line_is_not_delivered() {
    // A ping is typed anew, and the operator is told that it is not known.
    assert_eq!(after_behind(MessageKind::Claim, ">"), [(false, true), (false, true)]);
    assert_eq!(after_behind(MessageKind::Operator(1), ">"), [(false, true), (false, false)]);
    // Nobody acts.
    let stands = "> a line of mine look at this again";
    assert_eq!(after_behind(MessageKind::Claim, stands), [(false, true); 2]);
}
