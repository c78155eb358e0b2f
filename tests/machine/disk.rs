//! Does a fleet live through a disk for its logs and its state that is full for a while?

use std::os::unix::fs::MetadataExt as _;

use crate::namespace::Namespace;
use crate::scene::{agent, fleet, healed, until_back};

/// Prints a row for each line that is typed, and one of its own ten times a second.
const TALKER: &str = r#"
echo ready
(n=0; while sleep 0.1; do n=$((n+1)); echo "ready: row $n"; done) &
while IFS= read -r line; do echo "got: $line"; done
"#;

#[test]
fn f45_f46_a_disk_full_of_logs_stops_nobody_and_logs_and_records_go_on_with_room() {
    let mut bed = fleet("", &[healed("ann", TALKER), agent("bob", "", TALKER)]);
    let Some(_kept) =
        Namespace::enter(&mut bed, "mkdir .state\nmount -t tmpfs -o size=8m,mode=700 tmpfs .state")
    else {
        eprintln!("skipped: this machine lets nobody mount anything");
        return;
    };
    let sh = |line: &str| {
        crate::support::Ran::from(bed.command("sh").args(["-c", line]).output().unwrap())
    };
    let log = || sh("cat .state/t-ann.log").out;
    bed.agents(&["up"]).ends_with(0);
    bed.until("it is logged", || log().contains("row 3"));
    let (ann, bob) = (bed.pid("t-ann"), bed.pid("t-bob"));
    for round in 0..2 {
        sh("cat /dev/zero > .state/ballast 2>&1").ends_with(1);
        bed.until("the writer of the log has ended", || {
            bed.tmux(&["list-panes", "-t", "=t-ann:", "-F", "#{pane_pipe}"]).out == "0\n"
        });
        let before = log();
        bed.kill_session("t-bob");
        assert_eq!(bed.pid("t-ann"), ann, "round {round}");
        sh("rm .state/ballast").ends_with(0);
        bed.until("the log goes on", || log().len() > before.len() + 20);
        assert!(log().starts_with(&before), "what was there is there");
        bed.agents(&["up", "bob"]).ends_with(0);
        bed.agents(&["send", "ann", "--wait=2m", &format!("round {round}")]).ends_with(0);
        bed.until("it is logged", || log().contains(&format!("got: round {round}")));
        assert_eq!(bed.pid("t-ann"), ann, "round {round}");
    }
    assert_ne!(bed.pid("t-bob"), bob);
    until_back(&bed, "bob", bob);
    let said = sh("cat .state/t-watchdog.log").out;
    assert!(said.contains("the log of ann had ended"), "{said}");
    assert!(said.contains("what ann prints is logged again"), "{said}");
    assert_ne!(
        sh("stat -c %d .state").out.trim(),
        std::fs::metadata(&bed.dir).unwrap().dev().to_string()
    );
    bed.agents(&["down"]).ends_with(0);
}
