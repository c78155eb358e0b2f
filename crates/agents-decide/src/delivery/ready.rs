//! May something be typed at an agent now?

use std::time::Duration;

use super::{Message, MessageKind};
use crate::draft::{Declared, Draft};
use crate::life::Life;
use crate::{Activity, MemberSeen, PaneSeen, Seen, account};

/// How long a program that was just started is left to draw its composer, where nothing says when it is ready.
const SETTLES_WITHIN: Duration = Duration::from_secs(5);

/// How long after its start a program is looked at often, so that it gets what it is owed as soon as it can take it.
const APPEARS_WITHIN: Duration = Duration::from_secs(60);

/// Why nothing may be typed at the pane at all, not even at once: a person has to act first.
pub(crate) fn closed(seen: &MemberSeen) -> Option<&'static str> {
    let pane = seen.pane.known()?;
    if pane.deaf {
        return Some("its pane is in copy mode or takes no input");
    }
    let shown = seen.shown.as_ref()?;
    if shown.asks() {
        return shown.obstacle(false);
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
    let urgent = message.now_until.is_some();
    if urgent && let Some(reason) = closed(seen) {
        return Some(reason);
    }
    if urgent && activity == Activity::Active {
        // A program at work shows no empty composer, and takes text all the same.
        return None;
    }
    let Some(backend) = what.backend(draft.fleet) else { return Some("it is a service") };
    if let Some(shown) = &seen.shown
        && activity != Activity::Active
        && let Some(reason) = shown.obstacle(probe)
    {
        // A program that was just started shows its composer soon; a question may stand for a night.
        if draft.now.at.since(since) < APPEARS_WITHIN {
            draft.look_in(Duration::from_millis(500));
        }
        return Some(reason);
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
        }
    }
    if activity == Activity::Active {
        return Some("it is at work, and is not interrupted");
    }
    None
}
