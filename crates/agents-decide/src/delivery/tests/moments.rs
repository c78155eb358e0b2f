//! How long each thing keeps a message: at the very edge of each time, and what nothing but a person opens again.

use super::super::ready::{closed, obstacle};
use super::super::{Message, MessageKind};
use crate::activity::fixture::{ann, fleet_of, now, observation, pane, reading, screen, up};
use crate::draft::{Declared, Draft};
use crate::{
    Activity, FleetState, Life, Member, MemberSeen, Moment, Opening, Program, RunId, Seen, Shown,
    ShownState, Stand, Standing, Told, ToldState,
};

/// When the look is made, in seconds.
const AT: u64 = 1000;

fn ago(milliseconds: u64) -> Moment {
    Moment(now(AT).at.0 - milliseconds)
}

/// What keeps a message from a program that has long been up and rests at its composer, after this change, and in how
/// many milliseconds it is looked at again.
fn kept(
    backend: &str,
    kind: MessageKind,
    change: impl FnOnce(&mut Member, &mut MemberSeen),
) -> (Option<&'static str>, Option<u64>) {
    let text = "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nprompt = \"x\"\nbackend = \"c\"\n\
                [backend.c]\nBACKEND\n[[agent]]\nname = \"ann\"\n";
    let fleet = fleet_of(&text.replace("BACKEND", backend));
    let mut state = FleetState::default();
    let member = state.members.of(&ann());
    member.life = Life::Up { since: ago(900_000), run: Some(RunId(3)) };
    let program = |opening| Program {
        run: RunId(3),
        backend: agents_names::BackendName::new("c").unwrap(),
        model: None,
        one_off: agents_config::OneOff::default(),
        opening,
    };
    member.program = Some(program(Opening::Unnamed));
    let shown = fleet.backends.values().any(|it| it.preset.is_some());
    let shown = shown.then(|| Shown { composer_empty: true, ..reading(ShownState::Idle) });
    let mut seen = MemberSeen { shown, ..up(3) };
    change(member, &mut seen);
    let looked = observation([]);
    let mut draft = Draft::new(&fleet, &state, &looked, false, now(AT));
    let (text, owed_since) = ("say hello".to_owned(), ago(5000));
    let message = Message { id: 7, kind, text, owed_since, now_until: None, again: None };
    let what = Declared::Agent(&fleet.agents[0]);
    let reason = obstacle(&mut draft, what, &seen, &pane(), Activity::Idle, &message);
    let look_by = draft.finish().look_by;
    (reason, look_by.map(|by| u64::try_from(by.since(now(AT).at).as_millis()).unwrap()))
}

fn up_for(member: &mut Member, milliseconds: u64) {
    member.life = Life::Up { since: ago(milliseconds), run: Some(RunId(3)) };
}

const FREE: (Option<&str>, Option<u64>) = (None, None);

#[test]
fn a_program_with_hooks_has_thirty_seconds_to_say_that_it_took_its_first_prompt() {
    let kept = |milliseconds| {
        kept("preset = \"claude\"", MessageKind::Claim, |member, _| up_for(member, milliseconds))
    };
    let reason = "it has not said yet that it took the prompt that it was started with";
    assert_eq!(kept(29_999), (Some(reason), Some(500)));
    assert_ne!(kept(30_000).0, Some(reason));
}

#[test]
fn a_conversation_that_still_draws_is_waited_for_in_the_first_minute_and_three_seconds_at_a_time() {
    let kept = |up, drawn| {
        kept("preset = \"gemini\"", MessageKind::Claim, |member, _| {
            up_for(member, up);
            member.activity.changed_at = Some(ago(drawn));
            member.program.as_mut().unwrap().opening = Opening::Resumed("c1".to_owned());
        })
    };
    let reason = Some("it loads the conversation that it resumes, and still draws");
    assert_eq!(kept(59_999, 2999), (reason, Some(500)));
    assert_ne!(kept(60_000, 2999).0, reason);
    assert_ne!(kept(59_999, 3000).0, reason);
}

#[test]
fn a_screen_that_shows_work_and_draws_is_waited_for_three_seconds() {
    let kept = |drawn| {
        kept("preset = \"claude\"", MessageKind::Claim, |member, seen| {
            member.activity.changed_at = Some(ago(drawn));
            seen.shown.as_mut().unwrap().state = ShownState::Active;
        })
    };
    assert_eq!(kept(2999), (Some("its screen still shows work"), Some(500)));
    assert_eq!(kept(3000), FREE);
}

#[test]
fn what_keeps_one_that_was_just_started_is_looked_at_often_for_a_minute() {
    type Change = fn(&mut MemberSeen);
    let cases: [(&str, Change, &str); 3] = [
        (
            "preset = \"claude\"",
            |seen| seen.shown.as_mut().unwrap().state = ShownState::Exited,
            "its program has ended",
        ),
        (
            "bin = \"c\"\nready_re = \"^ready$\"",
            |_| {},
            "its screen does not show yet that it is ready (`ready_re`)",
        ),
        (
            "bin = \"c\"\nactive_re = \"works\"",
            |seen| seen.screen = Seen::Known(screen("")),
            "it was just started, and has drawn nothing yet",
        ),
    ];
    for (nth, (backend, change, reason)) in cases.into_iter().enumerate() {
        let kept = |up| {
            kept(backend, MessageKind::Claim, |member, seen| {
                up_for(member, up);
                // It took its prompt.
                member.mailbox.submitted = None;
                change(seen);
            })
        };
        let (found, look) = kept(59_999);
        assert_eq!((found, look), (Some(reason), Some(500)), "{backend}");
        // One that draws nothing need not ever draw; any other is looked at as all are.
        let later = if nth == 2 { FREE } else { (Some(reason), None) };
        assert_eq!(kept(60_000), later, "{backend}");
    }
}

#[test]
fn a_server_that_was_asked_before_the_last_message_says_nothing_of_the_next() {
    let kept = |submitted: u64, told: u64| {
        kept("preset = \"opencode\"", MessageKind::Claim, |member, seen| {
            member.mailbox.submitted = Some(ago(submitted));
            let since_ms = now(AT).wall_of(ago(told)).timestamp_millis();
            let source = "server".to_owned();
            seen.told = Some(Told { state: ToldState::Idle, since_ms, source });
        })
    };
    let reason = Some("it has not said yet what it makes of the message before");
    assert_eq!(kept(29_999, 30_000), (reason, Some(500)));
    assert_ne!(kept(30_000, 30_001).0, reason);
    assert_ne!(kept(29_999, 29_999).0, reason, "it was asked as the key was pressed");
}

fn stands(stand: Stand, is_told: bool) -> Standing {
    let (by, besides) = ("hook X".to_owned(), Vec::new());
    Standing { stand, by, is_told, since_ms: None, besides, differs_since: None }
}

#[test]
fn what_is_told_keeps_every_message_but_a_probe_from_a_limit_and_a_quote_keeps_none() {
    let kept = |stand, is_told, shown: ShownState, kind| {
        kept("preset = \"claude\"", kind, |member, seen| {
            member.standing = Some(stands(stand, is_told));
            seen.shown.as_mut().unwrap().state = shown;
        })
        .0
    };
    let (claim, probe) = (|| MessageKind::Claim, || MessageKind::Probe);
    let limited = Some("it is limited");
    assert_eq!(kept(Stand::Limited, true, ShownState::Idle, claim()), limited);
    assert_eq!(kept(Stand::Limited, true, ShownState::Idle, probe()), None);
    // A screen that quotes a limit silences nobody who says that it rests, and whoever says something else.
    assert_eq!(kept(Stand::Idle, true, ShownState::Limited, claim()), None);
    assert_eq!(kept(Stand::Failed, true, ShownState::Limited, claim()), limited);
    assert_eq!(kept(Stand::Idle, false, ShownState::Limited, claim()), limited);
    let unsettled = |besides: &[Stand]| {
        let besides = besides.iter().map(|it| ("a row".to_owned(), *it)).collect();
        let standing = Standing { besides, ..stands(Stand::Unknown, false) };
        self::kept("preset = \"claude\"", claim(), |member, _| member.standing = Some(standing)).0
    };
    assert_eq!(unsettled(&[]), None);
    let reason = "what it does is not known; `agents explain` says what speaks for what";
    assert_eq!(unsettled(&[Stand::Active, Stand::Unknown]), Some(reason));
}

#[test]
fn a_question_that_is_told_of_is_one_until_its_screen_shows_work() {
    let closed = |told: Option<ToldState>, state: Option<ShownState>| {
        let told = told.map(|state| Told { state, since_ms: 5, source: "hook X".to_owned() });
        closed(&MemberSeen { told, shown: state.map(reading), ..up(3) }).is_some()
    };
    for (told, shown, is_closed) in [
        (Some(ToldState::Waiting), None, true),
        (Some(ToldState::Waiting), Some(ShownState::Idle), true),
        (Some(ToldState::Waiting), Some(ShownState::Active), false),
        (Some(ToldState::Active), Some(ShownState::Idle), false),
        (None, Some(ShownState::WaitingInput), true),
        (None, Some(ShownState::Active), false),
        (None, None, false),
    ] {
        assert_eq!(closed(told.clone(), shown), is_closed, "{told:?} {shown:?}");
    }
}
