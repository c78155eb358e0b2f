use std::time::Duration;

use super::{Look, Step, Turn, Want};
use crate::demo_agent::directive::directives;

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn steps(text: &str) -> Vec<Step> {
    directives(text).into_iter().map(Step::Do).collect()
}

fn say(text: &str) -> Option<Want> {
    Some(Want::Say(text.to_owned()))
}

#[test]
fn busy_is_active_and_then_idle() {
    let mut turn = Turn::new(2.0);
    assert_eq!(turn.take(steps("DEMO:busy 8\nDEMO:say over"), at(0)), None);
    assert_eq!(turn.look_at(at(0)), None);
    assert_eq!(turn.look(at(3)), Look::Active(at(3)));
    assert_eq!(turn.look_at(at(3)), None);
    assert_eq!(turn.look_at(at(4)), say("over"));
    assert_eq!(turn.look_at(at(4)), None);
    assert_eq!(turn.look(at(4)), Look::Idle);
}

#[test]
fn a_limit_refuses_messages_and_the_interrupted_work_goes_on_after_it() {
    let mut turn = Turn::new(1.0);
    let mut order = steps("DEMO:limit \"usage limit\" 30");
    order.push(Step::Work);
    turn.take(order, at(0));
    assert_eq!(turn.look_at(at(0)), say("usage limit"));
    assert_eq!(turn.look_at(at(0)), None);
    assert_eq!(turn.look(at(1)), Look::Idle);
    assert_eq!(turn.take(steps("DEMO:say a"), at(10)), say("usage limit"));
    assert_eq!(turn.look_at(at(31)), None);
    assert_eq!(turn.take(Vec::new(), at(31)), None);
    assert_eq!(turn.look_at(at(31)), Some(Want::Begin(Step::Work)));
    assert_eq!(turn.look_at(at(32)), None);
    turn.worked();
    assert_eq!(turn.look_at(at(33)), None);
    assert_eq!(turn.look(at(33)), Look::Idle);
}

#[test]
fn fatal_answers_everything_from_then_on() {
    let mut turn = Turn::new(1.0);
    turn.take(steps("DEMO:fatal context is full\nDEMO:say never"), at(0));
    assert_eq!(turn.look_at(at(0)), say("context is full"));
    assert_eq!(turn.look_at(at(1)), None);
    assert_eq!(turn.take(steps("DEMO:say hello"), at(9)), say("context is full"));
    assert_eq!(turn.look_at(at(9)), None);
    assert_eq!(turn.look(at(9)), Look::Idle);
}

#[test]
fn silent_and_spewing_have_looks_of_their_own_and_escape_ends_them() {
    let mut turn = Turn::new(1.0);
    turn.take(steps("DEMO:silent 5\nDEMO:spew\nDEMO:exit 7"), at(0));
    turn.look_at(at(0));
    assert_eq!(turn.look(at(1)), Look::Silent);
    turn.look_at(at(5));
    assert_eq!(turn.look(at(500)), Look::Spewing);
    turn.interrupt();
    assert_eq!(turn.look_at(at(501)), None);
    assert_eq!(turn.look(at(501)), Look::Idle);
}

#[test]
fn a_promise_is_a_time_in_utc_and_exit_is_an_exit() {
    let mut turn = Turn::new(1.0);
    turn.take(steps("DEMO:promise +5m\nDEMO:exit 7"), at(0));
    let Some(Want::Say(text)) = turn.look_at(at(0)) else { panic!("a promise is said") };
    let time = text.strip_prefix("WAITING-UNTIL: ").expect("the marker");
    let time = chrono::DateTime::parse_from_rfc3339(time).expect("a time");
    let ahead = time.signed_duration_since(chrono::Utc::now()).num_seconds();
    assert!((290..=300).contains(&ahead) && text.ends_with('Z'), "{text}");
    assert_eq!(turn.look_at(at(0)), Some(Want::Exit(7)));
}
