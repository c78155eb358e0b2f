use agents_decide::{
    ActivityNote, Asks, Ending, FleetState, Life, Member, Moment, Note, StallNote, Stand, Standing,
};
use agents_watchdog::recorder::Word;

use super::Seen;
use crate::cli::Until;

fn up() -> Member {
    Member { life: Life::Up { since: Moment(0), run: None }, ..Member::default() }
}

fn seen(member: &Member, notes: Vec<Note>) -> Seen {
    let word = Word { at_wall_ms: 0, tick: 1, actions: Vec::new(), notes };
    Seen::of(&FleetState::default(), member, Some(&word), Moment(5000))
}

#[test]
fn the_last_look_tells_work_from_rest() {
    let idle = || Note::from(ActivityNote::Idle { since: Moment(0) });
    assert_eq!(seen(&up(), vec![ActivityNote::ScreenMoves.into()]), Seen::Active);
    assert_eq!(seen(&up(), vec![idle()]), Seen::Idle);
    let stall = StallNote::Idle { since: Moment(0), stalls_at: Moment(9) };
    assert_eq!(seen(&up(), vec![stall.into()]), Seen::Idle);
    let moved = |since| seen(&up(), vec![ActivityNote::Idle { since: Moment(since) }.into()]);
    assert_eq!((moved(0), moved(1)), (Seen::Idle, Seen::Active), "it may print once a second");
    assert_eq!(seen(&up(), Vec::new()), Seen::Unknown, "nothing was judged");
    let unseen = Note::CannotSee { cause: "no answer".to_owned() };
    assert_eq!(seen(&up(), vec![idle(), unseen]), Seen::Unknown);
    let hidden = ActivityNote::ScreenUnseen { cause: "no answer".to_owned() };
    assert_eq!(seen(&up(), vec![hidden.into()]), Seen::Unknown, "a screen unseen is no rest");
    let promise = StallNote::PromiseUnreadable { text: "soon".to_owned() };
    assert_eq!(seen(&up(), vec![promise.into()]), Seen::Unknown, "it tells of no look");
    let asks = Asks { since: Moment(0), row: "1. Yes".to_owned() };
    let asking = Member { asks: Some(asks), ..up() };
    assert_eq!(seen(&asking, vec![idle()]), Seen::WaitingInput);
}

#[test]
fn what_is_known_by_all_evidence_beats_the_signs_of_work() {
    let stands = |stand| {
        let standing = Standing {
            stand,
            by: "hook Stop".to_owned(),
            is_told: true,
            since_ms: None,
            besides: Vec::new(),
            differs_since: None,
        };
        let member = Member { standing: Some(standing), ..up() };
        seen(&member, vec![ActivityNote::ScreenMoves.into()])
    };
    assert_eq!(stands(Stand::Idle), Seen::Idle);
    assert_eq!(stands(Stand::WaitingInput), Seen::WaitingInput);
    assert!(stands(Stand::Failed).is(Until::Idle), "its turn is over");
    assert!(!stands(Stand::Unknown).is(Until::Idle));
}

#[test]
fn one_that_is_owed_a_message_is_not_idle() {
    let mut member = up();
    member.mailbox.queue.push_back(agents_decide::Message {
        id: 1,
        kind: agents_decide::MessageKind::Wake,
        text: "go".to_owned(),
        owed_since: Moment(0),
        now_until: None,
        again: None,
    });
    let idle = ActivityNote::Idle { since: Moment(0) };
    assert_eq!(seen(&member, vec![idle.into()]), Seen::Starting);
}

#[test]
fn one_whose_program_is_not_there_has_exited() {
    let since = Moment(0);
    for life in [
        Life::Stopped { since, how: Ending::Ended("exit code 0".to_owned()) },
        Life::Due { at: since, why: agents_decide::Why::New },
        Life::Parked { since, retry_at: since, reason: "5 starts".to_owned() },
    ] {
        let member = Member { life, ..Member::default() };
        assert_eq!(seen(&member, Vec::new()), Seen::Exited);
    }
    let coming = Member {
        life: Life::Starting {
            since,
            sent_at: since,
            run: agents_decide::RunId(1),
            why: agents_decide::Why::Asked,
        },
        ..Member::default()
    };
    assert_eq!(seen(&coming, Vec::new()), Seen::Starting);
}
