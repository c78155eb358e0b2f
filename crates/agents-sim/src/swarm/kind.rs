//! Which faults are there?

use crate::random::Random;

macro_rules! kinds {
    ($($kind:ident $name:literal,)*) => {
        /// One kind of fault.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $($kind,)* }

        impl Kind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$kind,)*];

            /// As a report names it, with its row in the list of faults.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }
        }
    };
}

kinds! {
    SessionKilled "F1 session ended from outside",
    Exit "F1 program exits",
    CrashLoop "F2 program crashes at each start",
    LookMisses "F3 listing lacks a session",
    LookMissesAll "F3 listing lacks every session",
    ServerLost "F4 server lost",
    ServerLostInCall "F4 server lost during a change",
    ServerHangs "F5 server hangs",
    ChangeHangs "F5 change hangs",
    ChangeLate "F5 change takes effect late",
    Foreign "F7 session of another fleet",
    SocketRemoved "F8 socket removed",
    LookUnknown "F10 listing fails",
    ScreensUnknown "F10 screens fail",
    ChangeUnknown "F10 change fails",
    ChangeUnheard "F10 change is done unheard",
    HupProof "F12 program survives SIGHUP",
    TermProof "F12 program survives SIGTERM",
    FolderMissing "F15 working directory vanishes",
    PromptMissing "F15 prompt vanishes",
    Shell "F16 shell in the place of the program",
    DeadPane "F16 dead panes stay",
    SlowBoot "F17 program is slow to boot",
    HalfDrawn "F20 screens are half drawn",
    SilentWork "F21 works without output",
    LyingActive "F20 looks at work and is not",
    LyingIdle "F20 looks idle and prints",
    Promise "F22 promises to go on",
    FarPromise "F22 promises for years",
    Limited "F24 provider refuses work",
    LimitedWithReset "F26 provider names a reset",
    QuotedLimit "F25 quotes a limit",
    Fatal "F28 shows an error it cannot leave",
    QuotedFatal "F28 quotes an error",
    SwallowsEnter "F31 program swallows Enter",
    TextLost "F31 text is lost and answered as done",
    Scrolled "F32 pane is scrolled",
    TypesByHand "F32 person types",
    PressesEnter "F32 person presses Enter",
    FetchFails "F38 fetch fails",
    Rewritten "F38 history rewritten",
    WatchdogDies "F40 watchdog killed",
    DiesBefore "F40 watchdog killed before an effect",
    DiesAfter "F40 watchdog killed after an effect",
    KilledUnsynced "F41 watchdog killed before its write is safe",
    PowerFails "F41 power fails during a write",
    StatusUnread "F43 status file cannot be read",
    StoreFull "F45 store takes no writes",
    ConfigBroken "F47 config half written",
    ConfigShrinks "F48 agent leaves the config",
    Replaced "F50 second watchdog takes over",
    Asleep "F50 earlier watchdog wakes up",
    ClockJumps "F52 wall clock jumps",
    Reboot "F55 machine restarts",
}

/// The mix of one life: how often each kind comes.
#[derive(Debug, Clone)]
pub(super) struct Mix {
    weights: Vec<(Kind, u64)>,
    total: u64,
}

impl Mix {
    /// About half of the kinds, some of them often.
    pub fn of(random: &mut Random) -> Self {
        let mut weights = Vec::new();
        for kind in Kind::ALL {
            if random.chance(55) {
                weights.push((*kind, 1 + random.below(6)));
            }
        }
        if weights.is_empty() {
            weights.push((Kind::SessionKilled, 1));
        }
        let mut mix = Self { weights, total: 0 };
        mix.count();
        mix
    }

    /// These never come.
    pub fn leave_out(&mut self, kinds: &[Kind]) {
        self.weights.retain(|(kind, _)| !kinds.contains(kind));
        self.count();
    }

    /// This one comes often.
    pub fn add(&mut self, kind: Kind) {
        self.weights.push((kind, 6));
        self.count();
    }

    fn count(&mut self) {
        self.total = self.weights.iter().map(|(_, weight)| weight).sum();
    }

    /// The next fault.
    pub fn next(&self, random: &mut Random) -> Kind {
        let mut at = random.below(self.total);
        for (kind, weight) in &self.weights {
            if at < *weight {
                return *kind;
            }
            at -= weight;
        }
        self.weights[0].0
    }
}
