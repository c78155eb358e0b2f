//! How are data shown to a person or a program?

pub mod event;
pub mod evidence;
pub mod fleet_json;
pub mod fleet_table;
pub mod printed;
pub mod receipt;
pub mod row;
pub mod stored;
pub mod usage_table;
