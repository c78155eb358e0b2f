//! What is seen from outside the terminals?

pub mod git;
pub mod phase;
