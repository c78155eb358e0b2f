//! Which program runs in a session? `chat works 8s ready after 5s`, for example.

use agents_tmux::fake::{Chat, Program};

use super::span;

/// A program as a script names it.
#[derive(Debug, Clone, PartialEq)]
pub struct ProgramText(pub Program);

/// Reads the words that describe a program.
pub(super) fn parse(words: &[&str]) -> Result<ProgramText, String> {
    let (kind, mut rest) = words.split_first().ok_or("which program?")?;
    let mut chat = Chat::default();
    while let ["works", time, more @ ..] = rest {
        chat.works_for = span(time).ok_or("`works` needs a span")?;
        rest = more;
    }
    let mut program = match *kind {
        "chat" => Program::chat(chat),
        "echo" => Program::echo(),
        "silent" => Program::silent(),
        "saying" => {
            let (text, more) = rest.split_first().ok_or("what does it say?")?;
            rest = more;
            Program::shows(*text)
        }
        other => return Err(format!("there is no program `{other}`")),
    };
    while !rest.is_empty() {
        (program, rest) = trait_of(program, rest)?;
    }
    Ok(ProgramText(program))
}

fn trait_of<'w, 't>(
    program: Program,
    words: &'w [&'t str],
) -> Result<(Program, &'w [&'t str]), String> {
    let need = |word: &str| span(word).ok_or(format!("`{word}` is no span"));
    match words {
        ["ready", "after", time, rest @ ..] => Ok((program.ready_after(need(time)?), rest)),
        ["swallows", count, rest @ ..] => {
            let count = count.parse().map_err(|_| format!("`{count}` is no number"))?;
            Ok((program.swallows_enters(count), rest))
        }
        ["exits", code, "after", time, rest @ ..] => {
            let code = code.parse().map_err(|_| format!("`{code}` is no exit code"))?;
            Ok((program.exits(need(time)?, code), rest))
        }
        ["named", name, rest @ ..] => Ok((program.named(*name), rest)),
        other => Err(format!("a program has no `{}`", other.join(" "))),
    }
}
