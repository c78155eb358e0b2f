//! Is a message typed as it is, or does it lie in a file that one typed line points at?

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use agents_names::AgentName;

use crate::error::Error;

/// The longest text that is typed. Half of what a terminal in its line mode takes; a paste of 4 KB is folded by every
/// program, and by one of them kept for half a minute before the submit key counts.
const LONGEST: usize = 2000;
const MOST_LINES: usize = 20;
/// After so long nobody reads a file any more.
const KEPT_FOR: Duration = Duration::from_secs(7 * 24 * 3600);

/// A message, and the file that holds it where it is long.
#[derive(Debug)]
pub struct Letter {
    line: String,
    file: Option<PathBuf>,
}

impl Letter {
    /// Puts a message that is long, or of which a terminal would not take each character, into a file below the state
    /// folder.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn of(state_dir: &Path, name: &AgentName, text: String) -> Result<Self, Error> {
        let is_short = text.len() <= LONGEST && text.lines().count() <= MOST_LINES;
        if is_short && !is_command(&text) && !agents_tmux::loses_characters(&text) {
            return Ok(Self { line: text, file: None });
        }
        let dir = state_dir.join("messages");
        let file = write(&dir, name, &text).map_err(|error| {
            Error::Failed(format!("cannot keep the message in {}: {error}", dir.display()))
        })?;
        let shown = file.display();
        let line = format!(
            "A message for you, {} bytes, is in {shown} — read it now with: `cat '{shown}'` — then act on it.",
            text.len()
        );
        Ok(Self { line, file: Some(file) })
    }

    /// What is typed.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// Where the message lies.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Takes the file away again, since nothing will point at it.
    pub fn forget(&self) {
        // One that stays is forgotten with the old ones.
        drop(self.file.as_ref().map(std::fs::remove_file));
    }
}

/// Whether a program would run it instead of reading it: codex 0.169.0, claude 2.1.330 and pi 0.87.1 give what begins with
/// `!` to a shell, pi also after blanks. What begins with `/` is left to the program, since whoever sends `/compact` means
/// it; with a blank before it is a text, which qwen 0.24.4 would not notice.
fn is_command(text: &str) -> bool {
    let own = text.trim_start();
    own.starts_with('!') || (own.starts_with('/') && own.len() < text.len())
}

fn write(dir: &Path, name: &AgentName, text: &str) -> std::io::Result<PathBuf> {
    agents_store::private_folder(dir)?;
    forget_old(dir);
    let stamp = chrono::Utc::now().format("%Y%m%d-%H%M%S-%6f");
    let path = dir.join(format!("{name}.{stamp}.{}.txt", std::process::id()));
    let mut file = agents_store::private_file().write(true).create_new(true).open(&path)?;
    agents_store::make_private(&file)?;
    file.write_all(text.as_bytes())?;
    Ok(path)
}

fn forget_old(dir: &Path) {
    let is_old = |path: &Path| {
        let changed = std::fs::metadata(path).and_then(|it| it.modified());
        let age = changed.ok().and_then(|at| SystemTime::now().duration_since(at).ok());
        age.is_some_and(|age| age > KEPT_FOR)
    };
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()).filter(|path| is_old(path)) {
        // The next long message tries again.
        drop(std::fs::remove_file(path));
    }
}
