//! Is a task that ends while the disk is full known to have ended?

use crate::namespace::Namespace;
use crate::support::{Bed, HEAD, Ran};

/// It commits, waits until it is let go on, and ends well.
const WORKER: &str = r#"
echo begun >> DIR/journal
echo row >> a.txt
git add -A && git commit -q -m 'a is done' || exit 3
touch DIR/committed
while [ ! -f DIR/go ]; do sleep 0.1; done
touch DIR/ended
"#;

#[test]
fn f45_a_task_that_ends_while_the_disk_is_full_is_done_once_and_pushed() {
    let mut bed = Bed::empty();
    let dir = bed.dir.display().to_string();
    let backend =
        "[backend.worker]\nbin = \"sh DIR/worker.sh {kickoff}\"\nprompt_delivery = \"exec\"\n";
    bed.write("agents.toml", &format!("{HEAD}{backend}").replace("DIR", &dir));
    bed.write("worker.sh", &WORKER.replace("DIR", &dir));
    bed.write("tasks.toml", "retryDelay = 1\n[[task]]\nid = \"a\"\n");
    bed.repositories(&[("README.md", "A project.\n")]);
    let Some(_kept) =
        Namespace::enter(&mut bed, "mkdir .state\nmount -t tmpfs -o size=8m,mode=700 tmpfs .state")
    else {
        eprintln!("skipped: this machine lets nobody mount anything");
        return;
    };
    let sh = |line: &str| Ran::from(bed.command("sh").args(["-c", line]).output().unwrap());
    let task = || {
        let told = bed.agents(&["tasks", "--json"]).ends_with(0).json();
        told["works"][0]["tasks"][0].clone()
    };
    bed.agents(&["run", "tasks.toml", "--repository", "builder"]).ends_with(0);
    bed.until("it has committed", || {
        !bed.read("journal").is_empty() && bed.dir.join("committed").exists()
    });
    bed.until("it runs", || task()["reason"] == "attempt 1 runs");
    sh("cat /dev/zero > .state/ballast 2>&1").ends_with(1);
    bed.write("go", "");
    let is_dead = || {
        let panes = bed.tmux(&["list-panes", "-t", "=t-a:", "-F", "#{pane_dead}"]);
        panes.out != "0\n"
    };
    bed.until("it has ended", || bed.dir.join("ended").exists() && is_dead());
    sh("rm .state/ballast").ends_with(0);
    bed.until("it is known to be done", || task()["state"] == "complete");
    assert_eq!((task()["attempt"].clone(), task()["commits"].clone()), (1.into(), 1.into()));
    assert_eq!(bed.read("journal"), "begun\n");
    bed.git("remote.git", &["rev-parse", "--verify", "refs/heads/task/a"]).ends_with(0);
    bed.agents(&["down"]).ends_with(0);
}
