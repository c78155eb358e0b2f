//! What can be asked of the terminals? Two reads, one write, and a wait for news.

use std::future::Future;
use std::sync::Arc;

use crate::{Done, Listing, PaneId, Screen, ServerId, SocketRepair, TmuxError, TmuxOp};

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

    /// The same for who does not need to know which programs run: [`crate::Pane::command`] may be empty.
    ///
    /// tmux reads `/proc` for each pane to name its program, which takes a third of the time of a listing.
    ///
    /// # Errors
    /// As for [`Driver::list`].
    fn list_briefly(&mut self) -> impl Future<Output = Result<Listing, TmuxError>> + Send {
        self.list()
    }

    /// Whether the next light listing is one: else it is as dear as a whole one.
    fn lists_lightly(&self) -> bool {
        false
    }

    /// The panes for who does nothing about them: which there are, which of them live, and when each last printed, are of now.
    ///
    /// The rest may be as an earlier listing of this driver told it, if that is some minutes old at most, no session was
    /// heard to come, go or change its name since, and this driver has changed nothing since. `programs`: names of
    /// programs and titles are asked for anew where something was printed; without it names may be empty.
    ///
    /// # Errors
    /// As for [`Driver::list`].
    fn list_lightly(
        &mut self,
        programs: bool,
    ) -> impl Future<Output = Result<Arc<Listing>, TmuxError>> + Send {
        async move {
            let listing = if programs { self.list().await } else { self.list_briefly().await };
            listing.map(Arc::new)
        }
    }

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

    /// Carries out several changes, in this order and each whatever became of the others, in as few requests as
    /// the driver can; the outcomes are in the order of the changes.
    ///
    /// After a request that brought no answer within the time limit nothing more is attempted: then there are fewer
    /// outcomes than changes.
    fn apply_all(
        &mut self,
        ops: &[TmuxOp],
    ) -> impl Future<Output = Vec<Result<Done, TmuxError>>> + Send {
        async move {
            let mut outcomes = Vec::with_capacity(ops.len());
            for op in ops {
                outcomes.push(self.apply(op).await);
                if outcomes.last().is_some_and(is_time_out) {
                    break;
                }
            }
            outcomes
        }
    }

    /// Returns when sessions may have appeared or ended since the last call; never, where tmux is only asked.
    fn news(&mut self) -> impl Future<Output = ()> + Send;

    /// Starts the server if nothing listens, and tells which one it is.
    ///
    /// The user's own server ends at once when it has no session; a private one stays.
    ///
    /// # Errors
    /// As for [`Driver::list`].
    fn ensure_server(&mut self) -> impl Future<Output = Result<ServerId, TmuxError>> + Send;

    /// Guards every later change by the fence, and raises the number in the server to ours, so that
    /// writers before us change nothing any more. On a server that is started later, the first change raises it.
    ///
    /// # Errors
    /// [`TmuxError::Refused`] when a later writer holds it; [`TmuxError::NoServer`] when there is no server to hold it yet.
    fn claim_fence(&mut self, fence: Fence)
    -> impl Future<Output = Result<Done, TmuxError>> + Send;

    /// Whether the process of that server still runs, reachable or not; in doubt it does.
    fn is_alive(&self, server: ServerId) -> bool;

    /// Whether the socket file, by which everybody else reaches the server, is there.
    fn has_socket(&self) -> bool {
        true
    }

    /// Asks a server whose socket file was removed to create it again.
    ///
    /// # Errors
    /// [`TmuxError::Unknown`] when it could not be asked.
    fn restore_socket(
        &mut self,
        server: ServerId,
    ) -> impl Future<Output = Result<SocketRepair, TmuxError>> + Send;
}

/// The number that orders the writers of one fleet. It is stored in the tmux server and compared there
/// before each effect, so a writer that slept through its successor's start changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    /// The tmux user option that holds the number, `@agents_epoch_demo-` for example.
    pub option: String,
    pub epoch: u64,
}

/// Whether an outcome is that the time limit went by.
pub(crate) fn is_time_out(outcome: &Result<Done, TmuxError>) -> bool {
    outcome.as_ref().is_err_and(TmuxError::is_time_out)
}
