//! The mode `analyzer`: what is answered holds for the screen that was judged, and for no other.

use super::bed::Bed;
use crate::activity::fixture::ann;
use crate::{Analysis, Doing};

const PILOT: &str =
    "[agent.pilot]\nmode = \"analyzer\"\nmax_continue = 2\ncooldown = 15\ntimeout = 60";

/// A bed whose agent rests since 120, and is judged since 130.
fn judged() -> Bed {
    judged_with(PILOT)
}

fn judged_with(pilot: &str) -> Bed {
    let mut bed = Bed::with(pilot, "");
    bed.works_for(20);
    bed.run(30);
    assert_eq!(bed.done, ["130 asks"]);
    bed
}

fn go_on() -> Analysis {
    Analysis::Continue { prompt: "go on".to_owned() }
}

fn wait() -> Analysis {
    Analysis::Wait { reason: "it is done".to_owned() }
}

fn failed() -> Analysis {
    Analysis::Failed { reason: "no JSON".to_owned() }
}

#[test]
fn what_it_wants_to_be_said_is_typed_and_its_conversation_goes_on() {
    let mut bed = judged();
    bed.run(20);
    assert_eq!(bed.done.len(), 1, "nothing is typed before it answers");
    bed.answers(go_on());
    bed.run(40);
    assert_eq!(bed.done[1..], ["151 types: go on", "182 asks in talk"]);
}

#[test]
fn what_it_says_to_wait_for_holds_until_the_screen_changes() {
    let mut bed = judged();
    bed.answers(wait());
    bed.run(3600);
    assert_eq!(bed.done, ["130 asks"]);
    assert_eq!(
        bed.says(),
        "its analyzer says to wait, and is not asked again before the screen changes: it is done"
    );
    bed.draws();
    bed.run(11);
    assert_eq!(bed.done.len(), 2, "{:?}", bed.done);
}

#[test]
fn an_answer_about_another_screen_is_thrown_away() {
    let mut bed = judged();
    bed.run(5);
    bed.draws();
    bed.run(1);
    assert_eq!(bed.done, ["130 asks", "136 calls off"]);
    assert_eq!(bed.prompted(), Vec::<u64>::new());
    bed.run(10);
    assert_eq!(bed.done[2..], ["146 asks"]);
    // An answer to the first question comes late: it is to another job.
    bed.answers(go_on());
    bed.analysis.as_mut().unwrap().job -= 1;
    bed.run(3);
    assert_eq!(bed.prompted(), Vec::<u64>::new());
}

#[test]
fn the_answer_and_a_change_of_the_screen_in_one_look_type_nothing() {
    let mut bed = judged();
    bed.answers(go_on());
    bed.draws();
    bed.run(1);
    assert_eq!(bed.done, ["130 asks", "131 calls off"]);
}

#[test]
fn whatever_speaks_against_a_prompt_calls_the_analyzer_off() {
    let mut bed = judged();
    bed.switch(false);
    bed.run(1);
    assert_eq!(bed.done[1..], ["131 calls off", "131 answer: its pilot is off"]);
    let mut deaf = judged();
    deaf.is_deaf = true;
    deaf.run(1);
    assert_eq!(deaf.done[1..], ["131 calls off"]);
}

#[test]
fn three_answers_that_cannot_be_read_count_as_one_prompt() {
    let mut bed = judged();
    for _ in 0..3 {
        bed.answers(failed());
        bed.run(1);
    }
    assert_eq!(bed.done, ["130 asks", "131 asks", "132 asks"]);
    assert_eq!(bed.state.members[&ann()].pilot.given, 1);
    // The next cycle begins after the cooldown.
    bed.run(15);
    assert_eq!(bed.done[3..], ["148 asks"]);
    for _ in 0..3 {
        bed.answers(failed());
        bed.run(1);
    }
    bed.run(100);
    assert!(bed.done.last().unwrap().contains("which stops there"), "{:?}", bed.done);
}

#[test]
fn a_conversation_that_fails_is_not_gone_on_with() {
    let mut bed = judged();
    bed.answers(go_on());
    bed.run(32);
    assert_eq!(bed.done.last().unwrap(), "162 asks in talk");
    bed.answers(failed());
    bed.run(1);
    assert_eq!(bed.done.last().unwrap(), "163 asks");
}

#[test]
fn an_analyzer_that_never_answers_is_given_up_on() {
    let mut bed = judged();
    bed.run(89);
    assert_eq!(bed.done, ["130 asks"]);
    bed.run(1);
    assert_eq!(bed.done, ["130 asks", "220 asks"]);
}

#[test]
fn one_that_was_lost_with_its_watchdog_is_asked_again() {
    let mut bed = judged();
    bed.die_and_come_back();
    bed.analysis = None;
    bed.run(5);
    assert_eq!(bed.done, ["130 asks", "135 asks"]);
}

#[test]
fn dry_run_asks_once_about_a_screen_and_types_nothing() {
    let mut bed = judged_with(&format!("{PILOT}\ndry_run = true"));
    bed.answers(go_on());
    bed.run(3600);
    assert_eq!(bed.done, ["130 asks"]);
    assert!(bed.says().contains("only says what it would type"), "{}", bed.says());
    assert!(matches!(bed.state.members[&ann()].pilot.doing, Doing::Said { .. }));
}

#[test]
fn a_message_of_the_operator_ends_the_wait() {
    let mut bed = judged();
    bed.answers(wait());
    bed.run(60);
    bed.switch(true);
    bed.run(1);
    assert_eq!(bed.done[1], "191 asks in talk");
}

#[test]
fn what_it_says_to_wait_for_outlasts_whatever_else_keeps_a_prompt_and_ends_with_work() {
    let mut bed = judged();
    bed.answers(wait());
    bed.run(5);
    bed.is_deaf = true;
    bed.run(5);
    bed.is_deaf = false;
    bed.run(60);
    assert_eq!(bed.done, ["130 asks"]);
    bed.works_for(5);
    bed.run(5 + 11);
    assert_eq!(bed.done.len(), 2, "{:?}", bed.done);
}

#[test]
fn one_that_is_taken_down_while_it_is_judged_calls_its_analyzer_off() {
    let mut bed = judged();
    bed.is_gone = true;
    bed.ask(crate::Verb::Down { names: vec![ann()], whole: false });
    bed.run(3);
    assert!(bed.done.iter().any(|it| it.ends_with("calls off")), "{:?}", bed.done);
    assert_eq!(bed.state.members[&ann()].pilot.doing, Doing::Watching);
}

#[test]
fn what_would_be_typed_holds_for_the_screen_that_was_judged() {
    let mut bed = judged_with(&format!("{PILOT}\ndry_run = true"));
    bed.answers(go_on());
    bed.run(5);
    assert_eq!(bed.done, ["130 asks"]);
    bed.draws();
    bed.run(11);
    assert_eq!(bed.done.len(), 2, "another screen is judged anew: {:?}", bed.done);
}

#[test]
fn since_when_an_analysis_runs_is_known_while_it_does() {
    let bed = judged();
    let since = bed.state.members[&ann()].pilot.doing.analysing_since();
    assert_eq!(since, Some(crate::activity::fixture::now(130).at));
    assert_eq!(Doing::Watching.analysing_since(), None);
    assert_eq!(Doing::Waits { screen: 1, reason: String::new() }.analysing_since(), None);
}
