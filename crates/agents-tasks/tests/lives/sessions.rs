//! What do the programs in the sessions do, and what does the fleet see of them?

use std::collections::VecDeque;

use agents_tasks::Work;
use agents_tasks::progress::{Exit, Time};
use agents_tasks::step::{Ended, Judged, Seat};

use crate::world::{Broken, World, broken};

/// A task's member of the fleet.
#[derive(Debug, Clone, Default)]
pub struct Member {
    /// What the fleet knows of it.
    pub life: Life,
    pub process: Option<Process>,
    /// How its last process ended, where the fleet has not seen that yet.
    gone: Option<End>,
    /// Nobody can see it until then.
    pub blind_until: Time,
    /// How much was ever printed.
    log: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Life {
    #[default]
    Never,
    Starting {
        until: Time,
    },
    Up {
        since: Time,
    },
    Stopping {
        until: Time,
    },
    Down {
        since: Time,
    },
    Failed {
        since: Time,
    },
    Ended {
        since: Time,
        end: End,
    },
}

#[derive(Debug, Clone)]
pub struct Process {
    pub tree: String,
    plan: VecDeque<(Time, Deed)>,
    /// It waits for a usage window of its own, from and until.
    held: Option<(Time, Time)>,
    /// It prints, so that it never seems to stall.
    pub prints: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Commit,
    Change,
    End(End),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// `None`: it was cut off.
    pub code: Option<i32>,
    /// What its own events say.
    pub says_well: Option<bool>,
    /// The provider refuses it until then.
    pub limited_until: Option<Time>,
}

/// A request of the store that is about a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    Up,
    Down,
}

impl Member {
    pub fn next_deed(&self) -> Option<Time> {
        self.process.as_ref()?.plan.front().map(|(at, _)| *at)
    }

    /// When the fleet sees something new of it.
    pub fn next_sight(&self) -> Option<Time> {
        match self.life {
            Life::Starting { until } | Life::Stopping { until } => Some(until),
            Life::Never
            | Life::Up { .. }
            | Life::Down { .. }
            | Life::Failed { .. }
            | Life::Ended { .. } => None,
        }
    }

    /// What a look at the worktree and the log would be told.
    pub fn printed(&self, now: Time) -> u64 {
        let prints = self.process.as_ref().is_some_and(|process| process.prints);
        self.log + if prints { now } else { 0 }
    }

    pub fn seat(&self, now: Time) -> Seat {
        if now < self.blind_until {
            return Seat::Unseen;
        }
        match self.life {
            Life::Never => Seat::Free,
            Life::Starting { .. } => Seat::Busy,
            Life::Stopping { .. } => Seat::Going,
            Life::Up { since } => {
                let held = self.process.as_ref().and_then(|process| process.held);
                let is_held = held.is_some_and(|(from, until)| (from..until).contains(&now));
                Seat::Up { since, held: is_held.then(|| "its usage window".to_owned()) }
            }
            Life::Down { since } => Seat::Down { since },
            Life::Failed { since } => Seat::Failed { since, reason: "no room".to_owned() },
            Life::Ended { since, end } => Seat::Ended(Ended {
                since,
                exit: end.code.map(|code| Exit { code: Some(code), signal: None, alive_ms: 1 }),
                how: "it ended".to_owned(),
                rows: vec!["last words".to_owned()],
                judged: end.says_well.map(|is_well| Judged {
                    is_well,
                    message: "so it says".to_owned(),
                    spent: None,
                }),
                untold: None,
                limited_until: end.limited_until,
                conversation: None,
            }),
        }
    }
}

impl World {
    /// What the fleet does in a tick: it carries requests out, and sees what became of its members.
    pub fn tick(&mut self, work: &Work, wishes: &[(usize, Wish)]) {
        for &(place, wish) in wishes {
            let progress = &work.tasks[place];
            // Without a session a task is no member, and such a request is refused.
            if progress.stage.has_session() {
                let tree = progress.worktree.clone().unwrap_or_default();
                self.carry_out(place, wish, tree);
            }
        }
        let now = self.now;
        for place in 0..self.members.len() {
            let is_late = !self.is_calm && self.chance.one_in(4);
            let member = &mut self.members[place];
            let was = member.life;
            let ended = member.gone.filter(|_| member.process.is_none() && !is_late);
            member.life = match (member.life, ended) {
                (Life::Starting { .. } | Life::Up { .. }, Some(end)) => {
                    Life::Ended { since: now, end }
                }
                (Life::Starting { until }, None) if now >= until && member.process.is_some() => {
                    Life::Up { since: now }
                }
                (Life::Stopping { until }, _) if now >= until => {
                    (member.process, member.gone) = (None, None);
                    Life::Down { since: now }
                }
                (life, _) => life,
            };
            if was != self.members[place].life {
                self.tell(|| format!("t@{place} is seen: {:?}", self.members[place].life));
            } else if is_late && self.members[place].gone.is_some() {
                self.counts.note("an end is seen late");
            }
        }
    }

    fn carry_out(&mut self, place: usize, wish: Wish, tree: String) {
        let now = self.now;
        match (wish, self.members[place].life) {
            (
                Wish::Up,
                Life::Never | Life::Down { .. } | Life::Failed { .. } | Life::Ended { .. },
            ) => self.start(place, tree),
            (Wish::Down, Life::Starting { .. } | Life::Up { .. }) => {
                let until = now + self.chance.pick(&[0, 10, 3_000, 20_000]);
                self.members[place].life = Life::Stopping { until };
            }
            (Wish::Up, Life::Starting { .. } | Life::Up { .. } | Life::Stopping { .. })
            | (
                Wish::Down,
                Life::Never
                | Life::Stopping { .. }
                | Life::Down { .. }
                | Life::Failed { .. }
                | Life::Ended { .. },
            ) => {}
        }
    }

    fn start(&mut self, place: usize, tree: String) {
        let now = self.now;
        let cannot = !self.is_calm && self.chance.one_in(25);
        if cannot || !self.trees.contains_key(&tree) {
            self.counts.note("a session cannot be started");
            self.members[place].life = Life::Failed { since: now };
            return;
        }
        let until = now + self.chance.pick(&[0, 500, 5_000]);
        let process = self.program(tree);
        let member = &mut self.members[place];
        member.log += 1;
        (member.life, member.gone) = (Life::Starting { until }, None);
        member.process = Some(process);
    }

    /// What a new program will do.
    fn program(&mut self, tree: String) -> Process {
        let now = self.now;
        let roll = if self.is_calm { 0 } else { self.chance.below(100) };
        let short = self.chance.between(10, 40_000);
        let (name, commits, end, took) = match roll {
            0..38 => ("works", self.chance.between(1, 3), Some(exit(0)), short),
            38..45 => ("does nothing", 0, Some(exit(0)), short),
            45..50 => ("commits nothing", 0, Some(exit(0)), short),
            50..60 => ("fails", self.chance.below(2), Some(exit(1)), short),
            60..64 => ("stalls", self.chance.below(2), None, short),
            64..68 => ("runs for ever", 1, None, short),
            68..77 => ("is cut off", self.chance.below(2), Some(CUT), short),
            77..84 => {
                let window = self.chance.between(1_000, 600_000);
                let end = End { limited_until: Some(now + short + window), ..exit(1) };
                ("meets a limit", self.chance.below(2), Some(end), short)
            }
            84..91 => ("waits", 1, Some(exit(0)), short + 400_000),
            91..95 => ("says it failed", 0, Some(End { says_well: Some(false), ..exit(0) }), short),
            _ => ("works long", 4, Some(exit(0)), self.chance.between(60_000, 300_000)),
        };
        self.counts.note(&format!("a program {name}"));
        let mut plan: Vec<(Time, Deed)> =
            (0..commits).map(|_| (now + self.chance.below(took), Deed::Commit)).collect();
        if name == "commits nothing" || (!self.is_calm && self.chance.one_in(20)) {
            plan.push((now + self.chance.below(took), Deed::Change));
        }
        plan.sort_by_key(|(at, _)| *at);
        plan.extend(end.map(|end| (now + took, Deed::End(end))));
        let from = now + self.chance.below(10_000);
        let held = (name == "waits").then(|| (from, from + self.chance.between(60_000, 380_000)));
        Process { tree, plan: plan.into(), held, prints: name != "stalls" }
    }

    /// What a task's program does by now.
    pub fn work(&mut self, place: usize) -> Result<(), Broken> {
        let now = self.now;
        loop {
            let member = &mut self.members[place];
            let Some(process) = &mut member.process else { return Ok(()) };
            if process.plan.front().is_none_or(|(at, _)| *at > now) {
                return Ok(());
            }
            let Some((_, deed)) = process.plan.pop_front() else { return Ok(()) };
            let path = process.tree.clone();
            if let Deed::End(end) = deed {
                member.log = member.printed(now);
                (member.process, member.gone) = (None, Some(end));
                self.tell(|| format!("t@{place} ends: {end:?}"));
                return Ok(());
            }
            let Some(tree) = self.trees.get_mut(&path) else {
                return broken("a worktree goes while a program works there", path);
            };
            match deed {
                Deed::Commit => {
                    tree.dirty = 0;
                    let branch = self.branches.entry(tree.branch.clone()).or_default();
                    branch.commits += 1;
                }
                Deed::Change => tree.dirty += 1,
                Deed::End(_) => {}
            }
        }
    }
}

const CUT: End = End { code: None, says_well: None, limited_until: None };

fn exit(code: i32) -> End {
    End { code: Some(code), says_well: None, limited_until: None }
}
