//! Why is something started or stopped? The second half of a sentence.

use super::Telling;
use crate::Why;

impl Why {
    /// The reason in words, without "because".
    #[must_use]
    pub fn told(&self, telling: &Telling<'_>) -> String {
        match self {
            Self::Asked => "the operator asked for it".to_owned(),
            Self::New => "it is declared and has not run yet".to_owned(),
            Self::Gone { how } => format!("it is gone: {how}"),
            Self::ServerLost => "the tmux server was lost".to_owned(),
            Self::Mismatch { found, expected } => {
                format!("`{found}` runs in its session, where `{expected}` belongs")
            }
            Self::Fatal { row } => format!("its screen shows a fatal error: {row}"),
            Self::Stall { since: Some(since), how } => {
                let since = telling.now.clock(telling.now.wall_of(*since));
                format!("it stalled: no sign of work since {since}, {how}")
            }
            Self::Stall { since: None, how } => format!("it stalled: {how}"),
            Self::Phase { phase } => format!("phase {phase} comes next"),
            Self::SequenceComplete => "the phase sequence is complete".to_owned(),
            Self::ParkedRetry => "it was parked, and one more try is due".to_owned(),
            Self::Refused { id } => {
                format!("its program refused to resume conversation {id}, so it begins a new one")
            }
            Self::Retry { reason } => format!("the last start failed: {reason}"),
        }
    }
}
