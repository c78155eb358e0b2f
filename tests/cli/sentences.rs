//! Do the sentences of `why`, `plan`, `status` and `events` hold at the time at which they are read?

use crate::support::{Bed, HEAD};

const FLEET: &str = r#"HEAD
[backend.sleeper]
bin = "exec sleep 1000 #"
[backend.reader]
bin = "exec cat #"
[[agent]]
name = "ann"
kind = "persistent"
watch = "heal+stall"
backend = "reader"
dir = "."
prompt = "go"
[[agent]]
name = "bob"
kind = "persistent"
backend = "sleeper"
dir = "."
prompt = "go"
[[service]]
name = "web"
command = "exec sleep 1000"
dir = "."
"#;

/// The line of `agents why` that contains `part`.
fn line(bed: &Bed, name: &str, part: &str) -> String {
    let why = bed.agents(&["why", name]).ends_with(0).out;
    let found = why.lines().find(|line| line.contains(part));
    found.map_or_else(String::new, |line| line.trim().to_owned())
}

/// The seconds in `… since 12:00:00 (45 s)…`, with what stands before them.
fn age(line: &str) -> Option<(String, u64)> {
    let (before, rest) = line.split_once(" (")?;
    let (seconds, _) = rest.split_once(" s)")?;
    Some((before.to_owned(), seconds.parse().ok()?))
}

#[test]
fn ages_are_those_of_the_moment_of_reading() {
    let bed = Bed::with(FLEET);
    bed.agents(&["up"]).ends_with(0);
    let mut first = None;
    bed.until("ann is idle", || {
        first = age(&line(&bed, "ann", "it is idle since "));
        first.is_some()
    });
    let (since, young) = first.unwrap();
    bed.until("the idling grows older than what was decided of it", || {
        let why = bed.agents(&["why", "ann"]).ends_with(0).out;
        let part = |part: &str| why.lines().find(|line| line.contains(part)).unwrap().trim();
        let (still, old) = age(part("it is idle since ")).unwrap();
        assert_eq!(still, since, "it has not worked meanwhile");
        let (_, decided) = age(&part("decided at ").replace(" s ago)", " s)")).unwrap();
        assert!(part("decided at ").contains("the same at every look since"), "{why}");
        old >= young + 2 && decided >= 2
    });
}

#[test]
fn each_machine_speaks_where_it_judges_and_else_says_why_not() {
    let bed = Bed::with(FLEET);
    bed.agents(&["up"]).ends_with(0);
    bed.until("ann is judged", || line(&bed, "ann", "stall: ").starts_with("stall: judged: "));
    assert_eq!(line(&bed, "bob", "stall: "), "stall: not judged, since its `watch` is `none`");
    assert_eq!(line(&bed, "web", "stall: "), "");
    assert_eq!(
        line(&bed, "web", "judged: "),
        "judged: only whether it runs, since it is a service"
    );
    bed.agents(&["down", "ann"]).ends_with(0);
    assert_eq!(line(&bed, "ann", "stall: "), "stall: not judged, since it does not run");
    assert_eq!(
        line(&bed, "ann", "it is down"),
        "it is down, as the operator asked; `agents up ann` starts it"
    );
    bed.agents(&["down", "watchdog"]).ends_with(0);
    assert_eq!(line(&bed, "bob", "activity: "), "activity: not judged, since no watchdog runs");
    assert!(line(&bed, "bob", "decided at ").contains("no watchdog runs"));
}

#[test]
fn a_plan_without_a_watchdog_says_that_nothing_happens_and_how_it_would() {
    let bed = Bed::with(FLEET);
    let plan = bed.agents(&["plan"]).ends_with(0).out;
    let lines: Vec<&str> = plan.lines().collect();
    assert!(
        lines[0].starts_with("no watchdog runs, so none of this happens until one does")
            && lines[0].contains("`agents up watchdog`")
            && lines[0].contains("`agents up`"),
        "{plan}"
    );
    assert_eq!(lines[1], "would start ann, because it is declared and has not run yet");
    assert!(plan.contains("bob: it was never started; `agents up bob` starts it"), "{plan}");
    assert_eq!(bed.agents(&["plan", "--json"]).json()["watchdog"], "stopped");

    bed.agents(&["up"]).ends_with(0);
    let plan = bed.agents(&["plan"]).ends_with(0).out;
    assert!(plan.starts_with("the next look of the watchdog:\nwould do nothing\n"), "{plan}");
    // What would be decided is told as what would be.
    bed.agents(&["down", "watchdog"]).ends_with(0);
    bed.kill_session("t-ann");
    bed.until("its end is recorded", || {
        bed.agents(&["plan"]).out.contains("ann: it would be started by the first look after ")
    });
}

#[test]
fn a_session_that_somebody_ended_is_said_to_be_and_each_fact_is_told_once() {
    let bed = Bed::with(FLEET);
    bed.agents(&["up"]).ends_with(0);
    bed.until("ann runs", || bed.state_of("ann") == "running");
    let before = bed.pid("t-ann");
    bed.kill_session("t-ann");
    bed.until("ann is back", || bed.pid("t-ann").is_some_and(|pid| Some(pid) != before));
    let events = bed.agents(&["events", "-n", "100"]).ends_with(0).out;
    let told = |part: &str| events.lines().filter(|line| line.contains(part)).count();
    let how = "because it is gone: its session was ended from outside after ";
    assert_eq!(told(&format!("ann action start ann, {how}")), 1, "{events}");
    assert_eq!(told("ann note it is to be started by the first look after "), 1, "{events}");
    assert!(!events.contains("exit code") && !events.contains("last output"), "{events}");
    // The verbs and the watchdog, one process after the other, say nothing twice.
    bed.agents(&["down", "watchdog"]).ends_with(0);
    bed.agents(&["up", "watchdog"]).ends_with(0);
    let events = bed.agents(&["events", "-n", "100"]).ends_with(0).out;
    let mut lines: Vec<&str> = events.lines().filter(|line| line.contains(" note ")).collect();
    let all = lines.len();
    lines.sort_unstable_by_key(|line| &line[8..]);
    lines.dedup_by_key(|line| &line[8..]);
    assert_eq!(lines.len(), all, "{events}");
}

#[test]
fn one_that_needs_a_restart_and_may_not_have_one_is_not_called_running() {
    let bed = Bed::with(
        r#"HEAD
restart_limit = 1
[backend.broken]
bin = "echo FATAL: out of tokens; exec sleep 1000 #"
fatal_re = "FATAL"
[[agent]]
name = "ann"
kind = "persistent"
watch = "heal"
backend = "broken"
dir = "."
prompt = "go"
"#,
    );
    bed.agents(&["up"]).ends_with(0);
    bed.until("its budget is used up", || bed.state_of("ann") == "stalled");
    let status = bed.agents(&["status"]).ends_with(0).out;
    let row = status.lines().find(|line| line.starts_with("ann ")).unwrap();
    assert!(row.contains(" STALLED [sleep]"), "{row}");
    let because = "because its screen shows a fatal error: FATAL: out of tokens";
    assert!(row.contains("a restart, possible again at ") && row.ends_with(because), "{row}");
    bed.agents(&["status", "--exit-code"]).ends_with(3);
    let why = line(&bed, "ann", "it needs a restart");
    assert!(
        why.contains("its restart budget is used up (1 automatic start within 15 min)")
            && why.contains("possible again at ")
            && why.ends_with("`agents restart ann` does it at once"),
        "{why}"
    );
    let events = bed.agents(&["events", "ann", "-n", "100"]).ends_with(0).out;
    let told = events.lines().filter(|line| line.contains("it needs a restart")).count();
    assert_eq!(told, 1, "an alarm, and not a note of the same too: {events}");
}

#[test]
fn who_is_parked_is_said_to_be_also_by_the_plan() {
    let dies = FLEET.replace("exec cat #", "exit 3 #").replace("heal+stall", "heal");
    let bed = Bed::with(&dies.replace(
        "HEAD",
        &HEAD.replace("restart_delay = 1", "restart_delay = 0.1\nrestart_limit = 1"),
    ));
    bed.agents(&["up"]).ends_with(3);
    bed.until("ann is parked", || bed.state_of("ann") == "parked");
    let plan = bed.agents(&["plan"]).ends_with(0).out;
    assert!(plan.contains("ann: it is parked (1 automatic start within"), "{plan}");
    let json = bed.agents(&["plan", "--json"]).ends_with(0).json();
    let notes = json["notes"].as_array().unwrap().iter();
    let mut texts = notes.filter_map(|note| note["text"].as_str());
    assert!(texts.any(|text| text.starts_with("it is parked")), "{json}");
}
