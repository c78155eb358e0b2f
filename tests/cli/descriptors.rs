//! A tmux server with few file descriptors: it stays in reach, and who has no room is told so.

use crate::support::{Bed, PATIENCE, Ran};

const AGENTS: usize = 40;

fn config() -> String {
    let agents = (0..AGENTS)
        .map(|number| format!("[[agent]]\nname = \"a{number}\"\nbackend = \"nap\"\n"))
        .collect::<String>();
    format!(
        "HEAD\n[backend.nap]\nbin = \"exec sleep 1000 #\"\nprompt_delivery = \"exec\"\n{agents}"
    )
}

#[cfg(target_os = "linux")]
#[test]
fn f6_a_server_short_of_descriptors_takes_as_many_agents_as_it_can_hold_and_answers() {
    let bed = Bed::with(&config());
    let mut shell = bed.command("sh");
    let few = "ulimit -n 64; exec \"$@\"";
    shell.args(["-c", few, "sh", env!("CARGO_BIN_EXE_agents"), "--json", "up"]);
    let up = Ran::from(shell.output().unwrap()).ends_with(3).json();
    let rows = up["agents"].as_array().unwrap();
    let of = |result: &str| rows.iter().filter(|row| row["result"] == result).count();
    let (started, failed) = (of("started"), of("failed"));
    assert!(started >= 10 && started + failed == AGENTS, "{up}");
    let refused = rows.iter().find(|row| row["result"] == "failed").unwrap();
    assert!(refused["reason"].as_str().unwrap().contains("of its 64 file descriptors"), "{up}");

    // It answers, the watchdog looks on, and what is ended makes room.
    let began = std::time::Instant::now();
    assert_eq!(bed.status()["watchdog"]["state"], "running");
    let first = rows.iter().find(|row| row["result"] == "started").unwrap();
    let down = bed.agents(&["down", first["name"].as_str().unwrap()]).ends_with(0);
    assert!(began.elapsed() < PATIENCE, "{down:?}");
    bed.agents(&["up", refused["name"].as_str().unwrap()]).ends_with(0);
    bed.agents(&["down"]).ends_with(0);
    assert_eq!(bed.sessions(), Vec::<String>::new());
}

/// It can open and start nothing any more, and then it can again.
#[cfg(target_os = "linux")]
#[test]
fn f57_a_watchdog_out_of_descriptors_ends_nobody_and_goes_on_when_it_has_some() {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};

    let config = "HEAD\n[backend.reader]\nbin = 'while IFS= read -r line; do echo \"got: $line\"; done'\n\
                  prompt_delivery = \"exec\"\n[[agent]]\nname = \"ann\"\nbackend = \"reader\"\nwatch = \"heal\"\n\
                  [[agent]]\nname = \"bob\"\nbackend = \"reader\"\nwatch = \"heal\"\n";
    let bed = Bed::with(config);
    bed.agents(&["up"]).ends_with(0);
    let watchdog = u32::try_from(bed.status()["watchdog"]["pid"].as_u64().unwrap()).unwrap();
    let limit = |current| {
        let pid = Pid::from_raw(i32::try_from(watchdog).unwrap());
        prlimit(pid, Resource::Nofile, Rlimit { current, maximum: Some(4096) }).unwrap();
    };
    bed.until("it is connected", || bed.has("t-watchdog-control"));
    let (ann, bob) = (bed.pid("t-ann"), bed.pid("t-bob"));
    limit(Some(3));
    bed.tmux(&["kill-session", "-t", "=t-ann"]).ends_with(0);
    // It notices that something is wrong, by whatever it tries first.
    let log = bed.watchdog_log().len();
    let status = || bed.status();
    bed.until("it says so", || bed.watchdog_log().len() > log || status()["store"] != "ok");
    assert!(crate::support::process_lives(watchdog), "{}", bed.watchdog_log());
    assert_eq!(bed.pid("t-bob"), bob, "{}", bed.watchdog_log());
    limit(Some(1024));
    bed.until("ann is healed", || bed.pid("t-ann").is_some_and(|now| Some(now) != ann));
    assert_eq!(bed.pid("t-bob"), bob);
    bed.agents(&["send", "bob", "--wait=2m", "still there"]).ends_with(0);
    assert_eq!(status()["watchdog"]["pid"].as_u64(), Some(u64::from(watchdog)));
    bed.agents(&["down"]).ends_with(0);
}
