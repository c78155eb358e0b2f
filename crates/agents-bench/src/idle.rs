//! What does the watchdog cost while nothing happens? The real one, as it runs, over minutes of real time.

use std::time::{Duration, Instant};

use serde::Serialize;

use crate::machine;

/// A rest of the watchdog; per minute.
#[derive(Debug, Serialize)]
pub struct Idle {
    pub seconds: f64,
    /// Processor time of all its threads, in milliseconds.
    pub own_ms: f64,
    pub server_ms: f64,
    /// How often one of its threads was given a processor.
    pub wakeups: f64,
}

/// Watches both for so long.
pub fn measure(watchdog: u32, server: u32, span: Duration) -> Idle {
    let (own, wakeups) = (machine::cpu_of_threads(watchdog), machine::switches(watchdog));
    let (before, began) = (machine::cpu(server), Instant::now());
    std::thread::sleep(span);
    let per_minute = |it: f64| it * 60.0 / began.elapsed().as_secs_f64();
    let ms = |it: Duration| it.as_secs_f64() * 1e3;
    Idle {
        seconds: began.elapsed().as_secs_f64(),
        own_ms: per_minute(ms(machine::cpu_of_threads(watchdog).saturating_sub(own))),
        server_ms: per_minute(ms(machine::cpu(server).saturating_sub(before))),
        wakeups: per_minute((machine::switches(watchdog).saturating_sub(wakeups)) as f64),
    }
}
