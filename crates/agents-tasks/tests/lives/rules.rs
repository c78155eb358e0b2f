//! What must hold after every step, told without the code that is tested?

use agents_tasks::errand::Failure;
use agents_tasks::progress::{Then, Time};
use agents_tasks::step::{Look, Outcome, Seat};
use agents_tasks::{Hook, Stage, TaskState, Work};

use crate::changes::{Change, begins, cuts_nobody_off, goes_forward, note, side_by_side, states};
use crate::drawn::Drawn;
use crate::sessions::Wish;
use crate::world::{Broken, World, broken};

/// What is remembered of each task.
#[derive(Debug, Clone, Default)]
struct Memory {
    /// Attempts since a verb last asked for a round of them, and refusals by a limit among them.
    begun: u32,
    limits: u32,
    /// How often this attempt was started again.
    agains: u32,
    /// When this attempt was prepared, and first seen to run.
    attempt_since: Time,
    seen_up: Option<Time>,
    /// What it waited for was not its time.
    paused_from: Option<Time>,
    paused: Time,
    /// The operator ended its session, and nobody has asked for it since.
    is_down: bool,
    /// Who is to hear of its end, and since when.
    owed: Option<(Hook, Time)>,
    /// Ends of which somebody is to hear, and hooks under way that lost their watchdog.
    hooks: usize,
}

pub struct Rules {
    memories: Vec<Memory>,
}

impl Rules {
    pub fn new(tasks: usize) -> Self {
        Self { memories: vec![Memory::default(); tasks] }
    }

    /// The tasks have other places from now on. Whom the file wants again has a new round of attempts.
    pub fn move_all(&mut self, from: &[Option<usize>], (before, after): (&Work, &Work)) {
        let memories = std::mem::take(&mut self.memories);
        let of = |old: &Option<usize>| old.and_then(|old| memories.get(old).cloned());
        self.memories = from.iter().map(|old| of(old).unwrap_or_default()).collect();
        for (place, memory) in self.memories.iter_mut().enumerate() {
            let was = from[place].map(|old| before.tasks[old].state);
            if was == Some(TaskState::Cancelled) && after.tasks[place].state != TaskState::Cancelled
            {
                (memory.begun, memory.limits, memory.owed) = (0, 0, None);
            }
        }
    }

    /// A step was stored.
    pub fn stepped(
        &mut self,
        (before, after): (&Work, &Work),
        look: &Look,
        answers: &[Result<String, String>],
        (drawn, world): (&Drawn, &mut World),
    ) -> Result<(), Broken> {
        for place in 0..after.tasks.len() {
            let asked = look.asked.iter().zip(answers).filter(|(asked, _)| asked.place == place);
            let change = Change {
                place,
                before: &before.tasks[place],
                after: &after.tasks[place],
                seat: &look.seats[place],
                look,
                asked: asked.map(|(asked, answer)| (asked.verb, answer.is_ok())).collect(),
            };
            note(&change, world);
            self.attempts(&change, drawn)?;
            begins(&change, after, drawn, world.now)?;
            goes_forward(&change)?;
            states(&change, drawn, world)?;
            self.pull_requests(&change, world)?;
            self.down(&change)?;
            self.times(&change, drawn, world)?;
            self.ends(&change, drawn, world.now);
            cuts_nobody_off(&change, world)?;
        }
        side_by_side((before, after), drawn)
    }

    /// A session runs only for a task that has one.
    pub fn nobody_is_left(&self, work: &Work, world: &World) -> Result<(), Broken> {
        for (place, (progress, member)) in work.tasks.iter().zip(&world.members).enumerate() {
            if member.process.is_some() && !progress.stage.has_session() {
                let told = format!("t@{place} is {:?} {:?}", progress.state, progress.stage);
                return broken("nobody works for a task that has no session", told);
            }
        }
        Ok(())
    }

    /// The watchdog left a request.
    pub fn asks(&self, place: usize, wish: Wish) -> Result<(), Broken> {
        if wish == Wish::Up && self.memories[place].is_down {
            return broken("what the operator ended waits for the operator", format!("t@{place}"));
        }
        Ok(())
    }

    pub fn is_down(&self, place: usize) -> bool {
        self.memories[place].is_down
    }

    /// A hook that runs loses its watchdog: it may be told once more.
    pub fn hook_was_lost(&mut self, place: usize) {
        self.memories[place].hooks += 1;
    }

    /// At the end of a life: everybody has heard what is owed, and once.
    pub fn all_was_told(&self, world: &World) -> Result<(), Broken> {
        for (place, memory) in self.memories.iter().enumerate() {
            let own = || world.hooks.iter().filter(|(of, ..)| *of == place);
            if let Some((hook, since)) = memory.owed
                && !own().any(|(_, told, at)| *told == hook && *at >= since)
            {
                return broken("each end is told", format!("t@{place}: {hook:?} of {since}"));
            }
            if own().count() > memory.hooks {
                return broken("no end is told twice", format!("t@{place}: {:?}", world.hooks));
            }
        }
        Ok(())
    }

    /// Attempts are bounded, and so is how often one is started again.
    fn attempts(&mut self, it: &Change<'_>, drawn: &Drawn) -> Result<(), Broken> {
        let memory = &mut self.memories[it.place];
        if it.is_asked_for_again() || it.after.generation != it.before.generation {
            (memory.begun, memory.limits) = (0, 0);
        }
        if it.after.limited > it.before.limited {
            if !matches!(it.seat, Seat::Ended(ended) if ended.limited_until.is_some()) {
                return broken("a limit is what a program met", it.told());
            }
            memory.limits += 1;
        }
        if it.begins() {
            memory.begun += 1;
            memory.agains = 0;
        }
        let is_again = matches!(it.after.stage, Stage::Starting { again: true, .. });
        if is_again && it.after.stage != it.before.stage {
            memory.agains += 1;
        }
        let most = drawn.manifest.rules.attempts;
        if memory.begun > most + memory.limits || memory.agains > 5 {
            return broken("attempts are bounded", format!("{memory:?} of {most}: {}", it.told()));
        }
        if it.after.state == TaskState::Error && it.before.state != TaskState::Error {
            let lasting = |outcome: &&Outcome| outcome.place == it.place;
            let lasting = it
                .look
                .outcomes
                .iter()
                .filter(lasting)
                .any(|outcome| matches!(outcome.result, Err(Failure { lasting: true, .. })));
            if !lasting && it.after.failures < most {
                return broken("who has attempts left tries again", it.told());
            }
        }
        Ok(())
    }

    /// What is told to be open was not closed before this attempt.
    fn pull_requests(&self, it: &Change<'_>, world: &World) -> Result<(), Broken> {
        if it.after.state != TaskState::PrOpen || it.before.state == TaskState::PrOpen {
            return Ok(());
        }
        let number = it.after.pull.as_ref().and_then(|pull| pull.number);
        let pulls = world.branches.get(&it.after.branch).map(|branch| branch.pulls.as_slice());
        let since = self.memories[it.place].attempt_since;
        let was_known = it.before.pull == it.after.pull;
        match pulls.unwrap_or_default().iter().find(|pull| Some(pull.number) == number) {
            None => broken("a pull request that is told is there", it.told()),
            Some(pull) if was_known && pull.ends < since && !pull.is_merged => {
                broken("a pull request that was closed long ago is not told to be open", it.told())
            }
            Some(_) => Ok(()),
        }
    }

    /// What the operator ended waits for the operator.
    fn down(&mut self, it: &Change<'_>) -> Result<(), Broken> {
        let memory = &mut self.memories[it.place];
        let is_seen = matches!(it.seat, Seat::Up { .. } | Seat::Ended(_) | Seat::Failed { .. });
        if !it.asked.is_empty() || is_seen {
            memory.is_down = false;
        }
        if memory.is_down && it.after.stage != it.before.stage {
            return broken("what the operator ended waits for the operator", it.told());
        }
        let may_go_on = matches!(it.after.stage, Stage::Working { .. } | Stage::Starting { .. });
        let is_down = matches!(it.seat, Seat::Down { .. });
        memory.is_down |= is_down && may_go_on && it.after.state == TaskState::Stuck;
        Ok(())
    }

    /// Nobody is ended before its time, or runs beyond it.
    fn times(&mut self, it: &Change<'_>, drawn: &Drawn, world: &World) -> Result<(), Broken> {
        let now = world.now;
        let memory = &mut self.memories[it.place];
        let was_working = matches!(it.before.stage, Stage::Working { .. });
        let is_working = matches!(it.after.stage, Stage::Working { .. });
        if matches!(it.after.stage, Stage::Starting { again: false, .. })
            && it.before.stage == Stage::Preparing
        {
            (memory.attempt_since, memory.seen_up) = (now, None);
            (memory.paused_from, memory.paused) = (None, 0);
        }
        let pauses = match it.seat {
            Seat::Up { held: Some(_), .. } if was_working => true,
            Seat::Down { .. } if memory.is_down => true,
            Seat::Up { .. } if was_working => false,
            Seat::Ended(_) => false,
            _ => memory.paused_from.is_some(),
        };
        if pauses {
            memory.paused_from.get_or_insert(now);
        } else if let Some(from) = memory.paused_from.take() {
            memory.paused += now - from;
        }
        if is_working && matches!(it.seat, Seat::Up { .. }) {
            memory.seen_up.get_or_insert(now);
        }
        let limit = u64::try_from(drawn.manifest.rules.max_runtime.as_millis()).expect("short");
        let ran = |since: Time| now.saturating_sub(since + memory.paused);
        if let Stage::Ending { then: Then::Fail(reason) } = &it.after.stage
            && it.before.stage != it.after.stage
        {
            if reason.starts_with("it ran for") && ran(memory.attempt_since) < limit {
                return broken("nobody is ended before its time", it.told());
            }
            let prints = world.members[it.place].process.as_ref().is_some_and(|it| it.prints);
            if reason.starts_with("it stalled") && prints {
                return broken("who moves has not stalled", it.told());
            }
        }
        let is_seen = matches!(it.seat, Seat::Up { held: None, .. });
        if was_working && is_working && is_seen && memory.seen_up.is_some_and(|up| ran(up) >= limit)
        {
            return broken("nobody runs beyond its time", format!("{memory:?} {}", it.told()));
        }
        Ok(())
    }

    /// Somebody is to hear of each end, unless another verb takes it back.
    fn ends(&mut self, it: &Change<'_>, drawn: &Drawn, now: Time) {
        let memory = &mut self.memories[it.place];
        let (was, is) = (it.before.state, it.after.state);
        if it.after.stage != Stage::Over || it.is_asked_for_again() {
            memory.owed = None;
        }
        let rules = &drawn.manifest.rules;
        let (hook, program) = if is == TaskState::Error {
            (Hook::OnError, &rules.on_error)
        } else {
            (Hook::OnDone, &rules.on_done)
        };
        // Who begins anew and is skipped in the same step ends once more.
        let again = it.is_asked_for_again();
        let is_end = (is == TaskState::Error || is.is_done())
            && (is != was || again)
            && (!was.is_done() || again);
        if is_end && !program.is_empty() {
            memory.owed = Some((hook, now));
            memory.hooks += 1;
        }
    }
}
