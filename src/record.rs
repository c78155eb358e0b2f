//! Where is the conversation of an agent recorded by its own program, and what does the record say?

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use agents_config::{Agent, Backend, Fleet};
use agents_decide::FleetState;
use agents_names::AgentName;
use agents_records::find::{Found, Homes};
use agents_records::opencode::Server;
use agents_records::{
    Change, Choice, Cli, Conversation, Parser, RecordError, Tail, Transcript, TranscriptBuilder,
    Turn, Wanted, choose, opencode, seek,
};
use agents_watchdog::launch::RunFiles;
use chrono::{DateTime, Utc};

/// What the clocks of the launcher and of the program may differ by, and how coarse times of files are.
const SLACK: Duration = Duration::from_secs(5);
/// The limit on one request to opencode's server.
const SERVER_PATIENCE: Duration = Duration::from_secs(3);

/// A program whose records are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    Lines(Cli),
    Opencode,
}

impl Program {
    /// The program that a backend runs, by its preset, else by its process or its command line.
    #[must_use]
    pub fn of(backend: &Backend) -> Option<Self> {
        let preset = backend.preset.as_ref().map(agents_config::Preset::name);
        let first = backend.bin.split_whitespace().next().unwrap_or_default();
        let file = Path::new(first).file_name().and_then(|name| name.to_str());
        let names = [preset, backend.process_name.as_deref(), file];
        names.into_iter().flatten().find_map(|name| match name {
            "codex" => Some(Self::Lines(Cli::Codex)),
            "claude" => Some(Self::Lines(Cli::Claude)),
            "pi" => Some(Self::Lines(Cli::Pi)),
            "opencode" => Some(Self::Opencode),
            _ => None,
        })
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Lines(cli) => cli.name(),
            Self::Opencode => "opencode",
        }
    }
}

/// Why there is nothing to read.
#[derive(Debug, thiserror::Error)]
pub enum Missing {
    #[error(
        "the program of backend `{0}` keeps no record that is understood; known: claude, codex, opencode, pi"
    )]
    NoProgram(String),
    #[error("there is no home folder: set HOME")]
    NoHome,
    #[error("there is no record of a conversation of {agent} by {program}{looked}")]
    NoRecord { agent: AgentName, program: &'static str, looked: String },
    #[error("{agent} can mean several conversations: {}; name one with `--conversation ID`", ids.join(", "))]
    Ambiguous { agent: AgentName, ids: Vec<String> },
    #[error(
        "opencode tells its conversations by its server alone, and no port of it is known: let the backend have \
         `hooks = true`, give it `flags = \"--port 4096\"`, or name a stored answer with `--file`"
    )]
    NoPort,
    #[error(transparent)]
    Record(#[from] RecordError),
}

/// What the person says about where to look.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    pub conversation: Option<&'a str>,
    pub file: Option<&'a Path>,
}

/// Where a record is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Lines {
        cli: Cli,
        path: PathBuf,
    },
    /// A stored answer of opencode to `GET /session/ID/message`.
    Answer {
        path: PathBuf,
    },
    Server {
        server: Server,
        conversation: Conversation,
    },
}

impl Place {
    /// The record of an agent's conversation: the one that is asked for, else the one that its last run began, else the one
    /// that it was resumed with.
    pub fn of(
        fleet: &Fleet,
        agent: &Agent,
        state: Option<&FleetState>,
        asked: Asked<'_>,
    ) -> Result<Self, Missing> {
        let backend = fleet.backend_of(agent);
        let program = Program::of(backend)
            .ok_or_else(|| Missing::NoProgram(backend.name.as_str().to_owned()))?;
        if let Some(path) = asked.file {
            return Ok(match program {
                Program::Lines(cli) => Self::Lines { cli, path: path.to_owned() },
                Program::Opencode => Self::Answer { path: path.to_owned() },
            });
        }
        let search = Search { fleet, agent, program, state, asked: asked.conversation };
        match program {
            Program::Lines(cli) => search.in_files(cli, backend),
            Program::Opencode => {
                let server = search.own_server().or_else(|| {
                    let port = port(backend)?;
                    Some(Server { port, password: std::env::var("OPENCODE_SERVER_PASSWORD").ok() })
                });
                search.at_server(server.ok_or(Missing::NoPort)?)
            }
        }
    }
}

struct Search<'a> {
    fleet: &'a Fleet,
    agent: &'a Agent,
    program: Program,
    state: Option<&'a FleetState>,
    asked: Option<&'a str>,
}

impl Search<'_> {
    fn in_files(&self, cli: Cli, backend: &Backend) -> Result<Place, Missing> {
        let variable = |name: &str| {
            let own = backend.env.iter().find(|(known, _)| known == name);
            own.map(|(_, value)| OsString::from(value)).or_else(|| std::env::var_os(name))
        };
        let homes = Homes::of_environment(variable).ok_or(Missing::NoHome)?;
        let place = |found: Vec<Found>, conversation: &Conversation| {
            let found = found.into_iter().find(|found| found.conversation.id == conversation.id);
            found.map(|found| Place::Lines { cli, path: found.path })
        };
        let mut ambiguous = Vec::new();
        if let (None, Some((from, until))) = (self.asked, self.times()) {
            let found = seek::began_between(cli, &homes, from, until)?;
            let conversations: Vec<Conversation> =
                found.iter().map(|found| found.conversation.clone()).collect();
            match self.choose(&conversations, from, until) {
                Ok(Some(one)) => {
                    return place(found, one).ok_or_else(|| self.no_record(String::new()));
                }
                Ok(None) => {}
                Err(ids) => ambiguous = ids,
            }
        }
        let Some(id) = self.asked.map(str::to_owned).or_else(|| self.noted(&self.agent.name))
        else {
            return Err(self.none_of(ambiguous));
        };
        let found = seek::with_id(cli, &homes, &id)?;
        let cwd = self.cwd();
        // The same id in another folder is another conversation, unless it was asked for.
        let own = found.iter().position(|found| found.conversation.cwd.as_deref() == Some(&cwd));
        let at = own.or((self.asked.is_some() && !found.is_empty()).then_some(0));
        match at {
            Some(at) => Ok(Place::Lines { cli, path: found[at].path.clone() }),
            None if ambiguous.is_empty() => Err(self.no_record(format!(" with the id {id}"))),
            None => Err(self.none_of(ambiguous)),
        }
    }

    /// The server that the last run was started with.
    fn own_server(&self) -> Option<Server> {
        let name = &self.agent.name;
        let run = self.state?.members.get(name)?.last_run?;
        RunFiles::new(&self.fleet.state_dir()).server(name, run)
    }

    fn at_server(&self, server: Server) -> Result<Place, Missing> {
        let sessions = opencode::fetch(&server, "/session", SERVER_PATIENCE)?;
        let conversations = opencode::conversations(&sessions)?;
        let with_id = |id: &str| conversations.iter().find(|it| it.id == id).cloned();
        let found = match (self.asked, self.times()) {
            (Some(id), _) => with_id(id),
            (None, Some((from, until))) => match self.choose(&conversations, from, until) {
                Ok(one) => one.cloned(),
                Err(ids) => return Err(self.none_of(ids)),
            },
            (None, None) => None,
        };
        let found = found.or_else(|| with_id(&self.noted(&self.agent.name)?));
        let conversation = found.ok_or_else(|| self.no_record(String::new()))?;
        Ok(Place::Server { server, conversation })
    }

    /// The one that fits, or the ids of several that do.
    fn choose<'c>(
        &self,
        conversations: &'c [Conversation],
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<&'c Conversation>, Vec<String>> {
        let others = self.fleet.agents.iter().filter(|other| other.name != self.agent.name);
        let claimed: BTreeSet<String> =
            others.filter_map(|other| self.noted(&other.name)).collect();
        let wanted = Wanted { cwd: &self.cwd(), from, until, claimed: &claimed };
        match choose(conversations, &wanted) {
            Choice::One(one) => Ok(Some(one)),
            Choice::Absent => Ok(None),
            Choice::Ambiguous(several) => Err(several.iter().map(|it| it.id.clone()).collect()),
        }
    }

    /// The programs record their folder without symbolic links.
    fn cwd(&self) -> PathBuf {
        self.agent.dir.canonicalize().unwrap_or_else(|_| self.agent.dir.clone())
    }

    /// Between which instants the conversation of the last run can have begun.
    fn times(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let name = &self.agent.name;
        let run = self.state?.members.get(name)?.last_run?;
        let files = RunFiles::new(&self.fleet.state_dir());
        let began = SystemTime::now().checked_sub(files.age(name, run)?)?;
        let ended = files.end(name, run).map(|end| began + Duration::from_millis(end.alive_ms));
        let until = ended.unwrap_or_else(SystemTime::now) + SLACK;
        Some((DateTime::from(began - SLACK), DateTime::from(until)))
    }

    /// The conversation that the watchdog knows to be the agent's own, else the one that `<state>/<name>.id` names.
    fn noted(&self, name: &AgentName) -> Option<String> {
        let member = self.state.and_then(|state| state.members.get(name));
        if let Some(own) = member.and_then(|member| member.conversations.own()) {
            return Some(own.id.clone());
        }
        let path = self.fleet.state_dir().join(format!("{name}.id"));
        // A pipe in its place would make the reading wait.
        if !std::fs::metadata(&path).ok()?.is_file() {
            return None;
        }
        let text = std::fs::read_to_string(path).ok()?;
        Some(text.trim().to_owned()).filter(|id| !id.is_empty())
    }

    fn none_of(&self, ids: Vec<String>) -> Missing {
        match ids.is_empty() {
            true => self.no_record(String::new()),
            false => Missing::Ambiguous { agent: self.agent.name.clone(), ids },
        }
    }

    fn no_record(&self, looked: String) -> Missing {
        let looked = match (looked.is_empty(), self.times()) {
            (true, None) => "; it never ran".to_owned(),
            (true, Some((from, _))) => format!(
                " that began in {} since {}",
                self.cwd().display(),
                from.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
            ),
            (false, _) => looked,
        };
        Missing::NoRecord { agent: self.agent.name.clone(), program: self.program.name(), looked }
    }
}

/// The port of opencode's server, where the config names one.
fn port(backend: &Backend) -> Option<u16> {
    let texts =
        [Some(&backend.server), Some(&backend.bin), backend.flags.as_ref(), Some(&backend.attach)];
    texts.into_iter().flatten().find_map(|text| {
        let after = ["--port=", "--port ", "127.0.0.1:", "localhost:"]
            .iter()
            .find_map(|mark| Some(&text[text.find(mark)? + mark.len()..]))?;
        let digits: String = after.trim_start().chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    })
}

/// A record that is read, each part once.
pub struct Reading {
    place: Place,
    lines: Option<Lines>,
}

struct Lines {
    tail: Tail,
    parser: Parser,
    builder: TranscriptBuilder,
}

/// What one look brought.
pub struct Looked {
    /// Another record stands in the place of the one that was read before.
    pub is_other: bool,
    /// Bytes that were not read yet.
    pub left: u64,
}

impl Reading {
    #[must_use]
    pub fn new(place: Place) -> Self {
        let lines = match &place {
            Place::Lines { cli, path } => Some(Lines::new(*cli, path)),
            Place::Answer { .. } | Place::Server { .. } => None,
        };
        Self { place, lines }
    }

    /// Reads what is new in a file; the others are read by [`Self::transcript`].
    ///
    /// # Errors
    /// When it cannot be read, or there is none.
    pub fn look(&mut self) -> Result<Looked, RecordError> {
        let (Some(lines), Place::Lines { cli, path }) = (&mut self.lines, &self.place) else {
            return Ok(Looked { is_other: false, left: 0 });
        };
        let look = lines.tail.look()?;
        let had = lines.parser.lines() > 0;
        match look.change {
            Change::Absent => {
                let source = std::io::ErrorKind::NotFound.into();
                return Err(RecordError::Read { path: path.clone(), source });
            }
            Change::New if had => {
                let tail = lines.tail.clone();
                *lines = Lines { tail, ..Lines::new(*cli, path) };
            }
            Change::New | Change::Same => {}
        }
        for line in &look.lines {
            if let Some(entry) = lines.parser.line(line) {
                lines.builder.entry(entry);
            }
        }
        Ok(Looked { is_other: had && look.change == Change::New, left: look.left })
    }

    /// The turns of a file, as far as it was read.
    #[must_use]
    pub fn turns(&self) -> Option<&[Turn]> {
        self.lines.as_ref().map(|lines| lines.builder.turns())
    }

    /// All that was read; opencode is asked.
    ///
    /// # Errors
    /// When there is no answer that is understood.
    pub fn transcript(&self) -> Result<Transcript, RecordError> {
        match (&self.place, &self.lines) {
            (Place::Server { server, conversation }, _) => {
                let path = format!("/session/{}/message", conversation.id);
                let answer = opencode::fetch(server, &path, SERVER_PATIENCE)?;
                opencode::transcript(Some(conversation.clone()), &answer)
            }
            (Place::Answer { path }, _) => {
                let failed = |source| RecordError::Read { path: path.clone(), source };
                let is_file = std::fs::metadata(path).map_err(failed)?.is_file();
                if !is_file {
                    return Err(RecordError::NotAFile { path: path.clone() });
                }
                opencode::transcript(None, &std::fs::read(path).map_err(failed)?)
            }
            (Place::Lines { .. }, Some(lines)) => Ok(lines.builder.clone().finish()),
            (Place::Lines { .. }, None) => Ok(Transcript::default()),
        }
    }

    /// What it is called in words: the file, or the address.
    #[must_use]
    pub fn named(&self) -> String {
        match &self.place {
            Place::Lines { path, .. } | Place::Answer { path } => path.display().to_string(),
            Place::Server { server, conversation } => {
                format!("http://127.0.0.1:{}/session/{}", server.port, conversation.id)
            }
        }
    }
}

impl Lines {
    fn new(cli: Cli, path: &Path) -> Self {
        Self {
            tail: Tail::new(path),
            parser: Parser::new(cli),
            builder: TranscriptBuilder::default(),
        }
    }
}
