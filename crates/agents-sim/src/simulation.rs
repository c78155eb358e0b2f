//! How does time pass for a watchdog and its machine?

use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use agents_config::Fleet;
use agents_decide::{FleetState, RequestId, Told, ToldState, Verb};
use agents_names::AgentName;
use agents_tmux::fake::{Call, Chat, FakeDriver, Program, World};
use agents_tmux::{Driver as _, Fence};
use agents_watchdog::ledger::LedgerError;
use agents_watchdog::run::LEAST_PAUSE;
use agents_watchdog::tick::Engine;

use crate::gate::{Gate, Trap};
use crate::judge::{Judge, Judged};
use crate::ledger::{Disk, MemoryLedger};
use crate::machine::Machine;
use crate::place::SimPlace;
use crate::planted::Slip;
use crate::wire::Wire;
use crate::{SimError, Trace, calendar, standard};

/// The longest step of the virtual clock, so that what happens between two ticks is seen in order.
const STEP: Duration = Duration::from_secs(5);
/// What the watchdog waits after a tick that a store took no writes of.
const STORE_PAUSE: Duration = Duration::from_secs(5);

type Watchdog = Engine<Wire, SimPlace, MemoryLedger>;

/// A machine with its terminals, its store and, while one lives, its watchdog.
pub struct Simulation {
    pub(crate) machine: Machine,
    pub(crate) terminals: World,
    pub(crate) disk: Disk,
    pub(crate) config: String,
    /// Whether the driver reports sessions that come and go, as control mode does.
    pub tells_news: bool,
    trace: Trace,
    gate: Gate,
    news: FakeDriver,
    fleet: Arc<Fleet>,
    /// What the configs that were in force so far meant.
    fleets: HashMap<String, Arc<Fleet>>,
    watchdog: Option<Watchdog>,
    /// One that was stopped in its sleep when its successor started.
    earlier: Option<Watchdog>,
    next_tick: Duration,
    ticks: u64,
    /// How many of them were told of.
    second_servers: u32,
    /// How many servers are known to have ended by a paste.
    crashes: u32,
    /// Since when no watchdog lives.
    ended_at: Option<Duration>,
    /// Who starts a watchdog that died again, so long after its death.
    pub(crate) revives_after: Option<Duration>,
    returns_at: Option<Duration>,
    /// Compares what is decided and done with what is really there, where somebody asked for that.
    pub(crate) judge: Option<Judge>,
    /// Whether its time ends with the first violation.
    pub(crate) ends_broken: bool,
}

impl Simulation {
    /// A machine on which nothing runs yet, at midnight of the first day.
    ///
    /// # Errors
    /// [`SimError::Config`] when the config is refused.
    pub fn new(config: &str) -> Result<Self, SimError> {
        let config = standard::complete(config);
        let fleet = standard::fleet_of(&config)?;
        let terminals = World::new();
        terminals.set_now(calendar::of_day(Duration::ZERO));
        terminals.default_program(Program::chat(Chat::default()));
        if Slip::PastesUnguarded.is_planted() {
            terminals.paste_unguarded();
        }
        Ok(Self {
            machine: Machine::new(terminals.clone()),
            disk: Disk::default(),
            tells_news: false,
            trace: Trace::new(terminals.clone()),
            gate: Gate::default(),
            news: terminals.driver(),
            fleets: HashMap::from([(config.clone(), Arc::clone(&fleet))]),
            config,
            fleet,
            watchdog: None,
            earlier: None,
            next_tick: Duration::ZERO,
            ticks: 0,
            second_servers: 0,
            crashes: 0,
            ended_at: None,
            revives_after: None,
            returns_at: None,
            judge: None,
            ends_broken: false,
            terminals,
        })
    }

    /// What happened so far.
    #[must_use]
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// The terminals, for a script or a test to act on.
    #[must_use]
    pub fn terminals(&self) -> &World {
        &self.terminals
    }

    /// The fleet in force.
    #[must_use]
    pub fn fleet(&self) -> &Arc<Fleet> {
        &self.fleet
    }

    /// How many ticks there have been.
    #[must_use]
    pub fn ticks(&self) -> u64 {
        self.ticks
    }

    /// What the watchdog remembers, while one lives.
    #[must_use]
    pub fn state(&self) -> Option<&FleetState> {
        self.watchdog.as_ref().map(|engine| &**engine.state())
    }

    /// Requests that no watchdog has answered yet.
    #[must_use]
    pub fn unanswered(&self) -> usize {
        self.disk.unanswered()
    }

    /// Puts another config in force; one that is refused leaves the last good one.
    pub fn configure(&mut self, config: String) -> Result<(), SimError> {
        // A file is often put back as it was, and reading it is most of what an edit costs.
        if let Some(known) = self.fleets.get(&config) {
            self.fleet = Arc::clone(known);
        } else {
            self.fleet = standard::fleet_of(&config)?;
            self.fleets.insert(config.clone(), Arc::clone(&self.fleet));
        }
        self.config = config;
        Ok(())
    }

    /// From now on the program of an agent says that it is in that state; `None`: it says nothing of itself.
    pub fn tell(&mut self, name: &AgentName, state: Option<ToldState>) {
        let since_ms = self.machine.wall().timestamp_millis();
        let told = state.map(|state| Told { state, since_ms, source: "hook".to_owned() });
        let mut parts = self.machine.parts();
        match told {
            Some(told) => drop(parts.told.insert(name.clone(), told)),
            None => drop(parts.told.remove(name)),
        }
        drop(parts);
        // A report wakes the watchdog.
        self.next_tick = self.terminals.now();
    }

    /// Leaves a request of the operator, and wakes the watchdog as the verb does.
    pub fn ask(&mut self, verb: Verb) {
        let id = self.disk.ask(verb.clone());
        if let Some(judge) = &mut self.judge {
            judge.asked(RequestId(id), verb);
        }
        self.next_tick = self.terminals.now();
    }

    /// Starts a watchdog from what is stored; one that lives has lost its say by that.
    ///
    /// # Errors
    /// [`SimError::Resume`] when the stored state cannot be read.
    pub fn start_watchdog(&mut self) -> Result<(), SimError> {
        self.gate.revive();
        let ledger = self.disk.claim(self.trace.clone(), self.gate.clone());
        let epoch = ledger.epoch;
        if let Some(judge) = self.judge.as_mut().filter(|_| ledger.surprises) {
            judge.surprised();
        }
        let (gate, disk) = (self.gate.clone(), self.disk.clone());
        let driver = Wire::new(self.machine.clone(), gate, disk, self.trace.clone());
        let place = SimPlace::new(self.machine.clone(), self.gate.clone());
        let mut engine = Engine::resume(driver, place, ledger)
            .map_err(|error| SimError::Resume(error.to_string()))?;
        let option = format!("@agents_epoch_{}", self.fleet.session_prefix.as_str());
        // Without a server there is nothing to claim yet, as in the real loop.
        if !Slip::NoEpoch.is_planted() {
            drop(ready(engine.driver.claim_fence(Fence { option, epoch }))?);
        }
        self.earlier = self.watchdog.replace(engine);
        self.next_tick = self.terminals.now();
        Ok(())
    }

    /// The watchdog is gone from one moment to the next.
    pub fn kill_watchdog(&mut self) {
        if self.watchdog.is_some() {
            self.died();
        }
    }

    /// The watchdog is gone, and did not end by itself: a service manager starts another.
    fn died(&mut self) {
        let now = self.terminals.now();
        self.watchdog = None;
        self.ended_at = Some(now);
        self.returns_at = self.revives_after.map(|after| now + after);
    }

    /// For how long there has been no watchdog.
    pub(crate) fn unwatched_for(&self) -> Option<Duration> {
        let since = self.ended_at.filter(|_| self.watchdog.is_none())?;
        Some(self.terminals.now().saturating_sub(since))
    }

    /// The watchdog that was asleep when its successor started wakes up and ticks.
    ///
    /// # Errors
    /// [`SimError::Waits`] when it waits for something.
    pub fn wake_earlier(&mut self) -> Result<(), SimError> {
        let Some(mut engine) = self.earlier.take() else { return Ok(()) };
        let fleet = Arc::clone(&self.fleet);
        let looks = self.terminals.calls(Call::List);
        let ended = ready(engine.tick(&fleet))?.err().map(|error| format!("ends: {error}"));
        // The world never hides a session in two looks in a row, and a look of another is none of the one that acts.
        self.terminals.go_back_to_lacking(looks);
        let said = ended.unwrap_or_else(|| "has nothing to record".to_owned());
        self.trace.say(&format!("the earlier watchdog {said}"));
        Ok(())
    }

    /// The watchdog will die at an effect.
    pub fn set_trap(&mut self, trap: Trap) {
        self.gate.set(trap);
    }

    /// No more faults: the machine is well from now on.
    pub(crate) fn calm(&mut self) {
        self.gate.disarm();
        self.disk.fail(0);
        self.disk.fault(None);
        self.terminals.stop_server(false);
        let mut parts = self.machine.parts();
        parts.branch.failures = 0;
        parts.missing_prompts.clear();
        parts.missing_folders.clear();
    }

    /// The machine stops and is switched on again: nothing that ran is left, and its clock begins anew.
    pub(crate) fn reboot(&mut self) {
        self.died();
        self.earlier = None;
        self.terminals.switch_off();
        self.machine.reboot();
    }

    /// Lets time pass, with all ticks on the way.
    ///
    /// # Errors
    /// [`SimError::Waits`] when a tick waits for something.
    pub fn run_for(&mut self, span: Duration) -> Result<(), SimError> {
        self.run_until(self.terminals.now() + span)
    }

    pub(crate) fn run_until(&mut self, then: Duration) -> Result<(), SimError> {
        loop {
            self.unbroken()?;
            self.look_for_news()?;
            let now = self.terminals.now();
            if self.returns_at.take_if(|at| *at <= now).is_some() && self.watchdog.is_none() {
                self.start_watchdog()?;
            }
            if self.watchdog.is_some() && self.next_tick <= now {
                self.tick()?;
                continue;
            }
            if now >= then {
                return Ok(());
            }
            let due = if self.watchdog.is_some() { then.min(self.next_tick) } else { then };
            let due = self.returns_at.map_or(due, |at| due.min(at));
            self.terminals.set_now(due.min(now + STEP));
            self.machine.sync();
            self.judge();
        }
    }

    /// Nothing was violated yet, or what comes after that is of interest, too.
    pub(crate) fn unbroken(&self) -> Result<(), SimError> {
        match self.trace.first_violation().filter(|_| self.ends_broken) {
            Some(violation) => Err(SimError::Broken(violation)),
            None => Ok(()),
        }
    }

    fn look_for_news(&mut self) -> Result<(), SimError> {
        let mut context = Context::from_waker(Waker::noop());
        let is_news = pin!(self.news.news()).poll(&mut context).is_ready();
        if is_news && self.tells_news {
            self.next_tick = self.terminals.now();
        }
        Ok(())
    }

    /// One tick now.
    ///
    /// # Errors
    /// [`SimError::Waits`] when it waits for something.
    pub fn tick(&mut self) -> Result<(), SimError> {
        let Some(engine) = &mut self.watchdog else { return Ok(()) };
        self.machine.sync();
        self.ticks += 1;
        let fleet = Arc::clone(&self.fleet);
        let judged = self.judge.as_mut().map(|judge| judge.before(engine.state(), &self.machine));
        let ticked = ready(engine.tick(&fleet))?;
        self.machine.sync();
        if let (Some(judge), Some(before)) = (&mut self.judge, judged) {
            let tick = Judged { fleet: &fleet, before, ticked: &ticked, machine: &self.machine };
            judge.ticked(&tick, &self.trace);
        }
        self.judge();
        let now = self.terminals.now();
        let mut over = None;
        self.next_tick = match ticked {
            Ok(ticked) => {
                if ticked.exit {
                    over = Some("the watchdog ends".to_owned());
                }
                let pause = ticked.next.0.saturating_sub(ticked.now.at.0);
                now + Duration::from_millis(pause).max(LEAST_PAUSE)
            }
            Err(LedgerError::Superseded) => {
                over = Some("the watchdog ends: another one has taken over".to_owned());
                now
            }
            Err(LedgerError::Withdrawn) => now + LEAST_PAUSE,
            Err(LedgerError::Unusable(reason) | LedgerError::Damaged(reason)) => {
                self.trace.say(&format!("the store takes no writes ({reason}); nothing is done"));
                now + STORE_PAUSE
            }
            Err(LedgerError::Displaced) => now + STORE_PAUSE,
        };
        if let Some(death) = self.gate.death() {
            self.trace.say(&format!("the watchdog dies {death}"));
            self.died();
        } else if let Some(over) = over {
            self.trace.say(&over);
            (self.watchdog, self.ended_at) = (None, Some(now));
        }
        if self.disk.power_failed() {
            self.trace.say("the machine is switched on again");
            self.reboot();
        }
        Ok(())
    }

    /// How many effects and how many records were tried so far.
    pub(crate) fn tried(&self) -> (u32, u32) {
        (self.gate.tried(), self.disk.tried())
    }

    /// What must hold at every moment, whatever was decided.
    pub(crate) fn judge(&mut self) {
        for violation in std::mem::take(&mut self.machine.parts().runs.violations) {
            self.trace.violation(&violation);
        }
        if let Some(judge) = &mut self.judge {
            judge.happened(&self.fleet, &self.machine, &self.trace);
        }
        let crashes = self.terminals.crashes();
        if crashes > self.crashes {
            self.crashes = crashes;
            self.trace.violation("I11: a paste into a dead pane ended the tmux server");
        }
        let second = self.terminals.second_servers();
        if second > self.second_servers {
            self.second_servers = second;
            self.trace.violation("I1: a second tmux server was started beside one that lives");
        }
    }
}

/// The answer of a future that never waits.
fn ready<T>(future: impl Future<Output = T>) -> Result<T, SimError> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => Ok(answer),
        Poll::Pending => Err(SimError::Waits),
    }
}
