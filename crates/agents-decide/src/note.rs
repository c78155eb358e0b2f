//! Why did something not happen, or what is being waited for?

#[cfg(test)]
mod tests;

use agents_names::AgentName;

use crate::{
    AccountNote, ActivityNote, AnswerNote, ConversationNote, FatalNote, LifeNote, LimitNote,
    LoginNote, MessageNote, Moment, PhaseNote, PilotNote, ServerSeen, StallNote, WakeNote, Why,
};

/// A note with what it is about.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct About {
    /// `None`: the fleet.
    pub name: Option<AgentName>,
    pub note: Note,
}

/// One reason. It holds moments, not spans, so that it is as true later as when it was noted; [`Note::told`] puts it
/// into words.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Note {
    Life(LifeNote),
    Activity(ActivityNote),
    Limit(LimitNote),
    Stall(StallNote),
    Message(MessageNote),
    Wake(WakeNote),
    Pilot(PilotNote),
    Account(AccountNote),
    Login(LoginNote),
    Conversation(ConversationNote),
    Phase(PhaseNote),
    /// The look at a member failed.
    CannotSee {
        cause: String,
    },
    /// It looks gone together with many others, which is evidence against the look.
    Doubted,
    /// The look at the tmux server failed.
    /// `server`: the one that lets us wait, when that lasts.
    TerminalsUnseen {
        cause: String,
        server: Option<ServerSeen>,
    },
    ServerLost,
    /// Many look dead or stalled at once; another look must confirm it.
    MassVerdict {
        count: usize,
        of: usize,
    },
    Fatal(FatalNote),
    /// The fetch of the handoff repository failed.
    BranchUnread {
        cause: String,
    },
    /// The first look at the handoff branch, which tells from where on its commits are news.
    HandoffBegins {
        head: String,
    },
    HandoffNews {
        news: String,
        told: Vec<AgentName>,
    },
    Undeclared {
        session: String,
    },
    Answer(AnswerNote),
    /// It asks a person something.
    Asks {
        row: String,
    },
    /// Its program was stopped by a signal.
    Suspended {
        pid: u32,
        since: Moment,
    },
    /// Its program was stopped, and is no longer.
    GoesOn {
        since: Moment,
    },
}

impl Note {
    /// Whether it is the same fact as another note.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        let is_alike = std::mem::discriminant(self) == std::mem::discriminant(other);
        is_alike && (self == other || self.gist() == other.gist())
    }

    /// The same fact at every look: without what changes while nothing happens.
    #[must_use]
    pub fn gist(&self) -> Self {
        let mut gist = self.clone();
        match &mut gist {
            Self::Activity(note) => of_activity(note),
            Self::Stall(note) => of_stall(note),
            Self::Life(LifeNote::NotRestarted { why: Why::Stall { since, .. }, .. }) => {
                *since = None;
            }
            Self::Fatal(FatalNote::Once { decided_at, .. }) => *decided_at = Moment::default(),
            Self::Life(_)
            | Self::Limit(_)
            | Self::Message(_)
            | Self::Wake(_)
            | Self::Pilot(_)
            | Self::Account(_)
            | Self::Login(_)
            | Self::Conversation(_)
            | Self::Phase(_)
            | Self::Fatal(_)
            | Self::CannotSee { .. }
            | Self::Doubted
            | Self::TerminalsUnseen { .. }
            | Self::ServerLost
            | Self::MassVerdict { .. }
            | Self::BranchUnread { .. }
            | Self::HandoffBegins { .. }
            | Self::HandoffNews { .. }
            | Self::Undeclared { .. }
            | Self::Answer(_)
            | Self::Asks { .. }
            | Self::Suspended { .. }
            | Self::GoesOn { .. } => {}
        }
        gist
    }
}

fn of_activity(note: &mut ActivityNote) {
    match note {
        ActivityNote::PatternSeen { row, at } => {
            (*row, *at) = (without_numbers(row), Moment::default());
        }
        ActivityNote::PatternStale { row, .. } => *row = without_numbers(row),
        ActivityNote::Idle { since } | ActivityNote::ToldLongAgo { since, .. } => {
            *since = Moment::default();
        }
        // Which of its reports said so changes with each tool that it runs.
        ActivityNote::Told { by } => by.clear(),
        ActivityNote::ScreenMoves
        | ActivityNote::LogGrows
        | ActivityNote::ProcessesWork
        | ActivityNote::LogYoung { .. }
        | ActivityNote::ScreenUnseen { .. } => {}
    }
}

/// The age of a log is measured anew by each look, so what is counted from it moves by milliseconds.
fn of_stall(note: &mut StallNote) {
    match note {
        StallNote::Idle { since, stalls_at } => {
            (*since, *stalls_at) = (Moment::default(), Moment::default());
        }
        StallNote::Unsettled { since }
        | StallNote::Suspected { since }
        | StallNote::NotProven { since, .. } => *since = Moment::default(),
        StallNote::OthersTurn { .. }
        | StallNote::Promise { .. }
        | StallNote::PromiseTooFar { .. }
        | StallNote::PromiseUnreadable { .. } => {}
    }
}

/// A row without its counters and clocks.
fn without_numbers(row: &str) -> String {
    row.chars().filter(|c| !c.is_ascii_digit()).collect()
}

/// Lets a machine's own note stand where a note is asked for.
macro_rules! notes_of {
    ($($note:ident => $kind:ident),* $(,)?) => {
        $(impl From<$note> for Note {
            fn from(note: $note) -> Self {
                Self::$kind(note)
            }
        })*
    };
}

notes_of! {
    LifeNote => Life,
    ActivityNote => Activity,
    LimitNote => Limit,
    StallNote => Stall,
    MessageNote => Message,
    WakeNote => Wake,
    PilotNote => Pilot,
    AccountNote => Account,
    LoginNote => Login,
    ConversationNote => Conversation,
    PhaseNote => Phase,
    FatalNote => Fatal,
    AnswerNote => Answer,
}
