//! How does the agent read keys and draw its few rows?

use std::io::{self, Write as _};
use std::os::fd::AsFd as _;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};
use unicode_width::UnicodeWidthChar as _;

/// The terminal in raw mode; it is put back when this is dropped.
pub struct Terminal {
    /// As it was; `None` when standard input is no terminal.
    before: Option<Termios>,
    /// How many rows of the frame stand on the screen, the last one under the cursor.
    rows: usize,
}

/// What one read brought.
pub enum Read {
    Bytes(Vec<u8>),
    Nothing,
    /// Nobody will ever type again.
    Closed,
}

impl Terminal {
    /// Switches raw mode and bracketed paste on. What was typed before is lost, as with real programs.
    pub fn open() -> io::Result<Self> {
        let stdin = io::stdin();
        let before = tcgetattr(stdin.as_fd()).ok();
        if let Some(before) = &before {
            let mut raw = before.clone();
            raw.make_raw();
            tcsetattr(stdin.as_fd(), OptionalActions::Flush, &raw)?;
        }
        let terminal = Self { before, rows: 0 };
        emit("\x1b[?2004h")?;
        Ok(terminal)
    }

    /// Waits for bytes, at most so long.
    pub fn read(&self, limit: Duration) -> io::Result<Read> {
        let stdin = io::stdin();
        let mut ready = [PollFd::new(&stdin, PollFlags::IN)];
        let limit = Timespec::try_from(limit).unwrap_or(Timespec { tv_sec: 1, tv_nsec: 0 });
        match poll(&mut ready, Some(&limit)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => return Ok(Read::Nothing),
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        let mut bytes = vec![0; 64 * 1024];
        match rustix::io::read(stdin.as_fd(), &mut bytes) {
            Ok(0) | Err(rustix::io::Errno::IO) => Ok(Read::Closed),
            Ok(count) => {
                bytes.truncate(count);
                Ok(Read::Bytes(bytes))
            }
            Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => Ok(Read::Nothing),
            Err(error) => Err(error.into()),
        }
    }

    /// Prints lines above the frame, then the frame: the few last rows, which are drawn over again and again.
    pub fn draw(&mut self, lines: &[String], frame: &[String]) -> io::Result<()> {
        let mut text = self.wipe();
        for line in lines {
            text.push_str(&line.replace('\n', "\r\n"));
            text.push_str("\r\n");
        }
        let width = tcgetwinsize(io::stdout().as_fd()).map_or(80, |size| size.ws_col.max(10));
        let rows: Vec<String> =
            frame.iter().map(|row| fitting(row, usize::from(width) - 1)).collect();
        text.push_str(&rows.join("\r\n"));
        self.rows = rows.len();
        emit(&text)
    }

    /// Moves to the frame's beginning and clears it.
    fn wipe(&self) -> String {
        match self.rows {
            0 => String::new(),
            1 => "\r\x1b[J".to_owned(),
            rows => format!("\r\x1b[{}A\x1b[J", rows - 1),
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // The terminal may be gone; then there is nothing to put back.
        drop(emit("\x1b[?2004l\r\n"));
        if let Some(before) = &self.before {
            let _ = tcsetattr(io::stdin().as_fd(), OptionalActions::Now, before);
        }
    }
}

fn emit(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// The end of the row that fits into the width, on one line.
fn fitting(row: &str, width: usize) -> String {
    let row = row.replace('\n', "⏎");
    let mut left = width;
    let mut kept: Vec<char> = Vec::new();
    for character in row.chars().rev().filter(|character| !character.is_control()) {
        let wide = character.width().unwrap_or(0);
        if wide > left {
            break;
        }
        left -= wide;
        kept.push(character);
    }
    kept.into_iter().rev().collect()
}
