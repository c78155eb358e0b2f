//! How does a program wait for its terminal without a process of ours in between?

use std::io::{PipeReader, PipeWriter, Write as _};
use std::os::fd::AsRawFd as _;
use std::process::Command;

use rustix::io::FdFlags;

/// A pipe at which the shell of a program waits until it holds the terminal: a program that reads before it is in the
/// foreground is stopped by SIGTTIN. If the launcher ends before, so does the shell.
///
/// A second process of ours that waits and then becomes the shell takes several times as long as all the shell does.
pub(super) struct Gate {
    argv: Vec<String>,
    reader: PipeReader,
    writer: PipeWriter,
}

/// Shells know descriptors of one digit.
const HIGHEST: i32 = 9;

impl Gate {
    /// A closed gate before `sh -c LINE ...`; `None` for another program, and where there is no descriptor for it.
    pub fn before(argv: &[String]) -> Option<Self> {
        let [shell, flag, line, words @ ..] = argv else { return None };
        if shell != "sh" || flag != "-c" {
            return None;
        }
        let (reader, writer) = std::io::pipe().ok()?;
        let number = reader.as_raw_fd();
        if number > HIGHEST {
            return None;
        }
        // This process has one thread, so nobody else starts a process that would inherit it too.
        rustix::io::fcntl_setfd(&reader, FdFlags::empty()).ok()?;
        // On the line of the program itself, whose complaints name the line.
        let waiting = format!(
            "read -r agents_go <&{number} || exit 127; unset agents_go; exec {number}<&-; {line}"
        );
        let mut argv = vec![shell.clone(), flag.clone(), waiting];
        argv.extend(words.iter().cloned());
        Some(Self { argv, reader, writer })
    }

    /// The shell that waits.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.argv[0]);
        command.args(&self.argv[1..]);
        command
    }

    /// Lets the program begin.
    pub fn open(mut self) {
        drop(self.reader);
        // A shell that was ended meanwhile waits for nothing.
        drop(self.writer.write_all(b"\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_shell_has_a_gate() {
        assert!(Gate::before(&["bwrap", "sh", "-c", "x"].map(str::to_owned)).is_none());
        assert!(Gate::before(&["sh", "x"].map(str::to_owned)).is_none());
    }
}
