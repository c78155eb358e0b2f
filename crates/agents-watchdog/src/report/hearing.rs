//! When does the loop look because of a report?

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::Inbox;

/// Reports often come in twos, a turn's end and a notice: so long the second is waited for.
const TOGETHER: Duration = Duration::from_millis(15);

/// Between two looks because of reports: a program at work reports with every tool that it runs.
const APART: Duration = Duration::from_millis(200);

/// The inbox of a loop. Without one, where no socket can be had, reports wait in the spool for the next look.
#[derive(Debug)]
pub struct Hearing {
    inbox: Option<Arc<Inbox>>,
    looked_at: Option<Instant>,
    /// Reports came, and nobody has looked since.
    is_owed: bool,
}

impl Hearing {
    /// Opens the inbox of a state folder whose lock is held.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    #[must_use]
    pub fn open(state_dir: &Path) -> Self {
        let inbox = Inbox::open(state_dir)
            .inspect_err(|error| {
                tracing::warn!("what the programs report is not heard at once: {error}");
            })
            .ok();
        Self { inbox: inbox.map(Arc::new), looked_at: None, is_owed: false }
    }

    /// Opens the inbox anew when its socket has gone from its place; whether it was.
    pub fn mend(&mut self, state_dir: &Path) -> bool {
        let Some(lost) = self.inbox.as_ref().filter(|inbox| !inbox.is_in_place()) else {
            return false;
        };
        match lost.open_anew(state_dir) {
            Ok(inbox) => self.inbox = Some(Arc::new(inbox)),
            Err(error) => {
                tracing::warn!("what the programs report is not heard at once any more: {error}");
                self.inbox = None;
            }
        }
        true
    }

    /// The inbox, when there is one.
    #[must_use]
    pub fn inbox(&self) -> Option<Arc<Inbox>> {
        self.inbox.clone()
    }

    /// Completes when reports came that are worth a look: the first at once, more of them together.
    pub async fn news(&mut self) {
        let Some(inbox) = &self.inbox else { return std::future::pending().await };
        if !self.is_owed {
            inbox.news().await;
            // Whoever stops waiting here in between still finds it owed.
            self.is_owed = true;
        }
        let earliest = self.looked_at.map(|at| at + APART);
        let soon = Instant::now() + TOGETHER;
        tokio::time::sleep_until(earliest.map_or(soon, |earliest| earliest.max(soon))).await;
        (self.looked_at, self.is_owed) = (Some(Instant::now()), false);
    }
}
