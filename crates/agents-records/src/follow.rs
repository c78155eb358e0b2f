//! What does the record in a file say now?

use std::path::Path;

use crate::error::RecordError;
use crate::event::Cli;
use crate::state::{Standing, Verdict, Why};
use crate::tail::{Change, Tail};

/// Follows the record in one file; each look reads only what is new.
#[derive(Debug, Clone)]
pub struct Follower {
    cli: Cli,
    tail: Tail,
    standing: Standing,
    /// Why the record does not tell, whatever its lines said.
    blind: Option<Verdict>,
}

impl Follower {
    #[must_use]
    pub fn new(cli: Cli, path: &Path) -> Self {
        Self {
            cli,
            tail: Tail::new(path),
            standing: Standing::new(cli),
            blind: Some(Verdict::unknown(Why::NoRecord)),
        }
    }

    /// Reads what is new and says what the record says now.
    ///
    /// # Errors
    /// [`RecordError`] when the file cannot be read; until a look succeeds the state is unknown.
    pub fn look(&mut self) -> Result<&Verdict, RecordError> {
        self.blind = Some(Verdict::unknown(Why::NotRead));
        let look = self.tail.look()?;
        match look.change {
            Change::Absent | Change::New => self.standing = Standing::new(self.cli),
            Change::Same => {}
        }
        for line in &look.lines {
            self.standing.line(line);
        }
        self.blind = match (look.change, look.left) {
            (Change::Absent, _) => Some(Verdict::unknown(Why::NoRecord)),
            (Change::New | Change::Same, 0) => None,
            (Change::New | Change::Same, bytes) => Some(Verdict::unknown(Why::Behind { bytes })),
        };
        Ok(self.verdict())
    }

    /// What the last look found.
    #[must_use]
    pub fn verdict(&self) -> &Verdict {
        self.blind.as_ref().unwrap_or_else(|| self.standing.verdict())
    }

    /// Conversation and limits as of the last look.
    #[must_use]
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        self.tail.path()
    }
}

#[cfg(test)]
mod tests;
