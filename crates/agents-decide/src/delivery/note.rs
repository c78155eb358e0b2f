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
    /// Submitted as often as is wise, and no sign that it went.
    Stuck {
        message: String,
        tries: u8,
    },
}
