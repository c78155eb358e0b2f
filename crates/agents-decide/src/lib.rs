//! What should happen now? Pure: no clock, file, process, network or waiting in this crate.

mod action;
pub mod activity;
pub mod limit;
mod note;
mod now;
mod observation;
pub mod phase;
mod request;
mod seen;
pub mod stall;
mod step;

pub use action::{Action, LookBy, RunId, StopStage, Why};
pub use activity::{Activity, ActivityNote, ActivityState};
pub use limit::{Limit, LimitLook, LimitNote, ProbeState};
pub use note::{About, Note};
pub use now::{Moment, Now, Zone};
pub use observation::{
    DeadSeen, ExitSeen, HandoffSeen, InboxSeen, MemberSeen, NewsSeen, Observation, PaneSeen,
    ProcessesSeen, ScreenSeen, ServerSeen, StatusSeen, Undeclared,
};
pub use request::{Answer, Request, RequestId, Verb};
pub use seen::Seen;
pub use stall::{Stall, StallLook, StallNote, Vow};
pub use step::{Step, Wish};
