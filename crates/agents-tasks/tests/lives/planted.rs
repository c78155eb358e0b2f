//! Which bugs can be planted around the code that is tested?

use agents_tasks::errand::{Done, Errand, owed};
use agents_tasks::progress::{Now, Stage, Time, Work};
use agents_tasks::revise::{Revised, revise};
use agents_tasks::step::{Look, Seat, Session, Step, TaskVerb, session_of, step};
use agents_tasks::{Format, Manifest, Progress, TaskState, load};

use crate::errands::Blind;

/// One rule that is spoilt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plant {
    IgnoresClaims,
    IgnoresDependencies,
    IgnoresPhases,
    IgnoresTheMost,
    IgnoresAccounts,
    CountsNoFailure,
    ActsBeforeItStores,
    OpensBlindly,
    TidiesBlindly,
    TellsOfAPushThatWasNone,
    CancelsWithoutAnEnd,
    TakesWhatCannotBeSeenForGone,
    TakesWhatIsOldForNew,
    AnswersTwice,
    GoesOnAfterDown,
    ForgetsHooks,
    TriesAnErrandOnce,
    SkipsTheWayToJudging,
    ForgetsWhenItBegan,
    CountsWhatItWaitsFor,
    RetriesBesideASession,
    ForgetsWhoRuns,
    TakesClaimsAnew,
}

impl Plant {
    pub const ALL: [Self; 23] = [
        Self::IgnoresClaims,
        Self::IgnoresDependencies,
        Self::IgnoresPhases,
        Self::IgnoresTheMost,
        Self::IgnoresAccounts,
        Self::CountsNoFailure,
        Self::ActsBeforeItStores,
        Self::OpensBlindly,
        Self::TidiesBlindly,
        Self::TellsOfAPushThatWasNone,
        Self::CancelsWithoutAnEnd,
        Self::TakesWhatCannotBeSeenForGone,
        Self::TakesWhatIsOldForNew,
        Self::AnswersTwice,
        Self::GoesOnAfterDown,
        Self::ForgetsHooks,
        Self::TriesAnErrandOnce,
        Self::SkipsTheWayToJudging,
        Self::ForgetsWhenItBegan,
        Self::CountsWhatItWaitsFor,
        Self::RetriesBesideASession,
        Self::ForgetsWhoRuns,
        Self::TakesClaimsAnew,
    ];
}

/// The code that is tested, or that with one bug.
#[derive(Debug, Clone, Copy, Default)]
pub struct Subject(pub Option<Plant>);

impl Subject {
    pub fn has(self, plant: Plant) -> bool {
        self.0 == Some(plant)
    }

    pub fn blind(self) -> Blind {
        Blind { opens: self.has(Plant::OpensBlindly), tidies: self.has(Plant::TidiesBlindly) }
    }

    pub fn step(self, manifest: &Manifest, work: &Work, look: &Look, now: Now) -> Step {
        let Some(plant) = self.0 else { return step(manifest, work, look, now) };
        let (mut manifest, mut look, mut work) = (manifest.clone(), look.clone(), work.clone());
        before(plant, &mut manifest, &mut look, &mut work);
        let mut after = step(&manifest, &work, &look, now);
        for (before, progress) in work.tasks.iter().zip(&mut after.work.tasks) {
            spoil(plant, before, progress);
        }
        after
    }

    /// What becomes of the work when the file says something else.
    pub fn revise(
        self,
        before: Option<(&str, &Manifest, &Work)>,
        declared: &str,
        now: Now,
    ) -> Result<Option<Revised>, String> {
        if self.has(Plant::ForgetsWhoRuns) {
            return revise(None, Some(declared), now);
        }
        let mut revised = revise(before, Some(declared), now)?;
        if let Some(revised) = revised.as_mut().filter(|_| self.has(Plant::TakesClaimsAnew)) {
            let file = load(declared, Format::Json).map_err(|error| error.to_string())?;
            for task in &mut revised.manifest.tasks {
                if let Some((_, row)) = file.task(task.id.as_str()) {
                    task.files.clone_from(&row.files);
                }
            }
        }
        Ok(revised)
    }

    pub fn owed(self, manifest: &Manifest, work: &Work, place: usize, now: Now) -> Option<Errand> {
        let errand = owed(manifest, work, place, now);
        let is_again = work.tasks[place].errand_failures > 0;
        errand.filter(|_| !(self.has(Plant::TriesAnErrandOnce) && is_again))
    }

    pub fn session_of(self, progress: &Progress, seat: &Seat) -> Session {
        if self.has(Plant::GoesOnAfterDown)
            && progress.state == TaskState::Stuck
            && matches!((&progress.stage, seat), (Stage::Working { .. }, Seat::Down { .. }))
        {
            return Session::ToStart;
        }
        session_of(progress, seat, true)
    }
}

/// What the bug makes of what the step is given.
fn before(plant: Plant, manifest: &mut Manifest, look: &mut Look, work: &mut Work) {
    let tasks = &mut manifest.tasks;
    match plant {
        Plant::IgnoresClaims => tasks.iter_mut().for_each(|task| task.files.clear()),
        Plant::IgnoresDependencies => tasks.iter_mut().for_each(|task| task.depends_on.clear()),
        Plant::IgnoresPhases => tasks.iter_mut().for_each(|task| task.phase = 0),
        Plant::IgnoresTheMost => manifest.max_parallel = None,
        Plant::IgnoresAccounts => tasks.iter_mut().for_each(|task| task.account = None),
        Plant::TakesWhatCannotBeSeenForGone => {
            for (seat, progress) in look.seats.iter_mut().zip(&work.tasks) {
                if *seat == Seat::Unseen && matches!(progress.stage, Stage::Working { .. }) {
                    *seat = Seat::Free;
                }
            }
        }
        Plant::RetriesBesideASession => {
            for asked in look.asked.iter().filter(|asked| asked.verb == TaskVerb::Retry) {
                let progress = &mut work.tasks[asked.place];
                if progress.state == TaskState::Stuck && progress.stage.has_session() {
                    progress.stage = Stage::Waiting { from: 0 };
                }
            }
        }
        Plant::CountsWhatItWaitsFor => {
            for seat in &mut look.seats {
                if let Seat::Up { held, .. } = seat {
                    *held = None;
                }
            }
        }
        Plant::TakesWhatIsOldForNew => {
            for outcome in &mut look.outcomes {
                outcome.generation = work.tasks[outcome.place].generation;
            }
        }
        Plant::TellsOfAPushThatWasNone => {
            for outcome in look.outcomes.iter_mut().filter(|it| it.errand == Errand::Push) {
                outcome.result = Ok(Done::Pushed);
            }
        }
        Plant::CancelsWithoutAnEnd => {
            for asked in look.asked.iter().filter(|asked| asked.verb == TaskVerb::Cancel) {
                let progress = &mut work.tasks[asked.place];
                if progress.stage.has_session() {
                    progress.stage = Stage::Judging;
                }
            }
        }
        Plant::CountsNoFailure
        | Plant::ActsBeforeItStores
        | Plant::OpensBlindly
        | Plant::TidiesBlindly
        | Plant::AnswersTwice
        | Plant::GoesOnAfterDown
        | Plant::ForgetsHooks
        | Plant::TriesAnErrandOnce
        | Plant::SkipsTheWayToJudging
        | Plant::ForgetsWhoRuns
        | Plant::TakesClaimsAnew
        | Plant::ForgetsWhenItBegan => {}
    }
}

/// What the bug makes of what the step gives.
fn spoil(plant: Plant, before: &Progress, progress: &mut Progress) {
    match plant {
        Plant::CountsNoFailure if progress.failures > before.failures => {
            progress.failures = before.failures;
        }
        Plant::ForgetsHooks => progress.hook = None,
        Plant::ForgetsWhenItBegan => progress.attempt_from = Time::MAX / 2,
        Plant::SkipsTheWayToJudging
            if progress.stage == Stage::Judging && before.stage != Stage::Judging =>
        {
            progress.stage = Stage::Pushing;
        }
        Plant::CountsNoFailure
        | Plant::SkipsTheWayToJudging
        | Plant::IgnoresClaims
        | Plant::IgnoresDependencies
        | Plant::IgnoresPhases
        | Plant::IgnoresTheMost
        | Plant::IgnoresAccounts
        | Plant::ActsBeforeItStores
        | Plant::OpensBlindly
        | Plant::TidiesBlindly
        | Plant::TellsOfAPushThatWasNone
        | Plant::CancelsWithoutAnEnd
        | Plant::TakesWhatCannotBeSeenForGone
        | Plant::TakesWhatIsOldForNew
        | Plant::AnswersTwice
        | Plant::GoesOnAfterDown
        | Plant::CountsWhatItWaitsFor
        | Plant::RetriesBesideASession
        | Plant::ForgetsWhoRuns
        | Plant::TakesClaimsAnew
        | Plant::TriesAnErrandOnce => {}
    }
}
