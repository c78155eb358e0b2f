//! What did the agent really receive?

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use serde_json::{Value, json};

/// A file of JSON lines, the truth that a test compares the supervisor's belief with; without a path nothing is kept.
pub struct Record(Option<File>);

impl Record {
    pub fn open(path: Option<&Path>) -> io::Result<Self> {
        let open = |path| File::options().create(true).append(true).open(path);
        Ok(Self(path.map(open).transpose()?))
    }

    pub fn started(&mut self, role: &str, kickoff: Option<&str>) -> io::Result<()> {
        self.write(json!({"event": "started", "role": role, "kickoff": kickoff}))
    }

    pub fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write(json!({"event": "bytes", "bytes": String::from_utf8_lossy(bytes)}))
    }

    pub fn submitted(&mut self, text: &str) -> io::Result<()> {
        self.write(json!({"event": "submitted", "text": text}))
    }

    pub fn said(&mut self, text: &str) -> io::Result<()> {
        self.write(json!({"event": "said", "text": text}))
    }

    pub fn ended(&mut self, code: i32) -> io::Result<()> {
        self.write(json!({"event": "ended", "code": code}))
    }

    /// One write per line, so that two agents may share a file and a kill leaves whole lines.
    fn write(&mut self, mut entry: Value) -> io::Result<()> {
        let Some(file) = &mut self.0 else { return Ok(()) };
        entry["time"] = json!(chrono::Utc::now().to_rfc3339());
        entry["pid"] = json!(std::process::id());
        file.write_all(format!("{entry}\n").as_bytes())
    }
}
