//! What does the machine of delivery say: how far is a message, and what keeps it?

use super::Went;
use crate::Moment;

/// What the machine says. `message` is the kind of the message in words.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum MessageNote {
    Waits {
        message: String,
        reason: String,
    },
    Typed {
        message: String,
    },
    Submitted {
        message: String,
        tries: u8,
    },
    /// It went, by this evidence, after so many submits.
    Seen {
        message: String,
        evidence: Went,
        submits: u8,
        /// The number of the request, where an operator sent it.
        request: Option<u64>,
    },
    /// It is taken down; so many are typed once it is started again.
    Kept {
        count: u32,
    },
    /// The phase changes, and so many pings about the one before are dropped.
    Overtaken {
        count: u32,
    },
    /// Submitted as often as is wise, and no sign that it went.
    Stuck {
        message: String,
        tries: u8,
    },
    /// A text of somebody's came into the composer before it, so it is not submitted.
    Behind {
        message: String,
    },
    /// The composer is empty, nothing shows that it went, and who sent it is told so.
    Unproven {
        message: String,
        /// The number of the request, where an operator sent it.
        request: Option<u64>,
    },
    /// The run ended after its key was pressed, nothing shows that it went, and who sent it is told so.
    EndedUnproven {
        message: String,
        request: u64,
    },
    /// The composer is empty, nothing shows that it went, and it is typed anew then.
    OwedAnew {
        message: String,
        at: Moment,
    },
}
