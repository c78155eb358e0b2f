//! What does the watchdog do around a step, in which order, and what is left of it when it is killed on the way?
//!
//! The order is that of the desk: look, step, store, leave requests for sessions, begin errands.

use std::collections::{BTreeMap, BTreeSet};

use agents_tasks::errand::{Errand, owed};
use agents_tasks::progress::{Now, Time};
use agents_tasks::revise::Revised;
use agents_tasks::schedule::Bounds;
use agents_tasks::step::{Asked, Look, Outcome, Session, TaskVerb};
use agents_tasks::{Progress, Stage, Work};

use crate::drawn::Drawn;
use crate::planted::{Plant, Subject};
use crate::revised::{holds, is_new, places};
use crate::rules::Rules;
use crate::sessions::Wish;
use crate::world::{Broken, World, broken};

/// What outlives a watchdog.
pub struct Store {
    pub work: Work,
    /// The manifest that it is the work on.
    pub source: String,
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
    pub fn new(work: Work, source: String) -> Self {
        Self { work, source, requests: Vec::new(), answers: BTreeMap::new(), next: 0 }
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
    /// What the file said when it was looked at last.
    taken_up: Option<String>,
    arrived: Vec<Outcome>,
    under_way: BTreeSet<usize>,
}

/// What a turn works on.
pub struct Around<'a> {
    pub drawn: &'a mut Drawn,
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
        Self { work, taken_up: None, arrived: Vec::new(), under_way: BTreeSet::new() }
    }

    /// A tick and what follows; whether the watchdog lives on.
    pub fn turn(&mut self, it: &mut Around<'_>, fate: Fate) -> Result<bool, Broken> {
        let wishes: Vec<(usize, Wish)> = it
            .store
            .requests
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
        // What was made of the file and is not stored was never made: such turns are as if nobody had looked.
        if !matches!(fate, Fate::KilledAfterTheStep | Fate::DiskIsFull) {
            self.take_up(it)?;
        }
        let verbs: Vec<(u64, Asked)> = it
            .store
            .requests
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
        for (place, task) in it.drawn.manifest.tasks.iter().enumerate() {
            let begins = after.work.tasks[place].attempt > self.work.tasks[place].attempt;
            let covers = it.drawn.file.covers.get(task.id.as_str()).filter(|_| begins);
            it.drawn.covers[place] = covers.copied().unwrap_or(it.drawn.covers[place]);
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

    /// Puts what is under way together with what the file says now, where that is news.
    fn take_up(&mut self, it: &mut Around<'_>) -> Result<(), Broken> {
        if !is_new(&it.drawn.file, self.taken_up.as_ref(), (&it.drawn.manifest, &self.work)) {
            return Ok(());
        }
        let source = it.drawn.file.source.clone();
        let before = Some((it.store.source.as_str(), &it.drawn.manifest, &self.work));
        let now = Now { at: it.world.now, wall_ms: it.wall };
        let revised = match it.subject.revise(before, &source, now) {
            Ok(Some(revised)) => revised,
            other => {
                return broken("a file that is sound is taken up", format!("{other:?}"));
            }
        };
        holds((&it.drawn.manifest, &self.work), &revised, &it.drawn.file.manifest, it.world)?;
        for task in &it.drawn.manifest.tasks {
            if revised.manifest.task(task.id.as_str()).is_none() {
                it.world.counts.note("who vanished from the file is forgotten");
            }
        }
        let from = places(&it.drawn.manifest, &revised.manifest);
        self.move_all(it, &from, &revised);
        it.drawn.manifest = revised.manifest;
        (it.store.work, it.store.source) = (revised.work.clone(), revised.source);
        self.work = revised.work;
        self.taken_up = Some(source);
        Ok(())
    }

    /// Gives everything that is told by places the new ones; `from`: where each task stood before.
    fn move_all(&mut self, it: &mut Around<'_>, from: &[Option<usize>], revised: &Revised) {
        let to = |old: usize| from.iter().position(|place| *place == Some(old));
        let mut kept: Vec<Option<u8>> = it.drawn.covers.iter().copied().map(Some).collect();
        it.drawn.covers = (0..from.len())
            .map(|place| {
                let id = revised.manifest.tasks[place].id.as_str();
                let stage = &revised.work.tasks[place].stage;
                let is_under_way = !matches!(stage, Stage::Waiting { .. } | Stage::Over);
                let held = from[place].and_then(|old| kept[old].take());
                let written = it.drawn.file.covers.get(id).copied();
                held.filter(|_| is_under_way).or(written).or(held).unwrap_or_default()
            })
            .collect();
        it.world.move_all(from, to);
        it.rules.move_all(from, (&self.work, &revised.work));
        it.store.requests.retain_mut(|request| match to(request.place) {
            Some(place) => {
                request.place = place;
                true
            }
            None => {
                // There is no such task, and that is the answer.
                if let Some(count) = it.store.answers.get_mut(&request.number) {
                    *count += 1;
                }
                false
            }
        });
        self.arrived.retain_mut(|outcome| match to(outcome.place) {
            Some(place) => {
                outcome.place = place;
                true
            }
            None => false,
        });
        self.under_way = self.under_way.iter().filter_map(|old| to(*old)).collect();
    }

    fn hear(&mut self, world: &mut World) {
        let now = world.now;
        for running in &world.running {
            if let Some(result) = running.heard(now) {
                self.under_way.remove(&running.place);
                let (place, errand) = (running.place, running.errand);
                let generation = running.site.generation;
                self.arrived.push(Outcome { place, generation, errand, result, aside: None });
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
