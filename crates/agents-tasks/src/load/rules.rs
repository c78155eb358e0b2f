//! By which rules is it to be carried out?

use crate::raw::RawManifest;
use crate::{Problem, Rules};

pub(super) fn of(raw: &mut RawManifest, problems: &mut Vec<Problem>) -> Rules {
    let usual = Rules::default();
    if raw.attempts == Some(0) {
        problems.push(Problem::NoAttempt);
    }
    for path in &raw.copy {
        if let Err(error) = crate::Claim::new(path) {
            problems.push(Problem::Copy { reason: error.to_string() });
        }
    }
    for (key, words) in [("onDone", &raw.on_done), ("onError", &raw.on_error)] {
        if words.first().is_some_and(|program| program.trim().is_empty()) {
            problems.push(Problem::NoProgram { key });
        }
    }
    let remote = raw.remote.take().unwrap_or(usual.remote);
    for (key, name) in [("remote", &remote), ("base", raw.base.as_ref().unwrap_or(&remote))] {
        if let Some(reason) = super::names::refused(name) {
            problems.push(Problem::GitName { key, name: name.clone(), reason });
        }
    }
    Rules {
        backend: raw.backend.take(),
        attempts: raw.attempts.unwrap_or(usual.attempts),
        max_runtime: raw.max_runtime.map_or(usual.max_runtime, |span| span.0),
        stall: raw.stall.map_or(usual.stall, |span| span.0),
        retry_delay: raw.retry_delay.map_or(usual.retry_delay, |span| span.0),
        set_up: raw.set_up.take(),
        set_up_limit: raw.set_up_limit.map_or(usual.set_up_limit, |span| span.0),
        copy: std::mem::take(&mut raw.copy),
        remote,
        forge: raw.forge.unwrap_or(usual.forge),
        on_done: std::mem::take(&mut raw.on_done),
        on_error: std::mem::take(&mut raw.on_error),
        no_change: raw.no_change.unwrap_or(usual.no_change),
        prompt: raw.prompt.take(),
        checklist: std::mem::take(&mut raw.checklist),
    }
}
