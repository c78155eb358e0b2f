//! Does each message reach its agent once, and does waiting for it cost anybody else? Rows 3, 14 and 15.

use crate::scene::{
    RECORDER, REST, agent, count, crash_watchdog, first, fleet, healed, journal, kill,
    kill_and_see_healed, lines, replace_watchdog, until_back,
};
use crate::support::Bed;

#[test]
fn d03_an_agent_that_echoes_its_input_gets_each_message_once() {
    let bed = fleet("", &[healed("x", RECORDER)]);
    bed.agents(&["up"]).ends_with(0);
    for text in ["first message of the operator", "second message of the operator"] {
        let sent = bed.agents(&["send", "x", "--wait=2m", text]).ends_with(0);
        assert!(sent.err.contains("x: delivered"), "{sent:?}");
    }
    // A second Enter would have left a blank line.
    let got = lines(&bed, "got-x.txt");
    assert_eq!(got, ["first message of the operator", "second message of the operator"]);
}

/// Shows nothing of what is typed, and nothing of what it does with it.
const MUTE: &str = "stty -echo; echo ready; exec cat > got-$AGENTS_NAME.txt";

#[test]
fn d03_an_agent_that_shows_no_sign_of_a_message_delays_nobody() {
    let bed = fleet("", &[healed("x", MUTE), healed("y", REST)]);
    bed.agents(&["up"]).ends_with(0);
    let mut send = bed.spawn(&["send", "x", "a message that leaves no trace"]);
    bed.until("the message is typed", || bed.read("got-x.txt").contains("no trace"));
    kill_and_see_healed(&bed, "y");
    assert_eq!(send.wait().unwrap().code(), Some(3), "accepted, and not seen to go");
    bed.until("it is told of", || count(&bed, "x", "is typed, but did not go") > 0);
    // y was back before the message was given up.
    let journal = journal(&bed);
    let back = journal.iter().rposition(|line| line.starts_with("y: ") && line.contains("start y"));
    assert!(back < first(&journal, "x", "is typed, but did not go"), "{journal:#?}");
    let presses = count(&bed, "x", "press Enter at x");
    assert!(presses <= 3, "{presses} Enters");
}

const PAIR: &str = r#"
[[agent]]
name = "builder"
kind = "loop"
role = "builder"
backend = "sh"
watch = "heal"
[[agent]]
name = "adversary"
kind = "loop"
role = "adversary"
backend = "sh"
watch = "heal"
[loop]
phases = [{ id = "1", status = "S.md" }]
[loop.handoff]
repo = "work"
inboxes = ["adversary.md", "builder.md"]
"#;

/// A pair of recorders and a repository that they share.
fn pair() -> Bed {
    let bed = fleet("", &[PAIR.to_owned(), healed("y", REST)]);
    bed.write("prompts/builder.md", RECORDER);
    bed.write("prompts/adversary.md", RECORDER);
    bed.git(".", &["init", "-q", "--bare", "-b", "main", "remote.git"]).ends_with(0);
    let remote = bed.dir.join("remote.git");
    bed.git(".", &["clone", "-q", crate::support::text(&remote), "work"]);
    commit(&bed, "begin");
    bed
}

fn commit(bed: &Bed, subject: &str) {
    bed.git("work", &["add", "-A"]).ends_with(0);
    bed.git("work", &["commit", "-q", "--allow-empty", "-m", subject]).ends_with(0);
    bed.git("work", &["push", "-q", "--force", "origin", "HEAD:main"]).ends_with(0);
}

/// How many messages with that word an agent got.
fn got(bed: &Bed, name: &str, word: &str) -> usize {
    lines(bed, &format!("got-{name}.txt")).iter().filter(|line| line.contains(word)).count()
}

#[test]
fn d14_f37_a_claim_pushed_while_the_reviewer_is_down_is_told_when_it_is_back() {
    let bed = pair();
    bed.agents(&["up"]).ends_with(0);
    bed.until("the first look is done", || count(&bed, "fleet", "is followed from commit") == 1);
    bed.agents(&["down", "adversary"]).ends_with(0);
    commit(&bed, "claim: gate 1");
    bed.until("the claim is seen", || count(&bed, "fleet", "claim commit") == 1);
    kill_and_see_healed(&bed, "y");
    bed.agents(&["up", "adversary"]).ends_with(0);
    bed.until("the reviewer hears of it", || got(&bed, "adversary", "CLAIM") == 1);
    // The same when it dies by itself.
    let before = kill(&bed, "adversary");
    commit(&bed, "claim: gate 2");
    until_back(&bed, "adversary", before);
    bed.until("the reviewer hears of the next", || got(&bed, "adversary", "CLAIM") == 2);
    assert_eq!(got(&bed, "builder", "CLAIM"), 0);
}

#[test]
fn d14_f37_a_claim_pushed_while_no_watchdog_ran_is_told_by_the_next() {
    let bed = pair();
    bed.agents(&["up"]).ends_with(0);
    bed.until("the first look is done", || count(&bed, "fleet", "is followed from commit") == 1);
    crash_watchdog(&bed);
    commit(&bed, "claim: gate 1");
    commit(&bed, "wip");
    bed.agents(&["up", "watchdog"]).ends_with(0);
    bed.until("the reviewer hears of it", || got(&bed, "adversary", "CLAIM") == 1);
    commit(&bed, "review: gate 1 holds");
    bed.until("the builder hears of the verdict", || got(&bed, "builder", "verdict") == 1);
    assert_eq!(got(&bed, "adversary", "CLAIM"), 1, "each claim is told once");
}

/// A way to a remote on which nothing comes while the file `silent` is there.
const SILENT: &str = r#"#!/bin/sh
: > "$(dirname "$0")/asked"
while [ -e "$(dirname "$0")/silent" ]; do sleep 0.1; done
exec sh -c "$2"
"#;

#[test]
fn d14_a_claim_pushed_before_any_fetch_has_succeeded_is_told() {
    let bed = pair();
    commit(&bed, "claim: an old gate");
    bed.program("silent-ssh", SILENT);
    bed.write("silent", "");
    let (program, remote) = (bed.dir.join("silent-ssh"), bed.dir.join("remote.git"));
    let (program, remote) = (crate::support::text(&program), crate::support::text(&remote));
    // Pushes take the straight way.
    bed.git("work", &["remote", "set-url", "--push", "origin", remote]).ends_with(0);
    let slow = format!("ssh://host.invalid{remote}");
    bed.git("work", &["remote", "set-url", "origin", &slow]).ends_with(0);
    let way = [("GIT_SSH_COMMAND", program), ("GIT_SSH_VARIANT", "simple")];
    bed.agents_with(&way, &["up"]).ends_with(0);
    bed.until("the first fetch hangs", || bed.dir.join("asked").exists());
    commit(&bed, "claim: gate 1");
    std::fs::remove_file(bed.dir.join("silent")).unwrap();
    bed.until("the reviewer hears of it", || got(&bed, "adversary", "CLAIM") == 1);
    commit(&bed, "review: gate 1 holds");
    bed.until("the builder hears of the verdict", || got(&bed, "builder", "verdict") == 1);
    assert_eq!(got(&bed, "adversary", "CLAIM"), 1, "the old claim is not told");
}

#[test]
fn d14_a_claim_pushed_before_there_is_a_clone_to_read_is_told() {
    let bed = pair();
    let late = bed.read("agents.toml").replace("repo = \"work\"", "repo = \"late\"");
    bed.write("agents.toml", &late);
    bed.agents(&["up"]).ends_with(0);
    bed.until("it is told of", || count(&bed, "fleet", "late is no git repository") == 1);
    commit(&bed, "claim: gate 1");
    bed.git(".", &["clone", "-q", crate::support::text(&bed.dir.join("remote.git")), "late"]);
    bed.until("the reviewer hears of it", || got(&bed, "adversary", "CLAIM") == 1);
    commit(&bed, "review: gate 1 holds");
    bed.until("the builder hears of the verdict", || got(&bed, "builder", "verdict") == 1);
    assert_eq!(got(&bed, "adversary", "CLAIM"), 1);
}

#[test]
fn d14_a_claim_pushed_between_up_and_the_watchdog_is_told() {
    let bed = pair();
    bed.agents(&["up", "builder", "adversary"]).ends_with(0);
    commit(&bed, "claim: gate 1");
    bed.agents(&["up", "watchdog"]).ends_with(0);
    bed.until("the reviewer hears of it", || got(&bed, "adversary", "CLAIM") == 1);
}

#[test]
fn d15_f37_f39_an_inbox_is_told_once_over_restarts_of_the_watchdog() {
    let bed = pair();
    bed.write("work/machine-docs/builder.md", "Look at the parser.");
    commit(&bed, "wip: a finding");
    bed.agents(&["up"]).ends_with(0);
    bed.until("the builder hears", || got(&bed, "builder", "machine-docs/builder.md") == 1);
    for _ in 0..2 {
        replace_watchdog(&bed);
        kill_and_see_healed(&bed, "y");
    }
    // Another content is told again; what comes after it is no echo of the first.
    bed.write("work/machine-docs/builder.md", "Look at the lexer.");
    commit(&bed, "wip: another finding");
    bed.until("the builder hears again", || got(&bed, "builder", "machine-docs/builder.md") == 2);
}

#[test]
fn d15_an_empty_inbox_file_is_there() {
    let bed = pair();
    bed.agents(&["up"]).ends_with(0);
    bed.until("the first look is done", || count(&bed, "fleet", "is followed from commit") == 1);
    bed.write("work/machine-docs/adversary.md", "");
    commit(&bed, "wip: an empty file");
    bed.until("the reviewer hears", || got(&bed, "adversary", "machine-docs/adversary.md") == 1);
    // Consumed, and put there again: news.
    std::fs::remove_file(bed.dir.join("work/machine-docs/adversary.md")).unwrap();
    commit(&bed, "wip: consumed");
    bed.until("it is seen to be gone", || crate::scene::state(&bed).handoff.inboxes.is_empty());
    bed.write("work/machine-docs/adversary.md", "");
    commit(&bed, "wip: again");
    bed.until("the reviewer hears again", || {
        got(&bed, "adversary", "machine-docs/adversary.md") == 2
    });
}

/// Keeps the helper honest: an agent that is not declared healed is not touched.
#[test]
fn d03_an_agent_without_a_watch_is_typed_at_only_on_request() {
    let bed = fleet("", &[agent("x", "watch = \"none\"", RECORDER), healed("y", REST)]);
    bed.agents(&["up"]).ends_with(0);
    kill_and_see_healed(&bed, "y");
    assert_eq!(bed.read("got-x.txt"), "");
    bed.agents(&["send", "x", "--wait=2m", "hello", "there"]).ends_with(0);
    assert_eq!(lines(&bed, "got-x.txt"), ["hello there"]);
}
