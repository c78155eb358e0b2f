//! What should happen now? Pure: no clock, file, process, network or waiting in this crate.

mod account;
mod action;
pub mod activity;
mod answer;
mod asks;
mod budget;
mod by_name;
mod conversation;
pub mod corpus;
mod decide;
pub mod delivery;
mod draft;
mod foreground;
pub mod handoff;
mod health;
mod intent;
pub mod invariants;
mod left;
mod life;
pub mod limit;
mod login;
pub mod messages;
mod note;
mod notes;
mod now;
mod observation;
pub mod phase;
mod pilot;
#[cfg(feature = "planted")]
pub mod planted;
pub mod program;
mod request;
mod rows;
mod seen;
pub mod sentence;
mod sequence;
mod shared;
mod shown;
pub mod stall;
mod stamp;
pub mod standing;
mod state;
mod step;
mod suspended;
mod told;
mod wake;
mod zones;

pub use account::{Account, AccountNote, Closed, Reopening};
pub use action::{Action, LookBy, RunId, StopStage, Why};
pub use activity::{Activity, ActivityNote, ActivityState, LogMark};
pub use answer::{AnswerNote, Answering, MenuKey};
pub use asks::Asks;
pub use budget::Budget;
pub use by_name::{ByName, Entry};
pub use conversation::{
    Conversation, ConversationNote, Conversations, KnownBy, Opening, Refusal, Which,
};
pub use decide::decide;
pub use delivery::{Again, ComposerSeen, Mailbox, Message, MessageKind, MessageNote, Stage, Went};
pub use draft::Decision;
pub use handoff::{Base, HandoffState};
pub use health::FatalNote;
pub use left::Left;
pub use life::{Bar, Ending, Hold, Life, LifeNote, StaysDown};
pub use limit::{GoesOn, Limit, LimitLook, LimitNote, LimitSource, ProbeState};
pub use login::{LoginNote, LoginRefusal};
pub use note::{About, Note};
pub use now::{Moment, Now, Zone};
pub use observation::{
    BeganSeen, DeadSeen, ExitSeen, HandoffSeen, InboxSeen, JobSeen, MemberSeen, NewsSeen,
    Observation, PaneSeen, ProcessSeen, ProcessesSeen, RootsSeen, ScreenSeen, ServerSeen,
    StatusSeen, Undeclared,
};
pub use pilot::{Analysis, AnalysisSeen, Doing, PilotNote, PilotState, Preview, Switch};
pub use program::Program;
pub use request::{Answer, OneOffs, Request, RequestId, SendTerms, Verb};
pub use rows::Rows;
pub use seen::Seen;
pub use sequence::{PhaseNote, Sequence};
pub use shared::Shared;
pub use shown::{Shown, ShownState};
pub use stall::{Stall, StallLook, StallNote, Vow};
pub use stamp::Stamp;
pub use standing::{Stand, Standing};
pub use state::{
    Blind, FleetState, Member, OpenRequest, STATE_SCHEMA, SentStart, Suspicion, Trial, Wanted,
};
pub use step::{Step, Wish};
pub use suspended::Suspended;
pub use told::{Heard, Prompted, Told, ToldState};
pub use wake::WakeNote;
pub use zones::{NoSuchZone, Tz, ZoneOffset};
