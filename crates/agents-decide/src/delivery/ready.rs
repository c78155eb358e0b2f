//! May something be typed at an agent now?

use std::time::Duration;

use super::evidence::may_be_unsent;
use super::{Message, MessageKind, menu, unsent};
use crate::draft::{Declared, Draft};
use crate::life::Life;
use crate::{
    Activity, MemberSeen, PaneSeen, Seen, ShownState, Stand, Standing, ToldState, account,
    messages, suspended,
};

/// How long a program that was just started is left to draw its composer, where nothing says when it is ready.
const SETTLES_WITHIN: Duration = Duration::from_secs(5);

/// How long a program may take to draw that the turn is over of which it told the end.
const DRAWS_WITHIN: Duration = Duration::from_secs(3);

/// How long a program that tells what it does may take until it tells that it took the prompt that it was started with.
/// opencode draws an empty composer between that and the conversation, and forgets what is typed there.
const BEGINS_WITHIN: Duration = Duration::from_secs(30);

/// How long after its start a program is looked at often, so that it gets what it is owed as soon as it can take it.
const APPEARS_WITHIN: Duration = Duration::from_secs(60);

const UNSENT: &str =
    "its screen shows no empty composer (`ready_re`): text of somebody's may stand in it, not sent";

const DOUBTFUL: &str =
    "the message before, of which nothing showed that it went, may stand in its composer, not sent";

const ASKS: &str = "it asks something, and any key would be an answer; `agents attach` shows it";

/// Why nothing may be typed at the pane at all, not even at once: a person has to act first.
pub(crate) fn closed(seen: &MemberSeen) -> Option<&'static str> {
    let pane = seen.pane.known()?;
    if seen.suspended().is_some() {
        return Some(suspended::REASON);
    }
    if pane.deaf {
        return Some("its pane is in copy mode or takes no input");
    }
    let is_at_work = seen.shown.as_ref().is_some_and(|shown| shown.state == ShownState::Active);
    let is_told = seen.told.as_ref().is_some_and(|told| told.state == ToldState::Waiting);
    if is_told && !is_at_work {
        return Some(ASKS);
    }
    let shown = seen.shown.as_ref()?;
    if shown.asks() {
        return shown.obstacle(false, false);
    }
    shown.draft.as_ref().map(|_| "text of somebody's stands in its composer, not sent")
}

/// Why nothing may be typed now.
pub(super) fn obstacle(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    pane: &PaneSeen,
    activity: Activity,
    message: &Message,
) -> Option<&'static str> {
    let probe = message.kind == MessageKind::Probe;
    let member = draft.member(what.name());
    let Life::Up { since, .. } = member.life else { return Some("it is not running") };
    if member.limit.silences() && !probe {
        return Some("it is inside a usage window");
    }
    if account::hold(draft, what).is_some() {
        return Some("its account is inside a usage window");
    }
    let is_own = !matches!(message.kind, MessageKind::Operator(_));
    if is_own && draft.member(what.name()).login.as_ref().is_some_and(|login| login.confirmed) {
        return Some("its key or login is refused");
    }
    if pane.deaf {
        return Some("its pane is in copy mode or takes no input");
    }
    let Seen::Known(screen) = &seen.screen else { return Some("its screen cannot be seen") };
    // A limit may open a menu, and no preset tells: the key that submits the probe would answer it.
    let is_silenced = draft.member(what.name()).limit.silences();
    if probe && is_silenced && seen.shown.is_none() && menu::is_open(&screen.rows) {
        return Some(ASKS);
    }
    let urgent = message.now_until.is_some();
    if urgent && let Some(reason) = closed(seen) {
        return Some(reason);
    }
    if urgent && activity == Activity::Active {
        // A program at work need not show an empty composer, and takes text all the same.
        return unsent::stands(draft, what, seen).then_some(UNSENT);
    }
    let Some(backend) = what.backend(draft.fleet) else { return Some("it is a service") };
    let standing = draft.member(what.name()).standing.clone();
    let refused = standing.as_ref().and_then(|standing| told(standing, probe));
    if let Some(reason) = refused {
        return Some(reason);
    }
    if draft.now.at.since(since) < BEGINS_WITHIN && is_beginning(draft, what, seen) {
        draft.look_in(Duration::from_millis(500));
        return Some("it has not said yet that it took the prompt that it was started with");
    }
    if draft.now.at.since(since) < APPEARS_WITHIN
        && is_loading(draft, what, seen)
        && draws(draft, what)
    {
        draft.look_in(Duration::from_millis(500));
        return Some("it loads the conversation that it resumes, and still draws");
    }
    if is_unheard(draft, what, seen) {
        draft.look_in(Duration::from_millis(500));
        return Some("it has not said yet what it makes of the message before");
    }
    if let Some(shown) = &seen.shown
        && shown.state == ShownState::Active
        && draws(draft, what)
    {
        draft.look_in(Duration::from_millis(500));
        return Some("its screen still shows work");
    }
    // A screen that only quotes a limit or an error does not silence a program that says it rests.
    let is_told = standing.is_some_and(|it| it.is_told && it.stand == Stand::Idle);
    if let Some(shown) = &seen.shown
        && activity != Activity::Active
        && let Some(reason) = shown.obstacle(probe, is_told)
    {
        // A program that was just started shows its composer soon; a question may stand for a night.
        if draft.now.at.since(since) < APPEARS_WITHIN {
            draft.look_in(Duration::from_millis(500));
        }
        return Some(reason);
    }
    let doubtful = draft.next.members.get(what.name()).and_then(|it| it.mailbox.doubtful.as_ref());
    if seen.shown.is_none() && doubtful.is_some_and(|text| may_be_unsent(&screen.rows, text)) {
        return Some(DOUBTFUL);
    }
    match &backend.ready_re {
        Some(ready) if !screen.rows.iter().any(|row| ready.is_match(row)) => {
            if draft.now.at.since(since) < APPEARS_WITHIN {
                draft.look_in(Duration::from_millis(500));
            }
            return Some("its screen does not show yet that it is ready (`ready_re`)");
        }
        Some(_) => {}
        None => {
            let settles = match backend.prompt_delivery {
                agents_config::PromptDelivery::Ping => backend.connect_delay,
                agents_config::PromptDelivery::Arg | agents_config::PromptDelivery::Exec => {
                    SETTLES_WITHIN.min(backend.connect_delay)
                }
            };
            let running = draft.now.at.since(since);
            if running < settles {
                draft.look_in(settles.saturating_sub(running));
                return Some("it was just started, and may not take text yet");
            }
            // One that shows when it works has a screen, and takes text once it has drawn it; a mere reader of lines may
            // never draw anything.
            let draws = backend.active_re.is_some();
            let is_blank = screen.rows.iter().all(|row| row.trim().is_empty());
            if draws && is_blank && running < APPEARS_WITHIN {
                draft.look_in(Duration::from_millis(500));
                return Some("it was just started, and has drawn nothing yet");
            }
        }
    }
    if activity == Activity::Active {
        return Some("it is at work, and is not interrupted");
    }
    None
}

/// Whether its first turn, which it was started with, is still to begin, as far as it tells.
fn is_beginning(draft: &mut Draft<'_>, what: Declared<'_>, seen: &MemberSeen) -> bool {
    let Declared::Agent(agent) = what else { return false };
    let backend = draft.fleet.backend_of(agent);
    let program = draft.member(&agent.name).program.as_ref();
    let opening = program.map(|program| program.opening.clone()).unwrap_or_default();
    let is_prompted = !messages::is_empty(agent) && !messages::is_typed(backend, &opening);
    backend.hooks && is_prompted && seen.told.is_none()
}

/// Whether it was started with a conversation that nothing but its screen tells to be loaded. gemini shows an empty composer
/// under its head first, and then another one under the conversation: what is typed at the first is gone.
fn is_loading(draft: &mut Draft<'_>, what: Declared<'_>, seen: &MemberSeen) -> bool {
    let Declared::Agent(agent) = what else { return false };
    let backend = draft.fleet.backend_of(agent);
    let program = draft.member(&agent.name).program.as_ref();
    let opening = program.map(|program| program.opening.clone()).unwrap_or_default();
    backend.preset.is_some() && seen.told.is_none() && messages::is_typed(backend, &opening)
}

/// Whether what its server told is older than the message that it got last: it is asked only now and then, and would take a second message
/// into the turn of the first. Hooks are heard at once.
fn is_unheard(draft: &mut Draft<'_>, what: Declared<'_>, seen: &MemberSeen) -> bool {
    let backend = what.backend(draft.fleet);
    let preset = backend.filter(|it| it.hooks).and_then(|it| it.preset.as_ref());
    let launch = preset.and_then(|preset| preset.head().launch.as_ref());
    let is_asked = launch.is_some_and(|launch| launch.hooks == agents_screens::Hooks::Http);
    let now = draft.now;
    let submitted = draft.member(what.name()).mailbox.submitted;
    let (true, Some(at), Some(told)) = (is_asked, submitted, &seen.told) else { return false };
    let sent_ms = now.wall_of(at).timestamp_millis();
    now.at.since(at) < BEGINS_WITHIN && (told.since_ms < sent_ms || now.is_ahead(told.since_ms))
}

/// Whether its screen changed a moment ago.
fn draws(draft: &mut Draft<'_>, what: Declared<'_>) -> bool {
    let changed_at = draft.member(what.name()).activity.changed_at;
    changed_at.is_some_and(|at| draft.now.at.since(at) < DRAWS_WITHIN)
}

/// Why what the program does, by its own word, lets nothing be typed.
fn told(standing: &Standing, is_probe: bool) -> Option<&'static str> {
    if standing.stand == Stand::Unknown && !standing.besides.is_empty() {
        return Some("what it does is not known; `agents explain` says what speaks for what");
    }
    match standing.stand {
        _ if !standing.is_told => None,
        Stand::WaitingInput => Some(ASKS),
        Stand::Unauthenticated => Some("its provider refuses its login"),
        // Whether one that goes on by itself is probed all the same is for its window to say.
        Stand::Limited if !is_probe => Some("it is limited"),
        Stand::Limited
        | Stand::Active
        | Stand::Idle
        | Stand::Failed
        | Stand::Suspended
        | Stand::Exited
        | Stand::Unknown => None,
    }
}
