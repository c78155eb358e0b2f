//! `agents transcript`: the conversation of an agent, from its program's own record.

use agents_records::render::{self, Tools};
use agents_records::{Part, Transcript, Turn};
use serde_json::json;

use crate::app::{App, name_of, print};
use crate::cli::Transcript as Asked;
use crate::error::{Error, code};
use crate::follow;
use crate::record::{self, Missing, Place, Program, Reading};
use crate::render::stored;

/// Between two questions to opencode's server, in pauses of [`follow::pause`].
const ASKS_EVERY: u32 = 10;

pub fn run(app: &App, asked: &Asked) -> Result<u8, Error> {
    let fleet = app.in_force()?.loaded.fleet;
    let name = name_of(&fleet, &asked.name)?;
    let Some(agent) = fleet.agent(&name) else {
        return Err(Error::Usage(format!("{name} is a service; only agents have conversations")));
    };
    let state = stored::state(&fleet.state_dir())?;
    let wanted =
        record::Asked { conversation: asked.conversation.as_deref(), file: asked.file.as_deref() };
    let place = Place::of(&fleet, agent, state.as_ref(), wanted).map_err(refusal)?;
    let mut reading = Reading::new(place);
    let tools = if asked.tools { Tools::Results } else { Tools::Called };
    if asked.follow {
        return follow_on(app, &mut reading, tools);
    }
    let failed = |error| refusal(Missing::Record(error));
    while reading.look().map_err(failed)?.left > 0 {}
    let transcript = reading.transcript().map_err(failed)?;
    if app.json {
        let program = Program::of(fleet.backend_of(agent)).map(Program::name);
        let document = json!({
            "schema": "agents.transcript/1",
            "agent": name,
            "program": program,
            "record": reading.named(),
            "conversation": transcript.conversation,
            "turns": transcript.turns,
            "totals": transcript.totals,
        });
        print(&document.to_string())?;
    } else {
        print(&whole(&transcript, tools))?;
    }
    Ok(code::DONE)
}

/// That there is no record is no misuse: it may be written soon.
fn refusal(missing: Missing) -> Error {
    match missing {
        Missing::NoProgram(_) | Missing::Ambiguous { .. } => Error::Usage(missing.to_string()),
        Missing::NoHome | Missing::NoRecord { .. } | Missing::NoPort | Missing::Record(_) => {
            Error::Unavailable(missing.to_string())
        }
    }
}

fn whole(transcript: &Transcript, tools: Tools) -> String {
    let mut out = String::new();
    if let Some(conversation) = &transcript.conversation {
        out.push_str(&render::conversation(conversation));
        out.push('\n');
    }
    for turn in &transcript.turns {
        out.push_str(&render::head(turn));
        for part in &turn.parts {
            out.push_str(&render::part(part, tools));
        }
        out.push_str(&render::end(turn));
        out.push('\n');
    }
    out + &render::sums(&transcript.totals)
}

/// Prints what is there and then what comes, until nobody reads. As JSON, a line for each turn that is over.
fn follow_on(app: &App, reading: &mut Reading, tools: Tools) -> Result<u8, Error> {
    let failed = |error| refusal(Missing::Record(error));
    let mut shown = Shown::new(tools, app.json);
    loop {
        if reading.look().map_err(failed)?.is_other {
            shown = Shown::new(tools, app.json);
        }
        let said = match reading.turns() {
            Some(turns) => shown.more(turns),
            None => shown.more(&reading.transcript().map_err(failed)?.turns),
        };
        follow::write(said.as_bytes())?;
        let pauses = if reading.turns().is_some() { 1 } else { ASKS_EVERY };
        (0..pauses).for_each(|_| follow::pause());
    }
}

/// How far a conversation was printed.
struct Shown {
    tools: Tools,
    json: bool,
    /// The turn that is printed next, counted from 0, and how many of its parts were.
    turn: usize,
    parts: usize,
    has_head: bool,
}

impl Shown {
    fn new(tools: Tools, json: bool) -> Self {
        Self { tools, json, turn: 0, parts: 0, has_head: false }
    }

    /// What is new and will not change any more.
    fn more(&mut self, turns: &[Turn]) -> String {
        let mut out = String::new();
        while let Some(turn) = turns.get(self.turn) {
            // What follows a turn ends it, also one that was never said to have ended.
            let is_over = turn.outcome.is_some() || turns.len() > self.turn + 1;
            if self.json {
                if !is_over {
                    break;
                }
                out.push_str(&json!({ "schema": "agents.turn/1", "turn": turn }).to_string());
                out.push('\n');
            } else {
                self.rows(turn, is_over, &mut out);
                if !is_over {
                    break;
                }
                out.push_str(&render::end(turn));
                out.push('\n');
            }
            (self.turn, self.parts, self.has_head) = (self.turn + 1, 0, false);
        }
        out
    }

    fn rows(&mut self, turn: &Turn, is_over: bool, out: &mut String) {
        if !std::mem::replace(&mut self.has_head, true) {
            out.push_str(&render::head(turn));
        }
        for part in turn.parts.iter().skip(self.parts) {
            let waits = matches!(part, Part::Tool(tool) if tool.result.is_none());
            if waits && !is_over {
                break;
            }
            out.push_str(&render::part(part, self.tools));
            self.parts += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use agents_records::{Cli, Line, Parser, TranscriptBuilder};

    use super::*;

    /// What is printed while a record grows line by line is what is printed of the whole.
    #[test]
    fn following_says_in_the_end_what_the_whole_says() {
        let fixtures =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/agents-records/fixtures");
        let mut compared = 0;
        for cli in [Cli::Codex, Cli::Claude, Cli::Pi] {
            for case in ["ok", "tool", "resumed", "killed", "overloaded"] {
                let path = fixtures.join(cli.name()).join(format!("{case}.jsonl"));
                let text = std::fs::read_to_string(&path).unwrap();
                let (mut parser, mut builder) = (Parser::new(cli), TranscriptBuilder::default());
                let (mut shown, mut said) = (Shown::new(Tools::Results, false), String::new());
                for line in text.lines() {
                    if let Some(entry) = parser.line(&Line::Text(line.as_bytes().to_vec())) {
                        builder.entry(entry);
                    }
                    said.push_str(&shown.more(builder.turns()));
                }
                let whole = whole(&builder.finish(), Tools::Results);
                for row in said.lines().filter(|row| row.contains("user: ")) {
                    assert!(whole.contains(row), "{}: {row}", path.display());
                    compared += 1;
                }
                let tools =
                    |text: &str| text.lines().filter(|row| row.starts_with("  tool ")).count();
                assert_eq!(tools(&said), tools(&whole), "{}\n{said}", path.display());
            }
        }
        assert!(compared > 15, "{compared}");
    }
}
