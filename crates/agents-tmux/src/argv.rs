//! How does a tmux command reach tmux word for word, as arguments or as text?

/// One tmux command: its name and its arguments, as tmux is to see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words(Vec<String>);

impl Words {
    pub(crate) fn new<I, S>(words: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<String>,
    {
        Self(words.into_iter().map(Into::into).collect())
    }

    /// Adds one argument.
    pub(crate) fn and(mut self, word: impl Into<String>) -> Self {
        self.0.push(word.into());
        self
    }
}

/// Arguments for the tmux program that run the commands in turn, up to the first that fails.
pub(crate) fn arguments(commands: &[Words]) -> Vec<String> {
    let mut arguments = Vec::new();
    for command in commands {
        if !arguments.is_empty() {
            arguments.push(";".to_owned());
        }
        arguments.extend(command.0.iter().map(|word| escape_final_semicolon(word)));
    }
    arguments
}

/// tmux takes a `;` at the end of any argument for a command separator, and `\;` there for a plain `;`.
pub(crate) fn escape_final_semicolon(word: &str) -> String {
    match word.strip_suffix(';') {
        Some(rest) => format!("{rest}\\;"),
        None => word.to_owned(),
    }
}

/// One line of tmux's own command language that runs the commands in turn, up to the first that fails.
pub(crate) fn line(commands: &[Words]) -> String {
    let quote =
        |command: &Words| command.0.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
    commands.iter().map(quote).collect::<Vec<_>>().join(" ; ")
}

/// The word in double quotes; a line feed is written as an escape, because a command ends with its line.
fn quoted(word: &str) -> String {
    let mut text = String::with_capacity(word.len() + 2);
    text.push('"');
    for c in word.chars() {
        match c {
            // `$` and `~` are expanded within double quotes too.
            '"' | '\\' | '$' | '~' => {
                text.push('\\');
                text.push(c);
            }
            '\n' => text.push_str("\\n"),
            '\0'..='\x1f' | '\x7f' => {
                let code = u32::from(c);
                text.push_str(&format!("\\{code:03o}"));
            }
            _ => text.push(c),
        }
    }
    text.push('"');
    text
}

/// The text as it must stand in a format argument of `#{==:…,…}` to mean itself.
pub(crate) fn format_operand(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        // tmux copies signs before a `[` as they are, for those who read styles.
        let is_style = rest.as_str().trim_start_matches('#').starts_with('[');
        if matches!(c, ',' | '}') || c == '#' && !is_style {
            escaped.push('#');
        }
        escaped.push(c);
    }
    escaped
}

/// The command of a log pipe. tmux expands formats and times in it before `sh` reads it.
pub(crate) fn log_pipe(log: &str) -> String {
    let shell = format!("exec cat >> '{}'", log.replace('\'', r"'\''"));
    shell.replace('#', "##").replace('%', "%%")
}

#[cfg(test)]
mod tests;
