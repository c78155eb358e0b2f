//! What do the machines that judge a running agent say, and why do they not, where they do not?

use agents_config::{Agent, Watch};
use agents_decide::limit::reset;
use agents_decide::{ActivityNote, Life, Limit, Moment, Note, Stall, Stand, WakeNote};
use agents_watchdog::view::{State, WatchdogState};

use super::Evidence;

impl<'a> Evidence<'a> {
    fn agent(&self) -> Option<&'a Agent> {
        self.fleet.agent(self.name)
    }

    /// Why nothing that its screen shows is judged.
    fn silence(&self) -> Option<String> {
        let runs = match self.view.state {
            State::Running | State::Limited | State::WaitingInput | State::Stalled => true,
            State::Unknown => {
                return Some("not judged, since the terminals cannot be seen".to_owned());
            }
            State::Starting
            | State::Stopping
            | State::Restarting
            | State::Stopped
            | State::Failed
            | State::Ended
            | State::Parked
            | State::Missing => false,
        };
        match self.watchdog {
            _ if !runs => Some("not judged, since it does not run".to_owned()),
            WatchdogState::Stopped => Some("not judged, since no watchdog runs".to_owned()),
            WatchdogState::Running | WatchdogState::Stale => match self.member.life {
                Life::Up { .. } | Life::Missing { .. } => None,
                Life::Stopped { .. }
                | Life::Due { .. }
                | Life::Starting { .. }
                | Life::Stopping { .. }
                | Life::Parked { .. } => {
                    Some("not judged before the next look, which finds it up".to_owned())
                }
            },
        }
    }

    /// Why nothing heals it.
    fn unwatched(&self) -> Option<String> {
        if !self.view.enabled {
            return Some("not judged, since the config disables it".to_owned());
        }
        (self.watch() == Some(Watch::None))
            .then(|| "not judged, since its `watch` is `none`".to_owned())
    }

    /// Why its stillness says nothing.
    fn suspended(&self) -> Option<String> {
        let stopped = self.member.suspended?;
        let since = self.now.since(stopped.since);
        Some(format!("not judged, since a signal has stopped its program {since}"))
    }
}

pub(super) fn limit(evidence: &Evidence<'_>) -> String {
    let now = &evidence.now;
    match &evidence.member.limit {
        Limit::Held { since, probe_at, until, banner, probes, source, .. } => {
            let until = match until {
                Some(until) => format!("until {}", now.clock(*until)),
                None if reset::parse(banner, *now).is_some() => {
                    "until a time that is not known, since the one named lies too far ahead to be believed".to_owned()
                }
                None => "until a time that is not told".to_owned(),
            };
            let probed = match probes {
                0 => String::new(),
                1 => "; 1 probe so far was in vain".to_owned(),
                more => format!("; {more} probes so far were in vain"),
            };
            format!(
                "held {} {until}, for \"{}\" ({source}); the next probe is due at {} at the latest{probed}",
                now.since(*since),
                banner.trim(),
                now.point(*probe_at)
            )
        }
        Limit::Probing { since, banner, probes, source, .. } => format!(
            "being probed {} (probe {} of this window), held for \"{}\" ({source})",
            now.since(*since),
            probes + 1,
            banner.trim()
        ),
        Limit::Clear { dismissed, .. } => {
            let agent = evidence.agent();
            let backend = agent.map(|agent| evidence.fleet.backend_of(agent));
            if let Some(silence) = evidence.silence().or_else(|| evidence.unwatched()) {
                return silence;
            }
            if let Some(backend) =
                backend.filter(|backend| backend.limit_re.is_none() && backend.preset.is_none())
            {
                return format!("not judged, since backend `{}` has no `limit_re`", backend.name);
            }
            match dismissed {
                None => "judged: no usage window".to_owned(),
                Some(row) => {
                    format!("judged: no usage window; \"{row}\" is from an earlier one, or quoted")
                }
            }
        }
    }
}

pub(super) fn stall(evidence: &Evidence<'_>) -> String {
    let now = &evidence.now;
    let silence = evidence.silence().or_else(|| evidence.unwatched());
    if let Some(silence) = silence.or_else(|| evidence.suspended()) {
        return silence;
    }
    if evidence.watch() == Some(Watch::Heal) {
        return "not judged, since its `watch` is `heal` and not `heal+stall`".to_owned();
    }
    if evidence.member.limit.silences() {
        return "not judged inside its usage window".to_owned();
    }
    match &evidence.member.stall {
        Stall::Working => "judged: it works".to_owned(),
        Stall::Idle { since, .. } => {
            let allowed = evidence.agent().map(|agent| evidence.fleet.backend_of(agent).stall_idle);
            let limit = allowed.map_or_else(String::new, |allowed| {
                format!("; it counts as stalled from {} on", now.point(since.after(allowed)))
            });
            format!("judged: idle {}{limit}", now.since(*since))
        }
        Stall::Suspect { since, .. } => {
            format!("judged: stalled; no sign of work {}", now.since(*since))
        }
        Stall::Promised { idle_since, vow } => format!(
            "judged: idle {}, and promised to go on at {}",
            now.since(*idle_since),
            now.clock(vow.until)
        ),
    }
}

/// What the store remembers is at most a minute old while an agent works, so what the last look found goes first.
pub(super) fn activity(evidence: &Evidence<'_>) -> String {
    if let Some(silence) = evidence.silence().or_else(|| evidence.suspended()) {
        return silence;
    }
    let (now, activity) = (&evidence.now, &evidence.member.activity);
    let notes = || {
        let notes = evidence.word.into_iter().flat_map(|word| &word.notes);
        notes.filter_map(|note| match note {
            Note::Activity(note) => Some(note),
            _ => None,
        })
    };
    let works = |note: &ActivityNote| {
        matches!(
            note,
            ActivityNote::Told { .. }
                | ActivityNote::PatternSeen { .. }
                | ActivityNote::LogYoung { .. }
        )
    };
    if notes().any(works) {
        return "at work at the last look".to_owned();
    }
    if notes().any(ActivityNote::is_work) {
        return "a sign of work at the last look, though no row matched `active_re`".to_owned();
    }
    let seen = |at: Option<Moment>, never: &str| {
        at.map_or_else(|| never.to_owned(), |at| format!("at {}", now.point(at)))
    };
    let active = match (evidence.agent(), activity.active_at) {
        (Some(agent), _) if evidence.fleet.backend_of(agent).active_re.is_none() => {
            "its backend has no `active_re`".to_owned()
        }
        (_, Some(at)) => format!("`active_re` matched last at {}", now.point(at)),
        (_, None) => "`active_re` has not matched in this session".to_owned(),
    };
    format!(
        "idle; last sign of work {}; its screen changed last {}; {active}",
        seen(activity.evidence_at, "never"),
        seen(activity.changed_at, "never"),
    )
}

/// What its program does, what that is known by, and what says otherwise.
pub(super) fn standing(evidence: &Evidence<'_>) -> Option<String> {
    let standing = evidence.view.doing.as_ref()?;
    let mut text = format!("{}, by {}", standing.stand.as_str(), standing.by);
    if let Some(at) = standing.since_ms.and_then(chrono::DateTime::from_timestamp_millis) {
        text.push_str(&format!(", since {}", evidence.now.clock(at)));
    }
    for (by, stand) in &standing.besides {
        text.push_str(&format!("; {by} says {}, which does not count", stand.as_str()));
        if !by.starts_with("screen rule ") {
            continue;
        }
        match stand {
            Stand::Limited | Stand::Failed => text.push_str(": those words are old, or quoted"),
            Stand::Active
            | Stand::Idle
            | Stand::WaitingInput
            | Stand::Unauthenticated
            | Stand::Suspended
            | Stand::Exited
            | Stand::Unknown => {}
        }
    }
    Some(text)
}

pub(super) fn wake(evidence: &Evidence<'_>) -> Option<String> {
    evidence.agent()?.wake.as_ref()?;
    let notes = evidence.word.into_iter().flat_map(|word| &word.notes);
    if notes.into_iter().any(|note| *note == Note::Wake(WakeNote::Rests)) {
        return Some("none, since the phase sequence is complete".to_owned());
    }
    let at = evidence.member.wake_at?;
    // An agent that nobody watches is woken all the same.
    Some(match evidence.silence() {
        Some(_) => "none while it is not judged".to_owned(),
        None if at > evidence.now.at => format!("the next at {}", evidence.now.point(at)),
        None => format!("due {}", evidence.now.since(at)),
    })
}

pub(super) fn suspicion(evidence: &Evidence<'_>) -> Option<String> {
    let suspicion = evidence.member.suspicion.as_ref().filter(|_| evidence.silence().is_none())?;
    Some(format!("{}, {}", suspicion.what, evidence.now.since(suspicion.since)))
}
