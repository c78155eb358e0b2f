//! The `[loop]` table and what lies below it.

use std::time::Duration;

use agents_names::AgentName;

use crate::picker::{Picker, own};
use crate::raw::{RawHandoff, RawLoop, RawOnComplete, RawPhase};
use crate::value::{FileName, Filled, GitName, Interval, Seconds};
use crate::{Handoff, LoopPlan, OnComplete, Pattern, Phase, Timing};

/// The plan: `Some(None)` without phases, `None` only after a problem was noted.
#[allow(clippy::option_option, reason = "wrong and absent are two answers")]
pub(super) fn loop_plan(
    raw: Option<&RawLoop>,
    timing: &Timing,
    picker: &mut Picker<'_, '_>,
) -> Option<Option<LoopPlan>> {
    let Some(raw) = raw else { return Some(None) };
    record_prompt_keys(raw, picker);
    let key = |key: &str| format!("loop.{key}");
    let state_file = own(&raw.state_file);
    let state_file =
        picker.pick_or(key("state_file"), &state_file, FileName("phase-idx".to_owned()));
    let done_marker = own(&raw.done_marker);
    let done_marker =
        picker.pick_or(key("done_marker"), &done_marker, Filled("## DONE".to_owned()));
    let auto_advance = picker.pick_or(key("auto_advance"), &own(&raw.auto_advance), true);
    let grace = Seconds(Duration::from_secs(120));
    let advance_grace = picker.pick_or(key("advance_grace"), &own(&raw.advance_grace), grace).0;
    let resume_phase = picker.pick(key("resume_phase"), &own(&raw.resume_phase));
    let handoff = match raw.handoff.table.as_ref() {
        Some(raw) => Some(handoff(raw, timing, picker)?),
        None => None,
    };
    let on_complete = raw.on_complete.table.as_ref().map(|raw| on_complete(raw, picker));
    let phases: Option<Vec<Phase>> = raw.phases.0.iter().map(|raw| phase(raw, picker)).collect();
    let phases = phases?;
    if phases.is_empty() {
        return Some(None);
    }
    let repo = handoff.as_ref().map_or_else(|| picker.root.clone(), |handoff| handoff.repo.clone());
    let state_subdir = handoff.as_ref().map(|handoff| handoff.state_subdir.clone());
    Some(Some(LoopPlan {
        phases,
        state_file: state_file.0,
        done_marker: done_marker.0,
        auto_advance,
        advance_grace,
        resume_phase,
        handoff,
        on_complete,
        repo,
        state_subdir: state_subdir.unwrap_or_else(|| STATE_SUBDIR.to_owned()),
    }))
}

const STATE_SUBDIR: &str = "machine-docs";

/// Shows the keys that end up in each loop agent's prompt.
fn record_prompt_keys(raw: &RawLoop, picker: &mut Picker<'_, '_>) {
    picker.pick("loop.kickoff_template".to_owned(), &own(&raw.kickoff_template));
    picker.pick_or("loop.roles_dir".to_owned(), &own(&raw.roles_dir), "prompts".to_owned());
}

fn phase(raw: &RawPhase, picker: &mut Picker<'_, '_>) -> Option<Phase> {
    let id = raw.id.value()?.clone();
    let key = |key: &str| format!("loop.phases.{id}.{key}");
    let plan = picker.pick_or(key("plan"), &own(&raw.plan), String::new());
    let status = picker.pick(key("status"), &own(&raw.status))?;
    let models = picker.pick(key("models"), &own(&raw.models)).unwrap_or_default();
    // An empty model means none, so the agent's own must show through.
    let models = models.into_iter().filter(|(_, model)| !model.is_empty()).collect();
    Some(Phase { id, plan, status: status.0, models })
}

fn handoff(raw: &RawHandoff, timing: &Timing, picker: &mut Picker<'_, '_>) -> Option<Handoff> {
    let key = |key: &str| format!("loop.handoff.{key}");
    let subdir = own(&raw.state_subdir);
    let interval = Interval(timing.signal_interval);
    let timeout = Interval(Duration::from_secs(30));
    let inboxes = picker.pick_or(key("inboxes"), &own(&raw.inboxes), Vec::new());
    let inbox = |at: usize| inboxes.get(at).filter(|file| !file.is_empty()).cloned();
    let remote = GitName("origin".to_owned());
    Some(Handoff {
        repo: picker.pick_path_or(key("repo"), &own(&raw.repo), "."),
        state_subdir: picker.pick_or(key("state_subdir"), &subdir, STATE_SUBDIR.to_owned()),
        remote: picker.pick_or(key("remote"), &own(&raw.remote), remote).0,
        branch: picker.pick(key("branch"), &own(&raw.branch)).map(|GitName(branch)| branch),
        claim_pattern: pattern(key("claim_pattern"), &raw.claim_pattern, "^claim", picker)?,
        review_pattern: pattern(key("review_pattern"), &raw.review_pattern, "^review", picker)?,
        claim_pings: agent(key("claim_pings"), &raw.claim_pings, "adversary", picker)?,
        review_pings: agent(key("review_pings"), &raw.review_pings, "builder", picker)?,
        reviewer_inbox: inbox(0),
        builder_inbox: inbox(1),
        fetch_interval: picker
            .pick_or(key("fetch_interval"), &own(&raw.fetch_interval), interval)
            .0,
        fetch_timeout: picker.pick_or(key("fetch_timeout"), &own(&raw.fetch_timeout), timeout).0,
    })
}

fn pattern(
    key: String,
    field: &crate::entry::Field<Pattern>,
    standard: &str,
    picker: &mut Picker<'_, '_>,
) -> Option<Pattern> {
    super::pick_derived(picker, key, field, || Pattern::new(standard).ok())
}

fn agent(
    key: String,
    field: &crate::entry::Field<AgentName>,
    standard: &str,
    picker: &mut Picker<'_, '_>,
) -> Option<AgentName> {
    super::pick_derived(picker, key, field, || AgentName::new(standard).ok())
}

fn on_complete(raw: &RawOnComplete, picker: &mut Picker<'_, '_>) -> OnComplete {
    let trigger = FileName(".run-on-complete".to_owned());
    OnComplete {
        run: picker.pick("loop.on_complete.run".to_owned(), &own(&raw.run)),
        trigger_file: picker
            .pick_or("loop.on_complete.trigger_file".to_owned(), &own(&raw.trigger_file), trigger)
            .0,
    }
}
