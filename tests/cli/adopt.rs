//! Is a session that a person started taken up as it is, by one command?

use crate::support::Bed;

/// Not through a shell, whose name would be shown in the place of the program's.
fn begin(bed: &Bed) {
    let program = [env!("CARGO_BIN_EXE_agents"), "demo-agent", "--speed", "5"];
    let session = ["new-session", "-d", "-s", "mine", "-x", "100", "-y", "30"];
    let words = [&session[..], &program[..], &["--record", "said.jsonl", "begin"]].concat();
    bed.tmux(&words).ends_with(0);
    let shown = || bed.tmux(&["display-message", "-p", "-t", "=mine:", "#{pane_current_command}"]);
    bed.until("the program runs", || shown().out.trim() == "agents");
}

const BACKEND: &str = "HEAD\n# Mine.\n[backend.demo]\nbin = \"false\"\nprocess_name = \"agents\"\nactive_re = \"esc to interrupt\"\nready_re = \"for shortcuts\"\n";

#[test]
fn a_session_is_declared_watched_over_and_never_started_or_ended() {
    let bed = Bed::with(BACKEND);
    begin(&bed);
    let pid = bed.pid("mine");
    let none = bed.agents(&["adopt", "yours"]).ends_with(2);
    assert!(
        none.err.contains("there is no session `yours`") && none.err.contains("mine"),
        "{none:?}"
    );
    let other = bed.agents(&["adopt", "mine", "--socket", "elsewhere"]).ends_with(2);
    assert!(other.err.contains("lives on the tmux server `bed`"), "{other:?}");
    let told = bed.agents(&["adopt", "mine", "--name", "ann", "--pilot"]).ends_with(0);
    assert!(
        told.err.contains("ann: declared in") && told.err.contains("never started or ended"),
        "{told:?}"
    );
    let config = bed.read("agents.toml");
    assert!(
        config.contains("# Mine.\n")
            && config.contains("name = \"ann\"\nsession = \"mine\"\nbackend = \"demo\"\n"),
        "{config}"
    );
    bed.until("it is taken up", || {
        let state = bed.state_of("ann");
        state == "running" || state == "idle"
    });
    bed.agents(&["send", "ann", "--wait=1m", "hello there"]).ends_with(0);
    assert!(bed.read("said.jsonl").contains("hello there"));
    // Once more changes nothing.
    let again = bed.agents(&["adopt", "mine", "--json"]).ends_with(0).json();
    assert_eq!((&again["name"], &again["written"]), (&"ann".into(), &false.into()), "{again}");
    assert_eq!(bed.read("agents.toml"), config);
    let down = bed.agents(&["down"]).ends_with(0);
    assert!(
        down.err.contains("its session `mine` was not started by `agents`, and is left as it is"),
        "{down:?}"
    );
    assert_eq!(bed.pid("mine"), pid, "it is the same program");
    // It is watched over again with the others, and when it is adopted again.
    let watched = || ["running", "idle"].contains(&bed.state_of("ann").as_str());
    bed.agents(&["up"]).ends_with(0);
    bed.until("it is watched over again", watched);
    bed.agents(&["down"]).ends_with(0);
    bed.agents(&["adopt", "mine"]).ends_with(0);
    bed.until("it is watched over again", watched);
    // A fleet that is down may change its names.
    bed.agents(&["down"]).ends_with(0);
    bed.write("agents.toml", &config.replace("session_prefix = \"t-\"", "session_prefix = \"u-\""));
    bed.agents(&["up"]).ends_with(0);
    bed.until("it is watched over under another prefix", watched);
    bed.agents(&["down"]).ends_with(0);
    assert_eq!(bed.pid("mine"), pid, "it is the same program");
}

#[test]
fn without_a_config_one_is_written_and_a_program_that_nobody_knows_is_asked_for() {
    let bed = Bed::empty();
    begin(&bed);
    let unknown = bed.agents(&["adopt", "mine", "--socket", "bed"]).ends_with(2);
    assert!(unknown.err.contains("what runs in `mine` is `agents`"), "{unknown:?}");
    assert_eq!(bed.read("agents.toml"), "", "nothing was written");
    bed.agents(&["adopt", "mine", "--socket", "bed", "--backend", "nobody"]).ends_with(2);
    bed.agents(&["adopt", "mine", "--socket", "bed", "--backend", "codex"]).ends_with(0);
    let config = bed.read("agents.toml");
    assert!(
        config.contains("tmux_socket = \"bed\"\n") && config.contains("preset = \"codex\"\n"),
        "{config}"
    );
    bed.agents(&["check"]);
    bed.until("it is taken up", || bed.state_of("mine") != "stopped");
    let pid = bed.pid("mine");
    bed.agents(&["down"]);
    assert_eq!(bed.pid("mine"), pid);
}

#[test]
fn a_session_of_a_fleet_has_its_watchdog_and_is_not_taken() {
    let bed = Bed::with(BACKEND);
    begin(&bed);
    bed.tmux(&["set-option", "-t", "=mine:", "@agents_id", "other-/ann"]).ends_with(0);
    let refused = bed.agents(&["adopt", "mine"]).ends_with(2);
    assert!(refused.err.contains("was started by a fleet, as `other-/ann`"), "{refused:?}");
    assert!(!bed.read("agents.toml").contains("[[agent]]"));
}

#[test]
fn the_pane_whose_program_is_judged_is_the_one_that_is_watched() {
    let bed = Bed::with(BACKEND);
    let session = ["new-session", "-d", "-s", "mine", "-x", "100", "-y", "30", "cat", "-"];
    bed.tmux(&session).ends_with(0);
    let program = [env!("CARGO_BIN_EXE_agents"), "demo-agent", "--speed", "5"];
    // A later pane that stands before the first.
    let window = ["new-window", "-d", "-t", "=mine:5"];
    bed.tmux(&[&window[..], &program[..]].concat()).ends_with(0);
    bed.tmux(&["swap-window", "-d", "-s", "=mine:5", "-t", "=mine:0"]).ends_with(0);
    let adopted = bed.agents(&["adopt", "mine"]).ends_with(2);
    assert!(adopted.err.contains("what runs in `mine` is `cat`"), "{adopted:?}");
}
