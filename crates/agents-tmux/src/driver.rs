//! What can be asked of the terminals? Two reads, one write, and a wait for news.

use std::future::Future;

use crate::{Done, Listing, PaneId, Screen, TmuxError, TmuxOp};

/// Code that talks to tmux. Every driver passes the suite in `contract.rs`.
///
/// Every call has a time limit. After [`TmuxError::Unknown`] an effect may still happen later
/// (tmux 3.3a carries out commands of clients that have gone), so callers look before they repeat.
pub trait Driver: Send {
    /// All panes of the server, in one request.
    ///
    /// # Errors
    /// [`TmuxError::NoServer`] when nothing listens; [`TmuxError::Unknown`] when the look failed.
    fn list(&mut self) -> impl Future<Output = Result<Listing, TmuxError>> + Send;

    /// The visible rows of the named panes, in the order asked; wrapped rows are joined.
    ///
    /// One pane's failure does not spoil the others.
    fn screens(
        &mut self,
        panes: &[PaneId],
    ) -> impl Future<Output = Vec<Result<Screen, TmuxError>>> + Send;

    /// Carries out one change.
    ///
    /// # Errors
    /// [`TmuxError::Refused`] when tmux, or a guard inside it, said no: nothing was changed.
    fn apply(&mut self, op: &TmuxOp) -> impl Future<Output = Result<Done, TmuxError>> + Send;

    /// Returns when sessions may have appeared or ended since the last call; never, where tmux is only asked.
    fn news(&mut self) -> impl Future<Output = ()> + Send;
}

/// The number that orders the writers of one fleet. It is stored in the tmux server and compared there
/// before each effect, so a writer that slept through its successor's start changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    /// The tmux user option that holds the number, `@agents_epoch_demo-` for example.
    pub option: String,
    pub epoch: u64,
}
