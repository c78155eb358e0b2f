//! Why was a record not looked at, or a report not understood?

use std::io;
use std::path::PathBuf;

/// Why there is no answer. None of these says anything about the agent: treat them as *unknown*.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Something stands at the path that is no plain file: a pipe would block the reader for ever.
    #[error("the record {path} is not a plain file; move it away")]
    NotAFile { path: PathBuf },
    #[error("cannot read the record {path}: {source}")]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot list the records in {path}: {source}")]
    List { path: PathBuf, source: io::Error },
    /// A hook or a `notify` program was handed something else than a JSON object.
    #[error("the report of {cli} is not a JSON object: {detail}; expected what its hooks send")]
    Report { cli: &'static str, detail: String },
    /// A report longer than any hook sends.
    #[error("the report of {cli} has {bytes} bytes, more than {limit} are refused")]
    ReportTooLong { cli: &'static str, bytes: usize, limit: usize },
    /// An answer of opencode's HTTP interface has another shape than the one that was measured.
    #[error("opencode's answer to {request} is not understood: {detail}")]
    Answer { request: &'static str, detail: String },
    /// The local server of opencode did not answer.
    #[error(
        "opencode at 127.0.0.1:{port} did not answer {request}: {detail}; is it still running?"
    )]
    Unreachable { port: u16, request: String, detail: String },
}
