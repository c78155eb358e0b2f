//! Does `send` hand out a receipt: delivered, queued or refused?

use std::io::Write as _;
use std::process::Stdio;

use crate::support::{Bed, Ran};

/// A program that is at work as long as the file `busy` is there, and repeats what it is told.
const BUSY: &str = r#"HEAD
[backend.worker]
bin = "sh ./worker.sh"
prompt_delivery = "exec"
active_re = "^at work"
connect_delay = "1s"
[backend.reader]
bin = "cat"
prompt_delivery = "exec"
connect_delay = "1s"
[[agent]]
name = "ann"
backend = "reader"
prompt = "go"
[[agent]]
name = "bob"
backend = "worker"
prompt = "go"
[[service]]
name = "web"
command = "exec sleep 1000"
"#;

/// Its last rows say whether it is at work.
const WORKER: &str = r#"
n=0
(while :; do
    n=$((n + 1))
    if [ -e busy ]; then echo "at work $n"; else echo "at rest $n"; fi
    sleep 0.2
done) &
while read -r line; do echo "got: $line"; done
"#;

fn bed() -> Bed {
    let bed = Bed::with(BUSY);
    bed.write("worker.sh", WORKER);
    bed
}

#[test]
fn a_receipt_says_delivered_and_by_what_evidence() {
    let bed = bed();
    bed.agents(&["up"]).ends_with(0);
    let sent = bed.agents(&["send", "ann", "--wait=2m", "hello", "there"]).ends_with(0);
    assert!(sent.err.starts_with("ann: delivered: ") && sent.out.is_empty(), "{sent:?}");
    let json = bed.agents(&["--json", "send", "ann", "--wait=2m", "once more"]).ends_with(0).json();
    let row = &json["agents"][0];
    assert_eq!((&json["schema"], &row["result"]), (&"agents.send/1".into(), &"delivered".into()));
    assert!(row["evidence"].is_string() && row["reason"].is_null(), "{json}");
    bed.until("ann got both", || {
        let screen = bed.screen("t-ann");
        screen.contains("hello there") && screen.contains("once more")
    });
}

#[test]
fn f35_one_at_work_gets_it_later_or_now_as_asked() {
    let bed = bed();
    bed.write("busy", "");
    bed.agents(&["up"]).ends_with(0);
    bed.until("bob is at work", || bed.screen("t-bob").contains("at work"));
    let queued = bed.agents(&["send", "bob", "--wait=1s", "when you are done"]).ends_with(3);
    assert!(
        queued.err.contains("bob: queued: it is at work, and is not interrupted"),
        "{queued:?}"
    );
    bed.agents(&["send", "bob", "look at this first", "--now", "--wait=2m"]).ends_with(0);
    let got = |text: &str| bed.read(".state/t-bob.log").contains(&format!("got: {text}"));
    bed.until("bob got what was urgent", || got("look at this first"));
    assert!(!got("when you are done"));
    std::fs::remove_file(bed.dir.join("busy")).unwrap();
    bed.until("bob got the other one", || got("when you are done"));
    // A person reads what is further up: typing would end that.
    bed.tmux(&["copy-mode", "-t", "=t-ann:"]).ends_with(0);
    bed.until("the copy mode is refused", || {
        let ran = bed.agents(&["--json", "send", "ann", "--now", "not here"]);
        ran.code == Some(1) && ran.json()["agents"][0]["result"] == "refused"
    });
    assert!(!bed.screen("t-ann").contains("not here"));
}

#[test]
fn what_cannot_be_sent_is_refused_with_the_way_out() {
    let bed = bed();
    let refused = bed.agents(&["send", "ann", "hello"]).ends_with(1);
    assert!(
        refused.err.contains("refused: it is not running; `agents up ann` starts it"),
        "{refused:?}"
    );
    for (words, said) in [
        (&["send", "web", "hello"][..], "only agents take messages"),
        (&["send", "ann", "  "], "the message is blank"),
        (&["send", "ann"], "required"),
        (&["send", "anm", "hello"], "did you mean `ann`? Known: ann, bob, web"),
        (&["send", "ann", "hello", "--nwo"], "'--nwo'"),
    ] {
        let ran = bed.agents(words).ends_with(2);
        assert!(ran.err.contains(said), "{words:?}: {ran:?}");
    }
    let missing = bed.agents(&["send", "ann", "--file", "nothing.txt"]).ends_with(1);
    assert!(missing.err.contains("nothing.txt"), "{missing:?}");
}

#[test]
fn f36_a_long_message_lies_in_a_file_that_one_line_names() {
    let bed = bed();
    bed.agents(&["up", "ann"]).ends_with(0);
    let text = "a line of a long message\n".repeat(200);
    bed.write("letter.txt", &text);
    let json = bed.agents(&["--json", "send", "ann", "--wait=2m", "--file", "letter.txt"]);
    let json = json.ends_with(0).json();
    let file = json["agents"][0]["file"].as_str().unwrap();
    assert!(file.contains(".state/state/messages/ann."), "{file}");
    assert_eq!(std::fs::read_to_string(file).unwrap(), text);
    bed.until("one line points there", || {
        bed.screen("t-ann").replace('\n', "").contains("A message for you, 5000 bytes, is in")
    });
    assert!(!bed.screen("t-ann").contains("a line of a long message"));
    // Whoever is refused leaves nothing behind.
    bed.agents(&["down", "ann"]).ends_with(0);
    let before = std::fs::read_dir(bed.dir.join(".state/state/messages")).unwrap().count();
    let mut command = bed.command(env!("CARGO_BIN_EXE_agents"));
    command.args(["send", "ann", "-"]).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap()).ends_with(1);
    assert!(ran.err.contains("ann: refused"), "{ran:?}");
    let after = std::fs::read_dir(bed.dir.join(".state/state/messages")).unwrap().count();
    assert_eq!(before, after);
}

/// It takes lines, and ends at `/quit` without a word.
const QUITS: &str = r#"HEAD
restart_delay_max = 1
[backend.reader]
bin = 'while IFS= read -r line; do case $line in (/quit) echo ended >> ends.txt; exit 0;; esac; echo "$line" >> got.txt; echo "got: $line"; done'
prompt_delivery = "exec"
connect_delay = "1s"
[[agent]]
name = "ann"
backend = "reader"
prompt = "go"
watch = "heal"
"#;

#[test]
fn what_a_program_ends_at_is_not_typed_at_the_one_that_is_started_after_it() {
    let bed = Bed::with(QUITS);
    bed.agents(&["up"]).ends_with(0);
    let ends = || bed.read("ends.txt").lines().count();
    for asked in 1..=2 {
        let sent = bed.agents(&["send", "--wait=1m", "ann", "/quit"]);
        assert!(!sent.out.contains("queued") && !sent.err.contains("queued"), "{sent:?}");
        bed.until("it has ended", || ends() == asked);
        let text = format!("hello {asked}");
        bed.agents(&["send", "--wait=1m", "ann", &text]).ends_with(0);
        bed.until("the next one takes what follows", || bed.read("got.txt").contains(&text));
        assert_eq!(ends(), asked, "{}", bed.watchdog_log());
    }
    bed.agents(&["down"]).ends_with(0);
}
