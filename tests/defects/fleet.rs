//! Does what the operator and the watchdog do to sessions hold? Rows 1, 2, 6, 10 to 13.

use crate::scene::{
    REST, agent, count, crash_watchdog, fleet, healed, kill, kill_and_see_healed, replace_watchdog,
    ticks, until_back, watchdog_pid,
};
use crate::support::process_lives;

#[test]
fn d01_nothing_comes_back_after_down_though_the_watchdog_was_healing() {
    let agents: Vec<String> = (0..12).map(|at| healed(&format!("a{at}"), REST)).collect();
    let bed = fleet("", &agents);
    for round in 0..3 {
        bed.agents(&["up"]).ends_with(0);
        let watchdog = watchdog_pid(&bed).expect("a watchdog");
        // The watchdog is about to bring these back when it is told to stop.
        for at in 0..2 {
            kill(&bed, &format!("a{at}"));
        }
        if round > 0 {
            // By now their starts are owed.
            ticks(&bed, round);
        }
        bed.agents(&["down"]).ends_with(0);
        assert!(!process_lives(watchdog), "round {round}: the watchdog outlives `down`");
        assert_eq!(bed.sessions(), Vec::<String>::new(), "round {round}");
    }
}

#[test]
fn d02_down_name_holds_while_the_watchdog_heals_others_and_after_it_crashed() {
    let bed = fleet("", &[healed("x", REST), healed("y", REST)]);
    bed.agents(&["up"]).ends_with(0);
    bed.agents(&["down", "x"]).ends_with(0);
    kill_and_see_healed(&bed, "y");
    assert!(!bed.has("t-x"), "{:?}", bed.sessions());
    replace_watchdog(&bed);
    kill_and_see_healed(&bed, "y");
    assert!(!bed.has("t-x"), "{:?}", bed.sessions());
    bed.agents(&["up", "x"]).ends_with(0);
    assert!(bed.has("t-x"));
}

#[test]
fn d06_a_task_runs_once_whatever_its_watch_and_its_end() {
    let run = |code: u8| format!("echo run >> runs-$AGENTS_NAME.txt; exit {code}");
    let task = "kind = \"task\"\nwatch = \"heal\"";
    let tables = [agent("well", task, &run(0)), agent("badly", task, &run(3)), healed("y", REST)];
    let bed = fleet("", &tables);
    bed.agents(&["up"]);
    let ran = |name: &str| bed.read(&format!("runs-{name}.txt"));
    bed.until("both tasks ran", || ["well", "badly"].iter().all(|name| !ran(name).is_empty()));
    kill_and_see_healed(&bed, "y");
    replace_watchdog(&bed);
    kill_and_see_healed(&bed, "y");
    assert_eq!((ran("well"), ran("badly")), ("run\n".to_owned(), "run\n".to_owned()));
}

#[test]
fn d10_f1_a_dead_pane_that_tmux_keeps_is_healed() {
    let bed = fleet("", &[healed("x", REST)]);
    bed.agents(&["up"]).ends_with(0);
    bed.tmux(&["set-option", "-g", "remain-on-exit", "on"]).ends_with(0);
    let before = bed.pid("t-x");
    bed.command("kill").args(["-9", &before.unwrap().to_string()]).status().unwrap();
    until_back(&bed, "x", before);
    let dead = bed.tmux(&["list-panes", "-a", "-F", "#{session_name} #{pane_dead}"]).out;
    assert!(dead.contains("t-x 0"), "{dead}");
    assert!(!dead.contains("t-x 1"), "{dead}");
}

#[test]
fn d11_a_service_that_dies_is_restarted() {
    let service = "[[service]]\nname = \"srv\"\ncommand = \"sleep 1000\"\n".to_owned();
    let bed = fleet("", &[service, healed("y", REST)]);
    bed.agents(&["up"]).ends_with(0);
    kill_and_see_healed(&bed, "srv");
    bed.agents(&["down", "srv"]).ends_with(0);
    kill_and_see_healed(&bed, "y");
    assert!(!bed.has("t-srv"), "a service that was stopped comes back: {:?}", bed.sessions());
}

/// Ignores every polite signal, and has a child in a session of its own that does so, too.
const STUBBORN: &str = r#"
trap '' HUP TERM INT
echo $$ > own.pid
setsid sh -c 'trap "" HUP TERM INT; echo $$ > child.pid; while :; do sleep 1; done' &
while :; do sleep 1; done
"#;

#[test]
fn d12_f12_down_ends_processes_that_ignore_the_loss_of_their_terminal() {
    let bed = fleet("", &[healed("x", STUBBORN)]);
    bed.agents(&["up"]).ends_with(0);
    let pid = |file: &str| bed.read(file).trim().parse::<u32>().ok();
    bed.until("the program runs", || pid("own.pid").is_some() && pid("child.pid").is_some());
    let pids = [pid("own.pid").unwrap(), pid("child.pid").unwrap()];
    bed.agents(&["down"]).ends_with(0);
    // `down` says "stopped" only when that is so.
    assert_eq!(pids.map(process_lives), [false, false]);
}

#[test]
fn d13_f50_a_second_watchdog_is_refused_and_the_first_goes_on() {
    let bed = fleet("", &[healed("y", REST)]);
    bed.agents(&["up"]).ends_with(0);
    let first = watchdog_pid(&bed).expect("a watchdog");
    let second = bed.agents(&["watchdog"]).ends_with(5);
    assert!(second.err.contains(&first.to_string()), "{second:?}");
    assert_eq!(watchdog_pid(&bed), Some(first));
    kill_and_see_healed(&bed, "y");
    assert_eq!(count(&bed, "y", "start y"), 2, "started by `up`, healed once");
}

#[test]
fn d13_f50_of_watchdogs_that_start_at_once_only_one_stays() {
    let bed = fleet("", &[healed("y", REST)]);
    let mut started: Vec<_> = (0..4).map(|_| bed.spawn(&["watchdog"])).collect();
    let mut ended = Vec::new();
    bed.until("all but one are refused", || {
        ended = started.iter_mut().filter_map(|child| child.try_wait().unwrap()).collect();
        ended.len() >= 3
    });
    assert!(ended.iter().all(|status| status.code() == Some(5)), "{ended:?}");
    bed.until("the one that stays holds the fleet", || watchdog_pid(&bed).is_some());
    let pid = watchdog_pid(&bed).unwrap();
    assert!(started.iter().any(|child| child.id() == pid));
    ticks(&bed, 2);
    crash_watchdog(&bed);
    started.iter_mut().for_each(|child| drop(child.wait()));
}
