//! Which processes did a run begin with, by its launcher's record or by what was seen of it?

use agents_decide::{ProcessSeen, RootsSeen, RunId};

use crate::launch::StartRecord;
use crate::process::{StartMark, find};

/// The roots that a record names, to be remembered beside it.
pub(super) fn of_record(run: RunId, start: &StartRecord) -> RootsSeen {
    let launcher = seen(start.launcher, start.launcher_mark.as_ref());
    let program = (start.program != 0).then(|| seen(start.program, start.program_mark.as_ref()));
    RootsSeen { run, launcher, program }
}

/// The roots of a run without a record: what tmux started in its pane is the launcher.
pub(super) fn of_pane(run: RunId, pid: u32) -> Option<RootsSeen> {
    let mark = find(pid).ok()??.start;
    Some(RootsSeen { run, launcher: seen(pid, Some(&mark)), program: None })
}

/// What the record of a run said, from what is remembered of it.
pub(super) fn record(roots: &RootsSeen) -> StartRecord {
    let mark = |process: &ProcessSeen| {
        process.began.as_ref().and_then(|began| serde_json::from_str::<StartMark>(began).ok())
    };
    StartRecord {
        launcher: roots.launcher.pid,
        program: roots.program.as_ref().map_or(0, |program| program.pid),
        launcher_mark: mark(&roots.launcher),
        program_mark: roots.program.as_ref().and_then(mark),
    }
}

fn seen(pid: u32, mark: Option<&StartMark>) -> ProcessSeen {
    ProcessSeen { pid, began: mark.and_then(|mark| serde_json::to_string(mark).ok()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_says_what_the_record_said() {
        let record_of = |program, mark: Option<StartMark>| StartRecord {
            launcher: 7,
            program,
            launcher_mark: Some(StartMark::Ticks(70)),
            program_mark: mark,
        };
        let date = Some(StartMark::Date("Mon Jan  1 10:00:00 2024".to_owned()));
        for start in [record_of(8, date), record_of(8, None), record_of(0, None)] {
            assert_eq!(record(&of_record(RunId(3), &start)), start);
        }
    }
}
