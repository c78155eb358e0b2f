//! What becomes of a message of which nothing shows that it went, by whose it is, and what is remembered of one that did.

use std::time::Duration;

use super::super::mailbox::Again;
use super::super::outcome::{Halt, delivered, stuck, take_out_told};
use super::super::{Before, Message, MessageKind, MessageNote, Stage, Went};
use crate::activity::fixture::{ann, fleet_of, now, observation, reading, screen, up};
use crate::draft::{Declared, Draft};
use crate::{
    Decision, FleetState, Heard, Life, MemberSeen, Moment, Note, Prompted, RunId, Seen, Shown,
    ShownState,
};

/// When it is looked at, in seconds.
const AT: u64 = 1000;
const TEXT: &str = "say hello";

fn message(id: u64, kind: MessageKind) -> Message {
    let (text, owed_since) = (TEXT.to_owned(), now(900).at);
    Message { id, kind, text, owed_since, now_until: None, again: None }
}

fn state(owed: Vec<Message>, stage: Stage) -> FleetState {
    let mut state = FleetState { next_message: 7, ..FleetState::default() };
    let member = state.members.of(&ann());
    member.life = Life::Up { since: now(100).at, run: Some(RunId(3)) };
    member.mailbox.queue = owed.into();
    member.mailbox.stage = stage;
    state
}

/// It rests at a composer that is empty, or holds something.
fn rests(draft: Option<&str>) -> MemberSeen {
    let shown = Shown {
        draft: draft.map(str::to_owned),
        composer_empty: draft.is_none(),
        ..reading(ShownState::Idle)
    };
    MemberSeen { shown: Some(shown), screen: Seen::Known(screen("> / ?")), ..up(3) }
}

fn after(state: &FleetState, act: impl FnOnce(&mut Draft<'_>, Declared<'_>)) -> Decision {
    let fleet = fleet_of(
        "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nprompt = \"x\"\nbackend = \"c\"\n\
         [backend.c]\npreset = \"claude\"\n[[agent]]\nname = \"ann\"\n[agent.pilot]\nprompt = \"go on\"\n",
    );
    let seen = observation([]);
    let mut draft = Draft::new(&fleet, state, &seen, false, now(AT));
    act(&mut draft, Declared::Agent(&fleet.agents[0]));
    draft.finish()
}

fn said(decision: &Decision) -> Vec<MessageNote> {
    let said = |note: &Note| if let Note::Message(it) = note { Some(it.clone()) } else { None };
    decision.notes.iter().filter_map(|about| said(&about.note)).collect()
}

/// It stands unproven since so many milliseconds; its composer holds that.
fn unproven(message: &Message, lasts: u64, draft: Option<&str>) -> Decision {
    let since = Moment(now(AT).at.0 - lasts);
    let (run, rows) = (Some(RunId(3)), vec![">".to_owned(), "?".to_owned()]);
    let first = now(950).at;
    let stage = Stage::Stuck {
        since,
        run,
        before: rows.clone().into(),
        first: Some(first),
        drafted: false,
        unsubmitted: false,
    };
    after(&state(vec![message.clone()], stage), |it, what| {
        let before = Before { rows: rows.into(), first, drafted: false };
        let halt = Halt { since, before: &before, unsubmitted: false };
        stuck(it, what, &rests(draft), halt, message);
    })
}

#[test]
fn what_stands_unproven_is_settled_once_an_empty_composer_has_lasted_thirty_seconds() {
    let claim = message(7, MessageKind::Claim);
    for (lasts, draft, is_settled) in [
        (29_999, None, false),
        (30_000, None, true),
        (30_000, Some("say hello"), false),
        (900_000, Some("say hello"), false),
    ] {
        let decision = unproven(&claim, lasts, draft);
        let is_kept = decision.next.members[&ann()].mailbox.queue.front() == Some(&claim);
        assert_eq!(is_kept, !is_settled, "{lasts} {draft:?}");
        let stands = matches!(said(&decision)[..], [MessageNote::Stuck { tries: 3, .. }]);
        assert_eq!(stands, !is_settled, "{lasts} {draft:?}");
    }
}

#[test]
fn a_message_of_ours_is_owed_anew_ever_later_and_one_of_a_person_or_pilot_is_not() {
    let minute = Duration::from_secs(60);
    for (times, span) in
        [(0, minute), (1, minute * 2), (2, minute * 4), (4, minute * 16), (5, minute * 30)]
    {
        let first = now(800).at;
        let again = (times > 0).then_some(Again { times, at: now(900).at, first });
        let decision = unproven(&Message { again, ..message(7, MessageKind::Claim) }, 30_000, None);
        let mailbox = &decision.next.members[&ann()].mailbox;
        let [owed] = &Vec::from_iter(mailbox.queue.clone())[..] else { panic!("{mailbox:?}") };
        let at = now(AT).at.after(span);
        // Under a number of its own: the session has the old one, and would not take it again.
        assert_eq!((owed.id, owed.text.as_str()), (8, TEXT));
        let expected = Again { times: times + 1, at, first: now(950).at };
        assert_eq!((owed.again, &mailbox.stage), (Some(expected), &Stage::Owed));
        let kind = "claim ping".to_owned();
        assert_eq!(said(&decision), [MessageNote::OwedAnew { message: kind, at }]);
    }
    for (kind, request, prompts) in
        [(MessageKind::Pilot, None, 1), (MessageKind::Operator(4), Some(4), 0)]
    {
        let name = kind.to_string();
        let decision = unproven(&message(7, kind), 30_000, None);
        let member = &decision.next.members[&ann()];
        assert_eq!((member.mailbox.queue.len(), member.pilot.given), (0, prompts));
        assert_eq!(said(&decision), [MessageNote::Unproven { message: name, request }]);
    }
}

#[test]
fn the_last_four_texts_are_known_as_ours() {
    let mut state = state(Vec::new(), Stage::Owed);
    for nth in 0..6 {
        let text = format!("text {nth}");
        let sent = Message { text, ..message(nth, MessageKind::Claim) };
        state.members.of(&ann()).mailbox.queue.push_back(sent.clone());
        let decision = after(&state, |it, what| delivered(it, what, &sent, (Went::Told, 1)));
        state = decision.next.into_inner();
        let recent = Vec::from_iter(state.members[&ann()].mailbox.recent.clone());
        let known = (nth.saturating_sub(3)..=nth).map(|nth| format!("text {nth}"));
        assert_eq!(recent, known.collect::<Vec<_>>());
    }
}

#[test]
fn when_the_key_of_a_delivered_message_was_pressed_is_remembered() {
    let (at, run, first) = (now(990).at, Some(RunId(3)), None);
    let before = || crate::Rows::from(Vec::new());
    for (stage, submitted) in [
        (Stage::Owed, None),
        (Stage::Typing { at, run, tries: 1 }, None),
        (Stage::Typed { at, run }, None),
        (Stage::Submitted { at, run, tries: 1, before: before(), first, drafted: false }, Some(at)),
        (
            Stage::Stuck {
                since: at,
                run,
                before: before(),
                first,
                drafted: false,
                unsubmitted: false,
            },
            Some(at),
        ),
    ] {
        let sent = message(7, MessageKind::Claim);
        let decision = after(&state(vec![sent.clone()], stage.clone()), |it, what| {
            delivered(it, what, &sent, (Went::Told, 1));
        });
        assert_eq!(decision.next.members[&ann()].mailbox.submitted, submitted, "{stage:?}");
    }
}

#[test]
fn what_is_to_be_typed_anew_is_taken_out_once_its_program_says_that_it_took_it() {
    for (text, seconds, is_again, is_taken) in [
        (TEXT, 950, true, true),
        (TEXT, 949, true, false),
        ("good morning", 950, true, false),
        // It was not typed yet, so this was somebody else's.
        (TEXT, 950, false, false),
    ] {
        let again = Again { times: 1, at: now(2000).at, first: now(950).at };
        let owed = Message { again: is_again.then_some(again), ..message(7, MessageKind::Claim) };
        let at_ms = now(seconds).wall.timestamp_millis();
        let prompt = Some(Prompted { at_ms, text: text.to_owned() });
        let seen = MemberSeen { heard: Some(Heard { at_ms, prompt }), ..rests(None) };
        let decision = after(&state(vec![owed], Stage::Owed), |it, what| {
            take_out_told(it, what, &seen);
        });
        let left = decision.next.members[&ann()].mailbox.queue.len();
        assert_eq!(left, usize::from(!is_taken), "{text} {seconds} {is_again}");
        let told = matches!(said(&decision)[..], [MessageNote::Seen { evidence: Went::Told, .. }]);
        assert_eq!(told, is_taken, "{text} {seconds} {is_again}");
    }
}
