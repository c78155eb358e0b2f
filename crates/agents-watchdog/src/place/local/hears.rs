//! How do the agents' programs reach this machine's place?

use std::sync::Arc;

use agents_config::Fleet;
use agents_names::AgentName;
use tokio::sync::Notify;

use super::LocalPlace;
use crate::launch::RunFiles;
use crate::place::Need;
use crate::place::tellers::{self, Living, Tale};
use crate::report::Inbox;

impl LocalPlace {
    /// Hears what the agents' programs report. The caller holds the fleet's lock.
    pub fn listen(&mut self, inbox: Option<Arc<Inbox>>) {
        self.tellers.listen(inbox);
    }

    /// Told when a program's record says something new.
    #[must_use]
    pub fn recorded(&self) -> Arc<Notify> {
        self.tellers.news()
    }

    /// What the program of a run that lives says about itself.
    pub(super) fn tale(&mut self, fleet: &Fleet, name: &AgentName, need: &Need) -> Tale {
        if !std::mem::replace(&mut self.has_heard, true) {
            self.tellers.take(fleet);
        }
        let Some(run) = need.run.filter(|_| need.lives && fleet.agent(name).is_some()) else {
            self.tellers.forget(name);
            return Tale::default();
        };
        let files = RunFiles::new(&self.state_dir);
        let open = Some(run).filter(|_| need.conversation).and_then(|run| {
            let program = self.begun(&files, name, run)?.program;
            self.conversations.of(name, run, program)
        });
        let is_read = tellers::is_read(fleet, name);
        let age = is_read.then(|| files.age(name, run)).flatten();
        let age = age.and_then(|age| chrono::TimeDelta::from_std(age).ok());
        let began = chrono::Utc::now() - age.unwrap_or_default();
        let conversation = open.clone().or_else(|| need.own.clone());
        let tale = self.tellers.tale(fleet, Living { name, run, conversation, began });
        Tale { conversation: tale.conversation.clone().or(open), ..tale }
    }
}
