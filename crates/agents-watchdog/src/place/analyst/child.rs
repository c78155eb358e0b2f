//! How is an analyzer run so that it can neither hang, nor flood, nor report as one of the fleet?

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use agents_records::OUTPUT_LIMIT;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::group::Group;
use crate::harmless;

/// How much of its complaints is kept.
const COMPLAINT: u64 = 4096;

/// Runs a program in a folder, in a process group of its own, and returns what it printed.
///
/// # Errors
/// In words, why there is nothing to read.
pub(super) async fn run(
    words: &[String],
    dir: &Path,
    input: &str,
    limit: Duration,
) -> Result<Vec<u8>, String> {
    let (program, arguments) =
        words.split_first().ok_or_else(|| "no program is named".to_owned())?;
    let mut child = command(program, arguments, dir)
        .spawn()
        .map_err(|error| format!("`{program}` cannot be started: {error}"))?;
    let mut group = Group::of(&child);
    match timeout(limit, talk(&mut child, &mut group, input)).await {
        Ok(Ok((status, output, complaint))) => {
            if status.success() || !output.is_empty() {
                return Ok(output);
            }
            let complaint = String::from_utf8_lossy(&complaint);
            let last = complaint.lines().rev().find(|row| !row.trim().is_empty());
            let said = last.map_or_else(String::new, |row| format!(": {}", row.trim()));
            let said: String = harmless::text(&said).chars().take(300).collect();
            Err(format!("`{program}` ended with {status}{said}"))
        }
        Ok(Err(error)) => Err(format!("`{program}` cannot be read: {error}")),
        Err(_) => {
            group.end(&mut child).await;
            Err(format!("`{program}` did not answer within {} s (`timeout`)", limit.as_secs_f32()))
        }
    }
}

fn command(program: &str, arguments: &[String], dir: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(dir);
    // Who is started inside of a fleet's session would be taken for its agent.
    let marks = std::env::vars_os().map(|(name, _)| name).filter(|name| {
        let name = name.to_string_lossy();
        name.starts_with("AGENTS_") || name.starts_with("TMUX")
    });
    for mark in marks {
        command.env_remove(mark);
    }
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    command
}

type Said = (std::process::ExitStatus, Vec<u8>, Vec<u8>);

async fn talk(child: &mut Child, group: &mut Group, input: &str) -> std::io::Result<Said> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let feed = async {
        if let Some(mut stdin) = stdin {
            // Who needs no question closes its end.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
    };
    // One more than is read tells that there was more.
    let most = OUTPUT_LIMIT as u64 + 1;
    // What it began in the background ends with it, and holds no pipe open.
    let (_, output, complaint, status) =
        tokio::join!(feed, kept(stdout, most), kept(stderr, COMPLAINT), group.ended(child));
    Ok((status?, output?, complaint?))
}

async fn kept(stream: Option<impl AsyncRead + Unpin>, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let Some(mut stream) = stream else { return Ok(bytes) };
    (&mut stream).take(most).read_to_end(&mut bytes).await?;
    // A full pipe would stop the program.
    tokio::io::copy(&mut stream, &mut tokio::io::sink()).await?;
    Ok(bytes)
}
