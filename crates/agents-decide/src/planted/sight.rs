//! Bugs of the eye: what was seen is taken for something else.

use std::time::Duration;

use super::Bug;
use crate::stall::promise::MARKER;
use crate::{NewsSeen, Observation, Seen};

pub(super) fn falsify(bug: Bug, seen: &mut Observation) {
    match bug {
        Bug::UnknownIsGone => {
            if matches!(seen.server, Seen::Unknown(_)) {
                seen.server = Seen::Absent;
            }
            for member in seen.members.values_mut() {
                if matches!(member.pane, Seen::Unknown(_)) {
                    member.pane = Seen::Absent;
                }
            }
        }
        Bug::OneLookIsProof => seen.independent = true,
        Bug::ComputingIsIdle => {
            for member in seen.members.values_mut() {
                if let Seen::Known(processes) = &mut member.processes {
                    (processes.cpu_ms, processes.digest) = (0, 0);
                }
            }
        }
        Bug::OutputIsNothing => {
            for member in seen.members.values_mut() {
                if let Seen::Known(screen) = &mut member.screen {
                    screen.digest = 0;
                }
                member.log_age = member.log_age.map(|_| Duration::from_secs(3600));
                member.log_dated = None;
            }
        }
        Bug::DeadPaneLives => {
            for member in seen.members.values_mut() {
                if let Seen::Known(pane) = &mut member.pane {
                    pane.dead = None;
                }
            }
        }
        Bug::RewriteIsNoNews => {
            if let Seen::Known(handoff) = &mut seen.handoff
                && handoff.news == NewsSeen::BaseUnknown
            {
                handoff.news = NewsSeen::Commits(Vec::new());
            }
        }
        Bug::HeadingIsDone => {
            if let Seen::Known(status) = &mut seen.status
                && status.text.starts_with("## DONE")
            {
                "## DONE".clone_into(&mut status.text);
            }
        }
        Bug::MarkerIsNothing => {
            for member in seen.members.values_mut() {
                if let Seen::Known(screen) = &mut member.screen {
                    let rows = screen.rows.iter().filter(|row| !row.contains(MARKER));
                    screen.rows = rows.cloned().collect::<Vec<String>>().into();
                }
            }
        }
        Bug::PhaseZero
        | Bug::AdoptsHead
        | Bug::ForgetsMessages
        | Bug::ForgetsStarts
        | Bug::ForgetsPace
        | Bug::ForgetsHold
        | Bug::ForgetsRun
        | Bug::ForgetsDown
        | Bug::SkipsPhase
        | Bug::NeverKills
        | Bug::AnswersEarly
        | Bug::HoldsForEver
        | Bug::SilentBlindness
        | Bug::EndsUndeclared
        | Bug::OwesAgain
        | Bug::LeavesServices
        | Bug::TypesAtOnce
        | Bug::StallsAtOnce
        | Bug::WallBudget
        | Bug::KeepsAside
        | Bug::ExitsUnasked => {}
    }
}
