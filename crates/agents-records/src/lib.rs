//! What did the agent's CLI itself write down: its state, its limits, its conversation?
//!
//! A screen shows what a program draws; its record says what it knows, with exact times. This crate reads the records of codex,
//! claude and pi (files of JSON lines), opencode's HTTP answers, and what hooks report. Parsers take bytes; [`Tail`],
//! [`Follower`], [`find`] and [`opencode::fetch`] are the thin part that looks.
//!
//! A record is written by somebody else, in a version that nobody here knows: what is not understood is *unknown*, never a guess.
//! All facts were measured with codex 0.169.0, claude 2.1.330, opencode 1.18.33 and pi 0.87.1; `fixtures/` holds the records.

mod claude;
mod codex;
mod conversation;
mod error;
mod event;
mod failure;
pub mod find;
mod follow;
pub mod harmless;
pub mod install;
mod judgement;
mod limits;
pub mod moment;
pub mod opencode;
mod parser;
mod pi;
pub mod render;
mod report;
pub mod seek;
mod state;
mod tail;
mod transcript;
mod turn;

pub use conversation::{Choice, Conversation, Origin, Wanted, choose, is_launched};
pub use error::RecordError;
pub use event::{Cli, Event, Fault, Outcome, What};
pub use failure::{ErrorKind, Failure};
pub use follow::Follower;
pub use judgement::{Judged, Judgement, NoJudgement, OUTPUT_LIMIT, Written};
pub use limits::{Limits, Window, WindowKind};
pub use parser::{Entry, LINE_LIMIT, Line, Parser};
pub use report::{Report, ReportKind};
pub use state::{Evidence, Standing, State, Verdict, Why};
pub use tail::{Change, Look, Tail};
pub use transcript::{Totals, Transcript, TranscriptBuilder};
pub use turn::{Part, Tool, ToolResult, Turn, Usage};
