//! What does the handoff repository say? Fetched beside the tick, reported by a later one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use agents_config::Handoff;
use agents_decide::{Base, HandoffSeen, InboxSeen, NewsSeen, Seen};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use crate::observe::git::{GitError, GitLook, GitSource, News, Pushed, Since, look, read_copy};

/// One fetch at a time, and the time of the next.
#[derive(Default)]
pub(crate) struct Fetcher {
    under_way: Option<UnderWay>,
    last: Option<Instant>,
    /// Told when a fetch has ended.
    pub ended: Arc<Notify>,
}

struct UnderWay {
    source: GitSource,
    base: Base,
    task: JoinHandle<()>,
    result: oneshot::Receiver<Result<Pushed, GitError>>,
}

impl Fetcher {
    /// What the last fetch brought, if one ended since the last call; begins the next when it is due.
    pub fn poll(&mut self, source: GitSource, handoff: &Handoff, base: &Base) -> Seen<HandoffSeen> {
        // What was read of another repository or branch says nothing about this one.
        if self.under_way.as_ref().is_some_and(|look| look.source != source) {
            self.forget();
        }
        let result = self.take();
        let due = self.last.is_none_or(|last| last.elapsed() >= pause(handoff));
        if self.under_way.is_none() && due {
            self.begin(source, handoff, base);
        }
        result
    }

    fn begin(&mut self, source: GitSource, handoff: &Handoff, base: &Base) {
        let limit = handoff.fetch_timeout;
        let (asked, from) = (source.clone(), from(base));
        let (tell, result) = oneshot::channel();
        let ended = Arc::clone(&self.ended);
        let task = tokio::spawn(async move {
            let pushed = look(&asked, &from, limit).await;
            // Nobody waits for the answer of a fetcher that is gone.
            drop(tell.send(pushed));
            ended.notify_one();
        });
        self.under_way = Some(UnderWay { source, base: base.clone(), task, result });
        self.last = Some(Instant::now());
    }

    fn take(&mut self) -> Seen<HandoffSeen> {
        let Some(under_way) = &mut self.under_way else { return Seen::Absent };
        let answer = match under_way.result.try_recv() {
            Err(oneshot::error::TryRecvError::Empty) => return Seen::Absent,
            Err(oneshot::error::TryRecvError::Closed) => None,
            Ok(answer) => Some(answer),
        };
        let base = under_way.base.clone();
        self.under_way = None;
        match answer {
            Some(Ok(pushed)) => Seen::Known(seen(&base, pushed)),
            Some(Err(error)) => Seen::Unknown(format!("handoff: {error}")),
            None => Seen::Unknown("handoff: the look ended early".to_owned()),
        }
    }

    fn forget(&mut self) {
        if let Some(under_way) = self.under_way.take() {
            under_way.task.abort();
            self.last = None;
        }
    }
}

impl Drop for Fetcher {
    fn drop(&mut self) {
        self.forget();
    }
}

/// A disk that does not answer must not hold the tick up; the first fetch tells then what there is.
const COPY_LIMIT: Duration = Duration::from_secs(5);

/// The newest commit of the branch in the local copy.
pub(super) async fn copy_of_branch(source: &GitSource) -> Seen<String> {
    match tokio::time::timeout(COPY_LIMIT, read_copy(source)).await {
        Ok(Ok(Some(head))) => Seen::Known(head),
        Ok(Ok(None)) => Seen::Absent,
        Ok(Err(error)) if error.is_definite() => Seen::Absent,
        Ok(Err(error)) => Seen::Unknown(error.to_string()),
        Err(_) => Seen::Unknown(format!("no answer within {} s", COPY_LIMIT.as_secs())),
    }
}

fn from(base: &Base) -> Since {
    match base {
        Base::At(commit) | Base::Copy(commit) => Since::Commit(commit.clone()),
        Base::NoCopy => Since::Ever,
        Base::Unseen | Base::Empty => Since::Head,
    }
}

/// A shade less than the interval, so that a fetch per tick is one per tick.
fn pause(handoff: &Handoff) -> Duration {
    handoff.fetch_interval.mul_f64(0.9)
}

fn seen(base: &Base, pushed: Pushed) -> HandoffSeen {
    let base = base.commit().cloned();
    let Pushed::Branch(GitLook { head, news, inboxes, .. }) = pushed else {
        return HandoffSeen { head: None, base, news: NewsSeen::First, inboxes: Vec::new() };
    };
    let news = match news {
        News::First => NewsSeen::First,
        News::Commits(commits) => NewsSeen::Commits(
            commits.into_iter().map(|commit| (commit.id, commit.subject)).collect(),
        ),
        News::BaseUnknown => NewsSeen::BaseUnknown,
    };
    let inboxes =
        inboxes.into_iter().map(|inbox| InboxSeen { file: inbox.file, digest: inbox.digest });
    HandoffSeen { head: Some(head), base, news, inboxes: inboxes.collect() }
}
