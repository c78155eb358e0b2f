//! Bugs of memory: what was remembered is lost.

use std::time::Duration;

use agents_config::Fleet;
use chrono::Timelike as _;

use super::Bug;
use crate::state::{FleetState, Member, Wanted};
use crate::{Ending, Life, Limit, Now, Observation, Sequence, Stall, Why};

/// No watchdog lets so much time pass between two looks: another one did the last.
const RESTARTED: Duration = Duration::from_secs(45);

pub(super) fn falsify(
    bug: Bug,
    fleet: &Fleet,
    state: &mut FleetState,
    seen: &Observation,
    now: Now,
) {
    let is_restarted = now.at.since(state.at) > RESTARTED;
    match bug {
        Bug::PhaseZero if is_restarted && state.sequence.is_some() => {
            let first = fleet.loop_plan.as_ref().and_then(|plan| plan.phases.first());
            state.sequence = first.map(|first| Sequence::Running { phase: first.id.clone() });
        }
        Bug::AdoptsHead if is_restarted => state.handoff = crate::HandoffState::default(),
        Bug::ForgetsMessages if is_restarted => {
            each(state, |member| member.mailbox = crate::Mailbox::default());
        }
        Bug::OneLookIsProof => {
            for (name, member) in &mut state.members {
                let pane = seen.members.get(name).map(|seen| &seen.pane);
                if pane.is_some_and(crate::Seen::is_absent)
                    && let Life::Up { since, run } = member.life
                {
                    member.life = Life::Missing { since, up_since: since, run };
                }
            }
        }
        Bug::ForgetsStarts => each(state, |member| member.budget = crate::Budget::default()),
        Bug::ForgetsPace => state.recent_starts.clear(),
        Bug::ForgetsHold => {
            for (name, member) in &mut state.members {
                let pane = seen.members.get(name).map(|seen| &seen.pane);
                if pane.is_some_and(crate::Seen::is_absent) {
                    member.limit = Limit::default();
                    member.life = healed(member.life.clone(), now);
                }
            }
        }
        Bug::ForgetsRun => each(state, |member| {
            member.last_run = None;
            if let Life::Up { run, .. } | Life::Missing { run, .. } | Life::Stopping { run, .. } =
                &mut member.life
            {
                *run = None;
            }
        }),
        Bug::ForgetsDown => each(state, |member| {
            if let Life::Stopped { since, how: Ending::Asked } = member.life
                && member.wanted == Wanted::Down
                && now.at.since(since) > RESTARTED
            {
                member.wanted = Wanted::Up;
                let why = Why::Gone { how: "it does not run".to_owned() };
                member.life = Life::Due { at: now.at, why };
            }
        }),
        Bug::StallsAtOnce => each(state, |member| {
            if let Stall::Idle { since, vow } = member.stall {
                let read = member.activity.cpu;
                let reading = read.map(|(at, cpu_ms)| crate::stall::closer::Reading { at, cpu_ms });
                member.stall = Stall::Suspect { since, suspected_at: since, vow, reading };
            }
        }),
        Bug::WallBudget if now.wall.minute() < 30 => {
            each(state, |member| member.budget = crate::Budget::default());
        }
        Bug::WallBudget
        | Bug::PhaseZero
        | Bug::AdoptsHead
        | Bug::ForgetsMessages
        | Bug::UnknownIsGone
        | Bug::ComputingIsIdle
        | Bug::OutputIsNothing
        | Bug::DeadPaneLives
        | Bug::RewriteIsNoNews
        | Bug::HeadingIsDone
        | Bug::MarkerIsNothing
        | Bug::SkipsPhase
        | Bug::NeverKills
        | Bug::AnswersEarly
        | Bug::HoldsForEver
        | Bug::SilentBlindness
        | Bug::EndsUndeclared
        | Bug::OwesAgain
        | Bug::LeavesServices
        | Bug::TypesAtOnce
        | Bug::KeepsAside
        | Bug::ExitsUnasked => {}
    }
}

fn each(state: &mut FleetState, change: impl Fn(&mut Member)) {
    state.members.values_mut().for_each(change);
}

/// Whoever is gone is to be started at once.
fn healed(life: Life, now: Now) -> Life {
    match life {
        Life::Due { why, .. } => Life::Due { at: now.at, why },
        other @ (Life::Stopped { .. }
        | Life::Starting { .. }
        | Life::Up { .. }
        | Life::Missing { .. }
        | Life::Stopping { .. }
        | Life::Parked { .. }) => other,
    }
}
