//! Whose turn is it? Pushed commits and inbox files become messages that are owed, and stay so until they went.

use std::collections::BTreeMap;

use agents_config::{Handoff, Pattern};
use agents_names::{AgentName, PhaseId};

use crate::delivery::{MessageKind, owe};
use crate::draft::Draft;
use crate::{HandoffSeen, NewsSeen, Note, Seen, messages};

/// What is remembered of the shared branch.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct HandoffState {
    pub base: Base,
    /// The digest of each inbox that its owner was told of; absent once the file was consumed.
    pub inboxes: BTreeMap<String, String>,
    /// Which repository and branch this is about; another one begins anew.
    pub source: String,
    /// Fetches that failed in a row.
    #[serde(default)]
    pub failures: u32,
    /// Whose turn it became last, and in which phase; a phase begins with the builder's.
    #[serde(default)]
    pub turn: Option<(Option<PhaseId>, Turn)>,
}

/// Who has something to do, as far as the shared branch tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Turn {
    Builder,
    Reviewer,
    /// The history was rewritten: either may have.
    Both,
}

/// What a loop agent waits for while it is the other's turn: its idling is no stall then.
///
/// One of the two is always judged, so a build that stands still is noticed.
pub(crate) fn awaits(draft: &Draft<'_>, name: &AgentName) -> Option<&'static str> {
    let handoff = draft.fleet.loop_plan.as_ref()?.handoff.as_ref()?;
    // Until the branch was read, nobody knows whose turn it is.
    let is_read = matches!(draft.next.handoff.base, Base::Empty | Base::At(_));
    if !is_read || handoff.claim_pings == handoff.review_pings {
        return None;
    }
    let turn = match &draft.next.handoff.turn {
        Some((phase, turn)) if *phase == phase_of(draft) => *turn,
        Some(_) | None => Turn::Builder,
    };
    match turn {
        Turn::Builder if *name == handoff.claim_pings => Some("a claim commit, or its inbox"),
        Turn::Reviewer if *name == handoff.review_pings => Some("a review commit, or its inbox"),
        Turn::Builder | Turn::Reviewer | Turn::Both => None,
    }
}

fn phase_of(draft: &Draft<'_>) -> Option<PhaseId> {
    draft.next.sequence.as_ref().map(|sequence| sequence.phase().clone())
}

fn turn(draft: &mut Draft<'_>, turn: Turn) {
    draft.next.handoff.turn = Some((phase_of(draft), turn));
}

/// Up to where the branch was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Base {
    /// Never looked at.
    #[default]
    Unseen,
    /// The local copy held none of it before the fleet began, or could not be read: whatever the first fetch finds is
    /// news, of which the latest claim or review counts.
    NoCopy,
    /// The local copy led to this commit before the fleet began. What the first fetch finds beyond it may be as old as
    /// the copy, so of that, too, the latest claim or review counts.
    Copy(String),
    /// Looked at while nothing was pushed: the first commit will be news.
    Empty,
    At(String),
}

impl Base {
    /// Where a fleet begins to read whose local copy of the branch is this.
    #[must_use]
    pub fn of_copy(copy: &Seen<String>) -> Self {
        match copy {
            Seen::Known(head) => Self::Copy(head.clone()),
            Seen::Absent | Seen::Unknown(_) => Self::NoCopy,
        }
    }

    /// The commit that a look begins at, if it begins at one.
    #[must_use]
    pub fn commit(&self) -> Option<&String> {
        match self {
            Self::Copy(commit) | Self::At(commit) => Some(commit),
            Self::Unseen | Self::NoCopy | Self::Empty => None,
        }
    }
}

impl HandoffState {
    /// Whether it is known from where on the branch that `handoff` names is read.
    #[must_use]
    pub fn has_begun(&self, handoff: &Handoff) -> bool {
        self.source == source_of(handoff)
    }
}

/// After so many failed fetches in a row the operator hears of it.
const FAILURES: u32 = 3;

/// A remote that answers without the branch that was read before: what is pushed to another one nobody would hear of.
const GONE: &str = "the remote has no such branch any more; if it was renamed, `loop.handoff.branch` \
                    names it, and a new clone knows the new default";

pub(crate) fn step(draft: &mut Draft<'_>) {
    let Some(handoff) = draft.fleet.loop_plan.as_ref().and_then(|plan| plan.handoff.as_ref())
    else {
        return;
    };
    if !draft.declared().iter().any(|what| what.is_loop() && what.enabled()) {
        return;
    }
    begin(draft, handoff);
    let look = match &draft.seen.handoff {
        Seen::Known(look) => look,
        Seen::Absent => return,
        Seen::Unknown(cause) => return failed(draft, cause),
    };
    let before = draft.next.handoff.base.clone();
    if look.head.is_none() && before.commit().is_some() {
        return failed(draft, GONE);
    }
    draft.next.handoff.failures = 0;
    draft.calm(None, "handoff");
    commits(draft, handoff, look);
    inboxes(draft, handoff, look);
    if matches!(before, Base::At(_) | Base::Copy(_)) && draft.next.handoff.base != before {
        nothing_new(draft, look);
    }
}

/// Takes what the local copy holds for the beginning, before anybody is started: whatever the agents push is news, also
/// when no fetch succeeds until then.
fn begin(draft: &mut Draft<'_>, handoff: &Handoff) {
    if draft.next.handoff.has_begun(handoff) {
        return;
    }
    let base = draft.seen.copy.as_ref().map_or(Base::Unseen, Base::of_copy);
    if let Base::Copy(head) = &base {
        draft.note_fleet(Note::HandoffBegins { head: head.clone() });
    }
    draft.next.handoff =
        HandoffState { base, source: source_of(handoff), ..HandoffState::default() };
}

/// A fetch that failed is no silence: the next one reads from the same base, and the operator hears of a few in a row.
fn failed(draft: &mut Draft<'_>, cause: &str) {
    let failures = draft.next.handoff.failures.saturating_add(1);
    draft.next.handoff.failures = failures;
    if failures == 1 {
        draft.note_fleet(Note::BranchUnread { cause: cause.to_owned() });
    }
    if failures >= FAILURES {
        let text =
            format!("the shared branch could not be read {FAILURES} times in a row: {cause}");
        draft.alarm(None, "handoff", text);
    }
}

/// A name for the repository and branch that `handoff` reads.
#[must_use]
pub fn source_of(handoff: &Handoff) -> String {
    let branch = handoff.branch.as_deref().unwrap_or("(default)");
    format!("{} {} {branch}", handoff.repo.display(), handoff.remote)
}

fn commits(draft: &mut Draft<'_>, handoff: &Handoff, look: &HandoffSeen) {
    let Some(head) = &look.head else {
        if matches!(draft.next.handoff.base, Base::Unseen | Base::NoCopy) {
            draft.next.handoff.base = Base::Empty;
        }
        return;
    };
    let base = draft.next.handoff.base.clone();
    if base == Base::At(head.clone()) {
        return;
    }
    match (&base, &look.news) {
        (Base::Unseen, _) => draft.note_fleet(Note::HandoffBegins { head: head.clone() }),
        (Base::At(base), NewsSeen::Commits(commits)) if look.base.as_ref() == Some(base) => {
            subjects(draft, handoff, commits);
        }
        (Base::Copy(copy), NewsSeen::Commits(commits)) if look.base.as_ref() == Some(copy) => {
            subjects(draft, handoff, latest(handoff, commits));
        }
        (Base::NoCopy, NewsSeen::Commits(commits)) if look.base.is_none() => {
            let latest = latest(handoff, commits);
            subjects(draft, handoff, latest);
            if latest.is_empty() {
                draft.note_fleet(Note::HandoffBegins { head: head.clone() });
            }
        }
        (Base::Empty, _) if look.base.is_none() => {
            turn(draft, Turn::Both);
            news(draft, "the branch has its first commits", both(handoff));
            tell(draft, &handoff.claim_pings, MessageKind::Rewritten, messages::FIRST.to_owned());
            tell(draft, &handoff.review_pings, MessageKind::Rewritten, messages::FIRST.to_owned());
        }
        (Base::At(base) | Base::Copy(base), NewsSeen::BaseUnknown)
            if look.base.as_ref() == Some(base) =>
        {
            turn(draft, Turn::Both);
            // What was claimed or reviewed cannot be listed: both sides look for themselves.
            news(draft, "the history of the branch was rewritten", both(handoff));
            tell(
                draft,
                &handoff.claim_pings,
                MessageKind::Rewritten,
                messages::REWRITTEN.to_owned(),
            );
            tell(
                draft,
                &handoff.review_pings,
                MessageKind::Rewritten,
                messages::REWRITTEN.to_owned(),
            );
        }
        // A look made for an older base; the next one fits.
        (Base::At(_) | Base::Copy(_) | Base::NoCopy | Base::Empty, _) => return,
    }
    draft.next.handoff.base = Base::At(head.clone());
}

/// The last commit that claims or reviews, alone: who has the turn now learns it, and nobody of what was answered since.
fn latest<'c>(handoff: &Handoff, commits: &'c [(String, String)]) -> &'c [(String, String)] {
    let counts = |(_, subject): &(String, String)| {
        handoff.claim_pattern.is_match(subject) || handoff.review_pattern.is_match(subject)
    };
    let last = commits.iter().rposition(counts);
    last.map_or(&[], |last| std::slice::from_ref(&commits[last]))
}

fn subjects(draft: &mut Draft<'_>, handoff: &Handoff, commits: &[(String, String)]) {
    let has = |pattern: &Pattern| commits.iter().any(|(_, subject)| pattern.is_match(subject));
    let (claimed, reviewed) = (has(&handoff.claim_pattern), has(&handoff.review_pattern));
    let last = commits.iter().rev().find_map(|(_, subject)| {
        let is_claim = handoff.claim_pattern.is_match(subject);
        let is_review = handoff.review_pattern.is_match(subject);
        match (is_claim, is_review) {
            (true, true) => Some(Turn::Both),
            (true, false) => Some(Turn::Reviewer),
            (false, true) => Some(Turn::Builder),
            (false, false) => None,
        }
    });
    if let Some(last) = last {
        turn(draft, last);
    }
    if claimed {
        news(draft, "a claim commit was pushed", vec![handoff.claim_pings.clone()]);
        tell(draft, &handoff.claim_pings, MessageKind::Claim, messages::CLAIM.to_owned());
    }
    if reviewed {
        news(draft, "a review commit was pushed", vec![handoff.review_pings.clone()]);
        tell(draft, &handoff.review_pings, MessageKind::Review, messages::REVIEW.to_owned());
    }
}

/// Commits that concern nobody: that nothing follows from them is said too.
fn nothing_new(draft: &mut Draft<'_>, look: &HandoffSeen) {
    let told = |note: &Note| matches!(note, Note::HandoffNews { .. });
    let NewsSeen::Commits(commits) = &look.news else { return };
    if commits.is_empty() || draft.noted(None).any(told) {
        return;
    }
    let pushed = match commits.len() {
        1 => "a commit was pushed, which is neither a claim nor a review".to_owned(),
        more => format!("{more} commits were pushed, with no claim and no review among them"),
    };
    news(draft, &pushed, Vec::new());
}

fn news(draft: &mut Draft<'_>, news: &str, told: Vec<AgentName>) {
    draft.note_fleet(Note::HandoffNews { news: news.to_owned(), told });
}

fn both(handoff: &Handoff) -> Vec<AgentName> {
    vec![handoff.claim_pings.clone(), handoff.review_pings.clone()]
}

fn inboxes(draft: &mut Draft<'_>, handoff: &Handoff, look: &HandoffSeen) {
    for (file, target) in [
        (&handoff.reviewer_inbox, &handoff.claim_pings),
        (&handoff.builder_inbox, &handoff.review_pings),
    ] {
        let Some(file) = file else { continue };
        let Some(seen) = look.inboxes.iter().find(|inbox| inbox.file == *file) else { continue };
        let Some(digest) = &seen.digest else {
            draft.next.handoff.inboxes.remove(file);
            continue;
        };
        if draft.next.handoff.inboxes.get(file) != Some(digest) {
            draft.next.handoff.inboxes.insert(file.clone(), digest.clone());
            // The other may still be at what it has to do.
            turn(draft, Turn::Both);
            news(draft, &format!("{file} changed"), vec![target.clone()]);
            let text = messages::inbox(&handoff.state_subdir, file);
            tell(draft, target, MessageKind::Inbox(file.clone()), text);
        }
    }
}

fn tell(draft: &mut Draft<'_>, target: &AgentName, kind: MessageKind, text: String) {
    if draft.fleet.agent(target).is_some() {
        owe(draft, target, kind, text);
    } else {
        let said = format!(
            "the handoff names {target}, which the config does not declare: its {kind} is not sent"
        );
        draft.alarm(Some(target), "undeclared-target", said);
    }
}

#[cfg(test)]
mod tests;
