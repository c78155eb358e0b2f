//! How are data shown to a person or a program?

pub mod fleet_json;
pub mod fleet_table;
pub mod stored;
