//! Which preset does a backend start from, and what are its rules over screens?

use std::borrow::Cow;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use crate::Digest;
use agents_screens::{Head, PresetError, builtin_text};

/// A preset that a backend names. Its rules are compiled when they are first asked for: that takes milliseconds, and
/// most commands never look at a screen.
#[derive(Debug, Clone)]
pub struct Preset {
    name: String,
    /// The file it came from, as messages name it.
    file: String,
    text: Cow<'static, str>,
    digest: Digest,
    head: Arc<Head>,
    rules: Arc<OnceLock<Result<agents_screens::Preset, String>>>,
}

impl Preset {
    /// The preset of that name: from the folder, when it has a file of that name, else the one that comes with the program.
    pub(crate) fn find(name: &str, folder: Option<&Path>) -> Result<Self, Missing> {
        let own = folder.map(|folder| folder.join(format!("{name}.toml")));
        if let Some(file) = own.filter(|file| file.exists()) {
            let shown = file.display().to_string();
            let text = std::fs::read_to_string(&file)
                .map_err(|error| Missing::Broken(format!("cannot read {shown}: {error}")))?;
            let preset = Self::of(name, shown, Cow::Owned(text)).map_err(Missing::broken)?;
            // A person's own rules are proved at once, so that a slip is an error of the config.
            preset.rules().map_err(|error| Missing::Broken(error.to_owned()))?;
            return Ok(preset);
        }
        Self::built_in(name)
    }

    /// The same of a person's own presets as they were once.
    pub(crate) fn kept(name: &str, own: Option<&String>) -> Result<Self, Missing> {
        match own {
            Some(text) => {
                Self::of(name, format!("{name}.toml, as it was"), Cow::Owned(text.clone()))
                    .map_err(Missing::broken)
            }
            None => Self::built_in(name),
        }
    }

    fn built_in(name: &str) -> Result<Self, Missing> {
        let text = builtin_text(name).ok_or(Missing::Unknown)?;
        Self::of(name, format!("built-in preset {name}"), Cow::Borrowed(text))
            .map_err(Missing::broken)
    }

    fn of(name: &str, file: String, text: Cow<'static, str>) -> Result<Self, PresetError> {
        let head = Arc::new(Head::parse(&file, &text)?);
        let digest = Digest::of(&text);
        Ok(Self { name: name.to_owned(), file, text, digest, head, rules: Arc::default() })
    }

    /// Its name: the file's, without `.toml`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file it came from, or words that say it is built in.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Equal for equal texts.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// What a person's own file says; `None` for one that is built in.
    #[must_use]
    pub fn own_text(&self) -> Option<&str> {
        match &self.text {
            Cow::Owned(text) => Some(text),
            Cow::Borrowed(_) => None,
        }
    }

    /// What it says besides its rules.
    #[must_use]
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Its rules over screens.
    ///
    /// # Errors
    /// In words, which rule is broken; never for a preset of a loaded fleet.
    pub fn rules(&self) -> Result<&agents_screens::Preset, &str> {
        let compile = || {
            agents_screens::Preset::parse(&self.name, &self.file, &self.text)
                .map_err(|error| error.to_string())
        };
        self.rules.get_or_init(compile).as_ref().map_err(String::as_str)
    }
}

/// Equal texts are equal presets.
impl PartialEq for Preset {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.text == other.text
    }
}

impl serde::Serialize for Preset {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name)
    }
}

/// Why there is no such preset.
#[derive(Debug)]
pub(crate) enum Missing {
    Unknown,
    /// There is a file, and it is no preset; in words.
    Broken(String),
}

impl Missing {
    fn broken(error: PresetError) -> Self {
        Self::Broken(error.to_string())
    }
}
