//! What of this crate's inner parsers do the fuzz targets drive? Only there with the feature `fuzz`.

use crate::control::parser::{Event, Parser};
use crate::reply::Reply;
use crate::{Listing, TmuxError, listing};

/// What a control client's lines amount to: the answers, whether each succeeded, and how many other events there were.
#[must_use]
pub fn control_lines(text: &str) -> (Vec<(bool, String)>, usize) {
    let mut parser = Parser::default();
    let (mut answers, mut others) = (Vec::new(), 0);
    for line in text.split('\n') {
        match parser.line(line) {
            Some(Event::Answer { succeeded, text }) => answers.push((succeeded, text)),
            Some(Event::News | Event::Exit { .. }) => others += 1,
            None => {}
        }
    }
    (answers, others)
}

/// The listing that `output` holds, its rows set off by `mark`.
///
/// # Errors
/// [`TmuxError::Unknown`] when it cannot be read whole.
pub fn listing(output: &str, mark: &str) -> Result<Listing, TmuxError> {
    let reply = Reply { output: output.to_owned(), errors: Vec::new() };
    listing::read(&reply, mark, "/socket")
}

/// The words as one line of tmux's command language.
#[must_use]
pub fn command_line(words: &[&str]) -> String {
    crate::argv::line(&[crate::argv::Words::new(words.iter().copied())])
}
