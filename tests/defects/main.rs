//! Can the defects that the original program showed come back? Each has a test that bears its number.

#[path = "../support/mod.rs"]
mod support;

mod answers;
mod fleet;
mod judging;
mod logs;
mod messages;
mod names;
mod phases;
mod scene;
mod stored;
mod watchdog;
