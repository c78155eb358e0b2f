//! Which work does a text order: commands to run, or a file to read first?

/// The commands of the lines `MOCK:run COMMAND`, in order.
pub(crate) fn commands(text: &str) -> Vec<String> {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("MOCK:run "))
        .map(|command| command.trim().to_owned())
        .filter(|command| !command.is_empty())
        .collect()
}

/// The first absolute path of a text that tells the agent to read something.
pub(crate) fn file_to_read(text: &str) -> Option<&str> {
    if !text.to_ascii_lowercase().contains("read") {
        return None;
    }
    text.split(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '`' | '<' | '>'))
        .map(|word| word.trim_end_matches(['.', ',', ':', ';', ')']))
        .find(|word| word.starts_with('/') && word.len() > 1 && word.contains('.'))
}

#[cfg(test)]
mod tests;
