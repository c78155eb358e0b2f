//! What does the watchdog do around a step, in which order, and what is left of it when it is killed on the way?
//!
//! The order is that of the desk: look, step, store, leave requests for sessions, begin errands.

use std::collections::{BTreeMap, BTreeSet};

use agents_tasks::errand::{Errand, owed};
use agents_tasks::progress::{Now, Time};
use agents_tasks::schedule::Bounds;
use agents_tasks::step::{Asked, Look, Outcome, Session, TaskVerb};
use agents_tasks::{Progress, Work};

use crate::drawn::Drawn;
use crate::planted::{Plant, Subject};
use crate::rules::Rules;
use crate::sessions::Wish;
use crate::world::{Broken, World, broken};

/// What outlives a watchdog.
pub struct Store {
    pub work: Work,
    pub requests: Vec<Request>,
    /// How often each verb was answered, by its number.
    pub answers: BTreeMap<u64, u32>,
    next: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    pub number: u64,
    pub place: usize,
    pub body: Body,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    Session(Wish),
    Verb(TaskVerb),
}

impl Store {
    pub fn new(work: Work) -> Self {
        Self { work, requests: Vec::new(), answers: BTreeMap::new(), next: 0 }
    }

    pub fn submit(&mut self, place: usize, body: Body) {
        self.next += 1;
        if let Body::Verb(_) = body {
            self.answers.insert(self.next, 0);
        }
        self.requests.push(Request { number: self.next, place, body });
    }
}

/// Where a watchdog is killed, or what else befalls its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Goes,
    KilledAfterTheTick,
    KilledAfterTheStep,
    KilledAfterTheStore,
    /// So many requests were left.
    KilledWhileItAsks(u64),
    /// So many errands were begun.
    KilledWhileItBegins(u64),
    /// Nothing can be stored.
    DiskIsFull,
}

/// What a watchdog has in its memory.
pub struct Desk {
    work: Work,
    arrived: Vec<Outcome>,
    under_way: BTreeSet<usize>,
}

/// What a turn works on.
pub struct Around<'a> {
    pub drawn: &'a Drawn,
    pub world: &'a mut World,
    pub store: &'a mut Store,
    pub rules: &'a mut Rules,
    pub subject: Subject,
    pub wall: i64,
}

impl Desk {
    /// A watchdog that begins: it knows what is stored, read as it was written.
    pub fn begin(store: &Store) -> Self {
        let read = |progress: &Progress| {
            let text = serde_json::to_string(progress).expect("progress is plain data");
            serde_json::from_str(&text).expect("what was written reads back")
        };
        let work = Work { tasks: store.work.tasks.iter().map(read).collect() };
        Self { work, arrived: Vec::new(), under_way: BTreeSet::new() }
    }

    /// A tick and what follows; whether the watchdog lives on.
    pub fn turn(&mut self, it: &mut Around<'_>, fate: Fate) -> Result<bool, Broken> {
        let open: Vec<Request> = it.store.requests.clone();
        let wishes: Vec<(usize, Wish)> = open
            .iter()
            .filter_map(|request| match request.body {
                Body::Session(wish) => Some((request.place, wish)),
                Body::Verb(_) => None,
            })
            .collect();
        it.world.tick(&self.work, &wishes);
        it.store.requests.retain(|request| matches!(request.body, Body::Verb(_)));
        if fate == Fate::KilledAfterTheTick {
            return Ok(false);
        }
        self.hear(it.world);
        let verbs: Vec<(u64, Asked)> = open
            .iter()
            .filter_map(|request| match request.body {
                Body::Verb(verb) => Some((request.number, Asked { place: request.place, verb })),
                Body::Session(_) => None,
            })
            .collect();
        let look = self.look(it.world, &verbs);
        let now = Now { at: it.world.now, wall_ms: it.wall };
        let after = it.subject.step(&it.drawn.manifest, &self.work, &look, now);
        if after.answers.len() != verbs.len() {
            return broken("each verb has one answer", format!("{:?}", after.answers));
        }
        if fate == Fate::KilledAfterTheStep {
            return Ok(false);
        }
        if fate == Fate::DiskIsFull {
            return Ok(true);
        }
        it.rules.stepped((&self.work, &after.work), &look, &after.answers, (it.drawn, it.world))?;
        self.store(it, &verbs, &after.work);
        self.arrived.clear();
        self.work = after.work;
        if fate == Fate::KilledAfterTheStore {
            return Ok(false);
        }
        if !self.ask(it, &look, fate)? {
            return Ok(false);
        }
        self.errands(it, now, fate)
    }

    fn hear(&mut self, world: &mut World) {
        let now = world.now;
        for running in &world.running {
            if let Some(result) = running.heard(now) {
                self.under_way.remove(&running.place);
                let (place, errand) = (running.place, running.errand);
                let generation = running.site.generation;
                self.arrived.push(Outcome { place, generation, errand, result, left: None });
            }
        }
        world.running.retain(|running| running.heard(now).is_none());
    }

    fn look(&self, world: &World, verbs: &[(u64, Asked)]) -> Look {
        let seats = self.work.tasks.iter().zip(&world.members).map(|(progress, member)| {
            if progress.stage.has_session() {
                member.seat(world.now)
            } else {
                agents_tasks::step::Seat::Unseen
            }
        });
        Look {
            seats: seats.collect(),
            outcomes: self.arrived.clone(),
            asked: verbs.iter().map(|(_, asked)| *asked).collect(),
            bounds: Bounds { held_accounts: world.held_now(), ..Bounds::default() },
            backends: Vec::new(),
        }
    }

    fn store(&self, it: &mut Around<'_>, verbs: &[(u64, Asked)], work: &Work) {
        let forgets = it.subject.has(Plant::ActsBeforeItStores) && it.world.now.is_multiple_of(2);
        if !forgets {
            it.store.work = work.clone();
        }
        for (number, _) in verbs {
            *it.store.answers.entry(*number).or_default() += 1;
        }
        let keeps = it.subject.has(Plant::AnswersTwice) && it.world.now.is_multiple_of(2);
        it.store
            .requests
            .retain(|request| keeps || !verbs.iter().any(|(number, _)| *number == request.number));
    }

    /// Leaves what is owed to sessions; whether the watchdog lives on.
    fn ask(&self, it: &mut Around<'_>, look: &Look, fate: Fate) -> Result<bool, Broken> {
        let mut left = 0;
        for (place, progress) in self.work.tasks.iter().enumerate() {
            let wish = match it.subject.session_of(progress, &look.seats[place]) {
                Session::AsItIs => continue,
                Session::ToStart => Wish::Up,
                Session::ToEnd => Wish::Down,
            };
            if fate == Fate::KilledWhileItAsks(left) {
                return Ok(false);
            }
            left += 1;
            let body = Body::Session(wish);
            if !it.store.requests.iter().any(|open| open.place == place && open.body == body) {
                it.rules.asks(place, wish)?;
                it.store.submit(place, body);
            }
        }
        Ok(!matches!(fate, Fate::KilledWhileItAsks(_)))
    }

    fn errands(&mut self, it: &mut Around<'_>, now: Now, fate: Fate) -> Result<bool, Broken> {
        let mut begun = 0;
        for place in 0..self.work.tasks.len() {
            let manifest = &it.drawn.manifest;
            let Some(errand) = it.subject.owed(manifest, &self.work, place, now) else { continue };
            if self.under_way.contains(&place) {
                continue;
            }
            if fate == Fate::KilledWhileItBegins(begun) {
                return Ok(false);
            }
            begun += 1;
            let site = &self.work.tasks[place];
            it.world.begin((manifest, place), (errand, site), it.subject.blind())?;
            self.under_way.insert(place);
        }
        Ok(!matches!(fate, Fate::KilledWhileItBegins(_)))
    }

    /// When the watchdog has something to do again.
    pub fn due(&self, drawn: &Drawn, world: &World) -> Option<Time> {
        let now = Now { at: Time::MAX, wall_ms: 0 };
        let waits = self.work.tasks.iter().enumerate().filter_map(|(place, progress)| {
            let is_under_way = self.under_way.contains(&place);
            let is_owed = owed(&drawn.manifest, &self.work, place, now).is_some();
            (is_owed && !is_under_way).then_some(progress.errand_from)
        });
        let starts = self.work.tasks.iter().filter_map(|progress| match progress.stage {
            agents_tasks::Stage::Waiting { from } if from > world.now => Some(from),
            _ => None,
        });
        let heard = world.running.iter().filter(|it| !it.is_deaf).map(|it| it.heard_at);
        waits.chain(starts).chain(heard).min()
    }

    /// Tasks of which a hook was told, where that is not stored.
    pub fn lost_hooks(&self) -> impl Iterator<Item = usize> {
        let hooks = self.arrived.iter().filter(|it| matches!(it.errand, Errand::Hook(_)));
        hooks.map(|it| it.place)
    }

    pub fn work(&self) -> &Work {
        &self.work
    }
}
