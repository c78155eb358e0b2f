//! How does one life go? First everything fails that can, then nothing, until all is at its end.

use agents_tasks::progress::{Now, Time};
use agents_tasks::step::TaskVerb;
use agents_tasks::{Stage, TaskState, Work};

use crate::chance::Chance;
use crate::counts::Counts;
use crate::desk::{Around, Body, Desk, Fate, Store};
use crate::drawn::{ACCOUNTS, Drawn, draw};
use crate::planted::Subject;
use crate::rules::Rules;
use crate::sessions::{Life, Wish};
use crate::world::{Broken, World, broken};

/// So long after the faults everything is at its end: what was put off longest waits ten minutes, and tasks may follow each other.
const BOUND: Time = 48 * 3_600_000;
/// And so many turns.
const TURNS: u32 = 20_000;

struct Living {
    drawn: Drawn,
    world: World,
    store: Store,
    rules: Rules,
    subject: Subject,
    wall: i64,
}

/// Lives one life; what it broke, and what it lived through.
pub fn live(seed: u64, subject: Subject, is_told: bool) -> (Counts, Result<(), Broken>) {
    let mut chance = Chance::new(seed);
    let drawn = draw(&mut chance);
    let count = drawn.manifest.tasks.len();
    let mut world = World::new(chance, count, drawn.has_remote);
    world.is_told = is_told;
    let work = Work::begin(&drawn.manifest, Now { at: world.now, wall_ms: 0 });
    let (store, rules) = (Store::new(work, drawn.file.source.clone()), Rules::new(count));
    let mut living = Living { drawn, world, store, rules, subject, wall: 0 };
    let mut desk = Desk::begin(&living.store);
    let result = living.in_trouble(&mut desk).and_then(|()| living.in_calm(&mut desk));
    (living.world.counts, result)
}

impl Living {
    fn around(&mut self) -> Around<'_> {
        let Self { drawn, world, store, rules, subject, wall } = self;
        Around { drawn, world, store, rules, subject: *subject, wall: *wall }
    }

    fn advance(&mut self, by: Time) -> Result<(), Broken> {
        self.wall += i64::try_from(by).unwrap_or(0);
        self.world.advance(self.world.now + by)?;
        self.rules.nobody_is_left(&self.store.work, &self.world)
    }

    fn in_trouble(&mut self, desk: &mut Desk) -> Result<(), Broken> {
        let turns = self.world.chance.between(20, 90);
        for _ in 0..turns {
            let gaps = [1, 20, 200, 1_000, 1_000, 3_000, 10_000, 30_000, 130_000];
            let by = self.world.chance.pick(&gaps);
            self.advance(by)?;
            self.befall();
            self.people_ask();
            self.people_write();
            let fate = self.fate();
            let lives = desk.turn(&mut self.around(), fate)?;
            self.rules.nobody_is_left(&self.store.work, &self.world)?;
            if fate == Fate::DiskIsFull {
                self.world.counts.note("the disk is full");
            }
            if !lives {
                self.world.counts.note(kill_name(fate));
                self.killed(desk)?;
            }
        }
        Ok(())
    }

    /// Everything in memory is gone; what was under way may still take effect.
    fn killed(&mut self, desk: &mut Desk) -> Result<(), Broken> {
        self.world.tell(|| "the watchdog is killed".to_owned());
        let mut gone = Vec::new();
        for at in 0..self.world.running.len() {
            let goes_on = self.world.chance.one_in(2);
            let running = &mut self.world.running[at];
            if running.next_effect().is_none() || !goes_on {
                gone.push(at);
            }
            if running.is_hook() && !running.is_deaf {
                self.rules.hook_was_lost(running.place);
            }
            running.is_deaf = true;
        }
        gone.into_iter().rev().for_each(|at| drop(self.world.running.remove(at)));
        // What was heard and not stored is as lost.
        desk.lost_hooks().for_each(|place| self.rules.hook_was_lost(place));
        let dead = self.world.chance.pick(&[1, 500, 5_000, 60_000]);
        self.advance(dead)?;
        *desk = Desk::begin(&self.store);
        Ok(())
    }

    fn fate(&mut self) -> Fate {
        let chance = &mut self.world.chance;
        match chance.below(100) {
            0..3 => Fate::KilledAfterTheTick,
            3..6 => Fate::KilledAfterTheStep,
            6..10 => Fate::KilledAfterTheStore,
            10..13 => Fate::KilledWhileItAsks(chance.below(2)),
            13..17 => Fate::KilledWhileItBegins(chance.below(3)),
            17..20 => Fate::DiskIsFull,
            _ => Fate::Goes,
        }
    }

    /// What happens to sessions, accounts and clocks from outside.
    fn befall(&mut self) {
        let count = self.world.members.len();
        let world = &mut self.world;
        if world.chance.one_in(8) {
            let place = world.chance.place(count);
            world.members[place].blind_until = world.now + world.chance.between(1, 90_000);
        }
        if world.chance.one_in(25) {
            let account = world.chance.pick(&ACCOUNTS).to_owned();
            let until = world.now + world.chance.between(1_000, 300_000);
            world.held_accounts.push((account, until));
            world.counts.note("an account is held");
        }
        if world.chance.one_in(25) {
            self.wall += self.world.chance.pick(&[-7_200_000, -5_000, 9_000, 86_400_000]);
            self.world.counts.note("the clock jumps");
        }
    }

    /// What people write into the file.
    fn people_write(&mut self) {
        if self.world.chance.one_in(12) {
            let Self { drawn, world, .. } = self;
            let manifest = &drawn.manifest;
            let is_known = |id: &str| manifest.task(id).is_some();
            let what = drawn.file.change(&mut world.chance, is_known);
            world.counts.note(what);
            world.tell(|| what.to_owned());
        }
    }

    /// What people ask of tasks and sessions.
    fn people_ask(&mut self) {
        let down = (0..self.world.members.len()).find(|place| self.rules.is_down(*place));
        if let Some(place) = down.filter(|_| self.world.chance.one_in(8)) {
            // What was ended is started, and a moment later somebody wants another attempt of it.
            self.world.counts.note("the operator asks for Up and retries");
            self.store.submit(place, Body::Session(Wish::Up));
            return self.store.submit(place, Body::Verb(TaskVerb::Retry));
        }
        let chance = &mut self.world.chance;
        let place = chance.place(self.world.members.len());
        let body = match chance.below(100) {
            0..3 => Body::Verb(TaskVerb::Retry),
            3..5 => Body::Verb(TaskVerb::Cancel),
            5..6 => Body::Verb(TaskVerb::Skip),
            6..9 => Body::Verb(TaskVerb::Reset),
            9..11 => Body::Verb(TaskVerb::Tidy),
            11..14 => Body::Session(Wish::Down),
            14..16 => Body::Session(Wish::Up),
            _ => return,
        };
        if let Body::Session(wish) = body {
            self.world.counts.note(&format!("the operator asks for {wish:?}"));
        }
        self.store.submit(place, body);
        // Now and then somebody changes his mind before anybody has looked.
        if self.world.chance.one_in(3) {
            let verb =
                self.world.chance.pick(&[TaskVerb::Retry, TaskVerb::Reset, TaskVerb::Cancel]);
            self.store.submit(place, Body::Verb(verb));
        }
    }

    fn in_calm(&mut self, desk: &mut Desk) -> Result<(), Broken> {
        self.world.tell(|| "from now on all goes well".to_owned());
        self.world.is_calm = true;
        self.world.members.iter_mut().for_each(|member| member.blind_until = 0);
        let end = self.world.now + BOUND;
        for _ in 0..TURNS {
            // What the operator ended goes on when the operator says so.
            for place in 0..self.world.members.len() {
                let has_gone = matches!(self.world.members[place].life, Life::Down { .. });
                if has_gone && self.rules.is_down(place) {
                    self.store.submit(place, Body::Session(Wish::Up));
                }
            }
            desk.turn(&mut self.around(), Fate::Goes)?;
            self.rules.nobody_is_left(&self.store.work, &self.world)?;
            match self.next(desk) {
                Some(at) if at <= end => self.advance(at - self.world.now)?,
                Some(_) => break,
                None => return self.at_the_end(),
            }
        }
        broken("every task comes to its end", self.told())
    }

    /// When something goes on; `None` when nothing does any more.
    fn next(&self, desk: &Desk) -> Option<Time> {
        let now = self.world.now;
        let sights = self.world.members.iter().filter_map(|member| member.next_sight());
        let accounts = self.world.held_accounts.iter().map(|(_, until)| *until);
        let accounts = accounts.filter(|until| *until > now);
        let limits = self.store.work.tasks.iter().map(|task| task.limited_until);
        let limits = limits.filter(|until| *until > now);
        let has_session = desk.work().tasks.iter().any(|task| task.stage.has_session());
        let looks = has_session.then_some(now + 20_000);
        let asked = (!self.store.requests.is_empty()).then_some(now);
        let due = desk.due(&self.drawn, &self.world);
        let events = sights.chain(accounts).chain(limits).chain(looks).chain(asked).chain(due);
        events.chain(self.world.next_event()).min().map(|at| at.max(now + 1))
    }

    /// Nothing goes on: everything must be at its end, and everybody must have heard of it.
    fn at_the_end(&self) -> Result<(), Broken> {
        let tasks = &self.store.work.tasks;
        let lost = self.lost();
        for (place, progress) in tasks.iter().enumerate() {
            let is_at_its_end = match progress.stage {
                Stage::Over => progress.state.is_over() || progress.state == TaskState::Error,
                Stage::Waiting { .. } => lost[place],
                _ => false,
            };
            if !is_at_its_end {
                return broken("every task comes to its end", self.told());
            }
        }
        if self.store.work.rests() == lost.contains(&true) {
            return broken("work rests once nothing waits", self.told());
        }
        if let Some((number, count)) = self.store.answers.iter().find(|(_, count)| **count != 1) {
            return broken("each verb is answered once", format!("verb {number}: {count} times"));
        }
        self.rules.all_was_told(&self.world)
    }

    /// Those that wait for what nobody will do.
    fn lost(&self) -> Vec<bool> {
        let tasks = &self.store.work.tasks;
        let of = |place: usize| &self.drawn.manifest.tasks[place];
        let mut lost = vec![false; tasks.len()];
        for _ in 0..tasks.len() {
            for place in 0..tasks.len() {
                let is_lost = |on: &usize| {
                    let state = tasks[*on].state;
                    lost[*on] || matches!(state, TaskState::Cancelled | TaskState::Error)
                };
                let holds_the_phase = |other: usize| {
                    let is_before = of(other).phase < of(place).phase;
                    is_before && (lost[other] || tasks[other].state == TaskState::Error)
                };
                let waits = matches!(tasks[place].stage, Stage::Waiting { .. });
                let is_kept = of(place).depends_on.iter().any(is_lost)
                    || (0..tasks.len()).any(holds_the_phase);
                lost[place] = waits && is_kept;
            }
        }
        lost
    }

    fn told(&self) -> String {
        let rows = self.store.work.tasks.iter().zip(&self.drawn.manifest.tasks);
        let rows = rows.map(|(progress, task)| {
            format!(
                "\n  {}: {:?} {:?}, {}",
                task.id, progress.state, progress.stage, progress.reason
            )
        });
        rows.collect()
    }
}

fn kill_name(fate: Fate) -> &'static str {
    match fate {
        Fate::KilledAfterTheTick => "killed after the tick",
        Fate::KilledAfterTheStep => "killed after the step",
        Fate::KilledAfterTheStore => "killed after the record",
        Fate::KilledWhileItAsks(_) => "killed while it asks for sessions",
        Fate::KilledWhileItBegins(_) => "killed while it begins errands",
        Fate::Goes | Fate::DiskIsFull => "not killed",
    }
}
