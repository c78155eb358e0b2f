use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::*;
use crate::process::{Process, find};

fn row(pid: u32, parent: u32, start: u64) -> Process {
    let start = StartMark::Ticks(start);
    Process { pid, parent, group: pid, session: None, start, cpu: Duration::ZERO, ended: false }
}

#[test]
fn strangers_are_older_than_the_server_or_in_its_group() {
    let mut pipe = row(9, 6, 105);
    pipe.group = 6;
    let table = Table::of(vec![
        row(1, 0, 0),
        row(5, 1, 90),
        row(6, 1, 100),
        row(7, 6, 100),
        row(8, 1, 99),
        pipe,
        row(10, 7, 110),
    ]);
    let of = |launcher, mark| strangers(&table, launcher, Some(&StartMark::Ticks(mark)));
    assert_eq!(of(7, 100), Some(BTreeSet::from([1, 5, 6, 8, 9])));
    assert_eq!(of(7, 50), None, "its id belongs to another process by now");
    assert_eq!(of(9, 105), None, "it is in no pane");
    assert_eq!(of(99, 100), None);
    assert_eq!(strangers(&table, 7, None), None);
}

struct Sleeper(Child);

impl Sleeper {
    fn start() -> Self {
        let mut command = Command::new("sleep");
        Self(command.arg("1000").stdin(Stdio::null()).process_group(0).spawn().unwrap())
    }

    fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// This process stands for the tmux server: what began before it is left out, what it starts is always there.
#[cfg(target_os = "linux")]
#[test]
fn a_short_table_has_every_child_of_the_server_and_no_stranger() {
    let (first, launcher) = (Sleeper::start(), Sleeper::start());
    let mark = find(first.id()).unwrap().unwrap().start;
    let mut census = Census::default();
    let mut take = || census.take((first.id(), Some(&mark)), [launcher.id()].into_iter()).unwrap();
    let whole = take();
    assert!(whole.process(1).is_some());
    assert!(whole.process(launcher.id()).is_some());
    let later = Sleeper::start();
    for _ in 0..SHORT_TABLES {
        let short = take();
        assert!(short.process(1).is_none());
        assert!(short.process(launcher.id()).is_none());
        assert_eq!(short.tree(&[first.id()]).processes, whole.tree(&[first.id()]).processes);
        assert!(short.process(later.id()).is_some());
    }
    assert!(take().process(1).is_some());
}
