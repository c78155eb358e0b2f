//! What stands on the shared branch? A model of a git remote.

use std::collections::BTreeMap;

use agents_config::Handoff;
use agents_decide::{Base, HandoffSeen, InboxSeen, NewsSeen, Seen};

/// The branch as it was pushed.
#[derive(Debug, Default)]
pub(crate) struct Branch {
    /// Ids and subjects, oldest first.
    commits: Vec<(String, String)>,
    inboxes: BTreeMap<String, String>,
    made: u64,
    /// So many fetches fail from now on.
    pub failures: u32,
    /// What the local copy holds before a fetch.
    pub copy: LocalCopy,
}

/// How much of the branch the local copy holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LocalCopy {
    #[default]
    Whole,
    /// All but that many commits.
    Lacks(usize),
    Missing,
}

impl Branch {
    /// Pushes a commit of that subject.
    pub fn push(&mut self, subject: &str) {
        self.made += 1;
        let id = format!("{:040x}", u128::from(self.made).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c));
        self.commits.push((id, subject.to_owned()));
    }

    /// Pushes an inbox file; without content its deletion.
    pub fn inbox(&mut self, file: &str, content: Option<&str>) {
        match content {
            Some(content) => {
                self.push(&format!("inbox: {file}"));
                self.inboxes.insert(file.to_owned(), content.to_owned());
            }
            None => {
                self.push(&format!("inbox: {file} consumed"));
                self.inboxes.remove(file);
            }
        }
    }

    /// Replaces the whole history by one commit.
    pub fn rewrite(&mut self, subject: &str) {
        self.commits.clear();
        self.push(subject);
    }

    /// The newest commit that the local copy holds.
    pub fn copy(&self) -> Seen<String> {
        let held = match self.copy {
            LocalCopy::Whole => self.commits.len(),
            LocalCopy::Lacks(count) => self.commits.len().saturating_sub(count),
            LocalCopy::Missing => 0,
        };
        self.commits[..held].last().map_or(Seen::Absent, |(id, _)| Seen::Known(id.clone()))
    }

    /// The subjects behind one commit, up to another; `None` when the one before is in the history no more.
    pub fn subjects_between(&self, before: &str, last: &str) -> Option<Vec<&str>> {
        let place = |id: &str| self.commits.iter().position(|(of, _)| of == id);
        let (before, last) = (place(before)?, place(last)?);
        let new = self.commits.get(before + 1..=last).unwrap_or_default();
        Some(new.iter().map(|(_, subject)| subject.as_str()).collect())
    }

    /// What a fetch that began at `base` brings.
    pub fn look(&self, handoff: &Handoff, base: &Base) -> HandoffSeen {
        let ever = *base == Base::NoCopy;
        let base = base.commit().cloned();
        let Some((head, _)) = self.commits.last() else {
            return HandoffSeen { head: None, base, news: NewsSeen::First, inboxes: Vec::new() };
        };
        let news = match &base {
            None if ever => NewsSeen::Commits(self.commits.clone()),
            None => NewsSeen::First,
            Some(base) => match self.commits.iter().position(|(id, _)| id == base) {
                Some(at) => NewsSeen::Commits(self.commits[at + 1..].to_vec()),
                None => NewsSeen::BaseUnknown,
            },
        };
        let files = handoff.reviewer_inbox.iter().chain(&handoff.builder_inbox);
        let inboxes = files
            .map(|file| InboxSeen { file: file.clone(), digest: self.inboxes.get(file).cloned() });
        HandoffSeen { head: Some(head.clone()), base, news, inboxes: inboxes.collect() }
    }
}
