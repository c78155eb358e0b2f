//! Does the watchdog live, look in time, and wait for nobody? Rows 16 to 27.

use std::time::{Duration, Instant};

use crate::scene::{
    RECORDER, REST, agent, config, count, crash_watchdog, first, fleet, healed, journal, kill,
    kill_and_see_healed, lines, ticks, until_back, watchdog_pid,
};
use crate::support::{Bed, HEAD, process_lives};

/// Breaks the config while the watchdog runs; the last good fleet stays supervised, and the mended file is obeyed.
#[track_caller]
fn survives(broken: impl Fn(&str) -> String) {
    let bed = fleet("", &[healed("y", REST)]);
    let good = bed.read("agents.toml");
    bed.agents(&["up"]).ends_with(0);
    let watchdog = watchdog_pid(&bed);
    bed.write("agents.toml", &broken(&good));
    bed.until("the broken config is told of", || count(&bed, "fleet", "the config is broken") == 1);
    kill_and_see_healed(&bed, "y");
    assert_eq!(watchdog_pid(&bed), watchdog);
    bed.write("agents.toml", &format!("{good}\n{}", healed("z", REST)));
    bed.until("the mended config is obeyed", || bed.has("t-z"));
    assert_eq!(watchdog_pid(&bed), watchdog);
    assert_eq!(count(&bed, "fleet", "the config is broken"), 1, "one content is reported once");
}

#[test]
fn d16_f47_a_half_saved_config_leaves_the_last_good_fleet_in_force() {
    survives(|good| {
        let cut = good.rfind("sleep 1000").unwrap();
        good[..cut].to_owned()
    });
}

#[test]
fn d17_an_unknown_backend_leaves_the_last_good_fleet_in_force() {
    survives(|good| good.replace("backend = \"sh\"", "backend = \"hs\""));
}

#[test]
fn d18_a_bad_pattern_leaves_the_last_good_fleet_in_force() {
    survives(|good| good.replace("ready_re = \"ready\"", "ready_re = \"(ready\""));
}

#[test]
fn d19_a_text_where_a_number_belongs_leaves_the_last_good_fleet_in_force() {
    survives(|good| good.replace("heavy_interval = 1", "heavy_interval = \"soon\""));
}

const WOKEN: &str = "watch = \"heal\"\nwake = { interval = 1, prompt_file = \"wake.md\" }";

#[test]
fn d20_an_agent_with_a_wake_can_leave_the_config_of_a_running_watchdog() {
    let keeper = healed("y", REST);
    let bed = fleet("", &[agent("x", WOKEN, RECORDER), keeper.clone()]);
    bed.write("wake.md", "Look around.");
    bed.agents(&["up"]).ends_with(0);
    let (watchdog, pid) = (watchdog_pid(&bed), bed.pid("t-x"));
    bed.until("x is woken", || !bed.read("got-x.txt").is_empty());
    bed.write("agents.toml", &config("", &[keeper]).replace("HEAD", HEAD));
    bed.until("the change is seen", || count(&bed, "x", "no longer declares it") > 0);
    kill_and_see_healed(&bed, "y");
    assert_eq!(watchdog_pid(&bed), watchdog);
    // What leaves the file is not ended by that alone.
    assert_eq!(bed.pid("t-x"), pid);
}

#[test]
fn d21_a_restart_without_its_prompt_file_ends_nothing() {
    let table =
        "[[agent]]\nname = \"x\"\nbackend = \"sh\"\nwatch = \"heal\"\nprompt_file = \"x.sh\"\n"
            .to_owned();
    let bed = fleet("", &[table, healed("y", REST)]);
    bed.write("x.sh", REST);
    bed.agents(&["up"]).ends_with(0);
    let (watchdog, before) = (watchdog_pid(&bed), bed.pid("t-x"));
    std::fs::remove_file(bed.dir.join("x.sh")).unwrap();
    let refused = bed.agents(&["restart", "x"]);
    assert!(refused.code != Some(0) && refused.err.contains("x.sh"), "{refused:?}");
    assert_eq!(bed.pid("t-x"), before, "the session that ran was ended");
    // A death while the file is away costs neither the watchdog nor the agent.
    kill(&bed, "x");
    bed.until("the reason is told", || count(&bed, "x", "x.sh does not exist") > 0);
    kill_and_see_healed(&bed, "y");
    assert_eq!(watchdog_pid(&bed), watchdog);
    bed.write("x.sh", REST);
    until_back(&bed, "x", before);
}

#[test]
fn d22_a_dead_watchdog_shows_in_the_exit_code_of_status_and_up_replaces_it() {
    let bed = fleet("", &[healed("y", REST)]);
    bed.agents(&["up"]).ends_with(0);
    ticks(&bed, 2);
    bed.agents(&["status", "--exit-code"]).ends_with(0);
    let before = bed.pid("t-y");
    crash_watchdog(&bed);
    bed.agents(&["status", "--exit-code"]).ends_with(3);
    bed.agents(&["up"]).ends_with(0);
    assert_eq!(bed.pid("t-y"), before, "`up` left the agent alone");
    bed.until("status is content", || bed.agents(&["status", "--exit-code"]).code == Some(0));
}

/// A builder and an adversary that read nothing, and a handoff whose remote never answers.
fn hanging_remote(fetch_timeout: &str) -> Bed {
    let handoff = format!(
        "[loop]\nphases = [{{ id = \"1\", status = \"S.md\" }}]\n[loop.handoff]\nfetch_timeout = {fetch_timeout}\n"
    );
    let builder = "[[agent]]\nname = \"builder\"\nkind = \"loop\"\nrole = \"builder\"\nbackend = \"sh\"\nwatch = \"heal\"\n";
    let bed = fleet("", &[builder.to_owned(), healed("adversary", REST), handoff]);
    bed.write("prompts/builder.md", REST);
    bed.git(".", &["init", "-q"]).ends_with(0);
    bed.git(".", &["remote", "add", "origin", "ssh://host.invalid/repo"]).ends_with(0);
    bed.write("hang.sh", "echo $$ >> \"$(dirname \"$0\")/hanging.txt\"\nexec sleep 1000\n");
    bed
}

/// Starts it with a way to the remote on which nothing comes.
fn up_with_hanging_remote(bed: &Bed) {
    let hang = format!("sh {}/hang.sh", bed.dir.display());
    bed.agents_with(&[("GIT_SSH_COMMAND", &hang)], &["up"]).ends_with(0);
}

#[test]
fn d23_f59_a_remote_that_hangs_delays_nobody() {
    let bed = hanging_remote("600");
    up_with_hanging_remote(&bed);
    bed.until("the fetch hangs", || !lines(&bed, "hanging.txt").is_empty());
    // Were the fetch waited for, nothing would happen for ten minutes.
    kill_and_see_healed(&bed, "adversary");
    kill_and_see_healed(&bed, "builder");
    let alive = |bed: &Bed| {
        let begun = lines(bed, "hanging.txt");
        begun.iter().filter(|pid| process_lives(pid.parse().unwrap())).count()
    };
    bed.until("one fetch at a time", || alive(&bed) == 1);
}

#[test]
fn d23_f38_a_fetch_that_hangs_is_ended_and_told_of() {
    let bed = hanging_remote("1");
    up_with_hanging_remote(&bed);
    bed.until("it is told of", || count(&bed, "fleet", "could not be read (handoff") > 0);
    bed.until("fetches follow each other", || lines(&bed, "hanging.txt").len() >= 3);
    let hung: u32 = lines(&bed, "hanging.txt")[0].parse().unwrap();
    bed.until("the hanging process is ended", || !process_lives(hung));
}

/// Backends that take their kickoff by typing: one is ready late, one at once.
const PING: &str = r#"
[backend.late]
bin = "./recorder.sh"
prompt_delivery = "ping"
connect_delay = 600
[backend.prompt]
bin = "./recorder.sh"
prompt_delivery = "ping"
connect_delay = 1
"#;

fn ping_agent(name: &str, backend: &str) -> String {
    format!(
        "[[agent]]\nname = \"{name}\"\nbackend = \"{backend}\"\nwatch = \"heal\"\nprompt = \"Begin.\"\n"
    )
}

fn with_recorder(bed: &Bed) {
    bed.program("recorder.sh", &format!("#!/bin/sh{RECORDER}"));
}

#[test]
fn d24_f17_f59_an_agent_that_takes_long_to_connect_delays_nobody() {
    let bed = fleet("", &[PING.to_owned(), ping_agent("x", "late"), healed("y", REST)]);
    with_recorder(&bed);
    bed.agents(&["up"]).ends_with(0);
    // x connects for ten minutes, also when it is started by the watchdog.
    kill_and_see_healed(&bed, "y");
    kill_and_see_healed(&bed, "x");
    kill_and_see_healed(&bed, "y");
    assert_eq!(bed.read("got-x.txt"), "", "the kickoff waits for its time");
}

#[test]
fn d27_agents_that_are_typed_their_kickoff_start_side_by_side() {
    let agents = [("a", "late"), ("b", "prompt"), ("c", "prompt")]
        .map(|(name, backend)| ping_agent(name, backend));
    let bed = fleet("", &[&[PING.to_owned()], agents.as_slice()].concat());
    with_recorder(&bed);
    bed.agents(&["up"]).ends_with(0);
    let got = |name: &str| lines(&bed, &format!("got-{name}.txt"));
    assert!(got("a").is_empty(), "`up` does not wait for any kickoff");
    // One after the other they would wait ten minutes for a.
    bed.until("b and c are told", || ["b", "c"].iter().all(|name| got(name).len() == 1));
    assert!(got("a").is_empty(), "{:?}", got("a"));
    assert!(got("b")[0].contains("kickoff-t-b.txt"), "{:?}", got("b"));
}

#[test]
fn d25_a_wake_comes_by_the_clock_and_not_by_the_number_of_ticks() {
    let head = HEAD.replace("signal_interval = 1", "signal_interval = 600");
    let text = config("", &[agent("x", WOKEN, RECORDER)]).replace("HEAD", &head);
    let bed = Bed::with(&text);
    bed.write("wake.md", "Look around.");
    let began = Instant::now();
    bed.agents(&["up"]).ends_with(0);
    // Counted in ticks, three wakes would take half an hour.
    bed.until("x is woken three times", || lines(&bed, "got-x.txt").len() >= 3);
    assert!(began.elapsed() >= Duration::from_secs(2), "woken more often than asked");
}

#[test]
fn d26_an_agent_with_a_wake_that_joins_a_running_fleet_is_woken() {
    let bed = fleet("", &[healed("y", REST)]);
    bed.write("wake.md", "Look\naround.");
    bed.agents(&["up"]).ends_with(0);
    let joined = [healed("y", REST), agent("x", WOKEN, RECORDER)];
    bed.write("agents.toml", &config("", &joined).replace("HEAD", HEAD));
    bed.until("x is woken", || lines(&bed, "got-x.txt").contains(&"Look around.".to_owned()));
    let journal = journal(&bed);
    assert!(first(&journal, "x", "start x").is_some(), "{journal:#?}");
}
