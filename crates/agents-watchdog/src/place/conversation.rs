//! In which conversation is a program, by the record that it holds open?

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use agents_decide::RunId;
use agents_names::AgentName;
use agents_records::{Cli, Conversation, Origin, find};

/// How long an answer holds: a program may change its conversation without anybody asking it to.
const KNOWN_FOR: Duration = Duration::from_secs(30);
/// A program that is killed in its first seconds should be known by then; one that has no record costs a look at its files.
const UNKNOWN_FOR: Duration = Duration::from_millis(150);
/// How many processes below a program are asked.
const PROCESSES: usize = 16;

/// The open records of the agents' programs, each looked up now and then.
///
/// Several agents may work in one directory, and begin at one moment: neither tells their records apart. An open file does.
#[derive(Debug, Default)]
pub(super) struct OpenConversations {
    looked: HashMap<AgentName, Answer>,
}

#[derive(Debug)]
struct Answer {
    run: RunId,
    at: Instant,
    id: Option<String>,
}

impl OpenConversations {
    /// The id of the conversation that the program of a run has open.
    pub fn of(&mut self, name: &AgentName, run: RunId, program: u32) -> Option<String> {
        let answer = self.looked.get(name).filter(|answer| answer.run == run);
        if let Some(answer) = answer {
            let holds = if answer.id.is_some() { KNOWN_FOR } else { UNKNOWN_FOR };
            if answer.at.elapsed() < holds {
                return answer.id.clone();
            }
        }
        let id = look(Path::new("/proc"), program);
        self.looked.insert(name.clone(), Answer { run, at: Instant::now(), id: id.clone() });
        id
    }
}

/// The program itself has the record open, or one that it runs: a command line may stand before it.
fn look(proc: &Path, program: u32) -> Option<String> {
    // 0: the launcher has not told its number yet.
    let mut processes = if program == 0 { Vec::new() } else { vec![program] };
    let mut next = 0;
    while let Some(pid) = processes.get(next).copied() {
        next += 1;
        let folder = proc.join(pid.to_string());
        let records = open_files(&folder).into_iter().filter(|file| is_record(file));
        let heads = records.filter_map(|file| find::head(Cli::Codex, &file));
        if let Some(conversation) = latest(heads) {
            return Some(conversation.id);
        }
        let room = PROCESSES.saturating_sub(processes.len());
        processes.extend(children(&folder).into_iter().take(room));
    }
    None
}

/// A sub-agent's record is open beside its parent's; a conversation that was begun later replaced the earlier one.
fn latest(heads: impl Iterator<Item = Conversation>) -> Option<Conversation> {
    heads.filter(|it| it.origin == Origin::Main).max_by_key(|it| it.began)
}

fn open_files(process: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(process.join("fd")) else { return Vec::new() };
    entries.flatten().filter_map(|entry| fs::read_link(entry.path()).ok()).collect()
}

fn is_record(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with("rollout-") && name.ends_with(".jsonl")
}

fn children(process: &Path) -> Vec<u32> {
    let Ok(threads) = fs::read_dir(process.join("task")) else { return Vec::new() };
    let lists = threads
        .flatten()
        .filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists
        .flat_map(|list| list.split_whitespace().flat_map(str::parse).collect::<Vec<_>>())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn fixture(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../agents-records/fixtures/codex").join(name)
    }

    /// A process with these children and these records open.
    fn process(proc: &Path, pid: u32, children: &str, records: &[&str]) {
        let folder = proc.join(pid.to_string());
        let thread = folder.join(format!("task/{pid}"));
        fs::create_dir_all(&thread).unwrap();
        fs::create_dir_all(folder.join("fd")).unwrap();
        fs::write(thread.join("children"), children).unwrap();
        symlink("/dev/null", folder.join("fd/0")).unwrap();
        for (place, record) in records.iter().enumerate() {
            let file = proc.join(format!("rollout-2026-{record}"));
            fs::copy(fixture(record), &file).unwrap();
            symlink(&file, folder.join(format!("fd/{}", place + 3))).unwrap();
        }
    }

    #[test]
    fn the_open_record_tells_and_a_sub_agents_does_not() {
        let root = tempfile::tempdir().unwrap();
        let proc = root.path();
        process(proc, 7, "8 9 ", &[]);
        process(proc, 8, "", &[]);
        process(proc, 9, "", &["subagent_child.jsonl", "subagent_main.jsonl"]);
        process(proc, 10, "", &["subagent_child.jsonl"]);
        const MAIN: &str = "01a1fee6-fa14-7c80-97ed-623f2681ae3e";
        assert_eq!(look(proc, 9).as_deref(), Some(MAIN));
        assert_eq!(look(proc, 7).as_deref(), Some(MAIN), "a shell stands before it");
        assert_eq!(look(proc, 10), None);
        assert_eq!(look(proc, 8), None);
        assert_eq!(look(proc, 11), None, "it has gone");
        assert_eq!(look(proc, 0), None, "it is not known yet");
    }

    #[test]
    fn an_answer_is_of_its_run() {
        let name = AgentName::new("ann").unwrap();
        let mut open = OpenConversations::default();
        let answer = Answer { run: RunId(3), at: Instant::now(), id: Some("x".to_owned()) };
        open.looked.insert(name.clone(), answer);
        assert_eq!(open.of(&name, RunId(3), 0).as_deref(), Some("x"));
        assert_eq!(open.of(&name, RunId(4), 0), None);
    }
}
