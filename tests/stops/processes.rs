//! Are all processes of a run found and ended, whatever they do to be forgotten?

use crate::scene::{agent, fleet};
use crate::support::{Bed, process_lives};

/// The process id that a script of the project wrote into a file.
fn pid(bed: &Bed, file: &str) -> Option<u32> {
    bed.read(file).trim().parse().ok()
}

/// Reads nothing from its terminal, so only a signal can tell it that the terminal is gone.
const READS_NOTHING: &str = r#"
trap 'echo hup >> hup.txt; exit 7' HUP
echo $$ > own.pid
while :; do sleep 0.1; done
"#;

#[test]
fn f1_a_session_that_a_person_kills_takes_its_program_with_it_and_the_end_is_recorded() {
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
fn f12_a_program_that_ignores_the_hangup_is_ended_by_the_watchdog_and_its_end_is_recorded() {
    let bed = fleet("", &[agent("x", "watch = \"heal\"", IGNORES_HANGUP)]);
    bed.agents(&["up"]).ends_with(0);
    bed.until("the program runs", || pid(&bed, "own.pid").is_some());
    let first = pid(&bed, "own.pid").unwrap();
    bed.kill_session("t-x");
    bed.until("another runs", || pid(&bed, "own.pid").is_some_and(|now| now != first));
    assert!(!process_lives(first));
}

/// Ignores every polite signal, and so does its child in a session of its own.
const STUBBORN: &str = r#"
trap '' HUP TERM INT
echo $$ > own.pid
setsid sh -c 'trap "" HUP TERM INT; echo $$ > child.pid; while :; do sleep 0.2; done' &
while :; do sleep 0.2; done
"#;

/// Starts the stubborn one with `up`, and returns its process and its child's.
fn stubborn(up: &[&str]) -> (Bed, [u32; 2]) {
    let bed = fleet("", &[agent("x", "", STUBBORN)]);
    bed.agents(up).ends_with(0);
    bed.until("the program runs", || {
        pid(&bed, "own.pid").is_some() && pid(&bed, "child.pid").is_some()
    });
    let pids = [pid(&bed, "own.pid").unwrap(), pid(&bed, "child.pid").unwrap()];
    (bed, pids)
}

#[test]
fn f12_without_the_records_of_the_runs_down_still_ends_all_before_it_says_stopped() {
    for up in [&["up", "x"][..], &["up"]] {
        let (bed, pids) = stubborn(up);
        std::fs::remove_dir_all(bed.dir.join(".state/state/runs")).unwrap();
        let down = bed.agents(&["down"]).ends_with(0);
        assert!(down.err.contains("x: stopped"), "{down:?}");
        assert_eq!(pids.map(process_lives), [false, false], "{up:?}");
    }
}

#[test]
fn without_records_and_memory_the_pane_tells_what_is_to_be_ended() {
    let (bed, pids) = stubborn(&["up", "x"]);
    std::fs::remove_dir_all(bed.dir.join(".state/state")).unwrap();
    bed.agents(&["up", "x"]).ends_with(0);
    bed.agents(&["down", "x"]).ends_with(0);
    assert_eq!(pids.map(process_lives), [false, false]);
}

#[test]
fn a_run_whose_session_a_person_ended_is_found_by_what_was_seen_of_it() {
    let (bed, pids) = stubborn(&["up", "x"]);
    std::fs::remove_dir_all(bed.dir.join(".state/state/runs")).unwrap();
    bed.kill_session("t-x");
    bed.agents(&["down", "x"]).ends_with(0);
    assert_eq!(pids.map(process_lives), [false, false]);
}

/// Leaves a daemon that is nobody's child and in nobody's group: it forks twice and leads a session of its own.
#[cfg(target_os = "linux")]
fn leaves_daemon(trap: &str) -> String {
    let daemon = format!("{trap} echo $$ > daemon.pid; while :; do sleep 0.2; done");
    format!(
        "setsid sh -c 'setsid sh -c \"{}\" & exit' &\nexec sleep 1000",
        daemon.replace('$', "\\$")
    )
}

#[cfg(target_os = "linux")]
#[test]
fn f12_a_daemon_that_left_its_run_is_ended_by_down_and_told_of() {
    for trap in ["", "trap : HUP TERM INT;"] {
        let bed =
            fleet("", &[agent("x", "", &leaves_daemon(trap)), agent("y", "", "exec sleep 1000")]);
        bed.agents(&["up"]).ends_with(0);
        bed.until("the daemon runs", || pid(&bed, "daemon.pid").is_some());
        let daemon = pid(&bed, "daemon.pid").unwrap();
        bed.until("it is nobody's child", || {
            let parent =
                bed.command("ps").args(["-o", "ppid=", "-p", &daemon.to_string()]).output();
            String::from_utf8_lossy(&parent.unwrap().stdout).trim() == "1"
        });
        // Another's end is none of its business.
        bed.agents(&["down", "y"]).ends_with(0);
        assert!(process_lives(daemon));
        let down = bed.agents(&["down"]).ends_with(0);
        assert!(down.err.contains("x: stopped; a process that it had left running"), "{down:?}");
        assert!(!process_lives(daemon), "{trap}");
        assert_eq!(crate::scene::count(&bed, "x", "a process that it had left running"), 1);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_daemon_outlives_the_death_of_its_agent_but_not_down() {
    let script =
        leaves_daemon("").replace("exec sleep 1000", "until [ -e daemon.pid ]; do sleep 0.1; done");
    let bed =
        fleet("", &[agent("x", "kind = \"task\"", &script), agent("y", "", "exec sleep 1000")]);
    bed.agents(&["up"]).ends_with(0);
    bed.until("the task has ended", || bed.state_of("x") == "ended");
    let daemon = pid(&bed, "daemon.pid").unwrap();
    assert!(process_lives(daemon));
    bed.agents(&["down"]).ends_with(0);
    assert!(!process_lives(daemon));
}
