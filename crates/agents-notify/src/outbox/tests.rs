//! What goes out when, in virtual time.

use agents_config::NotifyEvent;
use proptest::prelude::*;

use super::*;

const RULES: Rules = Rules { group: Duration::from_secs(20), rate: 3, retries: 4 };
const SECOND: i64 = 1000;

fn notice(id: u64) -> Notice {
    Notice {
        id,
        event: NotifyEvent::Asks,
        about: Some("ann".to_owned()),
        text: "asks".to_owned(),
        at_wall_ms: 0,
    }
}

fn ids(message: &Message) -> Vec<u64> {
    message.notices.iter().map(|notice| notice.id).collect()
}

fn passing() -> Failure {
    Failure::passing("no answer")
}

#[test]
fn what_comes_within_the_group_goes_out_as_one_message() {
    let mut outbox = Outbox::default();
    assert_eq!(outbox.next(RULES, 0), Next::Rest);
    outbox.add(notice(1), 0);
    outbox.add(notice(2), 19 * SECOND);
    assert_eq!(outbox.next(RULES, 19 * SECOND), Next::Wait(20 * SECOND));
    let Next::Send(message) = outbox.next(RULES, 20 * SECOND) else { panic!("it is due") };
    assert_eq!(ids(&message), [1, 2]);
    // What comes while it is under way waits for its own turn.
    outbox.add(notice(3), 21 * SECOND);
    let Next::Send(again) = outbox.next(RULES, 21 * SECOND) else { panic!("under way") };
    assert_eq!(ids(&again), [1, 2]);
    outbox.sent();
    assert_eq!(outbox.next(RULES, 22 * SECOND), Next::Wait(41 * SECOND));
}

#[test]
fn beyond_the_rate_notices_wait_and_are_counted() {
    let mut outbox = Outbox::default();
    for at in 0..3 {
        outbox.add(notice(at), at.cast_signed() * 60 * SECOND);
        let now = at.cast_signed() * 60 * SECOND + 20 * SECOND;
        assert!(matches!(outbox.next(RULES, now), Next::Send(_)));
        outbox.sent();
    }
    for id in 100..152 {
        outbox.add(notice(id), 200 * SECOND);
    }
    assert_eq!(outbox.owed(), 52);
    assert_eq!(outbox.next(RULES, 300 * SECOND), Next::Wait(20 * SECOND + HOUR_MS));
    let Next::Send(message) = outbox.next(RULES, 20 * SECOND + HOUR_MS) else { panic!("an hour") };
    assert_eq!((message.notices.len(), message.more), (40, 12));
    assert!(message.text(100_000).ends_with("and 12 more; see `agents events`"));
}

#[test]
fn tries_are_bounded_and_their_pauses_grow() {
    let mut outbox = Outbox::default();
    outbox.add(notice(1), 0);
    let mut now = 20 * SECOND;
    let mut pauses = Vec::new();
    let given_up = loop {
        assert!(matches!(outbox.next(RULES, now), Next::Send(_)));
        if let Some(given_up) = outbox.failed(&passing(), RULES, now) {
            break given_up;
        }
        let Next::Wait(due) = outbox.next(RULES, now) else { panic!("a pause") };
        pauses.push((due - now) / SECOND);
        now = due;
    };
    assert_eq!(pauses, [2, 4, 8, 16]);
    assert_eq!((given_up.tries, given_up.reason.as_str()), (5, "no answer"));
    assert_eq!(outbox.next(RULES, now), Next::Rest);
}

#[test]
fn a_receiver_can_ask_for_a_longer_pause_and_a_lasting_failure_is_given_up_at_once() {
    let mut outbox = Outbox::default();
    outbox.add(notice(1), 0);
    assert!(matches!(outbox.next(RULES, 20 * SECOND), Next::Send(_)));
    let asked = Failure::Passing { reason: "429".to_owned(), wait: Some(Duration::from_secs(90)) };
    assert_eq!(outbox.failed(&asked, RULES, 20 * SECOND), None);
    assert_eq!(outbox.next(RULES, 20 * SECOND), Next::Wait(110 * SECOND));
    let given_up = outbox.failed(&Failure::lasting("404"), RULES, 110 * SECOND).unwrap();
    assert_eq!(given_up.reason, "404");
}

#[test]
fn what_is_given_up_is_told_as_a_number_with_the_next_message() {
    let mut outbox = Outbox::default();
    outbox.add(notice(1), 0);
    assert!(matches!(outbox.next(RULES, 20 * SECOND), Next::Send(_)));
    assert!(outbox.failed(&Failure::lasting("404"), RULES, 20 * SECOND).is_some());
    assert_eq!((outbox.owed(), outbox.next_try_ms()), (1, None));
    assert_eq!(outbox.next(RULES, 60 * SECOND), Next::Rest, "a number alone is no reason to call");
    let expected = Trouble { since_ms: 20 * SECOND, tries: 1, reason: "404".to_owned() };
    assert_eq!(outbox.trouble(), Some(&expected));
    outbox.add(notice(2), 100 * SECOND);
    let Next::Send(message) = outbox.next(RULES, 120 * SECOND) else { panic!("it is due") };
    assert_eq!((ids(&message), message.more), (vec![2], 1));
    assert!(message.text(1000).ends_with("and 1 more; see `agents events`"));
    assert_eq!(outbox.sent(), Some(expected), "the trouble is over");
    assert_eq!((outbox.owed(), outbox.trouble()), (0, None));
}

#[test]
fn a_clock_that_is_set_back_holds_nothing_up() {
    let mut outbox = Outbox::default();
    let late = 10 * 24 * HOUR_MS;
    outbox.add(notice(1), late);
    assert_eq!(outbox.next(RULES, 0), Next::Wait(20 * SECOND));
    assert!(matches!(outbox.next(RULES, late + 20 * SECOND), Next::Send(_)));
    assert_eq!(outbox.failed(&passing(), RULES, late), None);
    assert!(matches!(outbox.next(RULES, 0), Next::Send(_)));
}

#[derive(Debug, Clone)]
enum Event {
    Add,
    Pass(i64),
    Succeed,
    Fail,
    /// The watchdog is killed and reads what was stored.
    Kill,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => Just(Event::Add),
        4 => (0..900_000_i64).prop_map(Event::Pass),
        2 => Just(Event::Succeed),
        2 => Just(Event::Fail),
        1 => Just(Event::Kill),
    ]
}

proptest! {
    /// Each notice is sent or owed, in words or as a number; never lost. And no hour has more messages than allowed.
    #[test]
    fn nothing_is_lost_and_no_hour_has_too_many(events in proptest::collection::vec(event(), 0..120)) {
        let mut outbox = Outbox::default();
        let (mut now, mut added, mut done, mut begun) = (0, 0, 0, Vec::<i64>::new());
        let mut under_way: Option<Message> = None;
        for event in events {
            match event {
                Event::Add => {
                    added += 1;
                    outbox.add(notice(added), now);
                }
                Event::Pass(span) => now += span,
                Event::Kill => {
                    let stored = serde_json::to_string(&outbox).unwrap();
                    outbox = serde_json::from_str(&stored).unwrap();
                }
                Event::Succeed | Event::Fail => {
                    let Next::Send(message) = outbox.next(RULES, now) else { continue };
                    if under_way.as_ref() != Some(&message) {
                        begun.push(now);
                        under_way = Some(message.clone());
                    }
                    let count = message.notices.len() as u64 + message.more;
                    if matches!(event, Event::Succeed) {
                        outbox.sent();
                        done += count;
                        prop_assert_eq!(outbox.trouble(), None);
                    } else {
                        // What is given up stays counted, and is told as a number.
                        outbox.failed(&passing(), RULES, now);
                        prop_assert!(outbox.trouble().is_some());
                    }
                }
            }
            prop_assert_eq!(outbox.owed() + done, added);
            let recent = begun.iter().filter(|at| now - **at < HOUR_MS).count();
            prop_assert!(recent <= RULES.rate as usize, "{} within an hour", recent);
        }
    }
}
