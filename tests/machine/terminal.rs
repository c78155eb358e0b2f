//! Does a fleet live on when the terminal closes in which it was started, and is it back when its user logged out?

use std::process::Command;

use crate::scene::{RECORDER, fleet, healed, ticks, until_back, watchdog_pid};
use crate::support::{Bed, process_lives, processes_below};

/// A terminal of an operator's: a pane of another tmux server, whose end closes it.
struct Terminal<'a>(&'a Bed);

impl<'a> Terminal<'a> {
    /// One in which a shell runs this line.
    fn open(bed: &'a Bed, line: &str) -> Self {
        let terminal = Self(bed);
        let line = format!("cd '{}' && {line}", bed.dir.display());
        assert!(
            terminal.tmux(&["new-session", "-d", "-s", "outer", "-x", "200", "-y", "50", &line]).1
        );
        terminal
    }

    fn tmux(&self, words: &[&str]) -> (String, bool) {
        let ran =
            self.0.command("tmux").args(["-f", "/dev/null", "-L", "default"]).args(words).output();
        let ran = ran.unwrap();
        (String::from_utf8_lossy(&ran.stdout).into_owned(), ran.status.success())
    }

    fn shows(&self, text: &str) -> bool {
        self.tmux(&["capture-pane", "-p", "-J", "-t", "=outer:"]).0.contains(text)
    }

    /// The first process in it.
    fn pid(&self) -> u32 {
        self.tmux(&["list-panes", "-t", "=outer:", "-F", "#{pane_pid}"]).0.trim().parse().unwrap()
    }

    /// Closes it: all that runs in it is told by SIGHUP.
    fn close(self) {
        let all = processes_below(self.pid());
        assert!(self.tmux(&["kill-server"]).1);
        self.0.until("nothing runs in it any more", || !all.iter().any(|pid| process_lives(*pid)));
    }
}

const PROGRAM: &str = env!("CARGO_BIN_EXE_agents");

#[test]
fn f53_the_terminal_in_which_a_fleet_was_started_and_looked_at_can_be_closed() {
    let bed = fleet("", &[healed("ann", "echo here is ann\nexec sleep 1000")]);
    let terminal = Terminal::open(&bed, &format!("'{PROGRAM}' up && exec '{PROGRAM}' attach ann"));
    bed.until("the agent is on the terminal", || terminal.shows("here is ann"));
    let (watchdog, ann) = (watchdog_pid(&bed).unwrap(), bed.pid("t-ann"));
    terminal.close();
    ticks(&bed, 2);
    assert!(process_lives(watchdog) && bed.pid("t-ann") == ann, "{}", bed.watchdog_log());
    bed.until("nobody looks any more", || {
        bed.tmux(&["list-clients", "-t", "=t-ann"]).out.is_empty()
    });
    bed.kill_session("t-ann");
    until_back(&bed, "ann", ann);
    assert_eq!(watchdog_pid(&bed), Some(watchdog));
    bed.agents(&["down"]).ends_with(0);
}

#[test]
fn f53_a_watchdog_in_the_foreground_of_a_terminal_that_closes_goes_on() {
    let bed = fleet("", &[healed("ann", RECORDER)]);
    bed.agents(&["up", "ann"]).ends_with(0);
    let ann = bed.pid("t-ann");
    // A shell stands above it, as one of an operator's does.
    let terminal = Terminal::open(&bed, &format!("'{PROGRAM}' watchdog; echo it ended"));
    bed.until("it watches", || bed.status()["watchdog"]["state"] == "running");
    let watchdog = watchdog_pid(&bed).unwrap();
    ticks(&bed, 1);
    // Who reads it or writes to it gets an error from now on.
    assert!(terminal.tmux(&["kill-server"]).1);
    ticks(&bed, 2);
    assert_eq!(
        (watchdog_pid(&bed), bed.pid("t-ann")),
        (Some(watchdog), ann),
        "{}",
        bed.watchdog_log()
    );
    bed.kill_session("t-ann");
    until_back(&bed, "ann", ann);
    bed.agents(&["down"]).ends_with(0);
    bed.until("no watchdog is left", || !process_lives(watchdog));
}

/// All processes that name this folder on their command line or stand in it, without our own.
fn all_of(bed: &Bed) -> Vec<u32> {
    let folder = bed.dir.parent().unwrap().to_owned();
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| {
        let at = format!("/proc/{pid}");
        let words = std::fs::read(format!("{at}/cmdline")).unwrap_or_default();
        let is_named = String::from_utf8_lossy(&words).contains(folder.to_str().unwrap());
        let is_there =
            std::fs::read_link(format!("{at}/cwd")).is_ok_and(|it| it.starts_with(&folder));
        *pid != std::process::id() && (is_named || is_there)
    })
    .collect()
}

/// What systemd does at a logout, where it ends the processes of a user: first SIGHUP and SIGTERM for all of them, then SIGKILL.
#[cfg(target_os = "linux")]
#[test]
fn f54_a_fleet_whose_user_logged_out_is_whole_again_at_the_next_up() {
    let bed = fleet("", &[healed("ann", RECORDER), healed("bob", RECORDER)]);
    bed.agents(&["up"]).ends_with(0);
    bed.agents(&["down", "bob"]).ends_with(0);
    let ann = bed.pid("t-ann");
    for signals in [&["-TERM", "-HUP", "-CONT"][..], &["-KILL"]] {
        for signal in signals {
            let all: Vec<String> = all_of(&bed).iter().map(u32::to_string).collect();
            // Some have ended by now.
            drop(Command::new("kill").arg(signal).args(&all).output());
        }
    }
    bed.until("nothing is left", || all_of(&bed).iter().all(|pid| !process_lives(*pid)));
    // What can be said without a server is said, and no word of it is that somebody runs.
    assert_ne!(bed.state_of("ann"), "running");
    bed.agents(&["up", "watchdog"]).ends_with(0);
    until_back(&bed, "ann", ann);
    // Who was down stays down.
    ticks(&bed, 2);
    assert!(!bed.has("t-bob"), "{}", bed.watchdog_log());
    bed.agents(&["send", "ann", "--wait=2m", "still there"]).ends_with(0);
    assert_eq!(bed.read("got-ann.txt"), "still there\n");
    bed.agents(&["down"]).ends_with(0);
}
