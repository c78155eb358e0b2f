//! Which fleet is in force? The file as it was last good, with the presets of one's own that it uses.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use agents_config::{Digest, Environment, Fleet, LoadError, Loaded};
use agents_names::AgentName;

use crate::in_force::{InForce, moved};
use crate::trust;

/// The config file, re-read each tick and parsed when it changed.
pub struct ConfigSource {
    path: PathBuf,
    fleet: Arc<Fleet>,
    in_force: InForce,
    stamps: Vec<Stamp>,
    /// What is wrong with the file as it stands now.
    broken: Option<Broken>,
    held: bool,
}

/// A file that does not load, or is refused; the last good fleet stays in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    digest: Option<Digest>,
    /// The whole report.
    pub report: String,
    /// Its first line.
    pub summary: String,
    /// Nothing is wrong with it but that nobody has trusted it.
    pub is_untrusted: bool,
}

impl Broken {
    /// What it is, in words.
    #[must_use]
    pub fn word(&self) -> &'static str {
        if self.is_untrusted { "not trusted" } else { "broken" }
    }

    /// Which text that is wrong with; `None` where it could not be read.
    #[must_use]
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }
}

/// Tells a file from its predecessor without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    file: PathBuf,
    modified: Option<SystemTime>,
    length: u64,
    inode: u64,
    taken: SystemTime,
}

/// What a look at the file brought.
#[derive(Debug, PartialEq)]
pub enum Change {
    None,
    /// Another content, and it is good.
    Fleet,
    /// Another content, and it is not.
    Broken(Broken),
    /// The file is good again, with the content that was in force all along.
    Mended,
}

impl ConfigSource {
    /// Starts from a fleet that was loaded.
    #[must_use]
    pub fn new(path: &Path, loaded: Loaded) -> Self {
        Self {
            path: path.to_owned(),
            in_force: InForce::of(&loaded),
            fleet: Arc::new(loaded.fleet),
            stamps: Vec::new(),
            broken: None,
            held: false,
        }
    }

    /// The fleet in force.
    #[must_use]
    pub fn fleet(&self) -> &Arc<Fleet> {
        &self.fleet
    }

    /// The path of the file, as it was given.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file that it came from, as it was.
    #[must_use]
    pub fn in_force(&self) -> &InForce {
        &self.in_force
    }

    /// What is wrong with the file as it stands.
    #[must_use]
    pub fn broken(&self) -> Option<&Broken> {
        self.broken.as_ref()
    }

    /// Keeps the fleet as it was loaded, for the moments that a verb takes.
    pub fn hold(&mut self) {
        self.held = true;
    }

    /// Looks at the file. One-off overrides of the environment come with requests, never from here.
    ///
    /// `tasks`: those that are under way, whose names no file may give to others meanwhile.
    pub fn refresh<'t>(&mut self, tasks: impl IntoIterator<Item = &'t AgentName>) -> Change {
        if self.held {
            return Change::None;
        }
        let stamps = self.look();
        let is_same = |(earlier, stamp): (&Stamp, &Stamp)| earlier.is_of(stamp);
        let is_there = stamps.first().is_some_and(|first| first.file == self.path);
        if is_there
            && stamps.len() == self.stamps.len()
            && self.stamps.iter().zip(&stamps).all(is_same)
        {
            return Change::None;
        }
        self.stamps = stamps;
        match agents_config::load(&self.path, &Environment::without_overrides()) {
            Ok(loaded) => match tasks.into_iter().find_map(|task| taken(&loaded.fleet, task)) {
                Some(taken) => {
                    // The end of the task is no change of the file.
                    self.stamps.clear();
                    self.refuse(taken, loaded.digest, false)
                }
                None => self.good(loaded),
            },
            Err(error) => self.bad(&error),
        }
    }

    /// The file, if it is there, and the presets beside it.
    fn look(&self) -> Vec<Stamp> {
        let folder = self.fleet.presets_dir.iter();
        let files = folder.flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten());
        let files = files.flatten().map(|entry| entry.path());
        let mut files: Vec<PathBuf> =
            files.filter(|file| file.extension().is_some_and(|it| it == "toml")).collect();
        files.sort();
        // A word of the user's on the file counts as a change of it.
        files.extend(trust::file_of(&self.fleet.config));
        std::iter::once(&self.path).chain(&files).filter_map(|file| stamp(file)).collect()
    }

    fn good(&mut self, loaded: Loaded) -> Change {
        if let Some(what) = moved(&self.fleet, &loaded.fleet) {
            return self.refuse(what.to_string(), loaded.digest, false);
        }
        if *self.fleet != loaded.fleet
            && let Err(untrusted) = trust::check(&loaded, false)
        {
            return self.refuse(untrusted.to_string(), loaded.digest, true);
        }
        let was_broken = self.broken.take().is_some();
        if *self.fleet == loaded.fleet {
            return if was_broken { Change::Mended } else { Change::None };
        }
        self.in_force = InForce::of(&loaded);
        self.fleet = Arc::new(loaded.fleet);
        Change::Fleet
    }

    /// A good file that is not to come in force: it would tear the fleet apart, or nobody trusted it.
    fn refuse(&mut self, summary: String, digest: Digest, is_untrusted: bool) -> Change {
        let report = summary.clone();
        let broken = Broken { digest: Some(digest), report, summary, is_untrusted };
        if self.broken.as_ref() == Some(&broken) {
            return Change::None;
        }
        self.broken = Some(broken.clone());
        Change::Broken(broken)
    }

    fn bad(&mut self, error: &LoadError) -> Change {
        let broken = Broken {
            digest: error.digest().cloned(),
            report: error.report(false),
            summary: error.to_string(),
            is_untrusted: false,
        };
        if self.broken.as_ref() == Some(&broken) {
            return Change::None;
        }
        self.broken = Some(broken.clone());
        Change::Broken(broken)
    }
}

/// What the file declares in the place of a task that is under way.
fn taken(fleet: &Fleet, task: &AgentName) -> Option<String> {
    let taken = crate::work::namesake(fleet, task)?;
    Some(format!(
        "{taken}, which is under way: rename it, or wait until the task is at its end (`agents tasks`)"
    ))
}

impl Stamp {
    /// A file that was written within the granularity of its time stamp may have changed again since.
    fn is_of(&self, later: &Self) -> bool {
        let settled = self.modified.is_some_and(|modified| {
            self.taken.duration_since(modified).is_ok_and(|age| age.as_secs() >= 2)
        });
        settled
            && self.file == later.file
            && self.modified == later.modified
            && self.length == later.length
            && self.inode == later.inode
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = std::fs::metadata(path).ok()?;
    Some(Stamp {
        file: path.to_owned(),
        modified: metadata.modified().ok(),
        length: metadata.len(),
        inode: metadata.ino(),
        taken: SystemTime::now(),
    })
}
