mod analyzed;
mod bed;

use bed::Bed;

use super::PilotState;
use crate::activity::fixture::ann;
use crate::{ShownState, Switch, Verb};

const PILOT: &str = "[agent.pilot]\nprompt = \"go on\"\nmax_continue = 3\ncooldown = 15";

/// A bed whose agent has just been seen to begin its first turn, of 20 s.
fn bed() -> Bed {
    bed_with(PILOT)
}

fn bed_with(pilot: &str) -> Bed {
    let mut bed = Bed::with(pilot, "");
    bed.works_for(20);
    bed.run(20);
    bed
}

#[test]
fn an_agent_that_rests_is_prompted_when_its_screen_has_stood_still_for_long_enough() {
    let mut bed = bed();
    // It stopped at 120.
    bed.run(9);
    assert_eq!(bed.done, Vec::<String>::new());
    assert_eq!(
        bed.says(),
        "it is idle; its pilot prompts it at 00:02:10 (in 1 s), with prompt 1 of 3, unless something happens before"
    );
    bed.run(1);
    assert_eq!(bed.done, ["130 types: go on"]);
}

#[test]
fn after_so_many_prompts_it_stops_with_one_alarm_and_types_nothing_more() {
    let mut bed = bed();
    bed.run(3600);
    assert_eq!(bed.prompted().len(), 3);
    let alarms: Vec<_> = bed.done.iter().filter(|it| it.contains("alarm")).collect();
    assert_eq!(alarms.len(), 1, "{:?}", bed.done);
    assert!(
        alarms[0].contains("ann: is idle again after 3 prompts of its pilot, which stops there")
    );
    // One that works on after its last prompt is nobody's alarm.
    let mut works = self::bed();
    works.run(60);
    works.turn = 100_000;
    works.run(3600);
    assert_eq!(works.prompted().len(), 3);
    assert!(!works.done.iter().any(|it| it.contains("alarm")), "{:?}", works.done);
}

#[test]
fn one_that_has_given_all_its_prompts_speaks_of_no_further_one() {
    for (pilot, most) in [(PILOT.to_owned(), 3), (PILOT.replace("= 3", "= 0"), 0)] {
        let mut bed = bed_with(&pilot);
        let mut waits = false;
        for second in 0..400 {
            bed.run(1);
            let said = bed.says();
            assert!(!said.contains(&format!("{} of {most}", most + 1)), "{second}: {said}");
            waits |= said.contains("it may give no more");
        }
        assert!(waits && bed.done.iter().any(|it| it.contains("alarm")), "{:?}", bed.done);
    }
}

#[test]
fn a_message_of_the_operator_begins_the_count_anew() {
    let mut bed = bed();
    bed.run(600);
    assert_eq!(bed.prompted().len(), 3);
    bed.send("do the rest");
    bed.run(600);
    assert_eq!(bed.prompted().len(), 6);
    assert_eq!(bed.done.iter().filter(|it| it.contains("alarm")).count(), 2);
}

#[test]
fn a_prompt_that_a_person_types_in_the_session_begins_the_count_anew_and_one_of_ours_does_not() {
    let mut bed = bed();
    bed.reads_prompts = true;
    bed.run(600);
    assert_eq!(bed.prompted().len(), 3);
    bed.person_types("do the rest");
    bed.run(600);
    assert_eq!(bed.prompted().len(), 6);
}

#[test]
fn the_operator_switches_it_off_and_on() {
    let mut bed = bed();
    bed.switch(false);
    bed.run(600);
    assert_eq!(bed.prompted(), Vec::<u64>::new());
    assert_eq!(bed.says(), "its pilot is off, as the operator asked; `agents pilot start NAME`");
    bed.switch(true);
    bed.run(600);
    assert_eq!(bed.prompted().len(), 3);
    bed.switch(true);
    bed.run(600);
    assert_eq!(bed.prompted().len(), 6);
    let answers: Vec<_> =
        bed.done.iter().filter_map(|it| it.split_once(" answer: ")).map(|(_, said)| said).collect();
    assert_eq!(
        answers,
        [
            "its pilot is off",
            "its pilot is on, and no prompt is counted",
            "its pilot was on, and begins to count anew"
        ]
    );
}

#[test]
fn one_that_the_config_disables_waits_for_its_start() {
    let mut bed = bed_with("[agent.pilot]\nprompt = \"go on\"\nenabled = false");
    bed.run(600);
    assert_eq!(bed.prompted(), Vec::<u64>::new());
    bed.switch(true);
    bed.run(30);
    assert_eq!(bed.prompted().len(), 1);
}

#[test]
fn an_agent_without_a_pilot_has_none_to_switch_on() {
    let mut bed = bed_with("");
    bed.switch(true);
    bed.run(600);
    assert_eq!(bed.done, ["121 answer: the config gives it no pilot; add `[agent.pilot]`"]);
    assert_eq!(bed.state.members[&ann()].pilot, PilotState::default());
}

#[test]
fn nothing_is_typed_while_something_speaks_against_it() {
    type Change = fn(&mut Bed);
    let cases: [(Change, &str); 6] = [
        (
            |bed| (bed.shown, bed.draft) = (Some(ShownState::Idle), Some("half a".to_owned())),
            "text of somebody's stands in its composer, not sent",
        ),
        (|bed| bed.is_deaf = true, "its pane is in copy mode or takes no input"),
        (|bed| bed.is_suspended = true, "its program has been stopped by a signal"),
        (|bed| bed.shown = Some(ShownState::Limited), "it is limited"),
        (|bed| bed.shown = Some(ShownState::WaitingInput), "it asks something"),
        (|bed| bed.shown = Some(ShownState::Unknown), "what it does is not known"),
    ];
    for (change, said) in cases {
        let mut bed = bed();
        change(&mut bed);
        bed.run(600);
        assert_eq!(bed.prompted(), Vec::<u64>::new(), "{said}");
        assert!(bed.says().contains(said), "{said}: {}", bed.says());
        assert!(bed.says().starts_with("its pilot waits (0 of 3 prompts given)"));
    }
}

#[test]
fn one_that_is_gone_is_not_prompted_and_not_counted() {
    let mut bed = bed();
    bed.is_gone = true;
    bed.run(600);
    assert_eq!(bed.prompted(), Vec::<u64>::new());
    assert_eq!(bed.state.members[&ann()].pilot.given, 0);
}

#[test]
fn any_change_of_the_screen_begins_the_wait_anew() {
    let mut bed = bed();
    for _ in 0..10 {
        bed.run(9);
        bed.draws();
    }
    assert_eq!(bed.prompted(), Vec::<u64>::new());
    bed.run(11);
    assert_eq!(bed.prompted().len(), 1);
}

#[test]
fn two_prompts_are_never_closer_than_the_cooldown() {
    let mut bed = bed();
    bed.turn = 1;
    bed.run(600);
    let prompted = bed.prompted();
    assert_eq!(prompted.len(), 3);
    assert!(prompted.windows(2).all(|two| two[1] - two[0] >= 15), "{prompted:?}");
}

#[test]
fn dry_run_types_nothing_and_says_what_it_would() {
    let mut bed = bed_with("[agent.pilot]\nprompt = \"go on\"\ndry_run = true");
    bed.run(3600);
    assert_eq!(bed.done, Vec::<String>::new());
    assert_eq!(bed.says(), "it is idle; its pilot only says what it would type (`dry_run`): go on");
}

#[test]
fn with_no_prompt_allowed_it_only_raises_the_alarm() {
    let mut bed = bed_with("[agent.pilot]\nmax_continue = 0");
    bed.run(3600);
    assert_eq!(bed.done.len(), 1, "{:?}", bed.done);
    assert!(bed.done[0].contains("its pilot may not prompt it"), "{:?}", bed.done);
}

#[test]
fn a_watchdog_that_dies_anywhere_neither_doubles_nor_loses_a_prompt() {
    for dies_at in (1..120).step_by(2) {
        let mut bed = bed();
        bed.run(dies_at);
        bed.die_and_come_back();
        bed.run(200);
        assert_eq!(bed.prompted().len(), 3, "died after {dies_at} s");
    }
}

#[test]
fn what_was_stored_before_there_were_pilots_has_nothing_said_of_one() {
    let state: PilotState = serde_json::from_str("{}").unwrap();
    assert_eq!((state.switch, state.given), (Switch::Unsaid, 0));
    let member: crate::Member = {
        let mut stored = serde_json::to_value(crate::Member::default()).unwrap();
        stored.as_object_mut().unwrap().remove("pilot");
        serde_json::from_value(stored).unwrap()
    };
    assert_eq!(member.pilot, PilotState::default());
}

#[test]
fn a_restart_by_the_operator_begins_the_count_anew() {
    let mut bed = bed();
    bed.run(600);
    bed.ask(Verb::Restart {
        names: vec![ann()],
        one_offs: crate::OneOffs::new(),
        which: crate::Which::Own,
    });
    bed.run(1);
    assert_eq!(bed.state.members[&ann()].pilot.given, 0);
}

#[test]
fn one_prompt_of_a_person_begins_the_count_anew_once() {
    let mut bed = bed();
    bed.run(600);
    assert_eq!(bed.prompted().len(), 3);
    // The program goes on telling of it as its last one.
    bed.person_types("do the rest");
    bed.run(3600);
    assert_eq!(bed.prompted().len(), 6);
}

#[test]
fn a_prompt_that_is_told_of_late_is_ours_and_one_from_before_its_start_is_nobodys() {
    let mut bed = bed();
    bed.run(20);
    assert_eq!(bed.prompted().len(), 1);
    // Ours was taken ten seconds ago, and is told of only now.
    bed.hear_at("go on", bed.at);
    bed.run(600);
    assert_eq!(bed.prompted().len(), 3);
    // A record that is read late tells of what somebody said in an earlier run.
    let since = match bed.state.members[&ann()].life {
        crate::Life::Up { since, .. } => since,
        ref life => panic!("{life:?}"),
    };
    let began = since.since(crate::activity::fixture::now(0).at).as_secs();
    for (age, begins_anew) in [(60, false), (0, false)] {
        let mut bed = self::bed();
        bed.run(600);
        bed.hear_at("do the rest", began - age);
        bed.run(600);
        assert_eq!(bed.prompted().len(), if begins_anew { 6 } else { 3 }, "{age}");
    }
}
