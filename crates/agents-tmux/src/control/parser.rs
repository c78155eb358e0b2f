//! What does one line from a tmux control client mean?

/// What the lines so far amount to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    /// One command has run; its output, or its complaint.
    Answer { succeeded: bool, text: String },
    /// Sessions may have appeared, ended or changed their names.
    News,
    /// The client is about to end.
    Exit { reason: String },
}

/// Puts lines together to events.
#[derive(Debug, Default)]
pub(crate) struct Parser {
    /// The answer that is being read: what its last line carries after `%end` or `%error`, and its text.
    open: Option<(String, String)>,
}

/// Notices of a change to sessions. `%unlinked-window-close` comes for windows of other sessions.
const NEWS: [&str; 4] =
    ["%sessions-changed", "%session-renamed", "%unlinked-window-close", "%window-close"];

impl Parser {
    /// Takes one line, without its line feed.
    pub(crate) fn line(&mut self, line: &str) -> Option<Event> {
        let Some((number, text)) = &mut self.open else {
            return self.outside(line);
        };
        // A screen may show lines of just this kind, so they must carry the number of the beginning.
        let is_own = |rest: &str| rest == number;
        let succeeded = match line.split_once(' ') {
            Some(("%end", rest)) if is_own(rest) => true,
            Some(("%error", rest)) if is_own(rest) => false,
            Some(_) | None => {
                text.push_str(line);
                text.push('\n');
                return None;
            }
        };
        let text = std::mem::take(text);
        self.open = None;
        Some(Event::Answer { succeeded, text })
    }

    fn outside(&mut self, line: &str) -> Option<Event> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "%begin" => {
                self.open = Some((rest.to_owned(), String::new()));
                None
            }
            "%exit" => Some(Event::Exit { reason: rest.to_owned() }),
            other => NEWS.contains(&other).then_some(Event::News),
        }
    }
}

#[cfg(test)]
mod tests;
