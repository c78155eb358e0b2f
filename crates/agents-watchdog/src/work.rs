//! How is a manifest carried out? Its tasks are members of the fleet while they run, started and ended by requests as
//! everybody leaves them; what is slow is done beside the ticks.
//!
//! [`agents_tasks::step`] decides, once after each tick. What it says is stored before anything is done, and what is owed is
//! read from what is stored: so a watchdog that is killed anywhere leaves nothing half known.

mod asking;
mod board;
mod declared;
mod desk;
mod errands;
mod member;
mod request;
mod seat;
mod sight;
mod site;
mod tail;
mod turn;

pub use board::{Board, Header, Held};
pub(crate) use desk::Desk;
pub use errands::left::{LeftWorktree, left_worktrees, owner_of_worktree, remove_forgotten};
pub use member::{namesake, with_tasks, without_tasks};
pub use request::{Reply, WorkRequest, check};
pub use site::{kept_worktrees, worktrees_dir};
