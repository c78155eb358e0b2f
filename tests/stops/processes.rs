//! Are all processes of a run found and ended, whatever they do to be forgotten?

use crate::scene::{agent, fleet};
use crate::support::process_lives;

/// The process id that a script of the project wrote into a file.
fn pid(bed: &crate::support::Bed, file: &str) -> Option<u32> {
    bed.read(file).trim().parse().ok()
}

/// Reads nothing from its terminal, so only a signal can tell it that the terminal is gone.
const READS_NOTHING: &str = r#"
trap 'echo hup >> hup.txt; exit 7' HUP
echo $$ > own.pid
while :; do sleep 0.1; done
"#;

#[test]
fn a_session_that_a_person_kills_takes_its_program_with_it_and_the_end_is_recorded() {
    let bed = fleet("", &[agent("x", "", READS_NOTHING)]);
    bed.agents(&["up", "x"]).ends_with(0);
    bed.until("the program runs", || pid(&bed, "own.pid").is_some());
    bed.kill_session("t-x");
    let end = ".state/state/runs/x.r1.end";
    bed.until("the end is recorded", || bed.read(end).contains("\"session_closed\":true"));
    assert_eq!(bed.read("hup.txt"), "hup\n");
    assert!(bed.read(end).contains("\"code\":7"), "{}", bed.read(end));
    assert!(!process_lives(pid(&bed, "own.pid").unwrap()));
}

/// Ignores the loss of its terminal.
const IGNORES_HANGUP: &str = r#"
trap '' HUP
trap 'exit 3' TERM
echo $$ > own.pid
while :; do sleep 0.1; done
"#;

#[test]
fn a_program_that_ignores_the_hangup_is_ended_by_the_watchdog_and_its_end_is_recorded() {
    let bed = fleet("", &[agent("x", "watch = \"heal\"", IGNORES_HANGUP)]);
    bed.agents(&["up"]).ends_with(0);
    bed.until("the program runs", || pid(&bed, "own.pid").is_some());
    let first = pid(&bed, "own.pid").unwrap();
    bed.kill_session("t-x");
    bed.until("another runs", || pid(&bed, "own.pid").is_some_and(|now| now != first));
    assert!(!process_lives(first));
}
