//! Do stored screens show what they are said to show, by the rules of their backend?

use std::io::Read as _;
use std::path::{Path, PathBuf};

use agents_config::{Backend, Fleet};
use agents_screens::{Evidence, Preset, Seen, State, Verdict, classify};
use agents_watchdog::harmless;

/// A screen has some thousand characters; a longer file is something else.
const LONGEST: u64 = 1 << 20;

/// All states that a person can say a screen shows.
pub const STATES: [State; 7] = [
    State::Active,
    State::Idle,
    State::WaitingInput,
    State::Limited,
    State::Fatal,
    State::Exited,
    State::Unknown,
];

/// What stands beside a screen, in a file with the ending `.json`; that of the corpus is understood, too.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Label {
    #[serde(default)]
    pub title: String,
    #[serde(default, alias = "current_command")]
    pub command: String,
    /// The pane's width; 0 when it is not known.
    #[serde(default)]
    pub columns: usize,
}

/// A stored screen that is not read as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    pub file: PathBuf,
    /// What is wrong, in one line.
    pub message: String,
    /// The way out.
    pub help: String,
}

/// How many screens were read, and those that are not read as they should be.
#[derive(Debug, Default)]
pub struct Proof {
    pub read: usize,
    pub wrong: Vec<Wrong>,
}

/// Reads every stored screen of the fleet's backends.
pub fn prove(fleet: &Fleet) -> Proof {
    let mut proof = Proof::default();
    for backend in fleet.backends.values() {
        let declared = backend.samples.iter().map(|sample| {
            let (title, command) = (sample.title.clone(), sample.command.clone());
            One { file: sample.file.clone(), state: Ok(sample.state), title, command }
        });
        let found = in_folder(&folder_of(fleet, backend));
        for one in declared.chain(found) {
            proof.read += 1;
            proof.wrong.extend(one.wrong(backend));
        }
    }
    proof
}

/// Where the screens of a backend are stored.
pub fn folder_of(fleet: &Fleet, backend: &Backend) -> PathBuf {
    fleet.samples_dir.join(backend.name.as_str())
}

/// The state that the name of a file says: the word before the first `-` or `.`.
fn state_of(file: &Path) -> Result<State, String> {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let word = name.split(['-', '.']).next().unwrap_or_default();
    STATES
        .into_iter()
        .find(|state| state.as_str() == word)
        .ok_or_else(|| format!("`{word}` is no state; the name begins with one of {}", words()))
}

/// The words of all states.
pub fn words() -> String {
    STATES.map(State::as_str).join(", ")
}

struct One {
    file: PathBuf,
    state: Result<State, String>,
    title: Option<String>,
    command: Option<String>,
}

fn in_folder(folder: &Path) -> Vec<One> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    let one = |file: PathBuf| One { state: state_of(&file), file, title: None, command: None };
    files.into_iter().map(one).collect()
}

impl One {
    fn wrong(self, backend: &Backend) -> Option<Wrong> {
        let verdict = self.judge(backend);
        let wrong = |message: String, help: &str| {
            let message = format!("{}: {message}", self.file.display());
            Some(Wrong { file: self.file.clone(), message, help: help.to_owned() })
        };
        match (&self.state, verdict) {
            (Err(why), _) => wrong(why.clone(), "name it `STATE-anything.txt`"),
            (_, Err(why)) => wrong(why, "mend it, or take the sample away"),
            (Ok(state), Ok(verdict)) if *state == verdict.state => None,
            (Ok(state), Ok(verdict)) => wrong(
                format!(
                    "backend `{}` reads {}, not {state}: {}",
                    backend.name,
                    verdict.state,
                    by(&verdict)
                ),
                "mend the rule in the preset, or the state of the sample; `agents explain --screen` shows every rule that held",
            ),
        }
    }

    fn judge(&self, backend: &Backend) -> Result<Verdict, String> {
        let rules = rules(backend)?;
        let rows = read(&self.file)?;
        let label = label(&self.file)?;
        let title = self.title.as_deref().unwrap_or(&label.title);
        let command = self.command.as_deref().unwrap_or(&label.command);
        let seen = Seen { rows: &rows, title, command, dead: false, columns: label.columns };
        Ok(classify(rules, &seen))
    }
}

/// The rules that read the screens of a backend.
pub fn rules(backend: &Backend) -> Result<&Preset, String> {
    let Some(preset) = &backend.preset else {
        return Err(format!(
            "backend `{0}` has no preset, so no rules read its screens; add `preset = \"claude\"`, or the like, to `[backend.{0}]`",
            backend.name
        ));
    };
    preset.rules().map_err(str::to_owned)
}

/// The rule that decided, and what it was seen in.
fn by(verdict: &Verdict) -> String {
    match &verdict.rule {
        Some(rule) => format!("rule `{rule}` decided by {}", in_words(&verdict.evidence)),
        None => "no rule held".to_owned(),
    }
}

/// What a rule was seen in, for people.
pub fn in_words(evidence: &Evidence) -> String {
    match evidence {
        Evidence::Row { index, text } => {
            format!("row {}: {}", index + 1, crate::render::row::one_line(text.trim()))
        }
        Evidence::Title(title) => format!("the title: {title}"),
        Evidence::Process(command) => format!("the foreground process: {command}"),
        Evidence::Dead => "the dead pane".to_owned(),
        Evidence::Absence => "nothing that says more".to_owned(),
    }
}

/// The rows of a stored screen; `-` reads standard input.
pub fn read(file: &Path) -> Result<String, String> {
    let failed = |error: std::io::Error| format!("cannot read {}: {error}", file.display());
    let mut bytes = Vec::new();
    let read = if file.as_os_str() == "-" {
        std::io::stdin().lock().take(LONGEST + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(file).and_then(|open| open.take(LONGEST + 1).read_to_end(&mut bytes))
    };
    read.map_err(failed)?;
    if bytes.len() as u64 > LONGEST {
        return Err(format!("{} is longer than 1 MiB: no screen is", file.display()));
    }
    // A capture with colours says the same without them.
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.lines().map(harmless::text).collect::<Vec<_>>().join("\n"))
}

/// What stands beside a screen; nothing does beside one that was stored by hand.
fn label(file: &Path) -> Result<Label, String> {
    let beside = file.with_extension("json");
    match std::fs::read(&beside) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map_err(|error| format!("{} is not understood: {error}", beside.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Label::default()),
        Err(error) => Err(format!("cannot read {}: {error}", beside.display())),
    }
}

/// Stores a screen with what stands beside it; never in the place of another one.
pub fn store(file: &Path, rows: &str, label: &Label) -> Result<(), String> {
    use std::io::Write as _;
    let failed =
        |path: &Path, error: std::io::Error| format!("cannot write {}: {error}", path.display());
    let beside = file.with_extension("json");
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    }
    let label = serde_json::to_string_pretty(label).map_err(|error| error.to_string())?;
    for (path, text) in [(file, format!("{}\n", rows.trim_end())), (&beside, format!("{label}\n"))]
    {
        // A screen can show what is nobody else's business.
        use std::os::unix::fs::OpenOptionsExt as _;
        let new = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        new.and_then(|mut new| new.write_all(text.as_bytes()))
            .map_err(|error| failed(path, error))?;
    }
    Ok(())
}
