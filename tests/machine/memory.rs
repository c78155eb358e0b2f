//! What becomes of an agent that the system ends because there is no memory left?

use std::path::{Path, PathBuf};

use crate::scene::{REST, agent, fleet, healed, journal, until_back};
use crate::support::{Bed, text};

/// A group of processes that has little memory; `None` where nobody lets us make one.
struct Narrow(PathBuf);

impl Narrow {
    fn new(bed: &Bed) -> Option<Self> {
        let name = bed.dir.parent().unwrap().file_name().unwrap();
        let ways =
            [("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")];
        ways.into_iter().find_map(|(parent, limit)| {
            let folder = Path::new(parent).join(name);
            std::fs::create_dir(&folder).ok()?;
            let made = Self(folder);
            std::fs::write(made.0.join(limit), (32 << 20).to_string()).ok()?;
            Some(made)
        })
    }
}

impl Drop for Narrow {
    fn drop(&mut self) {
        // It goes once nobody is in it.
        crate::support::wait_for(crate::support::PATIENCE, &mut || {
            std::fs::remove_dir(&self.0).is_ok() || !self.0.exists()
        });
    }
}

/// Takes more and more memory, in a narrow group if one is named.
const GREEDY: &str = r#"
echo run >> greedy.txt
test ! -s narrow || echo $$ > "$(cat narrow)/cgroup.procs" || exit 1
exec tail /dev/zero
"#;

#[test]
fn f56_an_agent_that_runs_out_of_memory_is_told_of_restarted_with_delay_and_parked() {
    let bed = fleet(
        "restart_limit = 2\nrestart_delay_max = 1",
        &[healed("greedy", GREEDY), healed("ann", REST)],
    );
    let Some(narrow) = Narrow::new(&bed) else {
        eprintln!("skipped: this machine lets nobody make a group of processes with little memory");
        return;
    };
    bed.write("narrow", text(&narrow.0));
    bed.agents(&["up", "ann"]).ends_with(0);
    let ann = bed.pid("t-ann");
    bed.agents(&["up"]);
    bed.until("it is parked", || bed.state_of("greedy") == "parked");
    let said = journal(&bed).join("\n");
    assert!(said.contains("signal 9"), "{said}");
    let why = bed.agents(&["why", "greedy"]).out;
    assert!(why.contains("signal 9 (SIGKILL: killed, or out of memory)"), "{why}");
    // Once by `up`, and then as often as a restart is allowed.
    let runs = bed.read("greedy.txt").lines().count();
    assert_eq!(runs, 3, "{said}");
    assert_eq!(bed.pid("t-ann"), ann);
    bed.agents(&["down"]).ends_with(0);
}

#[test]
fn f56_an_agent_that_somebody_kills_with_signal_9_is_told_of_and_restarted() {
    let bed = fleet("", &[agent("ann", "watch = \"heal\"", "echo $$ > own.pid\nexec sleep 1000")]);
    bed.agents(&["up"]).ends_with(0);
    bed.until("it runs", || !bed.read("own.pid").is_empty());
    let ann = bed.pid("t-ann");
    let killed = bed.command("kill").args(["-9", bed.read("own.pid").trim()]).status();
    assert!(killed.unwrap().success());
    until_back(&bed, "ann", ann);
    let why = bed.agents(&["why", "ann"]).out;
    assert!(why.contains("signal 9 (SIGKILL: killed, or out of memory)"), "{why}");
    bed.agents(&["down"]).ends_with(0);
}
