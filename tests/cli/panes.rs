//! A person's panes in the sessions of agents, and an agent's pane in a person's session: whose program is it?

use rustix::process::{Pid, Signal};

use crate::support::Bed;

const CONFIG: &str = r#"HEAD
[backend.reader]
bin = 'while IFS= read -r line; do echo "got: $line"; done'
prompt_delivery = "exec"
[[agent]]
name = "ann"
backend = "reader"
watch = "heal"
"#;

/// A person's program: it notes down what is typed at it.
const PERSON: &str = "while read -r line; do echo \"$line\" >> person.txt; done";

fn bed() -> Bed {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up"]).ends_with(0);
    bed
}

/// The process of the pane, and the session that it is in.
fn panes(bed: &Bed) -> Vec<(String, String)> {
    let listed = bed.tmux(&["list-panes", "-a", "-F", "#{pane_pid} #{session_name}"]).out;
    let pair = |row: &str| row.split_once(' ').map(|(pid, it)| (pid.to_owned(), it.to_owned()));
    listed.lines().filter_map(pair).collect()
}

fn of(bed: &Bed, session: &str) -> Vec<String> {
    panes(bed).into_iter().filter(|(_, of)| of == session).map(|(pid, _)| pid).collect()
}

fn in_dir(bed: &Bed, words: &[&str]) {
    let dir = bed.dir.to_str().unwrap();
    bed.tmux(&[words, &["-c", dir, PERSON]].concat()).ends_with(0);
}

fn person(bed: &Bed) -> String {
    std::fs::read_to_string(bed.dir.join("person.txt")).unwrap_or_default()
}

#[test]
fn s05_a_program_that_ends_beside_a_persons_pane_comes_back_and_the_pane_stays() {
    let bed = bed();
    let pids = of(&bed, "t-ann");
    in_dir(&bed, &["split-window", "-d", "-t", "=t-ann:"]);
    let theirs: Vec<String> =
        of(&bed, "t-ann").into_iter().filter(|pid| !pids.contains(pid)).collect();
    bed.agents(&["send", "ann", "--wait=2m", "hello"]).ends_with(0);
    // Its launcher, and with it the pane.
    let pid = pids[0].parse().unwrap();
    rustix::process::kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
    bed.until("it is started again", || {
        let now = of(&bed, "t-ann");
        now.len() == 1 && !pids.contains(&now[0])
    });
    bed.agents(&["send", "ann", "--wait=2m", "are you back"]).ends_with(0);
    bed.until("the new one got it", || bed.screen("t-ann").contains("got: are you back"));
    let aside = panes(&bed).into_iter().find(|(pid, _)| *pid == theirs[0]);
    assert!(aside.is_some_and(|(_, session)| session.starts_with("t-ann-left-")));
    // What a person has there outlives `down`, too.
    bed.agents(&["down"]).ends_with(0);
    assert_eq!(panes(&bed).len(), 1);
    assert_eq!(person(&bed), "");
}

#[test]
fn s05_a_pane_that_was_there_before_is_no_agents_and_one_that_is_moved_is_still_one() {
    let bed = Bed::with(CONFIG);
    in_dir(&bed, &["new-session", "-d", "-s", "person"]);
    in_dir(&bed, &["split-window", "-d", "-t", "=person:"]);
    bed.agents(&["up"]).ends_with(0);
    let pid = of(&bed, "t-ann").remove(0);
    bed.tmux(&["join-pane", "-d", "-s", "%0", "-t", "=t-ann:"]).ends_with(0);
    bed.agents(&["send", "ann", "--wait=2m", "hello"]).ends_with(0);
    assert_eq!(person(&bed), "");
    // The person takes the agent's pane home, and it works on there.
    let pane = bed.tmux(&["list-panes", "-a", "-F", "#{pane_pid} #{pane_id}"]).out;
    let pane =
        pane.lines().find_map(|row| row.strip_prefix(&format!("{pid} "))).unwrap().to_owned();
    bed.tmux(&["join-pane", "-d", "-s", &pane, "-t", "=person:"]).ends_with(0);
    assert_eq!(bed.status()["agents"][0]["session"], "person");
    bed.agents(&["send", "ann", "--wait=2m", "once more"]).ends_with(0);
    assert!(of(&bed, "person").contains(&pid), "{:?}", panes(&bed));
    assert_eq!(bed.status()["agents"][0]["restarts"], 0, "{}", bed.status());
    bed.agents(&["down"]).ends_with(0);
    // Only it has ended.
    assert_eq!(panes(&bed).len(), 2, "{:?}", panes(&bed));
    assert_eq!(person(&bed), "");
}

#[test]
fn s05_a_session_that_is_looked_at_through_another_gets_a_message_once() {
    let bed = bed();
    // As `tmux new-session -t` makes it, for a second view of the same windows.
    bed.tmux(&["new-session", "-d", "-t", "=t-ann", "-s", "another"]).ends_with(0);
    for text in ["hello", "once more"] {
        bed.agents(&["send", "ann", "--wait=2m", text]).ends_with(0);
    }
    assert_eq!(bed.status()["agents"][0]["session"], "t-ann");
    bed.tmux(&["kill-session", "-t", "=another"]).ends_with(0);
    bed.agents(&["send", "ann", "--wait=2m", "at last"]).ends_with(0);
    bed.until("it got the last", || bed.screen("t-ann").contains("got: at last"));
    for text in ["hello", "once more", "at last"] {
        assert_eq!(bed.screen("t-ann").matches(&format!("got: {text}")).count(), 1);
    }
}

#[test]
fn a_program_whose_name_a_strangers_session_took_is_not_ended_to_be_started_again() {
    let bed = bed();
    let pid = of(&bed, "t-ann").remove(0);
    bed.tmux(&["rename-session", "-t", "=t-ann", "moved"]).ends_with(0);
    in_dir(&bed, &["new-session", "-d", "-s", "t-ann"]);
    let refused = bed.agents(&["restart", "ann"]).ends_with(1);
    assert!(refused.err.contains("its session is called `moved` by now"), "{refused:?}");
    assert_eq!(of(&bed, "moved"), [pid]);
    bed.agents(&["send", "ann", "--wait=2m", "hello"]).ends_with(0);
    assert_eq!(person(&bed), "");
    bed.kill_session("t-ann");
    bed.agents(&["restart", "ann"]).ends_with(0);
    bed.until("it is back under its name", || bed.has("t-ann") && !bed.has("moved"));
}
