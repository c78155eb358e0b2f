//! What stands in the way of the logs, and is it gone?

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use agents_names::AgentName;
use agents_tmux::Driver;

use crate::ledger::{Entry, EntryKind, Ledger as _, Record};
use crate::run::Reign;

/// Each is told once, and so is its end.
#[derive(Debug, Default)]
pub(crate) struct LogAlarms(BTreeMap<PathBuf, Option<AgentName>>);

impl LogAlarms {
    /// Whether that is news.
    fn raise(&mut self, file: &Path, about: Option<&AgentName>) -> bool {
        self.0.insert(file.to_owned(), about.cloned()).is_none()
    }

    /// Those whose way is free by now.
    fn settle(&mut self) -> Vec<(PathBuf, Option<AgentName>)> {
        let mut over = Vec::new();
        self.0.retain(|file, about| {
            if is_free(file) {
                over.push((file.clone(), about.clone()));
                return false;
            }
            true
        });
        over
    }
}

/// Whether a file can be written there. What cannot be seen still stands there.
fn is_free(file: &Path) -> bool {
    match file.symlink_metadata() {
        Ok(found) => found.is_file(),
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}

impl<D: Driver> Reign<D> {
    /// Raises an alarm about what stands in the place of a log, or of what is put aside of one.
    pub(crate) fn alarm_of_log(&mut self, file: &Path, about: Option<&AgentName>, text: String) {
        if self.log_alarms.raise(file, about) {
            tracing::error!("{text}");
            self.note_of_log(EntryKind::Alarm, about, text);
        }
    }

    /// Says of what is gone that it is.
    pub(crate) fn settle_log_alarms(&mut self) {
        for (file, about) in self.log_alarms.settle() {
            let text = format!("nothing stands in the place of {} any more", file.display());
            tracing::info!("{text}");
            self.note_of_log(EntryKind::Outcome, about.as_ref(), text);
        }
    }

    /// Where it cannot be recorded, it stands in the watchdog's log alone.
    pub(crate) fn note_of_log(&mut self, kind: EntryKind, about: Option<&AgentName>, text: String) {
        let entry = Entry {
            at_wall_ms: chrono::Utc::now().timestamp_millis(),
            tick: self.engine.state().tick,
            subject: about.map(ToString::to_string),
            kind,
            text,
            detail: serde_json::json!({ "key": "log" }),
        };
        let record = Record { entries: vec![entry], ..Record::default() };
        if let Err(error) = self.engine.ledger.commit(&record) {
            tracing::debug!("that cannot be recorded: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_the_way_is_told_once_and_again_after_it_was_gone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("t-ann.log.1");
        let mut alarms = LogAlarms::default();
        for _ in 0..2 {
            std::fs::create_dir(&file).unwrap();
            assert!(alarms.raise(&file, None) && !alarms.raise(&file, None));
            assert_eq!(alarms.settle(), []);
            std::fs::remove_dir(&file).unwrap();
            assert_eq!(alarms.settle(), [(file.clone(), None)]);
            assert_eq!(alarms.settle(), []);
        }
        std::fs::create_dir(&file).unwrap();
        assert!(alarms.raise(&file, None));
        std::fs::remove_dir(&file).unwrap();
        std::fs::write(&file, "what is put aside").unwrap();
        assert_eq!(alarms.settle(), [(file.clone(), None)]);
        // A look that fails says nothing.
        let hidden = file.join("t-ann.log.1");
        assert!(alarms.raise(&hidden, None));
        assert_eq!(alarms.settle(), []);
    }
}
