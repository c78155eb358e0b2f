//! What do the defects happen to? Small fleets whose agents are shell scripts, and looks at them.

use std::time::SystemTime;

use agents_decide::FleetState;
use agents_store::Reader;

use crate::support::{Bed, process_lives};

/// A backend whose prompt is the script that it runs.
pub const SH: &str = r#"
[backend.sh]
bin = "sh {kickoff}"
prompt_delivery = "exec"
ready_re = "ready"
stall_idle = 2
"#;

/// Stays, does nothing.
pub const REST: &str = "exec sleep 1000";

/// Answers each line that is typed, and keeps it in `got-<name>.txt`.
pub const RECORDER: &str = r#"
echo ready
while IFS= read -r line; do
  printf '%s\n' "$line" >> "got-$AGENTS_NAME.txt"
  printf 'got: %s\n' "$line"
done
"#;

/// One agent; `keys` are further lines of its table.
pub fn agent(name: &str, keys: &str, script: &str) -> String {
    format!("[[agent]]\nname = \"{name}\"\nbackend = \"sh\"\n{keys}\nprompt = '''\n{script}\n'''\n")
}

/// An agent that is healed.
pub fn healed(name: &str, script: &str) -> String {
    agent(name, "watch = \"heal\"", script)
}

/// A fleet of these tables; `watchdog` are further lines of `[watchdog]`.
pub fn fleet(watchdog: &str, tables: &[String]) -> Bed {
    Bed::with(&config(watchdog, tables))
}

/// The text of such a fleet's config.
pub fn config(watchdog: &str, tables: &[String]) -> String {
    format!("HEAD\n{watchdog}\n{SH}\n{}", tables.concat())
}

/// Ends the session of an agent behind the watchdog's back, and waits until the watchdog has brought it back.
#[track_caller]
pub fn kill_and_see_healed(bed: &Bed, name: &str) {
    let before = kill(bed, name);
    until_back(bed, name, before);
}

/// Ends the session of an agent behind the watchdog's back; returns which process it had.
#[track_caller]
pub fn kill(bed: &Bed, name: &str) -> Option<u32> {
    let session = format!("t-{name}");
    let before = bed.pid(&session);
    assert!(
        before.is_some(),
        "{name} does not run: {:?}\n{:#?}\n{}",
        bed.sessions(),
        journal(bed),
        bed.watchdog_log()
    );
    bed.kill_session(&session);
    before
}

/// Waits until an agent runs in another process than before.
#[track_caller]
pub fn until_back(bed: &Bed, name: &str, before: Option<u32>) {
    let session = format!("t-{name}");
    bed.until(&format!("{name} is back"), || {
        bed.pid(&session).is_some_and(|now| Some(now) != before && process_lives(now))
    });
}

/// Waits until the watchdog has looked `count` more times.
#[track_caller]
pub fn ticks(bed: &Bed, count: usize) {
    for _ in 0..count {
        let before = heartbeat(bed);
        bed.until("the watchdog ticks", || heartbeat(bed) > before);
    }
}

fn heartbeat(bed: &Bed) -> Option<SystemTime> {
    std::fs::metadata(bed.dir.join(".state/state/heartbeat")).ok()?.modified().ok()
}

/// The process that holds the fleet.
pub fn watchdog_pid(bed: &Bed) -> Option<u32> {
    let holder = agents_store::FleetLock::holder(&bed.dir.join(".state/state")).ok()??;
    (holder.what == "watchdog").then_some(holder.pid)
}

/// Ends the watchdog as a crash would, and starts another.
#[track_caller]
pub fn replace_watchdog(bed: &Bed) {
    crash_watchdog(bed);
    bed.agents(&["up", "watchdog"]).ends_with(0);
}

/// Ends the watchdog as a crash would.
#[track_caller]
pub fn crash_watchdog(bed: &Bed) {
    let pid = watchdog_pid(bed).expect("a watchdog");
    bed.command("kill").args(["-9", &pid.to_string()]).status().unwrap();
    bed.until("the watchdog is gone", || watchdog_pid(bed).is_none());
}

/// What the fleet remembers.
pub fn state(bed: &Bed) -> FleetState {
    let reader = Reader::open(&bed.dir.join(".state/state")).unwrap().expect("a store");
    let document = reader.load_state().unwrap().expect("a state");
    agents_watchdog::store_ledger::parse_state(&document).unwrap().state
}

/// The journal, oldest first: `subject: sentence`.
pub fn journal(bed: &Bed) -> Vec<String> {
    let Some(reader) = Reader::open(&bed.dir.join(".state/state")).unwrap() else {
        return Vec::new();
    };
    let entries = reader.journal_since(0, 100_000).unwrap().into_iter();
    entries
        .map(|recorded| {
            let subject = recorded.entry.subject.unwrap_or_else(|| "fleet".to_owned());
            format!("{subject}: {}", recorded.entry.body)
        })
        .collect()
}

/// Where in the journal a line with both texts stands first.
pub fn first(journal: &[String], subject: &str, text: &str) -> Option<usize> {
    let head = format!("{subject}: ");
    journal.iter().position(|line| line.starts_with(&head) && line.contains(text))
}

/// How many lines of the journal are about `subject` and contain `text`.
pub fn count(bed: &Bed, subject: &str, text: &str) -> usize {
    let head = format!("{subject}: ");
    journal(bed).iter().filter(|line| line.starts_with(&head) && line.contains(text)).count()
}

/// The lines of a file of the project.
pub fn lines(bed: &Bed, path: &str) -> Vec<String> {
    bed.read(path).lines().map(str::to_owned).collect()
}
