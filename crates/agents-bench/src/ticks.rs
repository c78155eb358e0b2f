//! What does a tick cost? The watchdog's own engine in this process, over a control connection.

use std::sync::Arc;
use std::time::{Duration, Instant};

use agents_config::{Environment, Fleet};
use agents_decide::Moment;
use agents_names::SessionName;
use agents_store::{FleetLock, Store};
use agents_tmux::{ControlMode, Driver as _, Fence};
use agents_watchdog::config_source::ConfigSource;
use agents_watchdog::run::{beat, heartbeat_file, holder, tmux_place};
use agents_watchdog::{Engine, LocalPlace, StoreLedger};
use serde::Serialize;

use crate::bed::Bed;
use crate::error::Error;
use crate::machine::{self, Offspring};
use crate::series::Series;
use crate::skipping::Skipping;

/// What the ticks of a fleet cost, by kind.
#[derive(Debug, Serialize)]
pub struct Ticks {
    /// All that are due by `signal_interval`: with and without a write to the store, in their true share.
    pub signal: TickCost,
    /// Those of them that stored the state.
    pub storing: TickCost,
    /// Those of them that had nothing to store.
    pub silent: TickCost,
    pub heavy: TickCost,
    /// After each pane printed a row.
    pub printed: TickCost,
    pub started: Started,
}

/// One kind of tick.
#[derive(Debug, Serialize)]
pub struct TickCost {
    pub wall: Series,
    /// This process.
    pub own: Series,
    /// The control client through which it speaks to tmux.
    pub client: Series,
    pub server: Series,
}

impl TickCost {
    /// The mean processor time of all that belongs to one tick, in milliseconds.
    pub fn cpu(&self) -> f64 {
        self.own.mean + self.client.mean + self.server.mean
    }

    /// The same by the medians, which the rarer and dearer ticks do not move.
    pub fn cpu_of_median(&self) -> f64 {
        self.own.median + self.client.median + self.server.median
    }
}

/// Processes that the signal ticks started.
#[derive(Debug, Serialize)]
pub struct Started {
    /// Proven: neither this process, nor its control client, nor the server has or had a new child.
    pub none: bool,
    /// By the counter of the whole machine, per tick, and the same counter over as long a rest.
    pub machine_per_tick: f64,
    pub noise_per_tick: f64,
}

/// One tick as it was measured.
struct Sample {
    wall: Duration,
    own: Duration,
    client: Duration,
    server: Duration,
    heavy: bool,
    stored: bool,
}

/// How many ticks of each kind are measured.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub signal: usize,
    pub heavy: usize,
    pub printed: usize,
}

struct Bench<'a> {
    bed: &'a Bed,
    engine: Engine<ControlMode, Skipping, StoreLedger>,
    config: ConfigSource,
    server: u32,
    client: Option<u32>,
    last_heavy: Option<Moment>,
    _lock: FleetLock,
}

/// Measures; the fleet is up and nobody else watches it.
pub async fn measure(bed: &Bed, plan: Plan) -> Result<Ticks, Error> {
    let mut bench = Bench::take_over(bed).await?;
    let signal = Duration::from_secs(30);
    bench.warm_up(signal).await?;
    bench.client = machine::children(std::process::id()).first().copied();
    let parents: Vec<u32> =
        [std::process::id(), bench.server].into_iter().chain(bench.client).collect();
    let before = Offspring::of(&parents);
    let (started, began) = (machine::started_on_machine(), Instant::now());
    let mut samples = Vec::new();
    while samples.iter().filter(|it: &&Sample| !it.heavy).count() < plan.signal {
        samples.push(bench.tick(signal).await?);
    }
    let (block, span) = (machine::started_on_machine() - started, began.elapsed());
    let none = before == Offspring::of(&parents);
    let noise = {
        let started = machine::started_on_machine();
        tokio::time::sleep(span).await;
        machine::started_on_machine() - started
    };
    let per_tick = |count: u64| count as f64 / samples.len() as f64;
    let started =
        Started { none, machine_per_tick: per_tick(block), noise_per_tick: per_tick(noise) };
    let interval = bench.config.fleet().timing.heavy_interval;
    while samples.iter().filter(|it| it.heavy).count() < plan.heavy {
        samples.push(bench.tick(interval).await?);
    }
    let mut printed = Vec::new();
    for _ in 0..plan.printed {
        bed.print_after_the_second(bench.server);
        printed.push(bench.tick(signal).await?);
    }
    bench.engine.driver.close().await;
    Ok(Ticks {
        signal: cost(samples.iter().filter(|it| !it.heavy)),
        storing: cost(samples.iter().filter(|it| !it.heavy && it.stored)),
        silent: cost(samples.iter().filter(|it| !it.heavy && !it.stored)),
        heavy: cost(samples.iter().filter(|it| it.heavy)),
        printed: cost(printed.iter()),
        started,
    })
}

fn cost<'s>(samples: impl Iterator<Item = &'s Sample> + Clone) -> TickCost {
    TickCost {
        wall: Series::of(samples.clone().map(|it| it.wall)),
        own: Series::of(samples.clone().map(|it| it.own)),
        client: Series::of(samples.clone().map(|it| it.client)),
        server: Series::of(samples.map(|it| it.server)),
    }
}

impl<'a> Bench<'a> {
    async fn take_over(bed: &'a Bed) -> Result<Self, Error> {
        let loaded = agents_config::load(&bed.config(), &Environment::without_overrides())
            .map_err(|error| Error::Config { report: error.report(false) })?;
        let fleet: Fleet = loaded.fleet.clone();
        let who = holder("bench");
        let lock = FleetLock::acquire(&fleet.state_dir(), &who)?;
        let mut store = Store::open(&fleet.state_dir())?;
        let epoch = store.claim_epoch(&who)?;
        let terminals = tmux_place(&fleet, bed.tmux_program());
        let place = LocalPlace::new(terminals.clone(), fleet.state_dir(), bed.program().to_owned());
        let mut driver = ControlMode::new(terminals, SessionName::new("bn-control")?);
        let option = format!("@agents_epoch_{}", fleet.session_prefix.as_str());
        driver
            .claim_fence(Fence { option, epoch })
            .await
            .map_err(|error| Error::failed("claiming the tmux server", error))?;
        let server = bed.server().ok_or_else(|| Error::failed("the tmux server", "it is gone"))?;
        let engine = Engine::resume(driver, Skipping::over(place), StoreLedger::new(store))?;
        let config = ConfigSource::new(&bed.config(), loaded);
        Ok(Self { bed, engine, config, server, client: None, last_heavy: None, _lock: lock })
    }

    /// The first ticks capture every screen and connect, which the watchdog does once in its life.
    async fn warm_up(&mut self, later: Duration) -> Result<(), Error> {
        let began = Instant::now();
        while !self.engine.driver.is_connected() {
            if began.elapsed() > Duration::from_secs(20) {
                return Err(Error::failed("the control client", "it does not connect"));
            }
            self.tick(later).await?;
        }
        for _ in 0..4 {
            self.tick(later).await?;
        }
        Ok(())
    }

    /// One turn of the watchdog's loop, `later` after the last.
    async fn tick(&mut self, later: Duration) -> Result<Sample, Error> {
        self.engine.place.skip(later);
        // The server and the client may still be at the end of the last request, as this one at its start.
        let rest = Duration::from_millis(15);
        tokio::time::sleep(rest).await;
        let client = |bench: &Self| bench.client.map_or(Duration::ZERO, machine::cpu);
        let revision = self.engine.ledger.store().revision()?;
        let (client_before, server_before) = (client(self), machine::cpu(self.server));
        let (own, began) = (machine::own_cpu(), Instant::now());
        self.config.refresh([]);
        let fleet = Arc::clone(self.config.fleet());
        let ticked = self.engine.tick(&fleet).await?;
        let heartbeat = heartbeat_file(&fleet.state_dir());
        beat(&heartbeat);
        let (own, wall) = (machine::own_cpu().saturating_sub(own), began.elapsed());
        tokio::time::sleep(rest).await;
        let sample = Sample {
            wall,
            own,
            client: client(self).saturating_sub(client_before),
            server: machine::cpu(self.server).saturating_sub(server_before),
            heavy: self.is_heavy(ticked.now.at, &fleet),
            stored: self.engine.ledger.store().revision()? != revision,
        };
        let seen = ticked.observation.members.values();
        let up = seen.filter(|member| member.screen.known().is_some()).count();
        if up != self.bed.agents || ticked.observation.server.known().is_none() {
            return Err(Error::failed("a tick", format!("it saw only {up} screens")));
        }
        Ok(sample)
    }

    /// As the engine itself decides it.
    fn is_heavy(&mut self, at: Moment, fleet: &Fleet) -> bool {
        let heavy =
            self.last_heavy.is_none_or(|last| at.since(last) >= fleet.timing.heavy_interval);
        if heavy {
            self.last_heavy = Some(at);
        }
        heavy
    }
}
