//! What does one seed live through? Hours of faults, then none, and everything must come back.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use agents_decide::{OneOffs, Stage, Verb, Which};
use agents_names::{AgentName, PhaseId};

use super::fleet::Drawn;
use super::kind::{Kind, Mix};
use crate::judge::{Judge, Transition};
use crate::random::Random;
use crate::{SimError, Simulation};

/// How long faults strike.
const FAULTS: Duration = Duration::from_secs(120 * 60);
/// How long the fleet has to come back, faults over.
const CALM: Duration = Duration::from_secs(60 * 60);
/// How soon a person has looked at what they were told of.
const TOLD: Duration = Duration::from_secs(5 * 60);
/// How many hours one life lasts.
pub(super) const HOURS: u64 = 3;
/// After so long somebody, or a service manager, starts a watchdog that died.
const WATCHDOG_BACK: u64 = 300;

/// After so long a service manager starts a watchdog that died, as in the unit that `agents service install` writes.
const REVIVED: Duration = Duration::from_secs(5);
/// By then it is back.
const BACK: Duration = Duration::from_secs(10);

/// What a life came to.
#[derive(Debug, Clone)]
pub struct Lived {
    pub seed: u64,
    /// How often each kind of fault struck.
    pub faults: BTreeMap<Kind, u64>,
    /// How often each machine went from one state to another.
    pub transitions: BTreeMap<Transition, u64>,
    /// What must never happen and did, and what should have come back and did not.
    pub violations: Vec<String>,
    /// Equal digests mean equal traces, byte for byte.
    pub digest: u64,
    pub ticks: u64,
    /// The trace, where it was asked for.
    pub trace: Option<String>,
}

/// Lives one life.
///
/// # Errors
/// When the simulation itself fails.
pub fn live(seed: u64, keeps_trace: bool) -> Result<Lived, SimError> {
    LifeOf::new(seed, keeps_trace)?.live()
}

/// Lives one life up to the first violation, which is [`SimError::Broken`]. Whether the same would be decided again is
/// dear to know, and asked only with `again`.
///
/// # Errors
/// That one, and when the simulation itself fails.
pub fn live_unbroken(seed: u64, again: bool) -> Result<Lived, SimError> {
    let mut life = LifeOf::new(seed, false)?;
    life.simulation.ends_broken = true;
    if let Some(judge) = &mut life.simulation.judge {
        judge.decides_once = !again;
    }
    life.live()
}

impl LifeOf {
    fn live(mut self) -> Result<Lived, SimError> {
        self.faults()?;
        self.calm()?;
        let away = self.come_back()?;
        self.judge_liveness(&away);
        self.simulation.unbroken()?;
        Ok(self.over())
    }

    fn over(self) -> Lived {
        let Self { simulation, struck, seed, keeps_trace, .. } = self;
        let transitions = simulation.judge.as_ref().map(|judge| judge.transitions.clone());
        let trace = simulation.trace();
        Lived {
            seed,
            faults: struck,
            transitions: transitions.unwrap_or_default(),
            violations: trace.violations(),
            digest: trace.digest(),
            ticks: simulation.ticks(),
            trace: keeps_trace.then(|| trace.text()),
        }
    }
}

pub(super) struct LifeOf {
    seed: u64,
    keeps_trace: bool,
    pub simulation: Simulation,
    pub random: Random,
    pub drawn: Drawn,
    mix: Mix,
    struck: BTreeMap<Kind, u64>,
    /// When a server that hangs answers again.
    pub hangs_until: Option<Duration>,
    /// When a watchdog that died is back.
    watchdog_at: Option<Duration>,
    /// When the agent that left the config comes back into it.
    pub config_back: Option<Duration>,
    /// The whole fleet was asked down, until then.
    pub down_until: Option<Duration>,
    /// The listing that lacked something last, or will.
    pub lacking: u64,
    /// How often the reviewer had been told of a claim when the last one was pushed, and in which phase that was: what
    /// is owed of a phase ends with it.
    pub claim_owed: Option<(usize, Option<PhaseId>)>,
}

impl LifeOf {
    fn new(seed: u64, keeps_trace: bool) -> Result<Self, SimError> {
        let mut random = Random::new(seed);
        let drawn = Drawn::of(&mut random);
        let mix = Mix::of(&mut random);
        let mut simulation = Simulation::new(&drawn.config)?;
        simulation.judge = Some(Judge::default());
        if !keeps_trace {
            simulation.trace().be_brief();
        }
        simulation.tells_news = random.chance(70);
        // Some fleets have a service manager, which starts a watchdog that died again.
        simulation.revives_after = seed.is_multiple_of(5).then_some(REVIVED);
        Ok(Self {
            seed,
            keeps_trace,
            simulation,
            random,
            drawn,
            mix,
            struck: BTreeMap::new(),
            hangs_until: None,
            watchdog_at: None,
            config_back: None,
            down_until: None,
            lacking: 0,
            claim_owed: None,
        })
    }

    pub fn say(&self, text: &str) {
        self.simulation.trace().done(text);
    }

    pub fn now(&self) -> Duration {
        self.simulation.terminals().now()
    }

    pub fn up(&mut self) {
        self.simulation.ask(Verb::Up {
            names: Vec::new(),
            whole: true,
            one_offs: OneOffs::new(),
            which: Which::Own,
        });
    }

    /// One member of those that `up` starts.
    pub fn member(&mut self) -> AgentName {
        let members = self.drawn.members.clone();
        self.random.pick(&members).cloned().unwrap_or_else(|| members[0].clone())
    }

    fn faults(&mut self) -> Result<(), SimError> {
        self.simulation.machine.parts().branch.push("start of the build");
        self.simulation.start_watchdog()?;
        self.up();
        self.simulation.run_for(Duration::from_secs(40))?;
        let end = self.now() + FAULTS;
        let pace = 30_000 + self.random.below(30_000);
        while self.now() < end {
            let pause = Duration::from_millis(500 + self.random.below(pace));
            self.simulation.run_for(pause)?;
            self.forget_a_claim_of_another_phase();
            self.due()?;
            if self.random.chance(72) {
                let kind = self.mix.next(&mut self.random);
                if self.strike(kind)? {
                    *self.struck.entry(kind).or_default() += 1;
                }
            } else {
                self.ordinary()?;
            }
            self.simulation.machine.sync();
            self.simulation.judge();
            self.simulation.unbroken()?;
        }
        Ok(())
    }

    /// What was to happen at its time.
    fn due(&mut self) -> Result<(), SimError> {
        let now = self.now();
        let unwatched = self.simulation.unwatched_for().filter(|_| self.down_until.is_none());
        if self.simulation.revives_after.is_some()
            && let Some(unwatched) = unwatched.filter(|span| *span > BACK)
        {
            let text = format!("L5: there is a service manager, and no watchdog for {unwatched:?}");
            self.simulation.trace().violation(&text);
        }
        if self.hangs_until.take_if(|until| now >= *until).is_some() {
            self.simulation.terminals().stop_server(false);
        }
        if self.config_back.take_if(|until| now >= *until).is_some() {
            self.say("the config is whole again");
            let config = self.drawn.config.clone();
            self.simulation.edit(config);
        }
        if self.down_until.take_if(|until| now >= *until).is_some() {
            self.say("up");
            self.up();
            self.watchdog_at = Some(now);
        }
        if self.simulation.state().is_none() && self.down_until.is_none() {
            let patience = Duration::from_secs(self.random.below(WATCHDOG_BACK));
            let at = *self.watchdog_at.get_or_insert(now + patience);
            if now >= at {
                self.watchdog_at = None;
                self.say("watchdog starts");
                self.simulation.start_watchdog()?;
            }
        }
        Ok(())
    }

    /// No more faults: everything must come back by itself, but for what only a person can mend.
    fn calm(&mut self) -> Result<(), SimError> {
        self.say("no more faults");
        let config = self.drawn.config.clone();
        self.simulation.edit(config);
        self.simulation.calm();
        self.simulation.terminals().forget_faults();
        self.mend();
        self.heed_alarms();
        if self.simulation.state().is_none() {
            self.simulation.start_watchdog()?;
        }
        self.up();
        // Only now somebody is told of what was lost in the last moments, or while no watchdog lived.
        self.simulation.run_for(TOLD)?;
        self.heed_alarms();
        self.end_services();
        self.simulation.run_for(CALM - TOLD)
    }

    /// Whatever ended before was asked up since; what ends now comes back though nobody asks.
    fn end_services(&self) {
        for name in self.drawn.members.iter().filter(|it| matches!(it.as_str(), "proxy" | "store"))
        {
            let session = self.simulation.fleet().session_prefix.session_of(name);
            self.simulation.terminals().end_program(session.as_str(), 1);
        }
    }

    /// Whoever left a line of their own unsent comes back to it. Of a text of ours that does not show a person was told,
    /// and does what is to be done: types it, or presses the key.
    fn heed_alarms(&mut self) {
        let Some(state) = self.simulation.state() else { return };
        let own = state.members.iter().filter(|(_, it)| it.mailbox.stage == Stage::Owed);
        for (name, _) in own {
            let session = self.simulation.fleet().session_prefix.session_of(name);
            self.simulation.terminals().press(session.as_str(), "Enter");
        }
        let stuck: Vec<(AgentName, String)> = state
            .members
            .iter()
            .filter(|(_, member)| matches!(member.mailbox.stage, Stage::Stuck { .. }))
            .filter_map(|(name, member)| {
                Some((name.clone(), member.mailbox.queue.front()?.text.clone()))
            })
            .collect();
        let world = self.simulation.terminals().clone();
        for (name, text) in stuck {
            let session = self.simulation.fleet().session_prefix.session_of(&name);
            if world.has_empty_composer(session.as_str()) {
                world.type_by_hand(session.as_str(), &text);
            }
            // Who was told of a text of ours behind a line of their own sends both, as one.
            let unsent = world.unsent(session.as_str());
            if let Some(judge) =
                self.simulation.judge.as_mut().filter(|_| !unsent.is_empty() && unsent != text)
            {
                judge.typed_by_hand(session.as_str(), &unsent);
            }
            world.press(session.as_str(), "Enter");
        }
    }

    /// Who of the members did not come up within the time that a restart may take: a stall may have ended somebody in
    /// the last minute of the hour.
    fn come_back(&mut self) -> Result<BTreeSet<AgentName>, SimError> {
        let timing = &self.simulation.fleet().timing;
        let restart = timing.restart_delay_max + timing.heavy_interval * 2;
        let end = self.now() + restart + self.longest_turn();
        let mut away: BTreeSet<AgentName> = self.drawn.members.iter().cloned().collect();
        loop {
            away.retain(|name| !self.is_up(name) && !self.rests(name));
            if away.is_empty() || self.now() >= end {
                return Ok(away);
            }
            self.simulation.run_for(Duration::from_secs(5))?;
        }
    }

    /// How long the config makes the last of an account wait for its turn: agents of one account start with a gap between
    /// them, and whoever became due later may not go before it, so each other one goes once at most meanwhile.
    fn longest_turn(&self) -> Duration {
        let fleet = self.simulation.fleet();
        let mut sharing: BTreeMap<&str, u32> = BTreeMap::new();
        for account in fleet.agents.iter().filter_map(|agent| fleet.account_of(agent)) {
            *sharing.entry(account).or_default() += 1;
        }
        let others = sharing.values().max().map_or(0, |count| count.saturating_sub(1));
        fleet.timing.account_stagger.max(fleet.timing.account_gap) * others
    }

    /// What a person sets right: programs that crash at each start, scrolled panes, sessions in the way.
    fn mend(&mut self) {
        use agents_tmux::fake::{Chat, Program};
        let world = self.simulation.terminals().clone();
        world.keep_dead_panes(false);
        for name in self.drawn.members.clone() {
            let session = self.simulation.fleet().session_prefix.session_of(&name);
            world.program(&session, Program::chat(Chat::default()));
            world.copy_mode(session.as_str(), false);
            world.foreground(session.as_str(), "chat");
            world.clear(session.as_str());
            world.sober(session.as_str());
        }
        let mut parts = self.simulation.machine.parts();
        let now = world.now();
        for name in &self.drawn.members {
            parts.runs.busy(name, false, now);
        }
        for status in parts.status.values_mut() {
            if status.is_none() {
                *status = Some("under way".to_owned());
            }
        }
    }
}
