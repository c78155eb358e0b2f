//! In which tables does a key belong?

use super::{
    RawAgent, RawAnswer, RawBackend, RawDefaults, RawFile, RawHandoff, RawLoop, RawNotify,
    RawNotifyTarget, RawOnComplete, RawPhase, RawPilot, RawSample, RawService, RawTask, RawTasks,
    RawWake, RawWatchdog,
};
use crate::reader::Table as _;

/// The tables that have a key, as the file writes them.
pub(crate) fn homes_of(key: &str) -> Vec<&'static str> {
    let tables = [
        ("the file itself", RawFile::KEYS),
        ("`[defaults]`", RawDefaults::KEYS),
        ("`[watchdog]`", RawWatchdog::KEYS),
        ("`[backend.NAME]`", RawBackend::KEYS),
        ("`[[backend.NAME.sample]]`", RawSample::KEYS),
        ("`[[backend.NAME.answer]]`", RawAnswer::KEYS),
        ("`[[agent]]`", RawAgent::KEYS),
        ("`[tasks]`", RawTasks::KEYS),
        ("`[[task]]`", RawTask::KEYS),
        ("`[agent.wake]`", RawWake::KEYS),
        ("`[agent.pilot]`", RawPilot::KEYS),
        ("`[[service]]`", RawService::KEYS),
        ("`[loop]`", RawLoop::KEYS),
        ("`[[loop.phases]]`", RawPhase::KEYS),
        ("`[loop.handoff]`", RawHandoff::KEYS),
        ("`[loop.on_complete]`", RawOnComplete::KEYS),
        ("`[notify]`", RawNotify::KEYS),
        ("`[[notify.to]]`", RawNotifyTarget::KEYS),
    ];
    tables.iter().filter(|(_, keys)| keys.contains(&key)).map(|(label, _)| *label).collect()
}
