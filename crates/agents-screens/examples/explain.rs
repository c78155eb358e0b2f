//! What does a recorded screen show, and why? `cargo run -p agents-screens --example explain -- PRESET ROWS [TITLE] [PROCESS]`

use std::process::ExitCode;

use agents_screens::{Preset, Seen, classify};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (Some(name), Some(path)) = (words.first(), words.get(1)) else {
        eprintln!("usage: explain PRESET ROWS [TITLE] [PROCESS]");
        return ExitCode::from(2);
    };
    let rows = match std::fs::read_to_string(path) {
        Ok(rows) => rows,
        Err(error) => {
            eprintln!("cannot read {path}: {error}");
            return ExitCode::FAILURE;
        }
    };
    let preset = match Preset::builtin(name) {
        Some(Ok(preset)) => preset,
        Some(Err(error)) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
        None => {
            eprintln!("no preset `{name}` comes with the program");
            return ExitCode::from(2);
        }
    };
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    let seen = Seen { rows: &rows, title: word(2), command: word(3), ..Seen::default() };
    println!("{:#?}", classify(&preset, &seen));
    ExitCode::SUCCESS
}
