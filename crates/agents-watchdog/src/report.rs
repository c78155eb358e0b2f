//! How does what an agent program says about itself reach the watchdog? A hook of the program runs
//! `agents report`, which hands one JSON text to the watchdog's socket, or to the spool when nobody answers.

mod hearing;
mod inbox;
mod owner;
mod send;
mod spool;
#[cfg(test)]
mod tests;
mod waiting;

use std::path::{Path, PathBuf};

use agents_decide::RunId;
use agents_names::AgentName;
use md5::{Digest as _, Md5};

pub use hearing::Hearing;
pub use inbox::Inbox;
pub use send::send;
pub use spool::Spool;

/// The variable in an agent's environment that names the fleet's state folder.
pub const STATE_VARIABLE: &str = "AGENTS_STATE";

/// The longest report that is taken, in bytes. Hooks carry whole tool outputs; what matters is much shorter.
pub const LONGEST: usize = 1 << 20;

/// One report, on its way.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Envelope {
    pub name: AgentName,
    pub run: RunId,
    /// Whose hook it is: `claude`, `codex` or `pi`; `None` where the hook does not say.
    #[serde(default)]
    pub cli: Option<String>,
    /// When the program reported, in milliseconds since 1970.
    pub at_wall_ms: i64,
    /// The same by the clock that nobody can set ([`crate::process::boot_clock_ms`]); a hook of an earlier program has none.
    #[serde(default)]
    pub at_boot_ms: Option<u64>,
    /// What its hook said, as it came: the program's own JSON, or a text that is none.
    pub payload: serde_json::Value,
}

impl Envelope {
    /// Reads one; `None` for anything else, which is a stranger's or a torn one.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// Which of two reports of one start of the machine came first, also where the wall clock was set between them.
    fn order(&self) -> i64 {
        self.at_boot_ms.map_or(self.at_wall_ms, |at| i64::try_from(at).unwrap_or(i64::MAX))
    }
}

/// Where the watchdog of that state folder listens.
///
/// The path of a socket may take 104 bytes (macOS; Linux: 108). A longer one moves to a folder of its own in
/// `/tmp`, named by the user and by a digest of the state folder; both sides find it without asking.
#[must_use]
pub fn socket_path(state_dir: &Path) -> PathBuf {
    const LONGEST_PATH: usize = 100;
    let near = state_dir.join("reports.sock");
    if near.as_os_str().len() <= LONGEST_PATH {
        return near;
    }
    let digest = Md5::digest(state_dir.as_os_str().as_encoded_bytes());
    let digest: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let user = rustix::process::geteuid().as_raw();
    PathBuf::from(format!("/tmp/agents-{user}-{digest}")).join("reports.sock")
}
