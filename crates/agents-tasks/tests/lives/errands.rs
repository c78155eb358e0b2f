//! What comes of an errand in the world: its effect, and what is told of it, each of which may be without the other?

use agents_tasks::errand::{Done, Errand, Failure, Fate};
use agents_tasks::progress::{Pull, Time};
use agents_tasks::{Forge, Manifest, Progress, TaskState};

use crate::world::{Branch, Broken, PullRequest, Tree, World, broken};

/// One that is under way.
#[derive(Debug, Clone)]
pub struct Running {
    pub place: usize,
    pub errand: Errand,
    /// The task as it was when it began.
    pub site: Progress,
    forge: Forge,
    /// Where its worktree is.
    path: String,
    /// Whether a pull request of the branch was there when it looked.
    found: Option<PullRequest>,
    begun: Time,
    effect_at: Time,
    pub heard_at: Time,
    luck: Luck,
    blind: Blind,
    result: Option<Result<Done, Failure>>,
    /// Its watchdog was killed: nobody hears what came of it.
    pub is_deaf: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Luck {
    Works,
    /// Nothing takes effect.
    Fails {
        lasting: bool,
    },
    /// It takes effect, and a failure is told.
    EffectIsLost,
}

impl Running {
    pub fn is_hook(&self) -> bool {
        matches!(self.errand, Errand::Hook(_))
    }

    pub fn next_effect(&self) -> Option<Time> {
        self.result.is_none().then_some(self.effect_at)
    }

    /// What is heard of it, once that is so far.
    pub fn heard(&self, now: Time) -> Option<Result<Done, Failure>> {
        self.result.clone().filter(|_| now >= self.heard_at && !self.is_deaf)
    }
}

/// What an errand skips that would keep it from harm; planted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Blind {
    /// It does not look whether there is a pull request.
    pub opens: bool,
    /// It does not look whether something would be lost.
    pub tidies: bool,
}

impl World {
    /// Begins one.
    pub fn begin(
        &mut self,
        (manifest, place): (&Manifest, usize),
        (errand, site): (Errand, &Progress),
        blind: Blind,
    ) -> Result<(), Broken> {
        let id = manifest.tasks[place].id.as_str();
        let path = format!("{id}/{}", site.generation);
        let lives = self.members[place].process.is_some();
        if lives && errand != Errand::Look {
            return broken("no errand beside a living session", format!("{id}: {errand:?}"));
        }
        let luck = match self.chance.below(100) {
            _ if self.is_calm => Luck::Works,
            0..10 => Luck::Fails { lasting: false },
            10..12 => Luck::Fails { lasting: true },
            12..20 => Luck::EffectIsLost,
            _ => Luck::Works,
        };
        let is_slow = !self.is_calm && self.chance.one_in(10);
        let took =
            if is_slow { self.chance.between(30_000, 300_000) } else { self.chance.below(4_000) };
        let effect_at = self.now + 1 + took;
        let heard_at = effect_at + if is_slow { 0 } else { self.chance.below(2_000) };
        let pulls = self.branches.get(&site.branch).map(|branch| &branch.pulls);
        let known = pulls.and_then(|pulls| pulls.last()).cloned();
        let found = known.filter(|_| !blind.opens);
        match luck {
            Luck::Works => {}
            Luck::Fails { lasting: false } => self.counts.note("an errand fails"),
            Luck::Fails { lasting: true } => self.counts.note("an errand fails for good"),
            Luck::EffectIsLost => self.counts.note("an errand takes effect and tells of a failure"),
        }
        if is_slow {
            self.counts.note("an errand hangs");
        }
        self.tell(|| format!("t@{place} errand {errand:?} {luck:?}, effect at {effect_at}"));
        self.running.push(Running {
            place,
            errand,
            site: site.clone(),
            forge: manifest.rules.forge,
            path,
            found,
            begun: self.now,
            effect_at,
            heard_at,
            luck,
            blind,
            result: None,
            is_deaf: false,
        });
        Ok(())
    }

    /// Lets those take effect whose time has come.
    pub fn take_effect(&mut self) -> Result<(), Broken> {
        for at in 0..self.running.len() {
            if self.running[at].next_effect().is_none_or(|effect| effect > self.now) {
                continue;
            }
            let it = self.running[at].clone();
            let result = match it.luck {
                Luck::Fails { lasting } => {
                    // A program that ends badly was told all the same.
                    if let Errand::Hook(hook) = it.errand {
                        self.hooks.push((it.place, hook, self.now));
                    }
                    Err(Failure { reason: "it cannot be done".to_owned(), lasting })
                }
                Luck::Works => self.do_it(&it)?,
                Luck::EffectIsLost => {
                    self.do_it(&it)?.and_then(|_| passing("its outcome was lost"))
                }
            };
            if it.is_deaf {
                self.counts.note("an errand takes effect after its watchdog was killed");
            }
            self.tell(|| format!("t@{} {:?} came to {result:?}", it.place, it.errand));
            self.running[at].result = Some(result);
        }
        self.running.retain(|it| !it.is_deaf || it.result.is_none());
        Ok(())
    }

    fn do_it(&mut self, it: &Running) -> Result<Result<Done, Failure>, Broken> {
        let name = it.site.branch.as_str();
        let (now, has_remote) = (self.now, self.has_remote);
        let branch = self.branches.get(name).cloned();
        Ok(match it.errand {
            Errand::Prepare => self.prepare(it, branch.is_some()),
            Errand::Look => match self.trees.get(&it.path) {
                Some(tree) => {
                    let commits = branch.map_or(0, |branch| branch.commits);
                    let printed = self.members[it.place].printed(now);
                    Ok(Done::Looked { trace: format!("{commits} {} {printed}", tree.dirty) })
                }
                None => passing("there is no worktree"),
            },
            Errand::Judge => match branch {
                Some(branch) => {
                    let dirty = self.trees.get(&it.path).map_or(0, |tree| tree.dirty);
                    let head = format!("{name}:{}", branch.commits);
                    Ok(Done::Judged { commits: branch.commits, dirty, head })
                }
                None => return broken("a branch that was worked on is there", name),
            },
            Errand::Push if !has_remote => Ok(Done::NoRemote),
            Errand::Push => match self.branches.get_mut(name) {
                Some(branch) => {
                    branch.pushed = Some(branch.commits);
                    Ok(Done::Pushed)
                }
                None => return broken("a branch that was worked on is there", name),
            },
            Errand::Open => return self.open(it),
            Errand::Watch => {
                let number = it.site.pull.as_ref().and_then(|pull| pull.number);
                let pulls = branch.map(|branch| branch.pulls).unwrap_or_default();
                match pulls.iter().find(|pull| Some(pull.number) == number) {
                    None => return broken("the pull request that is watched is there", name),
                    Some(pull) if pull.ends > now => Ok(Done::Watched(Fate::Open)),
                    Some(pull) if pull.is_merged => Ok(Done::Watched(Fate::Merged)),
                    Some(_) => Ok(Done::Watched(Fate::Closed)),
                }
            }
            Errand::Tidy => return self.tidy(it, branch.unwrap_or_default()),
            Errand::Hook(hook) => {
                self.hooks.push((it.place, hook, now));
                Ok(Done::Hooked)
            }
        })
    }

    fn prepare(&mut self, it: &Running, is_there: bool) -> Result<Done, Failure> {
        let name = it.site.branch.clone();
        if it.site.start.is_some() && !is_there {
            return passing("its branch has gone");
        }
        self.branches.entry(name.clone()).or_default();
        let tree = self.trees.entry(it.path.clone());
        tree.or_insert_with(|| Tree { branch: name.clone(), dirty: 0 });
        Ok(Done::Prepared { worktree: it.path.clone(), start: format!("{name}:0") })
    }

    /// Looks first, as it did when it began; the forge has no two of one branch that are open.
    fn open(&mut self, it: &Running) -> Result<Result<Done, Failure>, Broken> {
        let pull = |number| Pull { forge: it.forge, number: Some(number), url: String::new() };
        let known = it.site.pull.as_ref().and_then(|pull| pull.number);
        let now = self.now;
        // One that a person closed before this attempt is not its own.
        let found = it.found.clone().filter(|found| {
            found.is_merged || found.ends > it.effect_at || Some(found.number) != known
        });
        if let Some(found) = found {
            return Ok(Ok(Done::Opened(pull(found.number))));
        }
        let (ends, is_merged) = if self.is_calm {
            (now + self.chance.between(1_000, 600_000), true)
        } else {
            (now + self.chance.between(1_000, 900_000), !self.chance.one_in(5))
        };
        let number = 1 + self.branches.values().map(|it| it.pulls.len() as u64).sum::<u64>();
        let Some(branch) = self.branches.get_mut(&it.site.branch).filter(|it| it.pushed.is_some())
        else {
            return broken("what a pull request is opened for is pushed", it.site.branch.clone());
        };
        if branch.pulls.iter().any(|pull| pull.opened > it.begun) {
            // By another watchdog's errand, between the look and this.
            self.counts.note("a second pull request is refused");
            return Ok(passing("there is one already"));
        }
        if branch.pulls.iter().any(|pull| pull.ends > it.begun) {
            return broken("a pull request is opened once", it.site.branch.clone());
        }
        branch.pulls.push(PullRequest { number, opened: now, ends, is_merged });
        Ok(Ok(Done::Opened(pull(number))))
    }

    /// Whatever would be lost keeps the worktree.
    fn tidy(&mut self, it: &Running, branch: Branch) -> Result<Result<Done, Failure>, Broken> {
        let path = &it.path;
        let lives = self
            .members
            .iter()
            .any(|member| member.process.as_ref().is_some_and(|process| process.tree == *path));
        let is_safe =
            branch.is_pushed() || branch.commits == 0 || it.site.state == TaskState::Merged;
        let is_dirty = self.trees.get(path).is_some_and(|tree| tree.dirty > 0);
        if lives || is_dirty || !is_safe {
            if it.blind.tidies {
                return broken("no worktree goes that holds what would be lost", path.clone());
            }
            return Ok(Ok(Done::Kept("something would be lost".to_owned())));
        }
        self.trees.remove(path);
        Ok(Ok(Done::Removed))
    }
}

fn passing<T>(reason: &str) -> Result<T, Failure> {
    Err(Failure { reason: reason.to_owned(), lasting: false })
}
