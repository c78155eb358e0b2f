//! How is something read that may block? On a thread of its own, and where there is none to be had that is an answer, too.

use tokio::sync::oneshot;

use super::GitError;

/// The answer of `work`, which may block. tokio's own threads are not used: where the machine has no room for one, asking
/// for it panics.
///
/// # Errors
/// Those of `work`; [`GitError::Failed`] when no thread can be started.
pub(super) async fn on_thread<T: Send + 'static>(
    doing: &str,
    work: impl FnOnce() -> Result<T, GitError> + Send + 'static,
) -> Result<T, GitError> {
    let failed = |detail: String| GitError::Failed { doing: doing.to_owned(), detail };
    let (tell, answer) = oneshot::channel();
    let thread = std::thread::Builder::new().name("git".to_owned());
    // Whoever asked may have given up.
    let begun = thread.spawn(move || drop(tell.send(work())));
    begun.map_err(|error| failed(format!("no thread can be started: {error}")))?;
    answer.await.unwrap_or_else(|_| Err(failed("the look ended early".to_owned())))
}
