//! Has somebody asked the agent to end?

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use tokio::signal::unix::{SignalKind, signal};

/// The signal that asked the agent to end.
#[derive(Debug, Clone, Default)]
pub struct Signals {
    last: Arc<AtomicI32>,
}

impl Signals {
    /// Listens from now on, in a thread of its own; the main loop asks.
    pub fn listen() -> io::Result<Self> {
        let signals = Self::default();
        let last = Arc::clone(&signals.last);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let (mut hangup, mut terminate) = {
            let _inside = runtime.enter();
            (signal(SignalKind::hangup())?, signal(SignalKind::terminate())?)
        };
        std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            runtime.block_on(async {
                loop {
                    tokio::select! {
                        // Both may wait; a request to end that was seen is never forgotten for a hangup.
                        _ = hangup.recv() => {
                            let hangup = SignalKind::hangup().as_raw_value();
                            let _ = last.compare_exchange(
                                0, hangup, Ordering::Relaxed, Ordering::Relaxed,
                            );
                        }
                        _ = terminate.recv() => {
                            last.store(SignalKind::terminate().as_raw_value(), Ordering::Relaxed);
                        }
                    }
                }
            });
        })?;
        Ok(signals)
    }

    /// The exit code that the signal asks for, by the shell's rule; a hangup may be ignored.
    pub fn exit_code(&self, ignore_hangup: bool) -> Option<i32> {
        let number = self.last.load(Ordering::Relaxed);
        let ignored = ignore_hangup && number == SignalKind::hangup().as_raw_value();
        (number != 0 && !ignored).then_some(128 + number)
    }
}
