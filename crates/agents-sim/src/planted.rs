//! Which bug of the surroundings is planted: of the store, of the wire to tmux, of the clock? For the test of the net.
//!
//! Those of decisions are `agents_decide::planted`. Without the feature `planted` there is none.

#[cfg(feature = "planted")]
use std::cell::Cell;

/// One bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slip {
    /// What could not be recorded is done all the same, as in the original.
    ActsUnrecorded,
    /// A short write is read as nothing at all, as in the original.
    ShortIsFresh,
    /// A watchdog does not ask whether it is still the one, as in the original.
    NoEpoch,
    /// A semicolon at the end of a text is lost, as tmux does with one that is not escaped.
    StripsSemicolon,
    /// Each text is sent twice, as by two watchdogs of the original.
    SendsTwice,
    /// A text goes to the pane after the one that was meant.
    WrongPane,
    /// A server without a socket is taken for none, as in the original.
    SecondServer,
    /// Spans are measured by the wall clock, as in the original.
    WallClock,
    /// Nothing guards a paste into a pane whose program has ended, which ends a server of tmux 3.3a, as in the original.
    PastesUnguarded,
    /// A key of the environment stands in the command line of a start, as in the original.
    ShowsKeys,
}

impl Slip {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::ActsUnrecorded,
        Self::ShortIsFresh,
        Self::NoEpoch,
        Self::StripsSemicolon,
        Self::SendsTwice,
        Self::WrongPane,
        Self::SecondServer,
        Self::WallClock,
        Self::PastesUnguarded,
        Self::ShowsKeys,
    ];

    /// Whether it is planted in this thread.
    #[cfg(feature = "planted")]
    pub(crate) fn is_planted(self) -> bool {
        PLANTED.get() == Some(self)
    }

    /// Whether it is planted.
    #[cfg(not(feature = "planted"))]
    pub(crate) const fn is_planted(self) -> bool {
        false
    }
}

#[cfg(feature = "planted")]
thread_local! {
    static PLANTED: Cell<Option<Slip>> = const { Cell::new(None) };
}

/// From now on lives in this thread have that bug, or none.
#[cfg(feature = "planted")]
pub fn plant(slip: Option<Slip>) {
    PLANTED.set(slip);
}
