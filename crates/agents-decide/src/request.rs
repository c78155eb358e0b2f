//! What does the operator ask for? Verbs leave requests; the holder of the fleet lock carries them out.

use std::collections::BTreeMap;
use std::time::Duration;

use agents_config::OneOff;
use agents_names::{AgentName, PhaseId};

use crate::conversation::Which;
use crate::delivery::Went;

/// The number of a request, given by the store; later ones are larger.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
)]
pub struct RequestId(pub u64);

/// One request, as stored.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Request {
    pub id: RequestId,
    pub verb: Verb,
}

/// What is asked for. Names have been checked by the verb against the config it read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Verb {
    /// `whole`: no names were given; everything enabled.
    Up {
        names: Vec<AgentName>,
        whole: bool,
        #[serde(default)]
        one_offs: OneOffs,
        /// The conversation that those that are started begin with.
        #[serde(default)]
        which: Which,
    },
    /// `whole`: no names were given; the watchdog ends too.
    Down {
        names: Vec<AgentName>,
        whole: bool,
    },
    /// Ends sessions that the file no longer declares.
    DownUndeclared,
    Restart {
        names: Vec<AgentName>,
        #[serde(default)]
        one_offs: OneOffs,
        #[serde(default)]
        which: Which,
    },
    Phase {
        to: PhaseId,
    },
    Send {
        name: AgentName,
        text: String,
        #[serde(default)]
        terms: SendTerms,
    },
    /// Switches the pilots of these agents on, with no prompt counted, or off.
    Pilot {
        names: Vec<AgentName>,
        on: bool,
    },
    /// Ends the watchdog and leaves the fleet as it is.
    StopWatchdog,
}

/// How a message is to be sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SendTerms {
    /// It does not wait until the agent is idle; what cannot be typed in time is refused, not queued.
    pub now: bool,
    /// How long it may take before the answer is *queued* or *refused*; `None`: a few seconds.
    pub within: Option<Duration>,
}

/// How long a message may take before its answer is *queued* or *refused*, where nothing else was asked for.
const SEND_WITHIN: Duration = Duration::from_secs(8);

impl SendTerms {
    /// How long it may take.
    #[must_use]
    pub fn limit(&self) -> Duration {
        self.within.unwrap_or(SEND_WITHIN)
    }
}

/// What the caller's environment says of agents instead of the config. Who is not in it is as the config says.
pub type OneOffs = BTreeMap<AgentName, OneOff>;

/// What became of one member in one request.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Answer {
    Started,
    AlreadyRunning,
    Stopped,
    /// The same, and this is to be said of it.
    StoppedWith(String),
    NotRunning,
    /// The same, and this is to be said of it.
    NotRunningWith(String),
    /// The message reached the member, and was seen to go, by this evidence.
    Delivered(Went),
    /// It is done, and so it stands now.
    Done(String),
    /// With the reason.
    Failed(String),
    /// Accepted, and carried out later, for this reason.
    Waiting(String),
    /// Nobody can see the terminals, so nobody knows; what is done about it once they are seen.
    Unseen(String),
}
