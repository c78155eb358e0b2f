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

/// The exit codes of verbs that run at the same time.
fn together(bed: &Bed, verbs: &[&str]) -> Vec<Option<i32>> {
    let children: Vec<_> = verbs.iter().map(|verb| bed.spawn(&[verb])).collect();
    children.into_iter().map(|child| child.wait_with_output().unwrap().status.code()).collect()
}

fn watchdogs(bed: &Bed) -> Vec<u32> {
    let listed = bed.command("ps").args(["-eo", "pid=,args="]).output().unwrap();
    let project = bed.dir.display().to_string();
    // The server that was started for the watchdog's session carries the same words, so the program counts.
    let program = concat!(env!("CARGO_BIN_EXE_agents"), " watchdog --config ");
    let rows = String::from_utf8_lossy(&listed.stdout).into_owned();
    let split = rows.lines().filter_map(|row| row.trim_start().split_once(' '));
    let ours =
        split.filter(|(_, args)| args.trim_start().starts_with(program) && args.contains(&project));
    ours.filter_map(|(pid, _)| pid.parse().ok()).collect()
}

#[test]
fn f51_many_ups_at_once_make_one_watchdog_with_its_session() {
    let bed = Bed::with(CONFIG);
    for _ in 0..3 {
        assert_eq!(together(&bed, &["up"; 6]), vec![Some(0); 6]);
        assert!(bed.has("t-watchdog") && bed.has("t-a"), "{:?}", bed.sessions());
        assert_eq!(watchdogs(&bed).len(), 1);
        bed.agents(&["down"]).ends_with(0);
        assert_eq!(bed.sessions(), Vec::<String>::new());
    }
}

#[test]
fn f51_up_against_down_ends_in_some_order() {
    let bed = Bed::with(CONFIG);
    for round in 0..6 {
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
    // What it has forked bears its words until it runs its own program.
    bed.until("there is one watchdog", || watchdogs(&bed).len() == 1);
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
