//! How does a message get into an agent, exactly once and for certain?
//!
//! Owed → typing → typed → submitted → seen. Each step carries a token that tmux stores together with the
//! step itself, so that after any crash the next look tells whether the step was done.

use std::collections::VecDeque;
use std::time::Duration;

use crate::draft::{Declared, Draft};
use crate::state::Member;
use crate::{Action, Activity, MemberSeen, Moment, PaneSeen, RunId, Seen};

mod evidence;
mod note;
mod ready;

pub use note::MessageNote;

/// What an agent is owed, and how far the first of it has got.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Mailbox {
    pub queue: VecDeque<Message>,
    pub stage: Stage,
    /// The last texts that were delivered in this run: rows that quote them say nothing about the agent.
    pub recent: VecDeque<String>,
}

impl Mailbox {
    /// The texts of ours that the screen may show: what was delivered in this run, and what is on its way.
    pub fn own_texts(&self) -> impl Iterator<Item = &str> + Clone {
        let under_way = self.queue.front().filter(|_| self.stage != Stage::Owed);
        let texts = self.recent.iter().map(String::as_str);
        texts.chain(under_way.map(|message| message.text.as_str()))
    }
}

/// Any text we type at an agent.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Message {
    pub id: u64,
    pub kind: MessageKind,
    pub text: String,
    pub owed_since: Moment,
}

/// What a message is for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum MessageKind {
    Kickoff,
    Claim,
    Review,
    Inbox(String),
    /// The history was rewritten; what was claimed or reviewed is not known.
    Rewritten,
    Probe,
    Wake,
    /// From the operator, with the request's number.
    Operator(u64),
}

impl std::fmt::Display for MessageKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Kickoff => write!(f, "kickoff"),
            Self::Claim => write!(f, "claim ping"),
            Self::Review => write!(f, "review ping"),
            Self::Inbox(file) => write!(f, "inbox ping for {file}"),
            Self::Rewritten => write!(f, "review-needed ping"),
            Self::Probe => write!(f, "probe"),
            Self::Wake => write!(f, "wake"),
            Self::Operator(_) => write!(f, "message of the operator"),
        }
    }
}

/// How far the first message of the queue has got.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Stage {
    #[default]
    Owed,
    /// The paste was sent; the session's token will tell.
    Typing {
        at: Moment,
        run: Option<RunId>,
        tries: u32,
    },
    Typed {
        at: Moment,
        run: Option<RunId>,
    },
    /// The submit key was sent; `before` is what the screen showed just before.
    Submitted {
        at: Moment,
        run: Option<RunId>,
        tries: u8,
        before: Vec<String>,
    },
    /// Submitted as often as is wise, and no sign that it went.
    Stuck {
        since: Moment,
        run: Option<RunId>,
        before: Vec<String>,
    },
}

/// A step that has not shown in the session's token by then was lost, and is sent again under the same token.
const LOST_AFTER: Duration = Duration::from_secs(3);
/// How long one submit may take to show.
const SEEN_WITHIN: Duration = Duration::from_millis(2500);
const SUBMITS: u8 = 3;
const QUICK_LOOK: Duration = Duration::from_millis(150);

/// Owes a message; one of the same kind that is not typed yet is not doubled.
pub(crate) fn owe(
    draft: &mut Draft<'_>,
    name: &agents_names::AgentName,
    kind: MessageKind,
    text: String,
) {
    let owed_since = draft.now.at;
    let mailbox = &draft.member(name).mailbox;
    let untyped = mailbox.queue.iter().skip(usize::from(mailbox.stage != Stage::Owed));
    if untyped.into_iter().any(|owed| owed.kind == kind && owed.text == text) {
        return;
    }
    let id = draft.new_message();
    let front = kind == MessageKind::Probe && draft.member(name).mailbox.stage == Stage::Owed;
    let message = Message { id, kind, text, owed_since };
    let queue = &mut draft.member(name).mailbox.queue;
    if front {
        queue.push_front(message)
    } else {
        queue.push_back(message)
    }
    draft.look_in(Duration::from_millis(10));
}

/// A new run begins: what was typed into the old one is owed again, and the old kickoff is not.
pub(crate) fn begin_run(draft: &mut Draft<'_>, what: Declared<'_>) {
    let name = what.name();
    end_run(draft.member(name));
    let mailbox = &mut draft.member(name).mailbox;
    mailbox.queue.retain(|owed| owed.kind != MessageKind::Kickoff);
    if let Some(text) = crate::messages::kickoff_line(draft.fleet, what) {
        owe(draft, name, MessageKind::Kickoff, text);
        draft.member(name).mailbox.queue.rotate_right(1);
    }
}

/// The run is over: the message under way is owed again, and a probe has lost its sense.
pub(crate) fn end_run(member: &mut Member) {
    member.mailbox.stage = Stage::Owed;
    member.mailbox.recent.clear();
    member.mailbox.queue.retain(|owed| owed.kind != MessageKind::Probe);
}

/// Forgets everything owed: the member gets a new kickoff, or is down on purpose.
pub(crate) fn drop_all(member: &mut Member) {
    member.mailbox = Mailbox::default();
}

/// One tick of a member's mailbox.
pub(crate) fn step(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    activity: Activity,
) {
    let name = what.name();
    let Some(message) = draft.member(name).mailbox.queue.front().cloned() else {
        draft.member(name).mailbox.stage = Stage::Owed;
        return;
    };
    let Some(pane) = seen.pane.known().filter(|pane| pane.dead.is_none()) else {
        return wait(draft, what, &message, "it is not running");
    };
    let stage = draft.member(name).mailbox.stage.clone();
    if run_of(&stage).is_some_and(|run| run != pane.run) {
        // Typed into a run that is over: owed again.
        draft.member(name).mailbox.stage = Stage::Owed;
        draft.look_in(QUICK_LOOK);
        return;
    }
    match stage {
        Stage::Owed => owed(draft, what, seen, (pane, activity), &message),
        Stage::Typing { at, tries, .. } => typing(draft, what, pane, (at, tries), &message),
        Stage::Typed { at, .. } => typed(draft, what, seen, (pane, at), &message),
        Stage::Submitted { at, tries, before, .. } => {
            submitted(draft, what, seen, Submit { pane, at, tries, before }, &message);
        }
        Stage::Stuck { before, .. } => stuck(draft, what, seen, &before, &message),
    }
}

fn run_of(stage: &Stage) -> Option<Option<RunId>> {
    match stage {
        Stage::Owed => None,
        Stage::Typing { run, .. }
        | Stage::Typed { run, .. }
        | Stage::Submitted { run, .. }
        | Stage::Stuck { run, .. } => Some(*run),
    }
}

fn wait(draft: &mut Draft<'_>, what: Declared<'_>, message: &Message, reason: &str) {
    let (message, reason) = (message.kind.to_string(), reason.to_owned());
    draft.note(what.name(), MessageNote::Waits { message, reason });
}

fn owed(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    (pane, activity): (&PaneSeen, Activity),
    message: &Message,
) {
    if let Some(reason) = ready::obstacle(draft, what, seen, pane, activity, message) {
        wait(draft, what, message, reason);
        return;
    }
    let (at, run) = (draft.now.at, pane.run);
    type_it(draft, what, pane, message);
    draft.member(what.name()).mailbox.stage = Stage::Typing { at, run, tries: 1 };
}

fn token(message: &Message) -> String {
    format!("m{}", message.id)
}

fn submit_token(message: &Message, tries: u8) -> String {
    format!("m{}/{tries}", message.id)
}

fn type_it(draft: &mut Draft<'_>, what: Declared<'_>, pane: &PaneSeen, message: &Message) {
    let name = what.name().clone();
    let (text, token) = (message.text.clone(), token(message));
    draft.act(Action::Type { name, pane: pane.pane, text, token });
    draft.look_in(QUICK_LOOK);
}

fn typing(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    pane: &PaneSeen,
    (at, tries): (Moment, u32),
    message: &Message,
) {
    let (now, run) = (draft.now.at, pane.run);
    if pane.typed.as_deref() == Some(token(message).as_str()) {
        let message = message.kind.to_string();
        draft.note(what.name(), MessageNote::Typed { message });
        draft.look_in(QUICK_LOOK);
        draft.member(what.name()).mailbox.stage = Stage::Typed { at, run };
        return;
    }
    wait(draft, what, message, "the paste does not show yet");
    draft.look_in(QUICK_LOOK);
    if now.since(at) >= LOST_AFTER {
        // The token proves that it was not pasted. tmux has answered a listing since, and takes requests in the order
        // in which they came, so the first paste does not come late either.
        if !pane.deaf {
            type_it(draft, what, pane, message);
        }
        let tries = tries + 1;
        draft.member(what.name()).mailbox.stage = Stage::Typing { at: now, run, tries };
    }
}

fn typed(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    (pane, at): (&PaneSeen, Moment),
    message: &Message,
) {
    let pause = what.backend(draft.fleet).map_or(Duration::ZERO, |backend| backend.submit_pause);
    let waited = draft.now.at.since(at);
    if waited < pause {
        draft.look_in(pause.saturating_sub(waited));
        let message = message.kind.to_string();
        draft.note(what.name(), MessageNote::Typed { message });
        return;
    }
    let Seen::Known(screen) = &seen.screen else {
        return wait(draft, what, message, "its screen cannot be seen");
    };
    if pane.deaf {
        return wait(draft, what, message, "its pane is in copy mode or takes no input");
    }
    let before = screen.rows.clone();
    submit(draft, what, pane, message, Attempt { tries: 1, before });
}

struct Attempt {
    tries: u8,
    before: Vec<String>,
}

fn submit(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    pane: &PaneSeen,
    message: &Message,
    attempt: Attempt,
) {
    let Some(backend) = what.backend(draft.fleet) else { return };
    let token = submit_token(message, attempt.tries);
    let key = backend.submit_key.clone();
    draft.act(Action::Submit { name: what.name().clone(), pane: pane.pane, key, token });
    draft.look_in(QUICK_LOOK);
    let (at, run) = (draft.now.at, pane.run);
    let Attempt { tries, before } = attempt;
    draft.member(what.name()).mailbox.stage = Stage::Submitted { at, run, tries, before };
}

struct Submit<'a> {
    pane: &'a PaneSeen,
    at: Moment,
    tries: u8,
    before: Vec<String>,
}

fn submitted(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    sent: Submit<'_>,
    message: &Message,
) {
    let name = what.name();
    let arrived =
        sent.pane.submitted.as_deref() == Some(submit_token(message, sent.tries).as_str());
    if arrived && went(draft, what, seen, &sent.before, message) {
        return delivered(draft, what, message);
    }
    let waited = draft.now.at.since(sent.at);
    draft.look_in(Duration::from_millis(250));
    let (kind, tries) = (message.kind.to_string(), sent.tries);
    if arrived && waited >= SEEN_WITHIN && !sent.pane.deaf && tries >= SUBMITS {
        let (since, run) = (draft.now.at, sent.pane.run);
        draft.alarm_of(Some(name), "stuck", MessageNote::Stuck { message: kind, tries });
        draft.member(name).mailbox.stage = Stage::Stuck { since, run, before: sent.before };
        return;
    }
    draft.note(name, MessageNote::Submitted { message: kind, tries });
    if !arrived && waited >= LOST_AFTER && !sent.pane.deaf {
        // Lost on the way: the same try under the same token.
        submit(draft, what, sent.pane, message, Attempt { tries, before: sent.before });
    } else if arrived && waited >= SEEN_WITHIN && !sent.pane.deaf {
        let tries = tries + 1;
        submit(draft, what, sent.pane, message, Attempt { tries, before: sent.before });
    }
}

fn went(
    draft: &Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    before: &[String],
    message: &Message,
) -> bool {
    let (Seen::Known(screen), Some(backend)) = (&seen.screen, what.backend(draft.fleet)) else {
        return false;
    };
    evidence::went(before, &screen.rows, &message.text, backend.active_re.as_ref())
}

fn delivered(draft: &mut Draft<'_>, what: Declared<'_>, message: &Message) {
    let name = what.name();
    let mailbox = &mut draft.member(name).mailbox;
    mailbox.queue.pop_front();
    mailbox.stage = Stage::Owed;
    mailbox.recent.push_back(message.text.clone());
    if mailbox.recent.len() > 4 {
        mailbox.recent.pop_front();
    }
    draft.calm(Some(name), "stuck");
    draft.note(name, MessageNote::Seen { message: message.kind.to_string() });
    if let MessageKind::Operator(request) = message.kind {
        crate::intent::delivered(draft, name, request);
    }
    draft.look_in(Duration::from_millis(500));
}

fn stuck(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    before: &[String],
    message: &Message,
) {
    // Somebody pressed the key, or the program took it late.
    if went(draft, what, seen, before, message) {
        delivered(draft, what, message);
    } else {
        let message = message.kind.to_string();
        draft.note(what.name(), MessageNote::Stuck { message, tries: SUBMITS });
    }
}

/// How far the probe of a usage window has got.
pub(crate) fn probe_state(mailbox: &Mailbox) -> crate::limit::ProbeState {
    use crate::limit::ProbeState;
    let Some(place) = mailbox.queue.iter().position(|owed| owed.kind == MessageKind::Probe) else {
        return ProbeState::Seen;
    };
    match &mailbox.stage {
        Stage::Typed { .. } | Stage::Submitted { .. } | Stage::Stuck { .. } if place == 0 => {
            ProbeState::Typed
        }
        Stage::Owed
        | Stage::Typing { .. }
        | Stage::Typed { .. }
        | Stage::Submitted { .. }
        | Stage::Stuck { .. } => ProbeState::Waiting,
    }
}

#[cfg(test)]
mod tests;
