//! How does a child end with all that it began?

use std::process::ExitStatus;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Child;
use tokio::time::{Instant, sleep};

/// Between the request to end and the kill: git removes its lock files meanwhile.
const GRACE: Duration = Duration::from_secs(2);
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// The process group of a running child; killed when dropped, so that what is called off leaves nothing behind.
pub(crate) struct Group(Option<Pid>);

impl Group {
    pub(crate) fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self(id.and_then(Pid::from_raw))
    }

    pub(crate) fn has_ended(mut self) {
        self.0 = None;
    }

    /// Waits until the leader has ended, kills what it left behind in its group, and returns how the leader ended.
    pub(crate) async fn ended(&mut self, child: &mut Child) -> std::io::Result<ExitStatus> {
        // As below, it is not reaped before the kill.
        while !self.leader_has_exited() {
            sleep(BETWEEN_LOOKS).await;
        }
        self.signal(Signal::KILL);
        self.0 = None;
        child.wait().await
    }

    /// Asks the group to end, waits a little, and kills what is left.
    pub(crate) async fn end(mut self, child: &mut Child) {
        self.signal(Signal::TERM);
        let patience = Instant::now() + GRACE;
        // The leader is not reaped before the kill: until then nobody else can get the group's number.
        while Instant::now() < patience && !self.leader_has_exited() {
            sleep(BETWEEN_LOOKS).await;
        }
        self.signal(Signal::KILL);
        self.0 = None;
        // It was killed, so this returns at once; its exit code says nothing.
        let _ = child.wait().await;
    }

    fn leader_has_exited(&self) -> bool {
        use rustix::process::{WaitId, WaitIdOptions, waitid};
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        self.0.is_none_or(|leader| !matches!(waitid(WaitId::Pid(leader), look), Ok(None)))
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.0 {
            // The group may have ended by itself.
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}
