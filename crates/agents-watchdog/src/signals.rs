//! Which signals reach the loop, and what do they say?

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::WatchdogError;

/// The signals that reach the loop.
pub(crate) struct Signals {
    look: Signal,
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

pub(crate) enum Told {
    Look,
    End,
}

impl Signals {
    pub(crate) fn watch() -> Result<Self, WatchdogError> {
        let watch = |kind| signal(kind).map_err(WatchdogError::Signals);
        Ok(Self {
            look: watch(SignalKind::user_defined1())?,
            terminate: watch(SignalKind::terminate())?,
            interrupt: watch(SignalKind::interrupt())?,
            hangup: watch(SignalKind::hangup())?,
        })
    }

    pub(crate) async fn next(&mut self) -> Told {
        loop {
            tokio::select! {
                _ = self.look.recv() => return Told::Look,
                _ = self.terminate.recv() => return Told::End,
                _ = self.interrupt.recv() => return Told::End,
                // The watchdog outlives its terminal.
                _ = self.hangup.recv() => {}
            }
        }
    }
}
