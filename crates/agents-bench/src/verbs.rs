//! What does a verb cost as a whole process?

use std::io::Read as _;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::bed::Bed;
use crate::error::Error;
use crate::machine;
use crate::series::Series;

/// Several runs of one verb; times in milliseconds.
#[derive(Debug, Serialize)]
pub struct VerbCost {
    pub wall: Series,
    /// Processor time of the process and of the children that it waited for, mean of a run.
    pub own: f64,
    pub server: Series,
    /// The watchdog that runs beside it.
    pub watchdog: Series,
    /// The whole machine, other people's work included.
    pub machine: Series,
    /// Processes and threads that the whole machine started, mean of a run.
    pub started: f64,
}

/// The runs of a verb, as they come.
#[derive(Default)]
pub struct Runs {
    walls: Vec<Duration>,
    own: Duration,
    server: Vec<Duration>,
    watchdog: Vec<Duration>,
    machine: Vec<Duration>,
    started: u64,
}

impl Runs {
    /// Runs a verb once; it must end well.
    pub fn run(&mut self, bed: &Bed, words: &[&str]) -> Result<(), Error> {
        let (mut server, mut watchdog) = (Meter::of(bed.server()), Meter::of(bed.watchdog()));
        let (own, whole) = (machine::ended_children_cpu(), machine::machine_cpu());
        let started = machine::started_on_machine();
        let began = Instant::now();
        let mut child = bed.command(words).spawn()?;
        // Both may end with the verb, and what they used is only known while they live.
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            server.look();
            watchdog.look();
            std::thread::sleep(Duration::from_millis(2));
        };
        self.walls.push(began.elapsed());
        self.own += machine::ended_children_cpu().saturating_sub(own);
        self.started += machine::started_on_machine() - started;
        self.machine.push(machine::machine_cpu().saturating_sub(whole));
        self.server.push(server.used(bed.server()));
        self.watchdog.push(watchdog.used(bed.watchdog()));
        if status.success() {
            return Ok(());
        }
        let mut said = String::new();
        if let Some(mut errors) = child.stderr.take() {
            errors.read_to_string(&mut said)?;
        }
        Err(Error::failed(format!("`agents {}` ({status})", words.join(" ")), said))
    }

    pub fn cost(self) -> VerbCost {
        let runs = self.walls.len().max(1) as f64;
        VerbCost {
            own: self.own.as_secs_f64() * 1e3 / runs,
            started: self.started as f64 / runs,
            wall: Series::of(self.walls),
            server: Series::of(self.server),
            watchdog: Series::of(self.watchdog),
            machine: Series::of(self.machine),
        }
    }
}

/// The processor time that a process, which may come or go, uses from now on.
struct Meter {
    pid: Option<u32>,
    before: Duration,
    last: Duration,
}

impl Meter {
    fn of(pid: Option<u32>) -> Self {
        let now = pid.map_or(Duration::ZERO, machine::cpu);
        Self { pid, before: now, last: now }
    }

    fn look(&mut self) {
        self.last = self.last.max(self.pid.map_or(Duration::ZERO, machine::cpu));
    }

    /// What was used, by the same process or by the one that came meanwhile.
    fn used(mut self, pid: Option<u32>) -> Duration {
        self.look();
        match (self.pid, pid) {
            (None, Some(new)) => machine::cpu(new),
            (Some(_) | None, _) => self.last.saturating_sub(self.before),
        }
    }
}
