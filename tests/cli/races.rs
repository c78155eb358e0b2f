//! Verbs at the same time, and a state folder that is taken away: one watchdog, and what is down stays down.

use crate::support::Bed;

const CONFIG: &str = r#"
HEAD
[backend.cat]
bin = "cat"
prompt_delivery = "exec"
[[agent]]
name = "a"
backend = "cat"
watch = "heal"
"#;

/// Runs so many rounds of a race; `AGENTS_RACES=200` for a longer look. Many of them are run in lanes side by side, each in
/// a bed of its own: a round mostly waits.
fn race(usually: usize, rounds: impl Fn(usize) + Sync) {
    let asked = std::env::var("AGENTS_RACES").ok().and_then(|text| text.parse().ok());
    let count: usize = asked.unwrap_or(usually);
    let lanes = (count / 25).clamp(1, 8);
    std::thread::scope(|scope| {
        for _ in 0..lanes {
            scope.spawn(|| rounds(count.div_ceil(lanes)));
        }
    });
}

/// The exit codes of verbs that run at the same time.
fn together(bed: &Bed, verbs: &[&str]) -> Vec<Option<i32>> {
    let children: Vec<_> = verbs.iter().map(|verb| bed.spawn(&[verb])).collect();
    children.into_iter().map(|child| child.wait_with_output().unwrap().status.code()).collect()
}

/// A process whose command line is that of this fleet's watchdog.
#[derive(Debug, Clone, PartialEq)]
struct Process {
    pid: u32,
    parent: u32,
}

/// All that bear the words of the watchdog.
///
/// The server that was started for the watchdog's session carries the same words, so the program counts.
fn bearing_its_words(bed: &Bed) -> Vec<Process> {
    let listed = bed.command("ps").args(["-eo", "pid=,ppid=,args="]).output().unwrap();
    let project = bed.dir.display().to_string();
    let program = concat!(env!("CARGO_BIN_EXE_agents"), " watchdog --config ");
    let rows = String::from_utf8_lossy(&listed.stdout).into_owned();
    let process = |row: &str| {
        let (pid, rest) = row.trim_start().split_once(' ')?;
        let (parent, words) = rest.trim_start().split_once(' ')?;
        let is_ours = words.trim_start().starts_with(program) && words.contains(&project);
        is_ours.then(|| Some(Process { pid: pid.parse().ok()?, parent: parent.parse().ok()? }))?
    };
    rows.lines().filter_map(process).collect()
}

/// The watchdogs of this fleet.
///
/// A process that a watchdog has just made bears its words until it runs its own program, tmux or git; so it is a watchdog's
/// child, which no watchdog is. In 200 races of each kind a second one was seen eight times: each time a child of the one
/// that held the lock, and none of them a moment later.
fn watchdogs(bed: &Bed) -> Vec<u32> {
    let all = bearing_its_words(bed);
    let is_child = |it: &&Process| all.iter().any(|other| other.pid == it.parent);
    all.iter().filter(|it| !is_child(it)).map(|it| it.pid).collect()
}

/// Who may act, by the lock.
fn holder(bed: &Bed) -> Option<u32> {
    agents_store::FleetLock::holder(&bed.dir.join(".state/state")).unwrap().map(|it| it.pid)
}

#[test]
fn f51_many_ups_at_once_make_one_watchdog_with_its_session() {
    race(4, many_ups);
}

fn many_ups(rounds: usize) {
    let bed = Bed::with(CONFIG);
    for round in 0..rounds {
        // The first time everything is at stake, and then also two at once, and more than the machine has room for.
        let count = [6, 2, 3][round % 3];
        assert_eq!(together(&bed, &vec!["up"; count]), vec![Some(0); count], "round {round}");
        assert!(bed.has("t-watchdog") && bed.has("t-a"), "{:?}", bed.sessions());
        let only = holder(&bed).expect("one holds the fleet");
        assert_eq!(watchdogs(&bed), [only], "round {round}");
        let pane =
            bed.tmux(&["list-panes", "-s", "-t", "=t-a", "-F", "#{pane_pipe} #{pane_id}"]).out;
        assert!(pane.starts_with("1 ") && pane.lines().count() == 1, "round {round}: {pane}");
        bed.agents(&["down"]).ends_with(0);
        assert_eq!(bed.sessions(), Vec::<String>::new());
    }
}

#[test]
fn f51_up_against_down_ends_in_some_order() {
    race(6, up_against_down);
}

fn up_against_down(rounds: usize) {
    let bed = Bed::with(CONFIG);
    for round in 0..rounds {
        // The one that the other overtakes says so, and fails.
        let began = std::time::Instant::now();
        let codes = together(&bed, &["up", "down"]);
        // A watchdog that goes on for who came later is not waited for to its end.
        let waited = began.elapsed().as_secs();
        assert!(waited < 45, "round {round}: {waited} s");
        let answered = codes.iter().all(|code| [Some(0), Some(1)].contains(code));
        assert!(answered, "round {round}: {codes:?}");
        // One that was told to end may still be on its way out.
        bed.until("there is one watchdog at the most", || watchdogs(&bed).len() <= 1);
    }
    bed.agents(&["down"]).ends_with(0);
    assert_eq!((bed.sessions(), watchdogs(&bed)), (Vec::new(), Vec::new()));
}

#[test]
fn a_fleet_whose_state_folder_is_moved_away_stays_in_hand() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up"]).ends_with(0);
    bed.agents(&["down"]).ends_with(0);
    bed.agents(&["up"]).ends_with(0);
    for noticed in [true, false] {
        std::fs::rename(bed.dir.join(".state/state"), bed.dir.join(".state/old")).unwrap();
        let told = || bed.watchdog_log().contains("nothing is done until that is mended");
        bed.until("the watchdog notices", || !noticed || told());
        assert!(bed.has("t-a"), "the agent is left as it is");
        bed.agents(&["up"]).ends_with(0);
        // The one that waits for its state takes it up, or ends for another.
        bed.until("one watches", || watchdogs(&bed).len() == 1 && bed.has("t-a"));
        std::fs::remove_dir_all(bed.dir.join(".state/old")).unwrap();
    }
    bed.agents(&["down"]).ends_with(0);
    bed.until("nothing is left", || bed.sessions().is_empty() && watchdogs(&bed).is_empty());
}

#[test]
fn a_store_that_is_deleted_ends_its_watchdog_and_down_still_ends_the_fleet() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up"]).ends_with(0);
    for file in ["store.db", "store.db-wal", "store.db-shm"] {
        drop(std::fs::remove_file(bed.dir.join(".state/state").join(file)));
    }
    bed.agents(&["down"]).ends_with(0);
    bed.until("nothing is left", || bed.sessions().is_empty() && watchdogs(&bed).is_empty());
}

#[test]
fn another_log_dir_takes_the_fleet_over_from_the_old_watchdog() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up"]).ends_with(0);
    let old = watchdogs(&bed);
    bed.write(
        "agents.toml",
        &CONFIG.replace("HEAD", &crate::support::HEAD.replace(".state", ".other")),
    );
    bed.agents(&["up"]).ends_with(0);
    bed.until("the old watchdog has ended", || {
        !old.iter().any(|pid| watchdogs(&bed).contains(pid))
    });
    assert_eq!(watchdogs(&bed).len(), 1);
    bed.agents(&["down"]).ends_with(0);
    assert_eq!((bed.sessions(), watchdogs(&bed)), (Vec::new(), Vec::new()));
}

/// tmux 3.3a takes /tmp where the folder of TMUX_TMPDIR is missing: an agent's plain `tmux` would reach the operator's server.
#[test]
fn a_plain_tmux_in_an_agent_reaches_no_server_of_anybodys() {
    let bed = Bed::with(
        r#"HEAD
[backend.asks]
bin = 'echo "folder: $(test -d "$TMUX_TMPDIR" && echo there)"; tmux list-sessions; cat'
prompt_delivery = "exec"
[[agent]]
name = "ann"
backend = "asks"
[[agent]]
name = "control"
backend = "asks"
"#,
    );
    bed.agents(&["up"]).ends_with(0);
    bed.until("ann has asked", || bed.screen("t-ann").contains("no-tmux/tmux-"));
    assert!(bed.screen("t-ann").contains("folder: there"), "{}", bed.screen("t-ann"));
    // The watchdog's own client sits in a session of its own.
    let before = bed.pid("t-control").unwrap();
    bed.until("the client sits in it", || {
        bed.sessions().iter().any(|session| session == "t-watchdog-control")
    });
    bed.agents(&["down", "watchdog"]).ends_with(0);
    assert_eq!(bed.pid("t-control"), Some(before));
    bed.agents(&["down"]).ends_with(0);
}

/// A watchdog in no session, as [`watchdogs`] finds it.
fn watch(bed: &Bed) -> std::process::Child {
    let config = bed.dir.join("agents.toml");
    bed.spawn(&["watchdog", "--config", crate::support::text(&config)])
}

/// Watchdogs that are started at the same moment, without a session: each is one more that would like to act.
#[test]
fn f50_of_watchdogs_that_race_one_acts_and_the_others_name_it() {
    race(6, racing_watchdogs);
}

fn racing_watchdogs(rounds: usize) {
    // The agent is ended in each round, and is not to be parked for it.
    let often = "HEAD\nrestart_limit = 5000\nrestart_delay_max = 1";
    let bed = Bed::with(&CONFIG.replace("HEAD", often));
    bed.agents(&["up", "a"]).ends_with(0);
    for round in 0..rounds {
        let mut racing: Vec<_> = (0..3).map(|_| watch(&bed)).collect();
        let mut lost = Vec::new();
        bed.until("all but one have ended", || {
            for (at, child) in racing.iter_mut().enumerate() {
                if !lost.contains(&at) && child.try_wait().unwrap().is_some() {
                    lost.push(at);
                }
            }
            lost.len() >= 2
        });
        let winner = (0..3).find(|at| !lost.contains(at)).expect("one goes on");
        let pid = racing[winner].id();
        assert_eq!((watchdogs(&bed), holder(&bed)), (vec![pid], Some(pid)), "round {round}");
        let before = bed.pid("t-a");
        bed.kill_session("t-a");
        bed.until("the one heals", || bed.pid("t-a").is_some_and(|now| Some(now) != before));
        bed.agents(&["down", "watchdog"]).ends_with(0);
        for (at, child) in racing.into_iter().enumerate() {
            let ran = crate::support::Ran::from(child.wait_with_output().unwrap());
            if at == winner {
                assert_eq!(ran.code, Some(0), "round {round}: {ran:?}");
            } else {
                assert_eq!(ran.code, Some(5), "round {round}: {ran:?}");
                assert!(ran.err.contains("holds the fleet"), "round {round}: {ran:?}");
            }
        }
    }
    bed.agents(&["down"]).ends_with(0);
}

/// Its lock file was taken away while it slept, so that a successor could act; what it wakes up with is out of date.
#[test]
fn f50_a_watchdog_that_wakes_after_its_successor_acted_does_nothing() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up", "a"]).ends_with(0);
    // Not in a session: tmux wakes what is stopped in one of its panes.
    let mut earlier = watch(&bed);
    bed.until("it holds the fleet", || bed.status()["watchdog"]["state"] == "running");
    let signal = |name: &str| {
        let sent = bed.command("kill").args([name, &earlier.id().to_string()]).status();
        assert!(sent.unwrap().success());
    };
    // One that is stopped while it writes keeps everybody from the store, and nobody can act at all.
    let state = bed.dir.join(".state/state");
    let can_write = || {
        let mut store = agents_store::Store::open(&state)?;
        let id = store.submit_request("{}")?;
        store.withdraw_request(id)
    };
    signal("-STOP");
    while can_write().is_err() {
        signal("-CONT");
        signal("-STOP");
    }
    std::fs::remove_file(bed.dir.join(".state/state/fleet.lock")).unwrap();
    let before = bed.pid("t-a");
    let mut later = watch(&bed);
    bed.until("the successor holds the fleet", || watchdogs(&bed).contains(&later.id()));
    bed.tmux(&["kill-session", "-t", "=t-a"]).ends_with(0);
    bed.until("the successor heals", || bed.pid("t-a").is_some_and(|now| Some(now) != before));
    let healed = bed.pid("t-a");
    signal("-CONT");
    let ended = earlier.wait().unwrap();
    assert!(!ended.success(), "{ended:?}");
    // The successor goes on, and nobody else did anything.
    bed.agents(&["send", "a", "--wait=2m", "still there"]).ends_with(0);
    assert_eq!((bed.pid("t-a"), watchdogs(&bed)), (healed, vec![later.id()]));
    let starts = bed.agents(&["events"]).ends_with(0).out.matches("start a").count();
    assert_eq!(starts, 2, "{}", bed.agents(&["events"]).out);
    bed.agents(&["down"]).ends_with(0);
    assert!(later.wait().unwrap().success());
}
