//! What installing or removing the service does, or would do: told in words, or as a document.

use std::path::Path;

use super::Manager;
use crate::app::{App, print, say};
use crate::error::{Error, code};

/// What becomes of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Write,
    /// It is there as it would be written.
    Leave,
    Remove,
    /// There is none to remove.
    Absent,
}

/// Why it did not come to its end, and which commands are left to the user.
#[derive(Debug)]
pub(super) struct Left<'a> {
    pub why: &'a str,
    /// What that means; the commands follow.
    pub then: &'a str,
    pub steps: &'a [Vec<String>],
}

/// One change of the service.
#[derive(Debug)]
pub(super) struct Change<'a> {
    pub name: &'a str,
    pub manager: Manager,
    pub file: &'a Path,
    pub what: What,
    /// Commands before the file changes, and after it.
    pub before: Vec<Vec<String>>,
    pub after: Vec<Vec<String>>,
}

impl Change<'_> {
    /// Tells it, and does nothing.
    pub fn would(&self, app: &App) -> Result<u8, Error> {
        let file = self.file.display();
        if app.json {
            return self.document(true, (false, None));
        }
        if self.what == What::Absent {
            say(&format!("there is no {file}; nothing to do"));
            return Ok(code::DONE);
        }
        steps("would run", &self.before)?;
        print(&match self.what {
            What::Write => format!("would write {file}"),
            What::Leave | What::Absent => format!("would leave as it is {file}"),
            What::Remove => format!("would remove {file}"),
        })?;
        steps("would run", &self.after)?;
        Ok(code::DONE)
    }

    /// It is done; the service is now, in these words.
    pub fn done(&self, app: &App, words: &str) -> Result<u8, Error> {
        if app.json {
            return self.document(false, (true, None));
        }
        if self.what == What::Absent {
            say(&format!("there is no {}; nothing to do", self.file.display()));
            return Ok(code::DONE);
        }
        self.tell_file()?;
        print(&format!("{}{words}", self.name))?;
        Ok(code::DONE)
    }

    /// Something is left to the user.
    pub fn left_to_do(&self, app: &App, left: &Left<'_>) -> Result<u8, Error> {
        if app.json {
            self.document(false, (false, Some(left.why)))?;
            return Ok(code::PARTLY);
        }
        if self.what == What::Write || !self.file.exists() {
            self.tell_file()?;
        }
        say(&format!("{}; {}", left.why, left.then));
        steps("run", left.steps)?;
        Ok(code::PARTLY)
    }

    fn tell_file(&self) -> Result<(), Error> {
        match self.what {
            What::Write => print(&format!("written: {}", self.file.display())),
            What::Remove => print(&format!("removed: {}", self.file.display())),
            What::Leave | What::Absent => Ok(()),
        }
    }

    fn document(&self, dry_run: bool, (done, reason): (bool, Option<&str>)) -> Result<u8, Error> {
        let change = match self.what {
            What::Write => "write",
            What::Remove => "remove",
            What::Leave | What::Absent => "none",
        };
        let document = serde_json::json!({
            "schema": "agents.service-change/1",
            "name": self.name,
            "manager": self.manager.as_str(),
            "file": self.file,
            "change": change,
            "steps": self.before.iter().chain(&self.after).collect::<Vec<_>>(),
            "dry_run": dry_run,
            "done": done,
            "reason": reason,
        });
        print(&document.to_string())?;
        Ok(code::DONE)
    }
}

fn steps(word: &str, steps: &[Vec<String>]) -> Result<(), Error> {
    steps.iter().try_for_each(|step| print(&format!("{word}: {}", step.join(" "))))
}
