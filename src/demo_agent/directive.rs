//! Which behaviour does a text order by its `DEMO:` lines?

use std::time::Duration;

/// One `DEMO:` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Directive {
    /// `DEMO:busy 8` — visibly at work for so long.
    Busy(Duration),
    /// `DEMO:silent 20` — at work without any output.
    Silent(Duration),
    /// `DEMO:spew 20` — prints without end, or for so long, and never shows that it works.
    Spew(Duration),
    /// `DEMO:limit "usage limit reached · resets 10:30am" 30` — refuses every message with the text for so long.
    Limit { text: String, window: Duration },
    /// `DEMO:fatal TEXT` — answers everything with the text from now on.
    Fatal(String),
    /// `DEMO:exit 7` — ends with this code.
    Exit(i32),
    /// `DEMO:promise +5m` — promises to wait until then.
    Promise(Duration),
    /// `DEMO:say TEXT` — prints the text.
    Say(String),
}

/// What may follow `DEMO:`, and what it does; `docs/demo-agent.md` says the same.
pub const KNOWN: [(&str, &str); 9] = [
    ("busy SPAN", "is visibly at work for so long"),
    ("silent SPAN", "is at work for so long without any output"),
    ("spew [SPAN]", "prints for so long, or without end, and never shows that it works"),
    ("limit \"TEXT\" SPAN", "answers every message with the text for so long"),
    ("fatal TEXT", "answers every message with the text from now on"),
    ("exit CODE", "ends with this code"),
    ("promise +SPAN", "promises to go on after so long (a WAITING-UNTIL marker)"),
    ("say TEXT", "prints the text"),
    ("help", "prints this list; a SPAN is seconds, or as in 1m30s"),
];

/// Longer than any test.
const FOR_EVER: Duration = Duration::from_secs(365 * 86_400);

/// The directives of the text, in order; an unknown one becomes a `Say` that names it, and `help` one for each row.
pub fn directives(text: &str) -> Vec<Directive> {
    text.lines()
        .filter_map(|line| line.split_once("DEMO:"))
        .flat_map(|(_, directive)| match directive.trim() {
            "help" => help(),
            directive => vec![parse(directive).unwrap_or_else(|| unknown(directive))],
        })
        .collect()
}

fn help() -> Vec<Directive> {
    KNOWN.map(|(order, meaning)| Directive::Say(format!("DEMO:{order} — {meaning}"))).into()
}

fn unknown(directive: &str) -> Directive {
    Directive::Say(format!("unknown directive: {directive}; `DEMO:help` lists the known ones"))
}

fn parse(text: &str) -> Option<Directive> {
    let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let rest = rest.trim();
    Some(match name {
        "busy" => Directive::Busy(span(rest)?),
        "silent" => Directive::Silent(span(rest)?),
        "spew" if rest.is_empty() => Directive::Spew(FOR_EVER),
        "spew" => Directive::Spew(span(rest)?),
        "limit" => {
            let (banner, window) = rest.strip_prefix('"')?.rsplit_once('"')?;
            Directive::Limit { text: banner.to_owned(), window: span(window.trim())? }
        }
        "fatal" => Directive::Fatal(rest.to_owned()),
        "exit" => Directive::Exit(rest.parse().ok()?),
        "promise" => Directive::Promise(span(rest.strip_prefix('+')?)?),
        "say" => Directive::Say(rest.to_owned()),
        _ => return None,
    })
}

/// A plain number is seconds; otherwise as in `1m 30s`.
fn span(text: &str) -> Option<Duration> {
    match text.parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).ok(),
        Err(_) => humantime::parse_duration(text).ok(),
    }
}

#[cfg(test)]
mod tests;
