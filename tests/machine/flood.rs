//! Does an agent that prints as fast as its terminal takes it keep anybody from anything?

use std::time::{Duration, Instant};

use crate::scene::{RECORDER, agent, fleet, healed, until_back, watchdog_pid};

/// How long it is looked on; `AGENTS_FLOOD=120` for a longer look.
fn span() -> Duration {
    let text = std::env::var("AGENTS_FLOOD").ok();
    Duration::from_secs(text.and_then(|text| text.parse().ok()).unwrap_or(20))
}

/// Between two looks of the watchdog, with an interval of a second, on a machine that has other work.
const LATEST: Duration = Duration::from_secs(15);

#[test]
fn f46_f59_s21_a_flood_loses_no_session_keeps_its_log_within_bounds_and_no_tick_late() {
    let flood = "exec yes 'a row of a hundred letters, again and again, until somebody has had enough of all these rows'";
    let bed = fleet("log_megabytes = 1", &[agent("loud", "", flood), healed("ann", RECORDER)]);
    bed.agents(&["up"]).ends_with(0);
    let (loud, ann, watchdog) = (bed.pid("t-loud"), bed.pid("t-ann"), watchdog_pid(&bed));
    let length = |path: &str| bed.dir.join(path).metadata().map_or(0, |it| it.len());
    let beat = || bed.dir.join(".state/state/heartbeat").metadata().unwrap().modified().unwrap();
    let (mut printed, mut longest, mut last) = (0, 0, length(".state/t-loud.log"));
    let (mut late, mut at, mut seen) = (Duration::ZERO, Instant::now(), beat());
    let (began, mut healed) = (Instant::now(), false);
    while began.elapsed() < span() {
        std::thread::sleep(Duration::from_millis(100));
        let now = length(".state/t-loud.log");
        printed += if now >= last { now - last } else { now };
        (last, longest) = (now, longest.max(now));
        if beat() != seen {
            (late, at, seen) = (late.max(at.elapsed()), Instant::now(), beat());
        }
        if !healed && began.elapsed() > span() / 2 {
            bed.kill_session("t-ann");
            until_back(&bed, "ann", ann);
            healed = true;
        }
    }
    late = late.max(at.elapsed());
    let (rate, aside) = (printed / span().as_secs(), length(".state/t-loud.log.1"));
    println!(
        "{} KB/s, log {longest} bytes at the longest, {aside} aside, {late:?} between two beats",
        rate >> 10
    );
    assert!(rate > 100 << 10, "that is no flood: {rate} bytes a second");
    assert!(late < LATEST, "{late:?} between two beats");
    // Looked at every ten seconds, at the latest one tick after; and what is put aside is cut.
    assert!(aside <= 2 << 20, "{aside}");
    assert!(longest <= (1 << 20) + 40 * rate.max(1 << 20), "{longest} at {rate} a second");
    assert_eq!((bed.pid("t-loud"), watchdog_pid(&bed)), (loud, watchdog), "{}", bed.watchdog_log());
    bed.agents(&["send", "ann", "--wait=2m", "still there"]).ends_with(0);
    bed.agents(&["down"]).ends_with(0);
    assert_eq!(bed.sessions(), Vec::<String>::new());
}
