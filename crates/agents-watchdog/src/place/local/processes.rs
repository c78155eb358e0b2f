//! Which processes does a run have, and which has it left behind?

use agents_decide::{JobSeen, RunId, Seen};
use agents_names::AgentName;

use super::LocalPlace;
use crate::launch::RunFiles;
use crate::observe::run_of;
use crate::place::{Need, facts};
use crate::process::{self, Marked, StartMark};

impl LocalPlace {
    pub(super) fn processes(
        &mut self,
        files: &RunFiles,
        name: &AgentName,
        run: RunId,
        need: &Need,
    ) -> Seen<agents_decide::ProcessesSeen> {
        let lives = need.lives;
        let start = self.start_of(files, name, run, need);
        let told = self.told.get(&(name.clone(), run)).cloned().unwrap_or_default();
        if start.is_none() && told.is_empty() {
            if files.spec(name, run).exists() {
                // Its launcher has not claimed the run: there is nothing to look for.
                return Seen::Absent;
            }
            let dir = files.dir().display();
            return Seen::Unknown(format!(
                "nothing tells which processes run {run} had: its records are gone from {dir}"
            ));
        }
        let table = match &start {
            Some(start) if lives => self.table_of_living(start),
            Some(_) | None => self.table(),
        };
        let seen = facts::processes(start.as_ref(), table, lives);
        let (Seen::Absent, Some(table)) = (&seen, table) else { return seen };
        let left = match table.survivors(&told) {
            Ok(left) if left.is_empty() && need.strays => self.marked_of(name, run),
            Ok(left) => left,
            Err(error) => return Seen::Unknown(error.to_string()),
        };
        if left.is_empty() {
            return Seen::Absent;
        }
        let count = u32::try_from(left.len()).unwrap_or(u32::MAX);
        Seen::Known(agents_decide::ProcessesSeen { cpu_ms: 0, digest: 0, count })
    }

    /// Whether the program of a run goes on; `None` where that cannot be told. Its file alone is read, not the table.
    pub(super) fn job(
        &mut self,
        files: &RunFiles,
        name: &AgentName,
        run: RunId,
        need: &Need,
    ) -> Option<JobSeen> {
        let start = self.start_of(files, name, run, need)?;
        let pid = start.program;
        let suspended = process::is_suspended(pid, start.program_mark.as_ref()?)?;
        Some(JobSeen { pid, suspended })
    }

    /// The processes with the mark of that run of a member, or of an earlier one.
    pub(super) fn marked_of(&mut self, name: &AgentName, run: RunId) -> Vec<(u32, StartMark)> {
        if self.marked.is_none() {
            let state_dir = self.state_dir.clone();
            self.marked = self.table().map(|table| table.marked(&state_dir));
        }
        let is_of = |marked: &&Marked| {
            marked.name == name.as_str() && run_of(Some(&marked.run)).is_some_and(|of| of <= run)
        };
        let marked = self.marked.iter().flatten().filter(is_of);
        marked.map(|marked| (marked.pid, marked.start.clone())).collect()
    }
}
