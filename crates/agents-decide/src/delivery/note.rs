//! What does the machine of delivery say: how far is a message, and what keeps it?

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
    Seen {
        message: String,
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
}
