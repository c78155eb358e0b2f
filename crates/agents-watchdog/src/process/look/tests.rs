use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use super::*;
use crate::process::{Signal, signal, signal_group};

/// A shell in a process group of its own; the group ends with the test.
struct Shell(Child);

impl Shell {
    fn run(script: &str) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", script]).process_group(0);
        Self(command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap())
    }

    fn first_line(&mut self) -> String {
        BufReader::new(self.0.stdout.take().unwrap()).lines().next().unwrap().unwrap()
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = signal_group(self.0.id(), Signal::Kill);
        let _ = self.0.wait();
    }
}

fn soon<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let limit = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < limit, "it never came");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn row(pid: u32, parent: u32, group: u32) -> Process {
    Process {
        pid,
        parent,
        group,
        session: None,
        start: StartMark::Ticks(u64::from(pid) * 10),
        cpu: Duration::from_millis(u64::from(pid)),
        ended: false,
    }
}

fn ids(tree: &Tree) -> Vec<u32> {
    tree.processes.iter().map(|(pid, _)| *pid).collect()
}

#[test]
fn a_tree_is_the_roots_their_groups_and_all_descendants() {
    let table = Table::of(vec![
        row(1, 0, 1),
        row(10, 1, 10),
        row(11, 10, 10),
        row(12, 11, 12),
        row(13, 12, 12),
        row(14, 1, 10),
        row(15, 14, 15),
        row(20, 1, 20),
    ]);
    assert_eq!(ids(&table.tree(&[10])), [10, 11, 12, 13, 14, 15]);
    assert_eq!(table.tree(&[10]).cpu, Duration::from_millis(10 + 11 + 12 + 13 + 14 + 15));
    assert_eq!(ids(&table.tree(&[12])), [12, 13]);
    assert_eq!(ids(&table.tree(&[12, 20])), [12, 13, 20]);
    assert_eq!(table.tree(&[99]), Tree::default());
    assert_eq!(table.tree(&[0, 1]), Tree::default());
    assert_eq!(table.tree(&[]), Tree::default());
}

#[test]
fn f13_a_zombie_is_no_member_and_its_time_still_counts() {
    let mut zombie = row(11, 10, 10);
    zombie.ended = true;
    let tree = Table::of(vec![row(10, 1, 10), zombie]).tree(&[10]);
    assert_eq!(ids(&tree), [10]);
    assert_eq!(tree.cpu, Duration::from_millis(21));
}

#[test]
fn a_table_read_row_by_row_may_show_a_circle() {
    let table = Table::of(vec![row(10, 11, 10), row(11, 10, 11)]);
    assert_eq!(ids(&table.tree(&[10])), [10, 11]);
}

#[test]
fn f14_survivors_are_the_same_processes_and_not_their_successors() {
    let mut zombie = row(12, 1, 12);
    zombie.ended = true;
    let table = Table::of(vec![row(10, 1, 10), row(11, 1, 11), zombie]);
    let same = |pid: u32| (pid, StartMark::Ticks(u64::from(pid) * 10));
    let earlier = [same(10), (11, StartMark::Ticks(1)), same(12), same(13)];
    assert_eq!(table.survivors(&earlier).unwrap(), [same(10)]);
    let by_date = [(10, StartMark::Date("Mon Jan 1 10:00:00 2024".to_owned()))];
    assert!(matches!(table.survivors(&by_date), Err(ProcessError::Incomparable { pid: 10 })));
}

#[test]
fn children_of_a_real_shell_are_found() {
    let shell = Shell::run("sleep 1000 & (sleep 1000; true) & wait");
    let root = shell.0.id();
    let found = soon(|| Some(tree(&[root]).unwrap()).filter(|tree| tree.processes.len() == 4));
    assert!(ids(&found).contains(&root));
    assert!(!ids(&found).contains(&std::process::id()));
}

#[test]
fn an_orphan_is_found_by_the_group_it_was_born_in() {
    let mut shell = Shell::run("sleep 1000 & echo $!; exec sleep 1000");
    let orphan: u32 = shell.first_line().parse().unwrap();
    let root = shell.0.id();
    shell.0.kill().unwrap();
    shell.0.wait().unwrap();
    assert_eq!(ids(&tree(&[root]).unwrap()), [orphan]);
    signal_group(root, Signal::Kill).unwrap();
    soon(|| tree(&[root]).unwrap().processes.is_empty().then_some(()));
}

#[test]
fn computing_shows_as_cpu_time() {
    let busy = Shell::run("while :; do :; done");
    let idle = Shell::run("exec sleep 1000");
    soon(|| (tree(&[busy.0.id()]).unwrap().cpu > Duration::from_millis(100)).then_some(()));
    assert!(tree(&[idle.0.id()]).unwrap().cpu < Duration::from_millis(100));
}

#[cfg(target_os = "linux")]
#[test]
fn the_time_of_ended_children_stays_with_the_tree() {
    let mut shell = Shell::run("sh -c 'echo $$; while :; do :; done'; exec sleep 1000");
    let child: u32 = shell.first_line().parse().unwrap();
    let root = shell.0.id();
    let before = soon(|| {
        let cpu = tree(&[root]).unwrap().cpu;
        (cpu > Duration::from_millis(100)).then_some(cpu)
    });
    let start = find(child).unwrap().unwrap().start;
    signal(child, &start, Signal::Kill).unwrap();
    let found = soon(|| Some(tree(&[root]).unwrap()).filter(|tree| tree.processes.len() == 1));
    assert!(found.cpu >= before, "{:?} after {before:?}", found.cpu);
}

#[test]
fn one_process_looks_the_same_alone_and_in_the_table() {
    let shell = Shell::run("exec sleep 1000");
    let alone = find(shell.0.id()).unwrap().unwrap();
    let table = Table::take().unwrap();
    let listed = table.process(shell.0.id()).unwrap();
    assert_eq!(alone.start, listed.start);
    assert_eq!((alone.parent, alone.group), (std::process::id(), shell.0.id()));
    assert_eq!((listed.parent, listed.group), (std::process::id(), shell.0.id()));
}
