//! The decision in the making: what one tick knows, and what it has decided so far.

use std::ops::Bound;
use std::time::Duration;

use agents_config::{Agent, Backend, Fleet, Kind, Service, Watch};
use agents_names::{AgentName, PhaseId, SessionName};

use crate::notes::Notes;
use crate::sentence::Telling;
use crate::state::{FleetState, Member, Wanted};
use crate::{About, Action, Moment, Note, Now, Observation, RunId, Shared};

/// What `decide` returns.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Decision {
    pub next: Shared<FleetState>,
    pub actions: Vec<Action>,
    pub notes: Vec<About>,
    /// When the next look is due at the latest; `None`: at the next ordinary tick.
    pub look_by: Option<Moment>,
}

/// One tick's input and its growing output.
pub(crate) struct Draft<'a> {
    pub fleet: &'a Fleet,
    pub seen: &'a Observation,
    pub heavy: bool,
    pub now: Now,
    pub next: FleetState,
    pub actions: Vec<Action>,
    notes: Notes,
    pub look_by: Option<Moment>,
    /// For how long nothing was decided before this.
    pub away: Duration,
    /// The tmux server that held the fleet is proven to be gone.
    pub server_lost: bool,
    /// Too many look gone at once: absence is not believed in this look.
    pub doubted: bool,
}

impl<'a> Draft<'a> {
    pub fn new(
        fleet: &'a Fleet,
        state: &FleetState,
        seen: &'a Observation,
        heavy: bool,
        now: Now,
    ) -> Self {
        let mut next = state.clone();
        next.tick = next.tick.saturating_add(1);
        next.at = now.at;
        Self {
            fleet,
            seen,
            heavy,
            now,
            next,
            actions: Vec::new(),
            notes: Notes::default(),
            look_by: None,
            away: now.at.since(state.at),
            server_lost: false,
            doubted: false,
        }
    }

    pub fn finish(self) -> Decision {
        Decision {
            next: self.next.into(),
            actions: self.actions,
            notes: self.notes.in_order(),
            look_by: self.look_by,
        }
    }

    pub fn act(&mut self, action: Action) {
        self.actions.push(action);
    }

    pub fn note(&mut self, name: &AgentName, note: impl Into<Note>) {
        self.say(About { name: Some(name.clone()), note: note.into() });
    }

    pub fn note_fleet(&mut self, note: impl Into<Note>) {
        self.say(About { name: None, note: note.into() });
    }

    fn say(&mut self, about: About) {
        self.notes.add(about);
    }

    /// What was noted of a member, or of the fleet as a whole.
    pub fn noted(&self, name: Option<&AgentName>) -> impl Iterator<Item = &Note> {
        self.notes.of(name)
    }

    /// Takes back what was noted of a member.
    pub fn unsay(&mut self, name: &AgentName, is_it: impl Fn(&Note) -> bool) {
        self.notes.take_back(name, is_it);
    }

    /// Notes it, and tells the operator the same, as [`Self::alarm`] does.
    pub fn alarm_of(&mut self, about: Option<&AgentName>, key: &str, note: impl Into<Note>) {
        let note = note.into();
        let said = note.told(&Telling::decided(about, self.now));
        let text = about.map_or_else(|| said.clone(), |name| format!("{name}: {said}"));
        self.say(About { name: about.cloned(), note });
        self.alarm(about, key, text);
    }

    /// Asks for a look no later than `span` from now.
    pub fn look_in(&mut self, span: Duration) {
        let by = self.now.at.after(span);
        self.look_by = Some(self.look_by.map_or(by, |earlier| earlier.min(by)));
    }

    /// Tells the operator once; again only after [`Self::calm`] was called for the same cause.
    pub fn alarm(&mut self, about: Option<&AgentName>, key: &str, text: String) {
        let raised = alarm_key(about, key);
        if self.next.alarms.contains_key(&raised) {
            return;
        }
        self.next.alarms.insert(raised, self.now.at);
        self.act(Action::Alarm { about: about.cloned(), key: key.to_owned(), text });
    }

    /// The cause of an alarm is over.
    pub fn calm(&mut self, about: Option<&AgentName>, key: &str) {
        // Most are calm for good, and are told so some ten times at each tick.
        let first = about.map_or("fleet", AgentName::as_str);
        let mut alarms =
            self.next.alarms.range::<str, _>((Bound::Included(first), Bound::Unbounded));
        if alarms.next().is_some_and(|(raised, _)| raised.starts_with(first)) {
            self.next.alarms.remove(&alarm_key(about, key));
        }
    }

    pub fn new_run(&mut self) -> RunId {
        // A damaged state may hold the largest number. After it come the smallest, which are long past.
        self.next.next_run = self.next.next_run.wrapping_add(1);
        RunId(self.next.next_run)
    }

    pub fn new_message(&mut self) -> u64 {
        self.next.next_message = self.next.next_message.wrapping_add(1);
        self.next.next_message
    }

    pub fn member(&mut self, name: &AgentName) -> &mut Member {
        self.next.members.of(name)
    }

    /// The phase whose kickoff a loop agent gets now.
    pub fn phase_of(&self, what: Declared<'_>) -> Option<PhaseId> {
        let sequence = self.next.sequence.as_ref().filter(|_| what.is_loop());
        sequence.map(|sequence| sequence.phase().clone())
    }

    /// Services first, then agents, each in the order of the file.
    pub fn declared(&self) -> Vec<Declared<'a>> {
        let services = self.fleet.services.iter().map(Declared::Service);
        services.chain(self.fleet.agents.iter().map(Declared::Agent)).collect()
    }
}

fn alarm_key(about: Option<&AgentName>, key: &str) -> String {
    [about.map_or("fleet", AgentName::as_str), "/", key].concat()
}

/// An agent or a service, as far as its life is concerned.
#[derive(Clone, Copy)]
pub(crate) enum Declared<'a> {
    Agent(&'a Agent),
    Service(&'a Service),
}

impl<'a> Declared<'a> {
    pub fn name(self) -> &'a AgentName {
        match self {
            Self::Agent(agent) => &agent.name,
            Self::Service(service) => &service.name,
        }
    }

    pub fn session(self) -> &'a SessionName {
        match self {
            Self::Agent(agent) => &agent.session,
            Self::Service(service) => &service.session,
        }
    }

    pub fn enabled(self) -> bool {
        match self {
            Self::Agent(agent) => agent.enabled,
            Self::Service(service) => service.enabled,
        }
    }

    pub fn account(self, fleet: &'a Fleet) -> Option<&'a str> {
        match self {
            Self::Agent(agent) => fleet.account_of(agent),
            Self::Service(_) => None,
        }
    }

    pub fn is_loop(self) -> bool {
        matches!(self, Self::Agent(agent) if agent.kind == Kind::Loop)
    }

    pub fn is_task(self) -> bool {
        matches!(self, Self::Agent(agent) if agent.kind == Kind::Task)
    }

    /// Whether it is a task of a manifest: those work in worktrees below the fleet's own folder.
    pub fn is_of_manifest(self, fleet: &Fleet) -> bool {
        let worktrees = fleet.log_dir.join("worktrees");
        matches!(self, Self::Agent(agent) if agent.kind == Kind::Task && agent.dir.starts_with(worktrees))
    }

    /// Whether its death is healed. A task runs once, whatever its `watch` says.
    pub fn watched(self) -> bool {
        match self {
            Self::Agent(agent) => {
                agent.enabled && agent.watch != Watch::None && agent.kind != Kind::Task
            }
            Self::Service(service) => service.enabled,
        }
    }

    pub fn backend(self, fleet: &'a Fleet) -> Option<&'a Backend> {
        match self {
            Self::Agent(agent) => Some(fleet.backend_of(agent)),
            Self::Service(_) => None,
        }
    }

    /// Whether it is to run, from the operator's word, else from the config.
    ///
    /// A service that nobody asked for is started by `up` only; a watched agent is started by the watchdog
    /// alone, as the original did.
    pub fn wanted_up(self, member: &Member) -> bool {
        match member.wanted {
            Wanted::Up => true,
            Wanted::Down => false,
            Wanted::Unsaid => self.watched() && matches!(self, Self::Agent(_)),
        }
    }
}
