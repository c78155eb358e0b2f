//! What is there apart from the watchdog: sessions, worktrees, branches, a remote, a forge; and how does time go on in it?

use std::collections::BTreeMap;

use agents_tasks::Hook;
use agents_tasks::progress::Time;

use crate::chance::Chance;
use crate::counts::Counts;
use crate::errands::Running;
use crate::sessions::Member;

/// What must never be, and was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    pub rule: &'static str,
    pub told: String,
}

pub fn broken<T>(rule: &'static str, told: impl Into<String>) -> Result<T, Broken> {
    Err(Broken { rule, told: told.into() })
}

pub struct World {
    pub now: Time,
    pub chance: Chance,
    /// From now on all goes well.
    pub is_calm: bool,
    pub has_remote: bool,
    /// One for each task.
    pub members: Vec<Member>,
    /// By their paths.
    pub trees: BTreeMap<String, Tree>,
    /// By their names.
    pub branches: BTreeMap<String, Branch>,
    /// Errands that are under way, those of killed watchdogs among them.
    pub running: Vec<Running>,
    /// Who was told of which end, and when.
    pub hooks: Vec<(usize, Hook, Time)>,
    /// Accounts that the fleet holds, and until when.
    pub held_accounts: Vec<(String, Time)>,
    pub counts: Counts,
    /// Tells all, for the one life that somebody looks into.
    pub is_told: bool,
}

/// A worktree.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    pub branch: String,
    /// Changed files that are not committed.
    pub dirty: u32,
}

#[derive(Debug, Clone, Default)]
pub struct Branch {
    pub commits: u32,
    /// How many of them the remote has.
    pub pushed: Option<u32>,
    /// Its pull requests, the oldest first.
    pub pulls: Vec<PullRequest>,
}

#[derive(Debug, Clone)]
pub struct PullRequest {
    pub number: u64,
    pub opened: Time,
    /// When a person merges or closes it.
    pub ends: Time,
    pub is_merged: bool,
}

impl Branch {
    pub fn is_pushed(&self) -> bool {
        self.pushed == Some(self.commits)
    }

    pub fn is_merged(&self, now: Time) -> bool {
        self.pulls.iter().any(|pull| pull.ends <= now && pull.is_merged)
    }
}

impl World {
    pub fn new(chance: Chance, tasks: usize, has_remote: bool) -> Self {
        Self {
            now: 1_000_000,
            chance,
            is_calm: false,
            has_remote,
            members: (0..tasks).map(|_| Member::default()).collect(),
            trees: BTreeMap::new(),
            branches: BTreeMap::new(),
            running: Vec::new(),
            hooks: Vec::new(),
            held_accounts: Vec::new(),
            counts: Counts::default(),
            is_told: false,
        }
    }

    pub fn tell(&self, text: impl FnOnce() -> String) {
        if self.is_told {
            println!("{:>10}  {}", self.now, text());
        }
    }

    /// Lets time go on: programs work and end, errands take effect.
    pub fn advance(&mut self, to: Time) -> Result<(), Broken> {
        while let Some(at) = self.next_event().filter(|at| *at <= to) {
            self.now = self.now.max(at);
            for place in 0..self.members.len() {
                self.work(place)?;
            }
            self.take_effect()?;
        }
        self.now = self.now.max(to);
        Ok(())
    }

    /// When the next thing happens by itself.
    pub fn next_event(&self) -> Option<Time> {
        let deeds = self.members.iter().filter_map(Member::next_deed);
        let effects = self.running.iter().filter_map(Running::next_effect);
        deeds.chain(effects).min()
    }

    /// The tasks have other places from now on; who is forgotten has none.
    pub fn move_all(&mut self, from: &[Option<usize>], to: impl Fn(usize) -> Option<usize>) {
        let mut members = std::mem::take(&mut self.members);
        let taken = |old: &Option<usize>| {
            old.and_then(|old| members.get_mut(old)).map(std::mem::take).unwrap_or_default()
        };
        self.members = from.iter().map(taken).collect();
        self.running.retain_mut(|running| match to(running.place) {
            Some(place) => {
                running.place = place;
                true
            }
            None => false,
        });
        self.hooks.retain_mut(|(place, ..)| match to(*place) {
            Some(new) => {
                *place = new;
                true
            }
            None => false,
        });
    }

    /// The accounts that are inside a usage window.
    pub fn held_now(&self) -> Vec<String> {
        let held = self.held_accounts.iter().filter(|(_, until)| *until > self.now);
        held.map(|(name, _)| name.clone()).collect()
    }
}
