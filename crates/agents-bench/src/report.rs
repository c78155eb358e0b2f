//! What is printed, and are the targets met?

use std::fmt::Write as _;

use serde::Serialize;

use crate::delay::Delays;
use crate::floor::Floor;
use crate::idle::Idle;
use crate::original::Original;
use crate::series::Series;
use crate::ticks::{TickCost, Ticks};
use crate::verbs::VerbCost;

/// All that was measured of one size.
#[derive(Debug, Serialize)]
pub struct Measured {
    pub agents: usize,
    /// The load averages before, with whatever else the machine had to do.
    pub load: String,
    pub ticks: Ticks,
    /// The least that looks of these kinds cost.
    pub floor: Floor,
    pub status: VerbCost,
    pub up: VerbCost,
    pub down: VerbCost,
    pub memory: Memory,
    pub idle: Option<Idle>,
    pub delays: Option<Delays>,
    pub original: Option<Original>,
}

/// Resident memory in KiB.
#[derive(Debug, Serialize)]
pub struct Memory {
    pub watchdog_kib: u64,
    /// The largest of the launchers.
    pub launcher_kib: u64,
    pub server_kib: u64,
}

/// How many times less processor time than the original a tick may use, at [`JUDGED_AT`] agents.
const TIMES_LESS: f64 = 100.0;
const JUDGED_AT: usize = 100;
/// How much of its floor a tick may use.
const OF_FLOOR: f64 = 1.5;

/// The heading of the table.
pub fn heading() -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{:<24} {:>26} {:>9} {:>9} {:>9} {:>9}   {:>10} {:>10} {:>8}",
        "",
        "wall ms min/median/max",
        "own",
        "server",
        "watchdog",
        "cpu",
        "orig wall",
        "orig cpu",
        "ratio"
    );
    text
}

/// The rows of one size.
pub fn rows(measured: &Measured) -> String {
    let mut text = format!("N={} (load {})\n", measured.agents, measured.load);
    let original = measured.original.as_ref();
    let ticks = &measured.ticks;
    let part = |part: &crate::original::Part| (part.wall_ms, part.cpu());
    let whole = |whole: &crate::original::Whole| (whole.wall_ms, whole.cpu());
    tick(&mut text, "signal tick", &ticks.signal, original.map(|it| part(&it.signal)));
    tick(&mut text, "  nothing to store", &ticks.silent, None);
    tick(&mut text, "  state stored", &ticks.storing, None);
    let heavy =
        original.map(|it| (it.signal.wall_ms + it.heavy.wall_ms, it.signal.cpu() + it.heavy.cpu()));
    tick(&mut text, "heavy tick", &ticks.heavy, heavy);
    tick(&mut text, "tick, all panes printed", &ticks.printed, None);
    tick(&mut text, "floor: a listing", &measured.floor.idle, None);
    tick(&mut text, "floor: listing, captures", &measured.floor.printed, None);
    verb(&mut text, "status", &measured.status, original.map(|it| whole(&it.status)));
    verb(&mut text, "up", &measured.up, original.map(|it| whole(&it.up)));
    verb(&mut text, "down", &measured.down, original.map(|it| whole(&it.down)));
    let Memory { watchdog_kib, launcher_kib, server_kib } = &measured.memory;
    let _ = writeln!(
        text,
        "resident KiB: watchdog {watchdog_kib}, a launcher {launcher_kib}, the tmux server {server_kib}"
    );
    text.push_str(&beside(measured));
    text + &verdicts(measured)
}

/// What is measured beside ticks and verbs.
fn beside(measured: &Measured) -> String {
    let mut text = String::new();
    if let Some(Idle { seconds, own_ms, server_ms, wakeups }) = &measured.idle {
        let _ = writeln!(
            text,
            "watchdog at rest for {seconds:.0} s, per minute: own {own_ms:.1} ms, server {server_ms:.1} ms, {wakeups:.0} wakeups"
        );
    }
    let walls = |it: &Series| format!("{:.0}/{:.0}/{:.0}", it.min, it.median, it.max);
    if let Some(Delays { death, report }) = &measured.delays {
        let _ = writeln!(
            text,
            "ms min/median/max: death to decision {}, report to status {}",
            walls(death),
            walls(report)
        );
    }
    let agents = f64::from(u32::try_from(measured.agents.max(1)).unwrap_or(u32::MAX));
    let _ = writeln!(text, "`up` per session: {:.1} ms (median)", measured.up.wall.median / agents);
    text
}

fn tick(text: &mut String, name: &str, cost: &TickCost, original: Option<(f64, f64)>) {
    let own = cost.own.mean + cost.client.mean;
    row(text, name, [&cost.wall], [own, cost.server.mean, 0.0], original);
}

fn verb(text: &mut String, name: &str, cost: &VerbCost, original: Option<(f64, f64)>) {
    row(text, name, [&cost.wall], [cost.own, cost.server.mean, cost.watchdog.mean], original);
}

fn row(
    text: &mut String,
    name: &str,
    [wall]: [&crate::series::Series; 1],
    parts: [f64; 3],
    original: Option<(f64, f64)>,
) {
    let cpu: f64 = parts.iter().sum();
    let walls = format!("{:.2}/{:.2}/{:.2}", wall.min, wall.median, wall.max);
    let [own, server, watchdog] = parts;
    let _ =
        write!(text, "{name:<24} {walls:>26} {own:>9.2} {server:>9.2} {watchdog:>9.2} {cpu:>9.2}");
    if let Some((wall, original)) = original {
        let _ =
            write!(text, "   {wall:>10.1} {original:>10.1} {:>7.1}x", original / cpu.max(0.001));
    }
    text.push('\n');
}

fn verdicts(measured: &Measured) -> String {
    let word = |met: bool| if met { "met" } else { "not met" };
    let started = &measured.ticks.started;
    let mut text = format!(
        "processes started per signal tick: {} (machine counter {:.2}, at rest {:.2}); target 0: {}\n",
        if started.none { "0, by the children of all that take part" } else { "at least 1" },
        started.machine_per_tick,
        started.noise_per_tick,
        word(started.none)
    );
    let floors = [("signal tick", &measured.ticks.signal, &measured.floor.idle)];
    let floors = floors.into_iter().chain([(
        "printed tick",
        &measured.ticks.printed,
        &measured.floor.printed,
    )]);
    for (name, ours, floor) in floors {
        let (means, medians) =
            (ours.cpu() / floor.cpu(), ours.cpu_of_median() / floor.cpu_of_median());
        let _ = writeln!(
            text,
            "cpu of a {name} against its floor: {means:.2} times (medians {medians:.2}); target {OF_FLOOR}: {}",
            word(means <= OF_FLOOR)
        );
    }
    if let (JUDGED_AT, Some(original)) = (measured.agents, &measured.original) {
        let ratio = original.signal.cpu() / measured.ticks.signal.cpu().max(0.001);
        let _ = writeln!(
            text,
            "cpu of a signal tick, own + server: {ratio:.0} times less; target {TIMES_LESS}: {}",
            word(ratio >= TIMES_LESS)
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::Series;
    use crate::ticks::Started;
    use std::time::Duration;

    fn series(ms: u64) -> Series {
        Series::of([Duration::from_millis(ms)])
    }

    fn cost(ms: u64) -> TickCost {
        TickCost { wall: series(ms), own: series(ms), client: series(0), server: series(ms) }
    }

    fn verb_cost() -> VerbCost {
        let one = || series(1);
        VerbCost {
            wall: one(),
            own: 1.0,
            server: one(),
            watchdog: one(),
            machine: one(),
            started: 0.0,
        }
    }

    fn measured(tick_ms: u64, none: bool) -> Measured {
        let part = crate::original::Part {
            wall_ms: 400.0,
            self_ms: 100.0,
            child_ms: 200.0,
            server_ms: 100.0,
            forks: 200.0,
        };
        let whole = crate::original::Whole {
            wall_ms: 1.0,
            cpu_ms: 1.0,
            server_ms: 1.0,
            machine_ms: 1.0,
            forks: 1.0,
        };
        let original = Original {
            up: whole.clone(),
            status: whole.clone(),
            down: whole,
            signal: part.clone(),
            heavy: part,
        };
        Measured {
            agents: JUDGED_AT,
            load: "0.1 0.1 0.1".to_owned(),
            ticks: Ticks {
                signal: cost(tick_ms),
                storing: cost(tick_ms),
                silent: cost(tick_ms),
                heavy: cost(tick_ms),
                printed: cost(tick_ms),
                started: Started { none, machine_per_tick: 0.0, noise_per_tick: 0.0 },
            },
            status: verb_cost(),
            up: verb_cost(),
            down: verb_cost(),
            floor: Floor { idle: cost(1), printed: cost(1) },
            memory: Memory { watchdog_kib: 1, launcher_kib: 1, server_kib: 1 },
            idle: None,
            delays: Some(Delays { death: series(3), report: series(4) }),
            original: Some(original),
        }
    }

    #[test]
    fn targets_are_judged_by_what_was_measured() {
        let good = rows(&measured(2, true));
        assert!(good.contains("target 0: met"), "{good}");
        assert!(good.contains("100 times less; target 100: met"), "{good}");
        assert!(good.contains("a signal tick against its floor: 2.00 times"), "{good}");
        assert!(good.contains("death to decision 3/3/3, report to status 4/4/4"), "{good}");
        assert!(good.contains("`up` per session: 0.0 ms"), "{good}");
        let bad = rows(&measured(3, false));
        assert!(bad.contains("target 0: not met"), "{bad}");
        assert!(bad.contains("67 times less; target 100: not met"), "{bad}");
    }
}
