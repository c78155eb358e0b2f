//! Which command line runs an agent or a service?

use agents_config::{Agent, Backend, Fleet, PromptDelivery, Service};
use agents_decide::{Opening, messages};

/// What a launcher executes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    pub argv: Vec<String>,
    pub env: Vec<(String, String)>,
}

/// The longest prompt that is handed over as an argument: Linux takes 131,072 bytes per argument.
const ARGUMENT_LIMIT: usize = 120_000;

/// The command of a service: its shell command line.
#[must_use]
pub fn command_of_service(service: &Service) -> CommandLine {
    CommandLine { argv: shell(&service.command, None), env: Vec::new() }
}

/// The command of an agent. `prompt` is its kickoff, which also lies in the kickoff file; `hooks` are words that make the
/// program report what it does, see [`super::telling`].
#[must_use]
pub fn command_of_agent(
    fleet: &Fleet,
    agent: &Agent,
    model: Option<&str>,
    opening: &Opening,
    (prompt, hooks): (&str, &[String]),
) -> CommandLine {
    let backend = fleet.backend_of(agent);
    let kickoff = messages::kickoff_file(fleet, agent).display().to_string();
    let session = agent.session.as_str();
    match backend.prompt_delivery {
        PromptDelivery::Exec => {
            let slots = [
                ("kickoff", kickoff.as_str()),
                ("session", session),
                ("model", model.unwrap_or("")),
            ];
            CommandLine { argv: shell(&fill(&backend.bin, &slots), None), env: backend.env.clone() }
        }
        PromptDelivery::Ping => ping(backend, agent, model),
        PromptDelivery::Arg => {
            let mut line = arg_line(backend, session, (model, opening), hooks);
            // It would be lost, and is typed instead.
            let is_typed = messages::is_typed(backend, opening);
            // An empty argument is no prompt: some programs take it for a file, others refuse it.
            let prompt = (!prompt.is_empty() && !is_typed).then(|| argument(prompt, &kickoff));
            if let (Some(_), Some(flag)) = (&prompt, &backend.prompt_flag) {
                line = format!("{line} {flag}");
            }
            CommandLine { argv: shell(&line, prompt.as_deref()), env: backend.env.clone() }
        }
    }
}

fn ping(backend: &Backend, agent: &Agent, model: Option<&str>) -> CommandLine {
    let dir = agent.dir.display().to_string();
    let server = backend.server.as_str();
    // `bin` is itself a piece of shell, as in the original; `server` and `dir` are values.
    let attach = backend.attach.replace("{bin}", &backend.bin);
    let attach = fill(&attach, &[("server", server), ("dir", &dir)]);
    let line = match &backend.preamble {
        Some(preamble) if !preamble.is_empty() => format!("{preamble}; {attach}"),
        Some(_) | None => attach,
    };
    let mut env = backend.env.clone();
    if let Some(model) = model.filter(|_| backend.model_env) {
        let content = serde_json::json!({ "model": model }).to_string();
        env.push(("OPENCODE_CONFIG_CONTENT".to_owned(), content));
    }
    CommandLine { argv: shell(&line, None), env }
}

fn arg_line(
    backend: &Backend,
    session: &str,
    (model, opening): (Option<&str>, &Opening),
    hooks: &[String],
) -> String {
    let mut parts = vec![backend.bin.clone()];
    parts.extend(hooks.iter().map(|word| quoted(word, Quote::Bare)));
    let (flag, id) = match opening {
        Opening::Unnamed | Opening::Unknown => (None, ""),
        Opening::Named(id) => (backend.session_flag.as_ref(), id.as_str()),
        Opening::Resumed(id) => (Some(&backend.resume_flag), id.as_str()),
    };
    parts.extend(flag.map(|flag| fill(flag, &[("id", id)])));
    if backend.remote_control {
        parts.push(fill(&backend.remote_control_flag, &[("session", session)]));
    }
    if let Some(model) = model {
        parts.push(fill(&backend.model_flag, &[("model", model)]));
    }
    parts.extend(backend.flags.clone());
    parts.retain(|part| !part.is_empty());
    parts.join(" ")
}

/// The prompt as an argument that no program takes for an option and no kernel for too long.
fn argument(prompt: &str, kickoff: &str) -> String {
    if prompt.len() > ARGUMENT_LIMIT {
        return format!(
            "Your full kickoff prompt is in {kickoff} — read it now with: `cat '{kickoff}'` — then follow it exactly."
        );
    }
    // Programs take a leading dash for an option; a leading blank changes nothing for a reader.
    let dash = if prompt.starts_with('-') { " " } else { "" };
    // An argument ends at the first NUL.
    format!("{dash}{}", prompt.replace('\0', ""))
}

/// `sh -c LINE`, with the prompt as an argument that the shell never reads as code.
fn shell(line: &str, prompt: Option<&str>) -> Vec<String> {
    let line = if prompt.is_some() { format!("{line} \"$@\"") } else { line.to_owned() };
    // `exec` saves the shell that would else stand between the pane and the program.
    let line = if is_plain(&line) { format!("exec {line}") } else { line };
    let mut argv = vec!["sh".to_owned(), "-c".to_owned(), line];
    if let Some(prompt) = prompt {
        argv.extend(["sh".to_owned(), prompt.to_owned()]);
    }
    argv
}

/// One simple command: no operators, and no assignment in front.
fn is_plain(line: &str) -> bool {
    let first = line.split_whitespace().next().unwrap_or_default();
    let builtin = [
        "cd", "exec", "while", "for", "if", "until", "case", "export", "set", "trap", "{", "!", ".",
    ];
    !line.contains(['&', '|', ';', '<', '>', '(', ')', '`', '\n'])
        && !first.contains('=')
        && !first.is_empty()
        && !builtin.contains(&first)
}

/// Fills the slots of a shell fragment so that a value stays one word of text wherever its slot stands:
/// bare, in single quotes or in double quotes.
fn fill(template: &str, slots: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    let mut quote = Quote::Bare;
    while let Some(next) = rest.chars().next() {
        if let Some((slot, value)) = slots.iter().find(|(slot, _)| is_slot(rest, slot)) {
            out.push_str(&quoted(value, quote));
            rest = &rest[slot.len() + 2..];
            continue;
        }
        quote = match (quote, next) {
            (Quote::Bare, '\'') => Quote::Single,
            (Quote::Bare, '"') => Quote::Double,
            (Quote::Single, '\'') | (Quote::Double, '"') => Quote::Bare,
            (unchanged, _) => unchanged,
        };
        out.push(next);
        rest = &rest[next.len_utf8()..];
        if next == '\\' && quote != Quote::Single {
            let escaped = rest.chars().next();
            out.extend(escaped);
            rest = &rest[escaped.map_or(0, char::len_utf8)..];
        }
    }
    out
}

fn is_slot(text: &str, slot: &str) -> bool {
    text.strip_prefix('{')
        .and_then(|text| text.strip_prefix(slot))
        .is_some_and(|text| text.starts_with('}'))
}

#[derive(Clone, Copy, PartialEq)]
enum Quote {
    Bare,
    Single,
    Double,
}

fn quoted(value: &str, quote: Quote) -> String {
    match quote {
        // A quote cannot hold a NUL, and neither can a name or a path.
        Quote::Bare => {
            shlex::try_quote(value).map_or_else(|_| "''".to_owned(), std::borrow::Cow::into_owned)
        }
        Quote::Single => value.replace('\'', "'\\''"),
        Quote::Double => {
            let mut escaped = String::new();
            for c in value.chars() {
                if matches!(c, '"' | '\\' | '$' | '`') {
                    escaped.push('\\');
                }
                escaped.push(c);
            }
            escaped
        }
    }
}

#[cfg(test)]
mod tests;
