//! `agents logs`: what did an agent, a service or the watchdog print? Harmless to the terminal it is shown on.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use agents_config::Fleet;
use rustix::fs::OFlags;
use serde_json::json;

use crate::app::{App, name_of, say};
use crate::cli::Logs;
use crate::commands::watchdog;
use crate::error::{Error, code};
use crate::follow;

mod lines;

use lines::Lines;

/// How far back the last lines are looked for, in bytes: a log without line ends is not read as a whole.
const REACH: u64 = 8 << 20;
const BLOCK: usize = 64 << 10;

pub fn run(app: &App, logs: &Logs) -> Result<u8, Error> {
    let fleet = app.in_force()?.loaded.fleet;
    let path = log_file(&fleet, &logs.name)?;
    if app.json && logs.raw {
        return Err(Error::Usage(
            "`--raw` hands out bytes, and JSON has none; leave one of both out".to_owned(),
        ));
    }
    let name = app.json.then(|| logs.name.clone());
    let mut shown = Shown { lines: (!logs.raw).then(Lines::default), name, row: String::new() };
    let mut file = open(&path)?;
    if file.is_none() {
        let missing = format!("{} has no log yet: {} is not there", logs.name, path.display());
        if logs.no_follow {
            return Err(Error::Failed(missing));
        }
        say(&format!("{missing}; waiting for it"));
    }
    if let Some(file) = &mut file {
        seek_to_last(file, logs.lines)?;
        shown.rest_of(file)?;
    }
    if logs.no_follow {
        shown.end()?;
        return Ok(code::DONE);
    }
    loop {
        follow::pause();
        file = match file {
            None => open(&path)?,
            Some(open) => go_on(open, &path, &mut shown)?,
        };
        if let Some(file) = &mut file {
            shown.rest_of(file)?;
        }
    }
}

/// That of a task, which has one also when its session has ended.
fn log_of_task(fleet: &Fleet, name: &str) -> Option<PathBuf> {
    let board = super::work::board(&fleet.state_dir()).ok()?;
    let (held, place) = board.task(name)?;
    let task = held.manifest.tasks.get(place).filter(|task| fleet.agent(&task.id).is_none())?;
    Some(fleet.log_dir.join(format!("{}.log", fleet.session_prefix.session_of(&task.id))))
}

fn log_file(fleet: &Fleet, name: &str) -> Result<PathBuf, Error> {
    if name == "watchdog" && name_of(fleet, name).is_err() {
        return Ok(watchdog::log_file(fleet));
    }
    if let Some(log) = log_of_task(fleet, name) {
        return Ok(log);
    }
    let name = name_of(fleet, name)?;
    let agent = fleet.agent(&name).map(|agent| (&agent.session, agent.log));
    let service = || fleet.service(&name).map(|service| (&service.session, service.log));
    match agent.or_else(service) {
        Some((session, true)) => Ok(fleet.log_dir.join(format!("{session}.log"))),
        Some((_, false)) | None => {
            Err(Error::Failed(format!("{name} is not logged: the config says `log = false`")))
        }
    }
}

/// Opens the log without ever waiting, and through no link, as whoever writes it does; `None` when it is not there.
fn open(path: &Path) -> Result<Option<File>, Error> {
    // Without the one flag the opening of a pipe would wait for somebody to write to it.
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let file = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(_) if path.is_symlink() => return Err(not_a_log(path, "a link")),
        Err(error) => {
            return Err(Error::Failed(format!("cannot read {}: {error}", path.display())));
        }
    };
    if !file.metadata()?.is_file() {
        return Err(not_a_log(path, "no regular file"));
    }
    Ok(Some(file))
}

fn not_a_log(path: &Path, what: &str) -> Error {
    Error::Failed(format!(
        "{} is {what}, and not the log: delete or move it away, and the log is opened again",
        path.display()
    ))
}

/// The file to read on from: the same, the same from its start when it was cut, or its successor.
fn go_on(mut file: File, path: &Path, shown: &mut Shown) -> Result<Option<File>, Error> {
    let ours = file.metadata()?;
    let Ok(there) = std::fs::symlink_metadata(path) else { return Ok(Some(file)) };
    if (there.dev(), there.ino()) != (ours.dev(), ours.ino()) {
        shown.rest_of(&mut file)?;
        return open(path);
    }
    if ours.len() < file.stream_position()? {
        file.seek(SeekFrom::Start(0))?;
    }
    Ok(Some(file))
}

/// Goes to where the last `lines` lines begin.
fn seek_to_last(file: &mut File, lines: usize) -> Result<(), Error> {
    let end = file.seek(SeekFrom::End(0))?;
    let stop = end.saturating_sub(REACH);
    let mut start = end;
    // The line end that ends the file ends its last line.
    let mut wanted = lines.saturating_add(1);
    let mut block = vec![0; BLOCK];
    while start > stop && lines > 0 {
        let length = usize::try_from((start - stop).min(BLOCK as u64)).unwrap_or(BLOCK);
        let at = start - length as u64;
        file.seek(SeekFrom::Start(at))?;
        let part = &mut block[..length];
        file.read_exact(part)?;
        if start == end && part.last() != Some(&b'\n') {
            wanted = lines;
        }
        for place in (0..length).rev().filter(|place| part[*place] == b'\n') {
            wanted -= 1;
            if wanted == 0 {
                file.seek(SeekFrom::Start(at + place as u64 + 1))?;
                return Ok(());
            }
        }
        start = at;
    }
    file.seek(SeekFrom::Start(start))?;
    Ok(())
}

/// What was shown so far; without lines the bytes go out as they are.
struct Shown {
    lines: Option<Lines>,
    /// Whose log it is, where each line becomes a document of its own.
    name: Option<String>,
    /// The line that is not whole yet, where only whole ones go out.
    row: String,
}

impl Shown {
    fn rest_of(&mut self, file: &mut File) -> Result<(), Error> {
        let mut block = vec![0; BLOCK];
        let mut read_any = false;
        loop {
            let length = file.read(&mut block)?;
            if length == 0 {
                break;
            }
            read_any = true;
            match &mut self.lines {
                None => follow::write(&block[..length])?,
                Some(lines) => {
                    let text = lines.add(&block[..length]);
                    self.hand_out(&text)?;
                }
            }
        }
        // A row that has not grown for a while is likely a prompt that waits for its answer.
        if let (false, Some(lines)) = (read_any, &mut self.lines) {
            let text = lines.settle();
            self.hand_out(&text)?;
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), Error> {
        let Some(lines) = &mut self.lines else { return Ok(()) };
        let text = lines.end();
        self.hand_out(&text)
    }

    /// Text as it is, or each whole line as `agents.log/1`.
    fn hand_out(&mut self, text: &str) -> Result<(), Error> {
        let Some(name) = &self.name else { return follow::write(text.as_bytes()) };
        self.row.push_str(text);
        let mut documents = String::new();
        while let Some((line, rest)) = self.row.split_once('\n') {
            let document = json!({ "schema": "agents.log/1", "name": name, "line": line });
            documents.push_str(&format!("{document}\n"));
            self.row = rest.to_owned();
        }
        follow::write(documents.as_bytes())
    }
}
