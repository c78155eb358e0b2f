//! What of the last listing still holds? A light listing asks four short fields of each pane, and goes on from there.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

use crate::argv::Words;
use crate::target::Target;
use crate::transport::Answers;
use crate::{Listing, PaneId};

/// The fields of a light listing: who is there, who lives, and who printed. Each further one costs tmux about as much as
/// the row itself.
const LIGHT: &str = "#{pane_id} #{pane_pid} #{window_activity} #{pane_dead}";

/// So long the rest of a listing is good at most: people set options and titles of panes without anybody hearing of it.
const HOLDS: Duration = Duration::from_secs(300);

/// A listing, and how much of it can be relied on.
#[derive(Debug)]
pub(super) struct Known {
    listing: Arc<Listing>,
    /// The names of programs were asked for.
    with_command: bool,
    taken: Instant,
    /// For each pane, when its texts were read: seconds since 1970, as tmux dates output.
    told: Vec<u64>,
}

/// Asks for the light listing.
pub(super) fn ask() -> Words {
    Words::new(["list-panes", "-a", "-F", LIGHT])
}

impl Known {
    /// Seconds since 1970.
    pub(super) fn wall() -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
    }

    /// What a whole listing told that was begun at that second.
    pub(super) fn of(listing: Listing, with_command: bool, begun: u64) -> Self {
        let told = vec![begun; listing.panes.len()];
        Self { listing: Arc::new(listing), with_command, taken: Instant::now(), told }
    }

    pub(super) fn listing(&self) -> &Arc<Listing> {
        &self.listing
    }

    /// Whether it is recent, and tells what is asked for.
    pub(super) fn holds(&self, programs: bool) -> bool {
        self.taken.elapsed() < HOLDS && (self.with_command || !programs)
    }

    /// Takes the rows of a light listing; `None` when panes came, went, ended or began anew, or a row cannot be read.
    pub(super) fn update(&mut self, rows: &str) -> Option<()> {
        let listing = Arc::make_mut(&mut self.listing);
        let mut rows = rows.lines();
        for pane in &mut listing.panes {
            let mut fields = rows.next()?.split(' ');
            let mut next = || fields.next();
            let id = next()?.strip_prefix('%')?.parse().ok()?;
            let pid: u32 = next()?.parse().ok()?;
            let activity = next()?.parse().ok()?;
            let is_dead = !matches!(next()?, "" | "0");
            if (PaneId(id), pid, is_dead) != (pane.id, pane.pid, pane.dead.is_some()) || is_dead {
                return None;
            }
            pane.activity = activity;
        }
        rows.next().is_none().then_some(())
    }

    /// The panes that printed after their texts were read, or may have: tmux dates output by the second.
    pub(super) fn unsettled(&self) -> Vec<usize> {
        let panes = self.listing.panes.iter().zip(&self.told).enumerate();
        panes.filter(|(_, (pane, told))| **told <= pane.activity + 1).map(|(at, _)| at).collect()
    }

    /// Asks for the texts that a program changes, of the panes at these places.
    pub(super) fn ask_texts(&self, places: &[usize], mark: &str) -> Vec<Words> {
        let format = format!("#{{pane_current_command}}{mark}#{{pane_title}}");
        let panes = places.iter().filter_map(|at| self.listing.panes.get(*at));
        let ask = |pane: &crate::Pane| {
            let target = Target::pane(pane.id);
            Words::new(["display-message", "-p", "-t", target.as_str(), &format])
        };
        panes.map(ask).collect()
    }

    /// Takes the answers to [`Known::ask_texts`] that were asked at that second; `None` when one cannot be read.
    pub(super) fn retell(
        &mut self,
        places: &[usize],
        texts: &Answers,
        mark: &str,
        begun: u64,
    ) -> Option<()> {
        let listing = Arc::make_mut(&mut self.listing);
        for (at, text) in places.iter().zip(texts) {
            let (command, title) = text.as_ref().ok()?.split_once(mark)?;
            // tmux prints nothing for a pane that has gone.
            if command.is_empty() {
                return None;
            }
            let pane = listing.panes.get_mut(*at)?;
            pane.command = command.to_owned();
            pane.title = title.strip_suffix('\n')?.to_owned();
            *self.told.get_mut(*at)? = begun;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests;
