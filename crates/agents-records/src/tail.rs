//! What is new in a file since the last look?

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use crate::error::RecordError;
use crate::parser::{LINE_LIMIT, Line};

/// How many bytes at the start of the file, and before the offset, tell it from another one.
const MARK: usize = 256;

/// How many bytes one look reads at most: a long record is caught up with over several looks.
const LOOK_LIMIT: u64 = 32 << 20;

/// Reads a growing file line by line, each byte once. Remembers which file it reads (device, inode, what the bytes read so far look
/// like), how far, and the beginning of a line that has no end yet.
#[derive(Debug, Clone)]
pub struct Tail {
    path: PathBuf,
    place: Option<Place>,
}

/// How far which file was read.
#[derive(Debug, Clone, Default)]
struct Place {
    device: u64,
    inode: u64,
    /// The next byte to read.
    offset: u64,
    /// A hash of the first bytes, and how many.
    start: (usize, u64),
    /// A hash of the last bytes before `offset`, and how many.
    end: (usize, u64),
    partial: Partial,
}

/// The beginning of a line that has no end yet.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Partial {
    Text(Vec<u8>),
    /// Already longer than the limit: only its length is kept.
    TooLong(u64),
}

impl Default for Partial {
    fn default() -> Self {
        Self::Text(Vec::new())
    }
}

/// What one look found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    pub change: Change,
    /// The lines that got their end since the last look.
    pub lines: Vec<Line>,
    /// How many bytes are left for the next look; 0 when the end was reached.
    pub left: u64,
}

/// What happened to the file since the last look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// There is no file. What was read before is forgotten.
    Absent,
    /// The file is read for the first time: it was not there before, or another one stands in its place, or its
    /// bytes are not those that were read before. All lines of this and later looks are of the new content.
    New,
    /// The same file, as it was or grown.
    Same,
}

impl Tail {
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), place: None }
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads what is new.
    ///
    /// # Errors
    /// [`RecordError`] when the file cannot be read or is none. No line is lost by that: the next look goes on, or begins at
    /// the start as [`Change::New`].
    pub fn look(&mut self) -> Result<Look, RecordError> {
        let Some(file) = open(&self.path)? else {
            self.place = None;
            return Ok(Look { change: Change::Absent, lines: Vec::new(), left: 0 });
        };
        let failed = |source| RecordError::Read { path: self.path.clone(), source };
        let kept = match self.place.take() {
            Some(place) => place.is_of(&file).map_err(failed)?.then_some(place),
            None => None,
        };
        let change = if kept.is_some() { Change::Same } else { Change::New };
        let mut place = match kept {
            Some(place) => place,
            None => Place::at_start(&file).map_err(failed)?,
        };
        let lines = place.read(&file).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        let left = size.saturating_sub(place.offset);
        self.place = Some(place);
        Ok(Look { change, lines, left })
    }
}

impl Place {
    fn at_start(file: &File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        Ok(Self { device: metadata.dev(), inode: metadata.ino(), ..Self::default() })
    }

    /// Whether `file` is the one that was read, with the same bytes up to the offset as far as two samples can tell.
    fn is_of(&self, file: &File) -> io::Result<bool> {
        let metadata = file.metadata()?;
        if (metadata.dev(), metadata.ino()) != (self.device, self.inode)
            || metadata.len() < self.offset
        {
            return Ok(false);
        }
        Ok(sample(file, 0, self.start.0)? == Some(self.start.1)
            && sample(file, self.offset - self.end.0 as u64, self.end.0)? == Some(self.end.1))
    }

    /// Reads on from the offset.
    fn read(&mut self, file: &File) -> io::Result<Vec<Line>> {
        let mut file = file;
        file.seek(SeekFrom::Start(self.offset))?;
        let mut reader = BufReader::with_capacity(64 << 10, file.take(LOOK_LIMIT));
        let mut lines = Vec::new();
        loop {
            let chunk = match reader.fill_buf() {
                Ok([]) => break,
                Ok(chunk) => chunk,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let used = match chunk.iter().position(|byte| *byte == b'\n') {
                Some(end) => {
                    self.partial.push(&chunk[..end]);
                    lines.push(self.partial.take());
                    end + 1
                }
                None => {
                    self.partial.push(chunk);
                    chunk.len()
                }
            };
            reader.consume(used);
            self.offset += used as u64;
        }
        self.mark(file)?;
        Ok(lines)
    }

    fn mark(&mut self, file: &File) -> io::Result<()> {
        let length = MARK.min(usize::try_from(self.offset).unwrap_or(MARK));
        // A file that shrinks while it is read fails the comparison at the next look.
        self.start = (length, sample(file, 0, length)?.unwrap_or_default());
        self.end = (length, sample(file, self.offset - length as u64, length)?.unwrap_or_default());
        Ok(())
    }
}

impl Partial {
    fn push(&mut self, bytes: &[u8]) {
        match self {
            Self::Text(text) if text.len() + bytes.len() <= LINE_LIMIT => text.extend(bytes),
            Self::Text(text) => *self = Self::TooLong((text.len() + bytes.len()) as u64),
            Self::TooLong(length) => *length += bytes.len() as u64,
        }
    }

    fn take(&mut self) -> Line {
        match std::mem::take(self) {
            Self::Text(text) => Line::Text(text),
            Self::TooLong(length) => Line::TooLong(length),
        }
    }
}

/// Opens a plain file; without waiting, should it be a pipe that took its place.
pub(crate) fn open(path: &Path) -> Result<Option<File>, RecordError> {
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    let failed = |source| RecordError::Read { path: path.to_owned(), source };
    let file = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    if !file.metadata().map_err(failed)?.is_file() {
        return Err(RecordError::NotAFile { path: path.to_owned() });
    }
    Ok(Some(file))
}

/// A hash of `length` bytes from `offset` on; `None` when the file ends before.
fn sample(file: &File, offset: u64, length: usize) -> io::Result<Option<u64>> {
    let mut bytes = vec![0; length];
    match file.read_exact_at(&mut bytes, offset) {
        Ok(()) => Ok(Some(fnv(&bytes))),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

/// FNV-1a: enough to tell two files apart that nobody made alike on purpose.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests;
