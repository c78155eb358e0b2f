//! What may one step make of one task?

use agents_tasks::progress::{Then, Time};
use agents_tasks::step::{Look, Seat, TaskVerb};
use agents_tasks::{Forge, Progress, Stage, TaskState, Work};

use crate::counts::name;
use crate::drawn::Drawn;
use crate::world::{Broken, World, broken};

/// One task in one step.
pub struct Change<'a> {
    pub place: usize,
    pub before: &'a Progress,
    pub after: &'a Progress,
    pub seat: &'a Seat,
    pub look: &'a Look,
    pub asked: Vec<(TaskVerb, bool)>,
}

impl Change<'_> {
    pub fn skipped(&self) -> bool {
        let is_ending = matches!(self.before.stage, Stage::Ending { then: Then::Skip });
        is_ending || self.asked.iter().any(|(verb, _)| *verb == TaskVerb::Skip)
    }

    /// A verb takes back what was told of it, and gives it a new round of attempts.
    pub fn is_asked_for_again(&self) -> bool {
        let again = |verb: &TaskVerb| matches!(verb, TaskVerb::Retry | TaskVerb::Reset);
        self.asked.iter().any(|(verb, is_done)| *is_done && again(verb))
    }

    pub fn begins(&self) -> bool {
        let (was, is) = (&self.before, &self.after);
        is.stage == Stage::Preparing
            && (was.stage != Stage::Preparing || was.generation != is.generation)
    }

    pub fn told(&self) -> String {
        let (was, is) = (&self.before, &self.after);
        format!(
            "t@{}: {:?} {:?} to {:?} {:?} at the sight of {:?}",
            self.place, was.state, was.stage, is.state, is.stage, self.seat
        )
    }
}

pub fn note(it: &Change<'_>, world: &mut World) {
    let (was, is) = (name(&it.before.stage), name(&it.after.stage));
    if was != is {
        world.counts.note(&format!("stage: {was} to {is}"));
        world.tell(|| it.told());
    }
    if it.before.state != it.after.state {
        world.counts.note(&format!("state: {}", it.after.state.word()));
    }
    for (verb, is_done) in &it.asked {
        let word = if *is_done { "done" } else { "refused" };
        world.counts.note(&format!("verb: {verb:?} {word}"));
    }
    if *it.seat == Seat::Unseen && it.before.stage.has_session() {
        world.counts.note("a session cannot be seen");
    }
}

/// Nothing starts before what it waits for.
pub fn begins(it: &Change<'_>, after: &Work, drawn: &Drawn, now: Time) -> Result<(), Broken> {
    if !it.begins() {
        return Ok(());
    }
    let task = &drawn.manifest.tasks[it.place];
    let state = |place: usize| after.tasks[place].state;
    let of = |place: usize| &drawn.manifest.tasks[place];
    if !task.depends_on.iter().all(|on| state(*on).is_done()) {
        return broken("nothing starts before what it depends on is done", it.told());
    }
    let all = 0..after.tasks.len();
    if all.clone().any(|other| of(other).phase < task.phase && !state(other).is_over()) {
        return broken("no phase begins before the one before has ended", it.told());
    }
    let Some(account) = &task.account else { return Ok(()) };
    let is_refused = |other: usize| {
        of(other).account.as_ref() == Some(account) && after.tasks[other].limited_until > now
    };
    if it.look.bounds.held_accounts.contains(account) || all.clone().any(is_refused) {
        return broken("nothing starts inside a usage window of its account", it.told());
    }
    Ok(())
}

/// Without a verb a task goes on, or begins another attempt.
pub fn goes_forward(it: &Change<'_>) -> Result<(), Broken> {
    let (was, is) = (name(&it.before.stage), name(&it.after.stage));
    let ends = ["waiting", "preparing", "over"];
    let after_a_session = ["working", "judging", "starting again"];
    let follows = match was {
        _ if was == is => true,
        "waiting" => is == "preparing",
        "preparing" => is == "starting" || is == "over",
        "starting" | "starting again" => ends.contains(&is) || after_a_session.contains(&is),
        "working" => is == "ending" || ends.contains(&is) || after_a_session.contains(&is),
        "ending" => ends.contains(&is),
        "judging" => is == "pushing" || ends.contains(&is),
        "pushing" => is == "opening" || is == "over",
        "opening" => is == "over",
        _ => false,
    };
    if !follows && it.asked.is_empty() {
        return broken("no stage goes backwards", it.told());
    }
    let (was, is) = (it.before.state, it.after.state);
    let stays = match was {
        TaskState::PrOpen => matches!(is, TaskState::Merged | TaskState::Cancelled),
        TaskState::Complete | TaskState::Merged | TaskState::Cancelled | TaskState::Error => false,
        TaskState::Pending | TaskState::Blocked | TaskState::Running | TaskState::Stuck => true,
    };
    if was != is && !stays && it.asked.is_empty() {
        return broken("no state goes backwards", it.told());
    }
    Ok(())
}

/// What is told to be done is done, and what nobody wants any more somebody has said so of.
pub fn states(it: &Change<'_>, drawn: &Drawn, world: &World) -> Result<(), Broken> {
    let (was, is) = (it.before, it.after);
    let branch = world.branches.get(&is.branch);
    let is_pushed = branch.is_some_and(|branch| branch.is_pushed() && branch.commits > 0);
    let has_none = branch.is_none_or(|branch| branch.commits == 0);
    let changed_nothing = was.stage == Stage::Judging && has_none;
    let is_new = was.state != is.state;
    match is.state {
        TaskState::Complete if is_new && !it.skipped() => {
            let has_no_forge = drawn.manifest.rules.forge == Forge::None;
            let is_at_its_end = (is_pushed && has_no_forge) || !world.has_remote;
            if !is_at_its_end && !changed_nothing {
                return broken("what is complete is on the remote", it.told());
            }
        }
        TaskState::PrOpen if is_new && !is_pushed => {
            return broken("what has a pull request is on the remote", it.told());
        }
        TaskState::Merged if is_new && !branch.is_some_and(|it| it.is_merged(world.now)) => {
            return broken("what is merged was merged", it.told());
        }
        TaskState::Cancelled if is_new && it.asked.is_empty() && was.state == TaskState::PrOpen => {
            let number = is.pull.as_ref().and_then(|pull| pull.number);
            let pulls = branch.map(|branch| branch.pulls.as_slice()).unwrap_or_default();
            let own = pulls.iter().find(|pull| Some(pull.number) == number);
            if own.is_none_or(|pull| pull.ends > world.now || pull.is_merged) {
                return broken("a pull request that is told closed was closed", it.told());
            }
        }
        TaskState::Cancelled
            if is_new
                && it.asked.is_empty()
                && was.stage != (Stage::Ending { then: Then::Cancel }) =>
        {
            return broken("what is cancelled somebody cancelled", it.told());
        }
        TaskState::Complete
        | TaskState::PrOpen
        | TaskState::Merged
        | TaskState::Cancelled
        | TaskState::Pending
        | TaskState::Blocked
        | TaskState::Running
        | TaskState::Stuck
        | TaskState::Error => {}
    }
    Ok(())
}

/// What still works is not taken for what ended.
pub fn cuts_nobody_off(it: &Change<'_>, world: &World) -> Result<(), Broken> {
    let lives = world.members[it.place].process.is_some();
    let is_again = matches!(it.after.stage, Stage::Starting { again: true, .. });
    if lives && is_again && it.before.stage != it.after.stage {
        return broken("what works is not started again", it.told());
    }
    Ok(())
}

/// Tasks that write to one file never run side by side, and no more run than may.
pub fn side_by_side((before, after): (&Work, &Work), drawn: &Drawn) -> Result<(), Broken> {
    let is_under_way = |place: &usize| {
        let progress = &after.tasks[*place];
        let may_write = matches!(progress.stage, Stage::Preparing) || progress.stage.has_session();
        may_write || progress.state.is_under_way()
    };
    let under_way: Vec<usize> = (0..after.tasks.len()).filter(is_under_way).collect();
    for (at, one) in under_way.iter().enumerate() {
        for other in &under_way[at + 1..] {
            if drawn.covers[*one] & drawn.covers[*other] != 0 {
                let told = format!("t@{one} and t@{other}");
                return broken("who writes to the same file never runs side by side", told);
            }
        }
    }
    let most = drawn.manifest.max_parallel.unwrap_or(u32::MAX) as usize;
    // Somebody may allow fewer while more run: they go on, and nobody begins beside them.
    let has_begun = |place: &&usize| after.tasks[**place].attempt > before.tasks[**place].attempt;
    if under_way.len() > most && under_way.iter().any(|place| has_begun(&place)) {
        return broken("no more run than may", format!("{under_way:?} of {most}"));
    }
    Ok(())
}
