//! Is nothing done because of a wall clock that was set?

use std::time::SystemTime;

use crate::preloaded::Preloaded;
use crate::scene::{RECORDER, agent, fleet, healed, journal, until_back};
use crate::support::Bed;

const TEN_DAYS: i64 = 10 * 24 * 3600;

fn beat(bed: &Bed) -> SystemTime {
    std::fs::metadata(bed.dir.join(".state/state/heartbeat")).unwrap().modified().unwrap()
}

/// Waits until the watchdog has looked some times more, whatever time it writes down.
fn looks(bed: &Bed, count: usize) {
    for _ in 0..count {
        let before = beat(bed);
        bed.until("the watchdog ticks", || beat(bed) != before);
    }
}

/// How often something was started.
fn starts(bed: &Bed) -> usize {
    journal(bed).iter().filter(|line| line.contains("\"start")).count()
}

#[test]
fn f52_a_wall_clock_that_jumps_ten_days_restarts_wakes_and_types_nothing() {
    let machine = Preloaded::new();
    machine.set_clock(0);
    // One who is idle for ten minutes is stalled, and one who was not woken for an hour is woken.
    let patient = "[backend.patient]\nbin = \"sh {kickoff}\"\nprompt_delivery = \"exec\"\nready_re = \"ready\"\nstall_idle = \"10m\"\n";
    let stalls = agent("idle", "watch = \"heal+stall\"", RECORDER).replace("\"sh\"", "\"patient\"");
    let wakes = "watch = \"heal\"\nwake = { interval = \"1h\", prompt_file = \"wake.md\" }";
    let tables =
        [patient.to_owned(), healed("ann", RECORDER), stalls, agent("sleeper", wakes, RECORDER)];
    let bed = fleet("restart_limit = 50\nrestart_delay_max = 1", &tables);
    bed.write("wake.md", "Time to wake up.\n");
    machine.agents(&bed, &["up", "ann", "idle", "sleeper"]).ends_with(0);
    let mut watchdog = machine.watch(&bed);
    looks(&bed, 2);
    for (at, ahead) in [TEN_DAYS, -TEN_DAYS, TEN_DAYS, 0].into_iter().enumerate() {
        let others = [bed.pid("t-idle"), bed.pid("t-sleeper")];
        let (ann, before) = (bed.pid("t-ann"), starts(&bed));
        if at == 2 {
            // Also one that only finds the clock set.
            watchdog.kill().unwrap();
            watchdog.wait().unwrap();
        }
        machine.set_clock(ahead);
        if at == 2 {
            watchdog = machine.watch(&bed);
        }
        looks(&bed, 4);
        assert_eq!(bed.pid("t-ann"), ann, "{ahead}: {}", bed.watchdog_log());
        assert_eq!(starts(&bed), before, "{ahead}: {}", bed.watchdog_log());
        let status = machine.agents(&bed, &["status", "--json"]).json();
        assert_eq!(status["watchdog"]["state"], "running", "{ahead}: {status}");
        // It goes on as ever: a death is healed, and a message arrives.
        bed.kill_session("t-ann");
        until_back(&bed, "ann", ann);
        machine.agents(&bed, &["send", "ann", "--wait=2m", "still there"]).ends_with(0);
        assert_eq!([bed.pid("t-idle"), bed.pid("t-sleeper")], others, "{}", bed.watchdog_log());
    }
    assert_eq!((bed.read("got-idle.txt"), bed.read("got-sleeper.txt")), Default::default());
    machine.agents(&bed, &["down"]).ends_with(0);
    assert!(watchdog.wait().unwrap().success());
}
