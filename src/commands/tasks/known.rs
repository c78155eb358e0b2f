//! What is known of the tasks now? All of it while a watchdog runs; else what the last look left, and no more.

use agents_config::Fleet;
use agents_decide::{Ending, FleetState, Life};
use agents_tasks::{Progress, Task, TaskState};
use agents_watchdog::work::Board;
use chrono::{DateTime, Local, Utc};

use crate::commands::{watchdog, work};
use crate::error::Error;
use crate::render::stored;

/// The tasks, as far as anybody knows.
pub struct Known {
    pub board: Board,
    /// When that was so: now, or at the last look where nobody looks any more.
    pub as_of_ms: i64,
    pub is_watched: bool,
}

impl Known {
    /// What is known of the tasks of a fleet.
    ///
    /// # Errors
    /// When the store or the lock cannot be read.
    pub fn of(fleet: &Fleet) -> Result<Self, Error> {
        let state_dir = fleet.state_dir();
        // Asked first: one that ends in between has left all that it knew.
        let is_watched = watchdog::watches(&state_dir)?;
        let mut board = work::board(&state_dir)?;
        let now_ms = Utc::now().timestamp_millis();
        if is_watched {
            return Ok(Self { board, as_of_ms: now_ms, is_watched });
        }
        let document = stored::document(&state_dir)?;
        let looked_ms = document.as_ref().map(|document| document.clock.wall_ms);
        // A clock that was put back since says nothing of how long ago that was.
        let as_of_ms = looked_ms.map_or(now_ms, |looked| looked.min(now_ms));
        let state = document.map(|document| document.state).unwrap_or_default();
        for held in &mut board.works {
            for (task, progress) in held.manifest.tasks.iter().zip(&mut held.work.tasks) {
                if progress.state.is_under_way() {
                    unwatched(task, progress, &state);
                }
            }
        }
        Ok(Self { board, as_of_ms, is_watched })
    }

    /// That nobody looks, and what is shown instead; `None` while somebody does, or nothing was ever handed in.
    pub fn remark(&self) -> Option<String> {
        let is_open = self.board.works.iter().any(|held| !held.work.rests());
        let at = DateTime::from_timestamp_millis(self.as_of_ms).unwrap_or_default();
        let at = at.with_timezone(&Local).format("%Y-%m-%d %H:%M:%S");
        (is_open && !self.is_watched).then(|| {
            format!(
                "no watchdog runs, so nothing of this moves: it is as the last look found it, at {at}; \
                 `agents up` goes on with it"
            )
        })
    }
}

/// A task that was under way when it was last looked at: what is known of it now.
fn unwatched(task: &Task, progress: &mut Progress, state: &FleetState) {
    let member = state.members.get(&task.id);
    let member = member.or_else(|| state.left.get(&task.id).map(|left| &left.member));
    let ended = member.filter(|_| progress.stage.has_session()).map(|member| &member.life);
    let told = match ended {
        Some(Life::Stopped { how: Ending::Asked, .. }) => Some(
            "its session was ended, as the operator asked; `agents up` goes on with it".to_owned(),
        ),
        Some(Life::Stopped { how: Ending::Ended(how), .. }) => {
            Some(format!("{how}, and nobody has judged yet what came of it; `agents up` does"))
        }
        Some(Life::Stopped { how: Ending::Failed(reason), .. }) => {
            Some(format!("its session could not be started: {reason}"))
        }
        Some(
            Life::Stopped { how: Ending::NeverStarted, .. }
            | Life::Due { .. }
            | Life::Starting { .. }
            | Life::Up { .. }
            | Life::Stopping { .. }
            | Life::Missing { .. }
            | Life::Parked { .. },
        )
        | None => None,
    };
    match told {
        Some(told) => (progress.state, progress.reason) = (TaskState::Stuck, told),
        None => progress.reason = format!("at the last look: {}", progress.reason),
    }
}
