//! Is an agent idle with work left, and is it told to go on?
//!
//! In the mode `rule` it always is. In the mode `analyzer` a program that is shown the screen says so, or that it is to be left alone.
//! A prompt is owed as any message, so it goes once and is seen to go; only those that went are counted. Whatever speaks
//! against typing speaks against owing, too: a prompt that waited would be typed at a screen that nobody judged.

mod analysis;
mod idle;
mod note;
#[cfg(test)]
mod tests;

use std::time::Duration;

use agents_config::{Agent, Pilot, PilotMode};
use agents_names::AgentName;

use crate::delivery::{MessageKind, forget_untyped, is_owed, owe};
use crate::draft::Draft;
use crate::life::Life;
use crate::state::Member;
use crate::{Activity, MemberSeen, Moment, Stamp};

pub use analysis::{Analysis, AnalysisSeen};
pub use note::{PilotNote, Preview};

/// What a program reports so soon after its start, or after a text of ours was submitted, is not a person's.
const OURS_WITHIN: Duration = Duration::from_secs(30);
/// Why an agent waits that was just prompted for the last time, and may work yet.
const GAVE_ALL: &str = "it may give no more, and says so when the agent stays idle";

/// What is remembered of an agent's pilot.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct PilotState {
    pub switch: Switch,
    /// How many prompts went since a person last said something.
    pub given: u32,
    /// When the last of them went.
    pub prompted_at: Option<Moment>,
    /// Of when the last prompt is that the program told of.
    #[serde(alias = "heard_ms")]
    pub heard: Option<Stamp>,
    pub doing: Doing,
    /// The conversation of its analyzer.
    pub conversation: Option<String>,
}

/// What a pilot is doing about one screen, where that outlasts a look.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Doing {
    #[default]
    Watching,
    /// Its analyzer judges the screen.
    Analysing { job: u64, screen: u64, attempt: u32, since: Moment },
    /// Its analyzer says that nothing is to be done before the screen changes.
    Waits { screen: u64, reason: String },
    /// Its analyzer would have something typed, and nothing is.
    Said { screen: u64, text: String },
}

/// What the operator said of a pilot last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Switch {
    /// Nothing: the config decides.
    #[default]
    Unsaid,
    On,
    Off,
}

impl PilotState {
    /// Whether it works.
    #[must_use]
    pub fn is_on(&self, pilot: &Pilot) -> bool {
        match self.switch {
            Switch::Unsaid => pilot.enabled,
            Switch::On => true,
            Switch::Off => false,
        }
    }

    /// A person said something: whatever the count was, it is to go on.
    pub(crate) fn begin_anew(&mut self) {
        self.given = 0;
        // An analysis that runs is ended by the next look, or holds on.
        if !matches!(self.doing, Doing::Analysing { .. }) {
            self.doing = Doing::Watching;
        }
    }
}

/// The operator switches it; the answer says how it stands then.
pub(crate) fn switch(member: &mut Member, on: bool) -> &'static str {
    let was =
        std::mem::replace(&mut member.pilot.switch, if on { Switch::On } else { Switch::Off });
    member.pilot.begin_anew();
    match (on, was) {
        (true, Switch::On) => "its pilot was on, and begins to count anew",
        (true, Switch::Off | Switch::Unsaid) => "its pilot is on, and no prompt is counted",
        (false, Switch::Off) => "its pilot was off",
        (false, Switch::On | Switch::Unsaid) => "its pilot is off",
    }
}

/// One tick of an agent's pilot.
pub(crate) fn step(draft: &mut Draft<'_>, agent: &Agent, seen: &MemberSeen, activity: Activity) {
    let name = &agent.name;
    let Some(pilot) = &agent.pilot else {
        rest_no_more(draft, name);
        draft.calm(Some(name), "pilot");
        draft.member(name).pilot = PilotState::default();
        return;
    };
    hear(draft, name, seen);
    let state = &draft.member(name).pilot;
    let (is_on, asked) = (state.is_on(pilot), state.switch == Switch::Off);
    let given = state.given;
    if !is_on {
        rest_no_more(draft, name);
        draft.calm(Some(name), "pilot");
        return draft.note(name, PilotNote::Off { asked });
    }
    if given < pilot.max_continue {
        draft.calm(Some(name), "pilot");
    }
    match idle::judge(draft, agent, seen, activity) {
        idle::Verdict::No(reason) => {
            rest_no_more(draft, name);
            if activity == Activity::Active {
                draft.member(name).pilot.doing = Doing::Watching;
            }
            let (most, reason) = (pilot.max_continue, reason.to_owned());
            draft.note(name, PilotNote::Watches { given, most, reason });
        }
        idle::Verdict::Rests(rest) => rests(draft, name, pilot, (seen, &rest)),
    }
}

/// An agent that is idle.
pub(super) struct Rest {
    /// When its screen changed last.
    since: Moment,
    /// The digest of the screen.
    screen: u64,
    pane: u32,
}

fn rests(
    draft: &mut Draft<'_>,
    name: &AgentName,
    pilot: &Pilot,
    (seen, rest): (&MemberSeen, &Rest),
) {
    let now = draft.now.at;
    analysis::discard(draft, name, Some(rest.screen).filter(|_| pilot.mode != PilotMode::Rule));
    let state = &draft.member(name).pilot;
    let (given, cools) = (state.given, state.prompted_at.map(|at| at.after(pilot.cooldown)));
    let due = rest.since.after(pilot.idle_threshold).max(cools.unwrap_or_default());
    let (number, most) = (given.saturating_add(1), pilot.max_continue);
    if is_owed(&draft.member(name).mailbox, &MessageKind::Pilot) {
        return draft.note(name, PilotNote::OnItsWay { number, most });
    }
    if now < due {
        draft.look_in(due.since(now));
        if given >= most {
            let reason = GAVE_ALL.to_owned();
            return draft.note(name, PilotNote::Watches { given, most, reason });
        }
        return draft.note(name, PilotNote::At { at: due, number, most });
    }
    if given >= most {
        return draft.alarm_of(Some(name), "pilot", PilotNote::Stopped { most });
    }
    match pilot.mode {
        PilotMode::Rule if pilot.dry_run => {
            draft.note(name, PilotNote::WouldPrompt { text: pilot.prompt.clone() });
        }
        PilotMode::Rule => prompt(draft, name, pilot, (seen, pilot.prompt.clone())),
        PilotMode::Analyzer => analysis::step(draft, name, pilot, (seen, rest)),
    }
}

fn prompt(
    draft: &mut Draft<'_>,
    name: &AgentName,
    pilot: &Pilot,
    (seen, text): (&MemberSeen, String),
) {
    let number = draft.member(name).pilot.given.saturating_add(1);
    owe(draft, name, MessageKind::Pilot, text);
    let (most, shown) = (pilot.max_continue, Preview::of(seen));
    draft.note(name, PilotNote::Prompts { number, most, shown });
}

/// It is idle no longer, or not to be judged: what is not typed yet, or not answered, has lost its sense.
fn rest_no_more(draft: &mut Draft<'_>, name: &AgentName) {
    forget_untyped(draft.member(name), &MessageKind::Pilot);
    analysis::discard(draft, name, None);
}

/// There is nobody to be judged.
pub(crate) fn call_off(draft: &mut Draft<'_>, name: &AgentName) {
    analysis::discard(draft, name, None);
}

/// A prompt of the pilot went, or nothing shows whether it did.
pub(crate) fn went(draft: &mut Draft<'_>, name: &AgentName) {
    count_cycle(draft, name);
}

fn count_cycle(draft: &mut Draft<'_>, name: &AgentName) {
    let at = draft.now.at;
    let state = &mut draft.member(name).pilot;
    state.given = state.given.saturating_add(1);
    state.prompted_at = Some(at);
}

/// Whether the program tells of a prompt that a person gave it: then the count begins anew.
fn hear(draft: &mut Draft<'_>, name: &AgentName, seen: &MemberSeen) {
    let prompt = seen.heard.as_ref().and_then(|heard| heard.prompt.as_ref());
    let (now, before) = (draft.now, draft.member(name).pilot.heard);
    let is_new = |at_ms: i64| before.is_none_or(|before| before.is_before(at_ms, now));
    let Some(at_ms) = prompt.map(|it| it.at_ms).filter(|at_ms| is_new(*at_ms)) else { return };
    let member = draft.member(name);
    member.pilot.heard = Some(Stamp::read(at_ms, now));
    // Programs shorten what they report, so it is the time that tells whose it is.
    let is_near = |at: Moment| {
        let at = now.wall_of(at).timestamp_millis();
        let within = i64::try_from(OURS_WITHIN.as_millis()).unwrap_or(i64::MAX);
        (at.saturating_sub(within)..=at.saturating_add(within)).contains(&at_ms)
    };
    let began = match member.life {
        Life::Up { since, .. } => Some(since),
        Life::Stopped { .. }
        | Life::Due { .. }
        | Life::Starting { .. }
        | Life::Missing { .. }
        | Life::Stopping { .. }
        | Life::Parked { .. } => None,
    };
    let is_old = began.is_none_or(|since| at_ms < now.wall_of(since).timestamp_millis());
    let is_ours = began.into_iter().chain(member.mailbox.submitted).any(is_near);
    if !is_old && !is_ours && !is_under_way(member) {
        member.pilot.begin_anew();
    }
}

/// Whether a text of ours is on its way, which the program may just have taken.
fn is_under_way(member: &Member) -> bool {
    member.mailbox.stage != crate::Stage::Owed
}
