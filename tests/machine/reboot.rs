//! Is a fleet whole again after its machine was switched off and on, and is nobody taken for one who was?

use crate::namespace::Namespace;
use crate::scene::{RECORDER, agent, fleet, healed, ticks};
use crate::support::{Bed, Ran, Stranger, process_lives, processes_below};

const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

/// Another start of the machine, as far as one can see there.
fn reboot(bed: &Bed, id: &str) {
    let mount =
        format!("echo {id} > boot_id.new && mount --bind boot_id.new {BOOT_ID} && cat {BOOT_ID}");
    let ran = Ran::from(bed.command("sh").args(["-c", &mount]).output().unwrap()).ends_with(0);
    assert_eq!(ran.out.trim(), id);
}

#[test]
fn f55_after_a_start_of_the_machine_the_fleet_is_whole_again_and_no_old_number_counts() {
    let mut bed =
        fleet("", &[healed("ann", RECORDER), healed("bob", RECORDER), agent("gone", "", RECORDER)]);
    let Some(_kept) = Namespace::enter(&mut bed, "true") else {
        eprintln!("skipped: this machine lets nobody mount anything");
        return;
    };
    reboot(&bed, "00000000-0000-4000-8000-000000000001");
    bed.agents(&["up"]).ends_with(0);
    bed.agents(&["down", "bob"]).ends_with(0);
    let ann = bed.pid("t-ann").unwrap();

    // The power goes: everything ends at one instant, and nobody can say anything more.
    let server = bed.tmux(&["display-message", "-p", "#{pid}"]).out.trim().parse().unwrap();
    // The children first: who sees its parent end might still write that down.
    let all: Vec<String> = processes_below(server).iter().rev().map(u32::to_string).collect();
    for signal in ["-STOP", "-KILL"] {
        bed.command("kill").arg(signal).args(&all).status().unwrap();
    }
    bed.until("all have ended", || all.iter().all(|pid| !process_lives(pid.parse().unwrap())));
    reboot(&bed, "00000000-0000-4000-8000-000000000002");

    // Somebody has the numbers that ann and its launcher had, by the records of the run.
    let mut stranger = Stranger::new();
    let record = ".state/state/runs/ann.r1.start";
    let mut start: serde_json::Value = serde_json::from_str(&bed.read(record)).unwrap();
    for key in ["launcher", "program"] {
        start[key] = stranger.pid().into();
    }
    std::fs::write(bed.dir.join(record), start.to_string()).unwrap();

    assert_ne!(bed.state_of("ann"), "running");
    bed.agents(&["up", "watchdog"]).ends_with(0);
    bed.until("ann is back", || bed.has("t-ann"));
    ticks(&bed, 2);
    assert_ne!(bed.pid("t-ann"), Some(ann));
    // Who was down stays down, and who is not watched waits for its operator, who is told.
    assert!(!bed.has("t-bob") && !bed.has("t-gone"), "{}", bed.watchdog_log());
    assert!(bed.watchdog_log().contains("`agents up gone` starts it"), "{}", bed.watchdog_log());
    bed.agents(&["up", "gone"]).ends_with(0);
    assert!(stranger.lives(), "{}", bed.watchdog_log());
    bed.agents(&["send", "ann", "--wait=2m", "good morning"]).ends_with(0);
    bed.agents(&["down"]).ends_with(0);
    assert!(stranger.lives());
}
