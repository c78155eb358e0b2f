//! Bugs of the hand: what was decided is changed.

use std::cell::Cell;
use std::time::Duration;

use agents_config::Fleet;

use super::Bug;
use crate::draft::Decision;
use crate::{Action, Ending, Life, Limit, Now, Observation, Sequence, Stage, StopStage, Why};

thread_local! {
    static DECIDED: Cell<usize> = const { Cell::new(0) };
}

/// A bug that is planted remembers nothing of the one before.
pub(super) fn begin() {
    DECIDED.set(0);
}

pub(super) fn falsify(
    bug: Bug,
    fleet: &Fleet,
    seen: &Observation,
    decision: &mut Decision,
    now: Now,
) {
    match bug {
        Bug::SkipsPhase => {
            if let Some(Sequence::Moving { to, .. }) = &mut decision.next.sequence
                && let Some(plan) = &fleet.loop_plan
                && let Some(next) = plan.after(to)
            {
                *to = next.id.clone();
            }
        }
        Bug::NeverKills => decision
            .actions
            .retain(|action| !matches!(action, Action::Stop { stage: StopStage::Kill, .. })),
        Bug::AnswersEarly => {
            for member in decision.next.members.values_mut() {
                if let Life::Stopping { since, why: Why::Asked, then: None, .. } = member.life {
                    member.life = Life::Stopped { since, how: Ending::Asked };
                }
            }
        }
        Bug::HoldsForEver => {
            for member in decision.next.members.values_mut() {
                if let Limit::Held { since, probe_at, .. } = &mut member.limit {
                    *probe_at = since.after(Duration::from_secs(1_000 * 3600));
                }
            }
        }
        Bug::SilentBlindness => {
            let is_told =
                |action: &Action| matches!(action, Action::Alarm { key, .. } if key == "blind");
            decision.actions.retain(|action| !is_told(action));
            decision.next.alarms.retain(|key, _| !key.contains("blind"));
        }
        Bug::EndsUndeclared => {
            for stray in seen.undeclared.clone() {
                let crate::Undeclared { name, session, pane, run } = stray;
                let stage = StopStage::Terminate;
                decision.actions.push(Action::StopUndeclared { name, session, pane, run, stage });
            }
        }
        Bug::OwesAgain => {
            for member in decision.next.members.values_mut() {
                let last = member.mailbox.queue.back().cloned();
                member.mailbox.queue.extend(last);
            }
        }
        Bug::LeavesServices => decision.actions.retain(|action| match action {
            Action::Start { name, why, .. } => {
                fleet.service(name).is_none() || matches!(why, Why::Asked | Why::New)
            }
            _ => true,
        }),
        Bug::KeepsAside => {
            let count = DECIDED.get() + 1;
            DECIDED.set(count);
            decision.next.recent_starts.truncate(count % 3);
        }
        Bug::ExitsUnasked => {
            let mut lives = decision.next.members.values().map(|member| &member.life);
            if seen.supervised && !lives.any(|life| matches!(life, Life::Up { .. })) {
                decision.actions.push(Action::Exit);
            }
        }
        Bug::TypesAtOnce => types_at_once(seen, decision, now),
        Bug::UnknownIsGone
        | Bug::OneLookIsProof
        | Bug::ComputingIsIdle
        | Bug::OutputIsNothing
        | Bug::DeadPaneLives
        | Bug::RewriteIsNoNews
        | Bug::HeadingIsDone
        | Bug::MarkerIsNothing
        | Bug::PhaseZero
        | Bug::AdoptsHead
        | Bug::ForgetsMessages
        | Bug::ForgetsStarts
        | Bug::ForgetsPace
        | Bug::ForgetsHold
        | Bug::ForgetsRun
        | Bug::ForgetsDown
        | Bug::StallsAtOnce
        | Bug::WallBudget => {}
    }
}

fn types_at_once(seen: &Observation, decision: &mut Decision, now: Now) {
    for (name, member) in &mut decision.next.members {
        let pane = seen.members.get(name).and_then(|seen| seen.pane.known());
        let Some(pane) = pane else { continue };
        let Some(message) = member.mailbox.queue.front() else { continue };
        if member.mailbox.stage != Stage::Owed {
            continue;
        }
        let token = format!("m{}", message.id);
        let (name, text) = (name.clone(), message.text.clone());
        decision.actions.push(Action::Type { name, pane: pane.pane, text, token });
        member.mailbox.stage = Stage::Typing { at: now.at, run: pane.run, tries: 1 };
    }
}
