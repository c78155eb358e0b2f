//! Which phase is current, and is it done?

mod done;

pub use done::is_done;
