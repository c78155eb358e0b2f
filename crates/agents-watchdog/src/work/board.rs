//! Which manifests are being carried out, and how far? As the store has it.

use std::path::PathBuf;

use agents_names::AgentName;
use agents_store::{Reader, Store, StoreError, Word};
use agents_tasks::progress::Now;
use agents_tasks::{Format, Manifest, Progress, Stage, Work, load, load_stored};

/// The store's word on which manifests there are; the slash keeps it apart from the words on agents.
const BOARD: &str = "work/board";
/// So many that are at their end are remembered.
const REMEMBERED: usize = 20;

/// All manifests that were handed in and are remembered, in the order of their coming.
#[derive(Debug, Clone, Default)]
pub struct Board {
    pub works: Vec<Held>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    pub header: Header,
    pub manifest: Manifest,
    pub work: Work,
}

/// What does not change about it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Header {
    /// No other has it.
    pub name: String,
    /// The manifest's own text.
    pub source: String,
    pub is_json: bool,
    pub began_ms: i64,
    /// The repository.
    pub repository: PathBuf,
    /// Its tasks are those of the config file, and change with it.
    #[serde(default)]
    pub declared: bool,
}

impl Header {
    fn format(&self) -> Format {
        if self.is_json { Format::Json } else { Format::Toml }
    }
}

impl Held {
    /// The work on a manifest that nobody has begun.
    ///
    /// # Errors
    /// What is wrong with the manifest, in words.
    pub fn begin(header: Header) -> Result<Self, String> {
        let manifest = load(&header.source, header.format()).map_err(|error| error.to_string())?;
        Ok(Self::of(header, manifest))
    }

    /// That on one that was begun, by this version of the program or an earlier one.
    fn stored(header: Header) -> Result<Self, String> {
        let manifest =
            load_stored(&header.source, header.format()).map_err(|error| error.to_string())?;
        Ok(Self::of(header, manifest))
    }

    fn of(header: Header, manifest: Manifest) -> Self {
        let work = Work::begin(&manifest, Now { at: 0, wall_ms: header.began_ms });
        Self { header, manifest, work }
    }

    /// The word under which the progress of a task is stored.
    fn subject(&self, place: usize) -> Option<String> {
        let task = self.manifest.tasks.get(place)?;
        Some(format!("work/{}/{}", self.header.name, task.id))
    }

    /// The task of that name.
    #[must_use]
    pub fn task(&self, id: &str) -> Option<(usize, &agents_tasks::Task, &Progress)> {
        let (place, task) = self.manifest.task(id)?;
        Some((place, task, self.work.tasks.get(place)?))
    }
}

impl Board {
    /// As the store has it.
    ///
    /// # Errors
    /// When the store cannot be read, or holds what no manifest is: that is never taken for nothing.
    pub fn of_store(store: &Store) -> Result<Self, StoreError> {
        Self::of(|subject| store.word_of(subject))
    }

    /// As a bystander reads it.
    ///
    /// # Errors
    /// As [`Board::of_store`].
    pub fn of_reader(reader: &Reader) -> Result<Self, StoreError> {
        Self::of(|subject| reader.word_of(subject))
    }

    /// As words say that were read before, all of them and at one instant.
    ///
    /// # Errors
    /// As [`Board::of_store`].
    pub fn of_words(words: &[Word]) -> Result<Self, StoreError> {
        // They come in the order of their subjects.
        let word = |subject: &str| {
            let place = words.binary_search_by(|word| word.subject.as_str().cmp(subject)).ok()?;
            Some(words[place].body.clone())
        };
        Self::of(|subject| Ok(word(subject)))
    }

    fn of(word: impl Fn(&str) -> Result<Option<String>, StoreError>) -> Result<Self, StoreError> {
        let Some(headers) = word(BOARD)? else { return Ok(Self::default()) };
        let headers: Vec<Header> =
            serde_json::from_str(&headers).map_err(|error| refused(BOARD, &error.to_string()))?;
        let mut works = Vec::new();
        for header in headers {
            let name = header.name.clone();
            let mut held = Held::stored(header).map_err(|error| refused(&name, &error))?;
            for place in 0..held.work.tasks.len() {
                let Some(subject) = held.subject(place) else { continue };
                let Some(stored) = word(&subject)? else { continue };
                held.work.tasks[place] = serde_json::from_str(&stored)
                    .map_err(|error| refused(&subject, &error.to_string()))?;
            }
            works.push(held);
        }
        Ok(Self { works })
    }

    /// The words that differ from those of an earlier board.
    #[must_use]
    pub(crate) fn news(&self, before: &Self) -> Vec<(String, String)> {
        let mut words = Vec::new();
        let headers: Vec<&Header> = self.works.iter().map(|held| &held.header).collect();
        if headers != before.works.iter().map(|held| &held.header).collect::<Vec<_>>() {
            words.push((BOARD.to_owned(), serde_json::json!(headers).to_string()));
        }
        for held in &self.works {
            let earlier = before.works.iter().find(|it| it.header == held.header);
            for (place, progress) in held.work.tasks.iter().enumerate() {
                if earlier.and_then(|it| it.work.tasks.get(place)) != Some(progress)
                    && let Some(subject) = held.subject(place)
                {
                    words.push((subject, serde_json::json!(progress).to_string()));
                }
            }
        }
        words
    }

    /// The work on the tasks that the config file declares.
    #[must_use]
    pub fn declared(&self) -> Option<&Held> {
        self.works.iter().find(|held| held.header.declared)
    }

    /// Takes one up; the oldest of those that are at their end are forgotten.
    pub(crate) fn add(&mut self, held: Held) {
        let surplus = (self.works.len() + 1).saturating_sub(REMEMBERED);
        let mut gone = 0;
        self.works.retain(|held| {
            // Were those of the file forgotten, they would be done once more.
            let forgotten = gone < surplus && held.work.is_over() && !held.header.declared;
            gone += usize::from(forgotten);
            !forgotten
        });
        self.works.push(held);
    }

    /// The task of that name: of several the one of the newest manifest.
    #[must_use]
    pub fn task(&self, id: &str) -> Option<(&Held, usize)> {
        let mut newest = self.works.iter().rev();
        newest.find_map(|held| held.task(id).map(|(place, _, _)| (held, place)))
    }

    /// The tasks that are under way: their names and sessions are not to be given to others.
    pub(crate) fn under_way(&self) -> impl Iterator<Item = &AgentName> {
        let tasks =
            self.works.iter().flat_map(|held| held.manifest.tasks.iter().zip(&held.work.tasks));
        let under_way =
            tasks.filter(|(_, it)| !matches!(it.stage, Stage::Waiting { .. } | Stage::Over));
        under_way.map(|(task, _)| &task.id)
    }

    /// A name that no other has.
    #[must_use]
    pub(crate) fn free_name(&self, wanted: &str) -> String {
        let is_free = |name: &String| self.works.iter().all(|held| held.header.name != *name);
        let numbered = (2_u32..).map(|number| format!("{wanted}-{number}"));
        std::iter::once(wanted.to_owned()).chain(numbered).find(is_free).unwrap_or_default()
    }
}

fn refused(what: &str, detail: &str) -> StoreError {
    StoreError::Refused { detail: format!("the work `{what}` cannot be read: {detail}") }
}
