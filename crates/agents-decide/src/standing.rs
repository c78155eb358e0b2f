//! What does an agent's program do, when all that is known of it is put together, and what is that known by?
//!
//! In order of trust: whether the process lives, whether a signal stopped it, a question on the screen, what the program itself tells, its title and
//! screen. What it tells can be stale, since a hook gets lost and an interrupted turn ends without one: a screen that says
//! otherwise for long enough is believed then.

#[cfg(test)]
mod tests;

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::draft::Draft;
use crate::{
    Heard, JobSeen, MemberSeen, Moment, Now, PaneSeen, Seen, Shown, ShownState, Told, ToldState,
};

/// A program that says it works, and was not heard of for so long while its screen shows that it rests, does rest.
pub const STALE_AFTER: Duration = Duration::from_secs(30);

/// A screen that still changes so long after the program said that its turn is over shows a new turn.
pub const SETTLES_WITHIN: Duration = Duration::from_secs(2);

/// What a program does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stand {
    /// A turn runs, or is tried again by the program.
    Active,
    /// It takes a prompt.
    Idle,
    /// It asks a person: any key would be an answer.
    WaitingInput,
    /// A usage or rate limit keeps it from its work.
    Limited,
    /// Its provider refuses its login.
    Unauthenticated,
    /// The last turn ended in another error, and it takes a prompt.
    Failed,
    /// It was stopped by a signal, and does nothing until it goes on.
    Suspended,
    /// It has ended.
    Exited,
    /// What is known does not tell, or contradicts itself.
    Unknown,
}

impl Stand {
    /// The word in output for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Idle => "idle",
            Self::WaitingInput => "waiting_input",
            Self::Limited => "limited",
            Self::Unauthenticated => "unauthenticated",
            Self::Failed => "failed",
            Self::Suspended => "suspended",
            Self::Exited => "exited",
            Self::Unknown => "unknown",
        }
    }
}

/// What a program does, with its proof.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Standing {
    pub stand: Stand,
    /// What says so, in one line: `hook Stop`, `record line 42`, `screen rule spinner`, `the dead pane`.
    pub by: String,
    /// The program itself says so.
    pub is_told: bool,
    /// Since when, where the program says so: milliseconds of the wall clock since 1970.
    pub since_ms: Option<i64>,
    /// What was seen besides and says something else, with what it says.
    pub besides: Vec<(String, Stand)>,
    /// Since when what it tells and what its screen shows differ in this way.
    pub differs_since: Option<Moment>,
}

/// All that one look knows of a program.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    pub pane: &'a Seen<PaneSeen>,
    pub job: Option<JobSeen>,
    pub told: Option<&'a Told>,
    pub heard: Option<&'a Heard>,
    pub shown: Option<&'a Shown>,
    /// When its screen last changed.
    pub changed_at: Option<Moment>,
    /// After so long without any change a screen proves no work.
    pub longest_still: Duration,
    pub now: Now,
}

/// Puts everything together. `None` where neither the program nor a preset says anything.
#[must_use]
pub fn join(before: Option<&Standing>, look: &Look<'_>) -> Option<Standing> {
    let told = look.told.map(Claim::of_told);
    let shown = look.shown.map(Claim::of_shown);
    if let Some(gone) = gone(look) {
        let others = told.into_iter().chain(shown.filter(|it| it.stand != Stand::Exited));
        return Some(gone.stands(others.collect(), None));
    }
    if let Some(job) = look.job.filter(|job| job.suspended) {
        let shown = shown.filter(|it| it.stand != Stand::Unknown);
        return Some(
            Claim::of_suspended(job).stands(told.into_iter().chain(shown).collect(), None),
        );
    }
    let differs_since = differs(told.as_ref(), shown.as_ref())
        .then(|| still_differs(before, told.as_ref(), shown.as_ref()).unwrap_or(look.now.at));
    let (wins, loses) = match (told, shown) {
        (None, None) => return None,
        (Some(claim), None) | (None, Some(claim)) => (claim, None),
        (Some(told), Some(shown)) => {
            let lasts = differs_since.map_or(Duration::ZERO, |since| look.now.at.since(since));
            let (wins, loses) = match settle(told.stand, shown.stand, lasts, look) {
                Wins::Told => (told, shown),
                Wins::Shown => (shown, told),
                Wins::Nobody => {
                    let by = format!("{}, of long ago", told.by);
                    let unsettled = Claim { stand: Stand::Unknown, by, ..Claim::default() };
                    return Some(unsettled.stands(vec![told, shown], differs_since));
                }
            };
            (wins, Some(loses))
        }
    };
    // A screen that no rule reads speaks against nothing.
    let speaks = |it: &Claim| it.stand != wins.stand && it.stand != Stand::Unknown;
    let besides = loses.into_iter().filter(speaks).collect();
    Some(wins.stands(besides, differs_since))
}

impl Standing {
    /// Whether it says the same as another one, apart from what changes while nothing happens: which rule reads the
    /// screen of a program at work, and for how long two sources have differed.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        let stands = |it: &Self| it.besides.iter().map(|(_, stand)| *stand).collect::<Vec<_>>();
        (self.stand, self.is_told, self.since_ms) == (other.stand, other.is_told, other.since_ms)
            && (!self.is_told || self.by == other.by)
            && stands(self) == stands(other)
    }

    /// Whether its program says that it works.
    #[must_use]
    pub fn is_told_active(&self) -> bool {
        self.is_told && self.stand == Stand::Active
    }

    /// What the program tells, unless its screen has proved that to be stale; a question on the screen does not, nor a
    /// signal that stopped the program.
    pub(crate) fn counted<'a>(&self, seen: &'a MemberSeen) -> Option<&'a Told> {
        let holds = self.is_told || matches!(self.stand, Stand::WaitingInput | Stand::Suspended);
        seen.told.as_ref().filter(|_| holds)
    }
}

/// A contradiction between what a program tells and what it shows is judged as soon as it has lasted.
pub(crate) fn look_again(draft: &mut Draft<'_>, standing: Option<&Standing>) {
    let Some(since) = standing.and_then(|standing| standing.differs_since) else { return };
    let lasts = draft.now.at.since(since);
    let next = [SETTLES_WITHIN, STALE_AFTER].into_iter().find(|span| lasts < *span);
    if let Some(next) = next {
        draft.look_in(next.saturating_sub(lasts) + Duration::from_millis(100));
    }
}

/// What one source says.
struct Claim {
    stand: Stand,
    by: String,
    is_told: bool,
    since_ms: Option<i64>,
}

impl Default for Claim {
    fn default() -> Self {
        Self { stand: Stand::Unknown, by: String::new(), is_told: false, since_ms: None }
    }
}

impl Claim {
    fn of_told(told: &Told) -> Self {
        let stand = match &told.state {
            ToldState::Active | ToldState::Failed { retried: true, .. } => Stand::Active,
            ToldState::Idle => Stand::Idle,
            ToldState::Waiting => Stand::WaitingInput,
            ToldState::Limited { .. } => Stand::Limited,
            ToldState::Unauthenticated { .. } => Stand::Unauthenticated,
            ToldState::Failed { retried: false, .. } => Stand::Failed,
        };
        Self { stand, by: told.source.clone(), is_told: true, since_ms: Some(told.since_ms) }
    }

    fn of_suspended(job: JobSeen) -> Self {
        let by = format!("process {}, which a signal stopped", job.pid);
        Self { stand: Stand::Suspended, by, ..Self::default() }
    }

    fn of_shown(shown: &Shown) -> Self {
        let stand = match shown.state {
            ShownState::Active if shown.menu => Stand::WaitingInput,
            ShownState::Active => Stand::Active,
            ShownState::Idle if shown.menu => Stand::WaitingInput,
            ShownState::Idle => Stand::Idle,
            ShownState::WaitingInput => Stand::WaitingInput,
            ShownState::Limited => Stand::Limited,
            ShownState::Fatal if shown.menu => Stand::WaitingInput,
            ShownState::Fatal => Stand::Failed,
            ShownState::Exited => Stand::Exited,
            ShownState::Unknown if shown.menu => Stand::WaitingInput,
            ShownState::Unknown => Stand::Unknown,
        };
        let by = match &shown.rule {
            Some(rule) => format!("screen rule {rule}"),
            None => "a screen that no rule reads".to_owned(),
        };
        Self { stand, by, ..Self::default() }
    }

    fn stands(self, besides: Vec<Self>, differs_since: Option<Moment>) -> Standing {
        let Self { stand, by, is_told, since_ms } = self;
        let besides = besides.into_iter().map(|claim| (claim.by, claim.stand)).collect();
        Standing { stand, by, is_told, since_ms, besides, differs_since }
    }
}

/// Whether the process has certainly ended: then nothing that it said or drew counts.
fn gone(look: &Look<'_>) -> Option<Claim> {
    let by = match look.pane {
        Seen::Absent => "the absent session".to_owned(),
        Seen::Known(pane) if pane.dead.is_some() => "the dead pane".to_owned(),
        Seen::Known(pane) if look.shown.is_some_and(is_left_to_a_shell) => {
            format!("the foreground process {}", pane.command)
        }
        Seen::Known(_) | Seen::Unknown(_) => return None,
    };
    Some(Claim { stand: Stand::Exited, by, ..Claim::default() })
}

/// The process itself proves it, not a row.
fn is_left_to_a_shell(shown: &Shown) -> bool {
    shown.state == ShownState::Exited
        && shown.rule.as_deref().is_some_and(|rule| matches!(rule, "shell" | "dead"))
}

fn differs(told: Option<&Claim>, shown: Option<&Claim>) -> bool {
    told.zip(shown).is_some_and(|(told, shown)| told.stand != shown.stand)
}

/// Since when, if the look before found the same two claims.
fn still_differs(
    before: Option<&Standing>,
    told: Option<&Claim>,
    shown: Option<&Claim>,
) -> Option<Moment> {
    let before = before?;
    let found = |claim: &Claim| {
        // What no rule reads is not kept, and can only have been the screen.
        (before.stand == claim.stand && before.is_told == claim.is_told)
            || before.besides.iter().any(|(_, stand)| *stand == claim.stand)
            || (claim.stand == Stand::Unknown && !claim.is_told && before.besides.is_empty())
    };
    before.differs_since.filter(|_| found_both(told, shown, found))
}

fn found_both(told: Option<&Claim>, shown: Option<&Claim>, found: impl Fn(&Claim) -> bool) -> bool {
    told.is_some_and(&found) && shown.is_some_and(&found)
}

enum Wins {
    Told,
    Shown,
    /// The one is too old, the other says too little.
    Nobody,
}

/// Who is right, where the process lives; `lasts`: for how long they have differed.
fn settle(told: Stand, shown: Stand, lasts: Duration, look: &Look<'_>) -> Wins {
    let is_stale = lasts >= STALE_AFTER && silence(look) >= STALE_AFTER;
    match (told, shown) {
        // A key would answer it, whatever the program says that it does.
        (_, Stand::WaitingInput) => Wins::Shown,
        // Answered, and its tool runs: that is not reported before the tool ends.
        (Stand::WaitingInput, Stand::Active) if moves_on(lasts, look) => Wins::Shown,
        // What was asked is answered by what the program tells next, or by a person.
        (Stand::WaitingInput, Stand::Exited) if is_stale => Wins::Shown,
        (
            Stand::Active,
            Stand::Idle | Stand::Limited | Stand::Failed | Stand::Exited | Stand::Unauthenticated,
        ) if is_stale => Wins::Shown,
        (Stand::Active, Stand::Unknown) if is_stale && !moves(look) => Wins::Nobody,
        (Stand::Idle | Stand::Limited | Stand::Unauthenticated | Stand::Failed, Stand::Active)
            if moves_on(lasts, look) =>
        {
            Wins::Shown
        }
        // A shell's prompt among the rows may be quoted; one that stays while nothing is heard is none.
        (Stand::Idle | Stand::Limited | Stand::Unauthenticated | Stand::Failed, Stand::Exited)
            if is_stale =>
        {
            Wins::Shown
        }
        (
            Stand::Active
            | Stand::Idle
            | Stand::WaitingInput
            | Stand::Limited
            | Stand::Unauthenticated
            | Stand::Failed
            | Stand::Suspended
            | Stand::Exited
            | Stand::Unknown,
            _,
        ) => Wins::Told,
    }
}

/// For how long nothing was heard of the program.
fn silence(look: &Look<'_>) -> Duration {
    let told = look.told.map(|told| told.since_ms);
    let heard = look.heard.map(|heard| heard.at_ms);
    // What lies ahead was heard before the wall clock was set back, and is no news until then.
    let past = [told, heard].into_iter().flatten().filter(|at_ms| !look.now.is_ahead(*at_ms));
    since_ms(look.now.wall, past.max().unwrap_or(0))
}

fn since_ms(now: DateTime<Utc>, then: i64) -> Duration {
    Duration::from_millis(now.timestamp_millis().saturating_sub(then).max(0).cast_unsigned())
}

/// The screen changed of late.
fn moves(look: &Look<'_>) -> bool {
    look.changed_at.is_some_and(|at| look.now.at.since(at) <= look.longest_still)
}

/// The screen moves, and did so well after what the program told: a last frame is drawn at about the same time. What it told
/// before the wall clock was set back is as old as the difference at least.
fn moves_on(lasts: Duration, look: &Look<'_>) -> bool {
    let Some((changed_at, told)) = look.changed_at.zip(look.told) else { return false };
    if look.now.is_ahead(told.since_ms) {
        let differed_at = look.now.at.before(lasts);
        return moves(look) && changed_at > differed_at.after(SETTLES_WITHIN);
    }
    let changed = look.now.wall_of(changed_at).timestamp_millis();
    let settles = i64::try_from(SETTLES_WITHIN.as_millis()).unwrap_or(i64::MAX);
    moves(look) && changed > told.since_ms.saturating_add(settles)
}
