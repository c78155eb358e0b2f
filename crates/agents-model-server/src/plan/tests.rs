use super::{Plan, plan};
use crate::request::{Api, Request};
use crate::rule::Rule;
use crate::scenario::Scenario;

/// A request with these waiting messages and tool outputs.
fn turn(messages: &[&str], outputs: &[&str]) -> Request {
    let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<String>>();
    Request {
        api: Api::Responses,
        model: "mock-1".to_owned(),
        stream: true,
        messages: own(messages),
        unanswered: messages.len(),
        outputs: own(outputs),
        tools: Vec::new(),
        folder: None,
        reply_schema: None,
    }
}

#[track_caller]
fn check(messages: &[&str], outputs: &[&str], expected: Plan) {
    let rules = [
        Rule::parse("gate CLAIM=>sh ./review.sh").expect("a rule"),
        Rule::parse("bye=>MOCK:quota").expect("a rule"),
    ];
    assert_eq!(plan(&turn(messages, outputs), &rules, Scenario::Ok), expected);
}

fn run(command: &str) -> Plan {
    Plan::Run(command.to_owned())
}

#[test]
fn run_lines_are_run_one_after_another_and_then_the_turn_ends() {
    let kickoff = "work:\nMOCK:run one\nMOCK:run two";
    check(&[kickoff], &[], run("one"));
    check(&[kickoff], &["1"], run("two"));
    check(&[kickoff], &["1", "2"], Plan::Close);
}

#[test]
fn a_command_that_still_runs_is_waited_for_and_counts_once() {
    let running = "Process running with session ID 3\nOutput:\n";
    let kickoff = "MOCK:run one\nMOCK:run two";
    check(&[kickoff], &[running], Plan::Wait);
    check(&[kickoff], &[running, running], Plan::Wait);
    check(&[kickoff], &[running, running, "1"], run("two"));
}

#[test]
fn a_rule_answers_a_message_that_orders_nothing_itself() {
    let ping = "the other loop pushed a gate CLAIM commit.";
    check(&[ping], &[], run("sh ./review.sh"));
    check(&[ping], &["verified"], Plan::Close);
    check(&["bye"], &[], Plan::Play(Scenario::Quota));
    check(&["gate CLAIM\nMOCK:run mine"], &[], run("mine"));
}

#[test]
fn messages_that_piled_up_are_all_worked_off() {
    check(&["MOCK:run one", "gate CLAIM"], &[], run("one"));
    check(&["MOCK:run one", "gate CLAIM"], &["1"], run("sh ./review.sh"));
}

#[test]
fn a_ping_during_work_waits_for_the_work_that_is_left() {
    let messages = ["MOCK:run one\nMOCK:run two", "gate CLAIM"];
    check(&messages, &["Process running with session ID 3\n"], Plan::Wait);
    check(&messages, &["1"], run("two"));
    check(&messages, &["1", "2"], run("sh ./review.sh"));
    check(&messages, &["1", "2", "3"], Plan::Close);
}

#[test]
fn a_refused_message_does_not_refuse_the_next_one() {
    check(&["MOCK:quota"], &[], Plan::Play(Scenario::Quota));
    check(&["MOCK:quota", "please continue"], &[], Plan::Play(Scenario::Ok));
    check(&["bye", "please continue"], &[], Plan::Play(Scenario::Ok));
}

#[test]
fn a_pointed_to_file_is_read_and_its_run_lines_are_followed() {
    let ping = "read /s/kickoff.txt now";
    check(&[ping], &[], run("cat '/s/kickoff.txt'"));
    check(&[ping], &["phase: P1\nMOCK:run one"], run("one"));
    check(&[ping], &["phase: P1\nMOCK:run one", "1"], Plan::Close);
    check(&[ping], &["nothing to do"], Plan::Close);
    check(&[ping, "gate CLAIM"], &["MOCK:run one", "1"], run("sh ./review.sh"));
}

#[test]
fn the_tool_scenario_is_played_once() {
    let tool = Scenario::Tool { during: std::time::Duration::ZERO };
    check(&["MOCK:tool"], &[], Plan::Play(tool));
    check(&["MOCK:tool"], &["touched"], Plan::Close);
    check(&["MOCK:run one\nMOCK:tool"], &["1"], Plan::Play(tool));
    check(&["MOCK:run one\nMOCK:tool"], &["1", "touched"], Plan::Close);
}
