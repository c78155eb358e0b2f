//! Whose conversation does a start begin with: the agent's own, a new one, or the one that a person names?

use crate::support::Bed;

const CONFIG: &str = r#"
HEAD
[backend.fake]
bin = "./fake.sh"
session_flag = "--session-id {id}"
supports_resume = true
resume_refused = ["No conversation found with session ID: {id}"]
[backend.nap]
bin = "exec sleep 1000 #"
[[agent]]
name = "ann"
backend = "fake"
prompt = "for-ann"
watch = "heal"
resume = true
[[agent]]
name = "bob"
backend = "fake"
prompt = "for-bob"
watch = "heal"
resume = true
[[agent]]
name = "cal"
backend = "nap"
prompt = "for-cal"
enabled = false
[[service]]
name = "web"
command = "exec sleep 1000"
enabled = false
"#;

/// Keeps conversations as files, and takes and refuses their ids as claude does.
const FAKE: &str = r#"#!/bin/sh
echo "$*" >>words.log
case $1 in
--session-id) test ! -e "talks/$2" || { echo "Error: Session ID $2 is already in use."; exit 1; } ;;
--resume) test -e "talks/$2" || { echo "No conversation found with session ID: $2"; exit 1; } ;;
esac
mkdir -p talks
echo "$3" >>"talks/$2"
exec cat
"#;

fn bed() -> Bed {
    let bed = Bed::with(CONFIG);
    bed.program("fake.sh", FAKE);
    bed
}

/// The command lines that an agent's program got, oldest first.
fn words(bed: &Bed, name: &str) -> Vec<String> {
    let end = format!(" for-{name}");
    let log = bed.read("words.log");
    log.lines().filter_map(|line| line.strip_suffix(&end).map(str::to_owned)).collect()
}

/// The id in the last command line, when it is of that kind.
#[track_caller]
fn last(bed: &Bed, name: &str, flag: &str) -> String {
    let words = words(bed, name);
    let last = words.last().unwrap_or_else(|| panic!("{name} got no words"));
    last.strip_prefix(flag).unwrap_or_else(|| panic!("{words:?}")).trim().to_owned()
}

#[track_caller]
fn until_started(bed: &Bed, name: &str, times: usize) {
    bed.until(&format!("{name} was started {times} times"), || words(bed, name).len() >= times);
    bed.until(&format!("{name} runs"), || up(bed, name));
}

fn up(bed: &Bed, name: &str) -> bool {
    !["starting", "ended", "down", "parked"].contains(&bed.state_of(name).as_str())
}

fn listed(bed: &Bed, name: &str) -> Vec<serde_json::Value> {
    let document = bed.agents(&["conversations", name, "--json"]).ends_with(0).json();
    assert_eq!(document["schema"], "agents.conversations/1");
    document["conversations"].as_array().unwrap().clone()
}

fn kill(bed: &Bed, name: &str) {
    bed.tmux(&["kill-session", "-t", &format!("=t-{name}")]).ends_with(0);
}

#[test]
fn each_of_two_in_one_folder_resumes_its_own_after_a_crash_and_after_the_loss_of_the_server() {
    let bed = bed();
    bed.agents(&["up"]).ends_with(0);
    let own = |name: &str| last(&bed, name, "--session-id");
    let (ann, bob) = (own("ann"), own("bob"));
    assert_ne!(ann, bob);
    assert_eq!(listed(&bed, "ann")[0]["id"], ann.as_str());
    assert_eq!(listed(&bed, "ann")[0]["known"], "chosen");
    kill(&bed, "ann");
    until_started(&bed, "ann", 2);
    assert_eq!(last(&bed, "ann", "--resume"), ann);
    bed.tmux(&["kill-server"]).ends_with(0);
    until_started(&bed, "ann", 3);
    until_started(&bed, "bob", 2);
    assert_eq!((last(&bed, "ann", "--resume"), last(&bed, "bob", "--resume")), (ann.clone(), bob));
    // What each was told came from itself alone.
    assert_eq!(bed.read(&format!("talks/{ann}")), "for-ann\n".repeat(3));
    let entries = listed(&bed, "ann");
    assert_eq!(entries.len(), 1);
    assert!(entries[0]["own"] == true && entries[0]["goes_on"] == true, "{entries:?}");
    let why = bed.agents(&["why", "ann"]).ends_with(0).out;
    assert!(why.contains(&format!("conversation: {ann}")), "{why}");
}

#[test]
fn a_refused_conversation_is_kept_in_the_list_and_a_new_one_begins_once() {
    let bed = bed();
    bed.agents(&["up"]).ends_with(0);
    let lost = last(&bed, "ann", "--session-id");
    std::fs::remove_file(bed.dir.join(format!("talks/{lost}"))).unwrap();
    kill(&bed, "ann");
    until_started(&bed, "ann", 3);
    let words = words(&bed, "ann");
    assert_eq!(words[1], format!("--resume {lost}"));
    let new = last(&bed, "ann", "--session-id");
    assert_ne!(new, lost);
    let events = bed.agents(&["events", "ann"]).ends_with(0).out;
    let said = format!("refused to resume conversation {lost}");
    assert!(events.contains(&said) && events.contains("alarm"), "{events}");
    let entries = listed(&bed, "ann");
    assert_eq!((entries[0]["id"].as_str(), entries[1]["id"].as_str()), (Some(&*new), Some(&*lost)));
    assert!(entries[1]["refused"].as_str().unwrap().contains("No conversation found"));
    kill(&bed, "ann");
    until_started(&bed, "ann", 4);
    assert_eq!(last(&bed, "ann", "--resume"), new);
}

#[test]
fn a_person_begins_anew_or_goes_back_and_hears_what_there_is() {
    let bed = bed();
    bed.agents(&["up", "ann"]).ends_with(0);
    let first = last(&bed, "ann", "--session-id");
    let ran = bed.agents(&["up", "ann", "--fresh"]).ends_with(0);
    assert!(ran.err.contains("`agents restart ann --fresh`"), "{ran:?}");
    bed.agents(&["restart", "ann"]).ends_with(0);
    assert_eq!(last(&bed, "ann", "--resume"), first);
    bed.agents(&["restart", "ann", "--fresh"]).ends_with(0);
    let second = last(&bed, "ann", "--session-id");
    assert_ne!(second, first);
    bed.agents(&["down", "ann"]).ends_with(0);
    for (option, resumed) in [
        (&[][..], Some(&second)),
        (&["--fresh"], None),
        (&["--conversation", &first], Some(&first)),
    ] {
        let told = bed.agents(&[&["up", "ann", "--dry-run"], option].concat()).ends_with(0).out;
        let expected = resumed.map(|id| format!("start ann, resuming its conversation {id}"));
        let expected = expected.unwrap_or_else(|| "start ann, because".to_owned());
        assert!(told.contains(&expected), "{option:?}: {told}");
    }
    bed.agents(&["up", "ann", "--conversation", &first[..8]]).ends_with(0);
    assert_eq!(last(&bed, "ann", "--resume"), first);
    bed.agents(&["restart", "ann"]).ends_with(0);
    assert_eq!(last(&bed, "ann", "--resume"), first, "it is its own from then on");
    let table = bed.agents(&["conversations", "ann"]).ends_with(0).out;
    let rows: Vec<&str> = table.lines().collect();
    assert!(rows[1].starts_with(&format!("* {first}")) && rows[1].ends_with("goes on"), "{table}");
    assert!(rows[2].starts_with(&format!("  {second}")), "{table}");

    let before = words(&bed, "ann").len();
    for (options, reason) in [
        (&["ann", "--conversation", "zzzzzz"][..], first.as_str()),
        (&["ann", "--conversation", &first[..3]], "6 characters"),
        (&["bob", "--conversation", &first], "none of its is known"),
        (&["ann", "bob", "--conversation", &first], "one agent"),
        (&["--conversation", &first], "one agent"),
        (&["ann", "--fresh", "--conversation", &first], "cannot be used with"),
    ] {
        let ran = bed.agents(&[&["up"], options].concat()).ends_with(2);
        assert!(ran.err.contains(reason), "{options:?}: {ran:?}");
    }
    assert_eq!(words(&bed, "ann").len(), before);
    let ran = bed.agents_with(
        &[("AGENT_BACKEND_ann", "nap")],
        &["restart", "ann", "--conversation", &first],
    );
    assert!(ran.ends_with(2).err.contains("`nap` does not know it"));
    assert!(bed.agents(&["conversations", "web"]).ends_with(2).err.contains("is a service"));
    let none = bed.agents(&["conversations", "cal"]).ends_with(0);
    assert!(none.err.contains("no conversation of it is known") && none.out.is_empty(), "{none:?}");
}

#[test]
fn what_a_person_writes_into_the_id_file_wins_once_and_what_is_begun_anew_stays() {
    let bed = bed();
    bed.write("talks/mine-1", "earlier\n");
    bed.write(".state/state/ann.id", "mine-1\n");
    bed.agents(&["up", "ann"]).ends_with(0);
    assert_eq!(last(&bed, "ann", "--resume"), "mine-1");
    bed.agents(&["restart", "ann", "--fresh"]).ends_with(0);
    let fresh = last(&bed, "ann", "--session-id");
    bed.agents(&["restart", "ann"]).ends_with(0);
    assert_eq!(last(&bed, "ann", "--resume"), fresh, "the file says nothing new");
    bed.write("talks/mine-2", "earlier\n");
    bed.write(".state/state/ann.id", "mine-2\n");
    bed.agents(&["restart", "ann"]).ends_with(0);
    assert_eq!(last(&bed, "ann", "--resume"), "mine-2");
    assert_eq!(listed(&bed, "ann")[0]["known"], "given");
    // Another agent's is left to that agent.
    bed.write(".state/state/bob.id", "mine-2\n");
    let ran = bed.agents(&["up", "bob"]).ends_with(0);
    last(&bed, "bob", "--session-id");
    let events = bed.agents(&["events", "bob"]).ends_with(0).out;
    assert!(events.contains("is left to ann"), "{events} {ran:?}");
}
