//! What is an agent owed, and how far has the first of it got?

use std::collections::VecDeque;
use std::time::Duration;

use super::ComposerSeen;
use crate::draft::{Declared, Draft};
use crate::limit::ProbeState;
use crate::state::Member;
use crate::{Moment, Rows, RunId};

/// What an agent is owed, and how far the first of it has got.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Mailbox {
    pub queue: VecDeque<Message>,
    pub stage: Stage,
    /// The last texts that were delivered in this run: rows that quote them say nothing about the agent.
    pub recent: VecDeque<String>,
    /// When the key was pressed that submitted the last of them.
    #[serde(default)]
    pub submitted: Option<Moment>,
    /// Since when looks hint that the first of the queue went, as long as none says otherwise.
    #[serde(default)]
    pub hinted: Option<Moment>,
    #[serde(default)]
    pub composer: ComposerSeen,
    /// The last text of this run of which nobody knows whether it went, so that it may stand in the composer.
    #[serde(default)]
    pub doubtful: Option<String>,
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
    /// It does not wait until the agent is idle, and is dropped when it was not typed by then.
    #[serde(default)]
    pub now_until: Option<Moment>,
    /// It was typed and submitted before, and nothing shows that it went.
    #[serde(default)]
    pub again: Option<Again>,
}

/// A message that is to be typed anew, because nothing shows that it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Again {
    /// How often it was typed in vain.
    pub times: u32,
    /// Not before.
    pub at: Moment,
    /// When its key was sent first.
    pub first: Moment,
}

impl Stage {
    /// The run that the message under way was typed into; `None`: none is under way.
    pub(super) fn run(&self) -> Option<Option<RunId>> {
        match self {
            Self::Owed => None,
            Self::Typing { run, .. }
            | Self::Typed { run, .. }
            | Self::Submitted { run, .. }
            | Self::Stuck { run, .. } => Some(*run),
        }
    }
}

impl Message {
    /// Whether it may be typed, as far as its own time goes.
    pub(super) fn is_due(&self, now: Moment) -> bool {
        self.again.is_none_or(|again| again.at <= now)
    }

    /// What it is, and when it is typed anew.
    pub(super) fn anew(&self) -> Option<(String, Moment)> {
        self.again.map(|again| (self.kind.to_string(), again.at))
    }
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
    /// The pilot tells it to go on.
    Pilot,
    /// From the operator, with the request's number.
    Operator(u64),
}

impl MessageKind {
    /// The number of the request, where an operator sent it.
    pub(crate) fn request(&self) -> Option<u64> {
        match self {
            Self::Operator(request) => Some(*request),
            Self::Kickoff
            | Self::Claim
            | Self::Review
            | Self::Inbox(_)
            | Self::Rewritten
            | Self::Probe
            | Self::Wake
            | Self::Pilot => None,
        }
    }
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
            Self::Pilot => write!(f, "prompt of the pilot"),
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
        before: Rows,
        /// When it was sent for the first time.
        #[serde(default)]
        first: Option<Moment>,
        /// The composer showed unsent text just before.
        #[serde(default)]
        drafted: bool,
    },
    /// Submitted as often as is wise, and no sign that it went.
    Stuck {
        since: Moment,
        run: Option<RunId>,
        before: Rows,
        /// When the key was sent for the first time.
        #[serde(default)]
        first: Option<Moment>,
        #[serde(default)]
        drafted: bool,
        /// The key was never pressed, since a text of somebody's stands before it.
        #[serde(default)]
        unsubmitted: bool,
    },
}

/// Owes a message; one of the same kind that is not typed yet is not doubled.
pub(crate) fn owe(
    draft: &mut Draft<'_>,
    name: &agents_names::AgentName,
    kind: MessageKind,
    text: String,
) {
    let owed_since = draft.now.at;
    let mailbox = &mut draft.member(name).mailbox;
    let under_way = usize::from(mailbox.stage != Stage::Owed);
    let mut untyped = mailbox.queue.iter_mut().skip(under_way);
    if let Some(owed) = untyped.find(|owed| owed.kind == kind && owed.text == text) {
        // What is new about it is not to wait for the old one's next turn.
        owed.again = owed.again.map(|again| Again { at: owed_since.min(again.at), ..again });
        return;
    }
    let id = draft.new_message();
    let front = kind == MessageKind::Probe && draft.member(name).mailbox.stage == Stage::Owed;
    let message = Message { id, kind, text, owed_since, now_until: None, again: None };
    let queue = &mut draft.member(name).mailbox.queue;
    if front {
        queue.push_front(message)
    } else {
        queue.push_back(message)
    }
    draft.look_in(Duration::from_millis(10));
}

/// Owes a message of the operator that waits for no other, and is dropped when it was not typed until then.
pub(crate) fn owe_now(
    draft: &mut Draft<'_>,
    name: &agents_names::AgentName,
    request: u64,
    (text, until): (String, Moment),
) {
    let (id, owed_since) = (draft.new_message(), draft.now.at);
    let kind = MessageKind::Operator(request);
    let message = Message { id, kind, text, owed_since, now_until: Some(until), again: None };
    let mailbox = &mut draft.member(name).mailbox;
    // What is under way goes on; nothing else is in front of it but what is as urgent.
    let first = usize::from(mailbox.stage != Stage::Owed);
    let urgent = mailbox.queue.iter().skip(first).take_while(|owed| owed.now_until.is_some());
    let place = first + urgent.count();
    mailbox.queue.insert(place, message);
    draft.look_in(Duration::from_millis(10));
}

/// How far a message of the operator has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// It is owed no longer, and was not delivered.
    Dropped,
    /// Nothing of it has been typed.
    Untyped,
    UnderWay,
}

pub(crate) fn progress(mailbox: &Mailbox, request: u64) -> Progress {
    let place = mailbox.queue.iter().position(|it| it.kind == MessageKind::Operator(request));
    match place {
        None => Progress::Dropped,
        Some(0) if mailbox.stage != Stage::Owed => Progress::UnderWay,
        Some(_) => Progress::Untyped,
    }
}

/// Gives up on a message of the operator of which nothing has been typed.
pub(crate) fn give_up(mailbox: &mut Mailbox, request: u64) {
    mailbox.queue.retain(|owed| owed.kind != MessageKind::Operator(request));
}

/// A new run begins: what was typed into the old one is owed again, and the old kickoff is not.
pub(crate) fn begin_run(draft: &mut Draft<'_>, what: Declared<'_>) {
    let name = what.name();
    super::lose(draft, name);
    end_run(draft.member(name));
    // What stood in the old program stands there no longer, and what the new one does not take is told anew.
    draft.calm(Some(name), "stuck");
    let mailbox = &mut draft.member(name).mailbox;
    mailbox.queue.retain(|owed| owed.kind != MessageKind::Kickoff);
    let program = draft.member(name).program.as_ref();
    let opening = program.map(|program| program.opening.clone()).unwrap_or_default();
    if let Some(text) = crate::messages::kickoff_line(draft.fleet, what, &opening) {
        owe(draft, name, MessageKind::Kickoff, text);
        draft.member(name).mailbox.queue.rotate_right(1);
    }
}

/// The run is over: the message under way is owed again, and a probe or a prompt of the pilot has lost its sense.
pub(crate) fn end_run(member: &mut Member) {
    member.mailbox.stage = Stage::Owed;
    member.mailbox.submitted = None;
    member.mailbox.recent.clear();
    member.mailbox.doubtful = None;
    member.mailbox.composer = ComposerSeen::default();
    let is_of_run = |kind: &MessageKind| matches!(kind, MessageKind::Probe | MessageKind::Pilot);
    member.mailbox.queue.retain(|owed| !is_of_run(&owed.kind));
    // What one program may have taken and may not, another has not.
    member.mailbox.queue.iter_mut().for_each(|owed| owed.again = None);
}

/// What is of that kind and was not typed yet has lost its sense.
pub(crate) fn forget_untyped(member: &mut Member, kind: &MessageKind) {
    let under_way = usize::from(member.mailbox.stage != Stage::Owed);
    let mut place = 0;
    member.mailbox.queue.retain(|owed| {
        place += 1;
        place <= under_way || owed.kind != *kind
    });
}

/// It is taken down: what was accepted waits for its next start, when it comes after the kickoff. What means something
/// only to the run that ends is dropped, and so is what was to be typed at once or not at all.
pub(crate) fn keep_for_next_start(member: &mut Member) {
    end_run(member);
    member.mailbox.queue.retain(|owed| match owed.kind {
        MessageKind::Operator(_) => owed.now_until.is_none(),
        MessageKind::Claim
        | MessageKind::Review
        | MessageKind::Inbox(_)
        | MessageKind::Rewritten => true,
        MessageKind::Kickoff | MessageKind::Probe | MessageKind::Wake | MessageKind::Pilot => false,
    });
}

/// The phase changes: only what the operator sent still means something to the next run. Returns how many pings about
/// the phase that ends are dropped.
pub(crate) fn keep_for_next_phase(member: &mut Member) -> u32 {
    member.pilot.begin_anew();
    keep_for_next_start(member);
    let before = member.mailbox.queue.len();
    member.mailbox.queue.retain(|owed| matches!(owed.kind, MessageKind::Operator(_)));
    u32::try_from(before - member.mailbox.queue.len()).unwrap_or(u32::MAX)
}

/// Whether a message of that kind is owed, or on its way.
pub(crate) fn is_owed(mailbox: &Mailbox, kind: &MessageKind) -> bool {
    mailbox.queue.iter().any(|owed| owed.kind == *kind)
}

/// How far the probe has got.
pub(crate) fn probe_state(mailbox: &Mailbox) -> ProbeState {
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
