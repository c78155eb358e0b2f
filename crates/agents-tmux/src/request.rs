//! Which tmux commands carry out a change, and what do their answers mean?

mod aside;
mod guard;

use std::path::Path;

use agents_names::SessionName;

use self::guard::Guard;

use crate::argv::{self, Words};
use crate::log_file::create_log;
use crate::options::harden;
use crate::reply::{DONE, Refusal, Reply, Verdict};
use crate::target::Target;
use crate::text::sanitised;
use crate::transport::{Batch, Load, Memory, mark};
use crate::{Done, Fence, PaneId, StartSession, TmuxError, TmuxOp, Token};

/// One change as commands. Each change is guarded inside the server, in the same turn in which it is made.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) batch: Batch,
    subject: Subject,
}

/// What a refusal is about.
#[derive(Debug, Clone)]
enum Subject {
    Server,
    NewSession,
    Pane(PaneId),
    Log(PaneId),
    Session { name: SessionName, pane: Option<PaneId>, agent_id: String },
}

impl Request {
    /// The commands of one change.
    ///
    /// # Errors
    /// [`TmuxError::Refused`] when it cannot be said to tmux safely.
    pub(crate) fn of(op: &TmuxOp, memory: &Memory) -> Result<Self, TmuxError> {
        if let Some(fence) = &memory.fence {
            check_fence(fence)?;
        }
        match op {
            TmuxOp::Start(start) => Self::start(start, memory),
            TmuxOp::Type { pane, text, token } => Self::typing(*pane, text, token, memory),
            TmuxOp::Submit { pane, key, token } => Self::submit(*pane, key, token, memory),
            TmuxOp::Kill { session, pane, agent_id, untagged_too } => {
                Self::kill((session, *pane), agent_id, *untagged_too, memory)
            }
            TmuxOp::AttachLog { pane, log, anew } => Self::attach_log((*pane, *anew), log, memory),
        }
    }

    /// Raises the fence to our epoch.
    ///
    /// # Errors
    /// [`TmuxError::Refused`] when there is no fence to raise.
    pub(crate) fn claim(memory: &Memory) -> Result<Self, TmuxError> {
        let Some(fence) = &memory.fence else {
            return Err(refused("this driver has no fence to claim"));
        };
        check_fence(fence)?;
        let guard = Guard { target: None, refuse_if: Vec::new() };
        let set = Words::new(["set-option", "-s", &fence.option, &epoch_word(fence.epoch)]);
        let batch =
            Batch::Chain { load: None, commands: vec![guard.around(&[set, done()], memory)] };
        Ok(Self { batch, subject: Subject::Server })
    }

    fn start(start: &StartSession, memory: &Memory) -> Result<Self, TmuxError> {
        check_start(start)?;
        if let Some(log) = &start.log {
            create_log(log)?;
        }
        let target = Target::pane_of(&start.session);
        let target = target.as_str();
        let (columns, rows) = (start.columns.to_string(), start.rows.to_string());
        let name = start.session.as_str();
        let mut new =
            Words::new(["new-session", "-d", "-s", name, "-x", &columns, "-y", &rows, "--"]);
        for word in &start.argv {
            new = new.and(word);
        }
        let mut made = vec![
            aside::set_aside(start),
            new,
            // The session's, by which it is known whoever sits in it by now.
            set(target, "@agents_id", &start.agent_id),
            // The pane's: one that a person splits off or brings in has none, and this one takes them along wherever it goes.
            set_on_pane(target, "@agents_id", &start.agent_id),
            set_on_pane(target, "@agents_run", &start.run),
            // A user's config may have every detached session destroyed.
            set(target, "destroy-unattached", "off"),
        ];
        if let Some(log) = &start.log {
            made.push(Words::new(["pipe-pane", "-t", target, &argv::log_pipe(&path_text(log)?)]));
        }
        made.push(done());
        let mut commands = if memory.place.is_private() { harden() } else { Vec::new() };
        match &memory.fence {
            Some(_) => {
                // A session cannot be asked about before it exists: only the fence is a guard here.
                let guard = Guard { target: None, refuse_if: Vec::new() };
                if !memory.place.is_private() {
                    commands.push(Words::new(["start-server"]));
                }
                commands.push(guard.around(&made, memory));
            }
            None => commands.append(&mut made),
        }
        let batch = Batch::Chain { load: None, commands };
        Ok(Self { batch, subject: Subject::NewSession })
    }

    fn typing(pane: PaneId, text: &str, token: &Token, memory: &Memory) -> Result<Self, TmuxError> {
        check_word("token", &token.0)?;
        let text = sanitised(text);
        if text.is_empty() {
            return Err(refused("the text to type is empty"));
        }
        let buffer = format!("agents-{}", mark());
        let target = Target::pane(pane);
        let target = target.as_str();
        // -r keeps line feeds as they are: without it each would press Enter.
        let paste = Words::new(["paste-buffer", "-p", "-r", "-d", "-b", &buffer, "-t", target]);
        let steps = [paste, set_on_pane(target, "@agents_typed", &token.0), done()];
        let guard = Guard::input(pane, memory).once("@agents_typed", token);
        let drop = Words::new(["delete-buffer", "-b", &buffer]);
        let commands = vec![guard.around_or(&steps, vec![drop], memory)];
        let batch = Batch::Chain { load: Some(Load { buffer, text }), commands };
        Ok(Self { batch, subject: Subject::Pane(pane) })
    }

    fn submit(pane: PaneId, key: &str, token: &Token, memory: &Memory) -> Result<Self, TmuxError> {
        check_word("token", &token.0)?;
        check_word("key", key)?;
        let target = Target::pane(pane);
        let target = target.as_str();
        let steps = [
            Words::new(["send-keys", "-t", target, "--", key]),
            set_on_pane(target, "@agents_submitted", &token.0),
            done(),
        ];
        let guard = Guard::input(pane, memory).once("@agents_submitted", token);
        let commands = vec![guard.around(&steps, memory)];
        Ok(Self { batch: Batch::Chain { load: None, commands }, subject: Subject::Pane(pane) })
    }

    fn kill(
        (session, pane): (&SessionName, Option<PaneId>),
        agent_id: &str,
        untagged_too: bool,
        memory: &Memory,
    ) -> Result<Self, TmuxError> {
        check_word("agent id", agent_id)?;
        let mut may = format!("#{{==:#{{@agents_id}},{}}}", argv::format_operand(agent_id));
        if untagged_too {
            may = format!("#{{||:#{{==:#{{@agents_id}},}},{may}}}");
        }
        let (mut guard, target) = match pane {
            Some(pane) => (Guard::pane(pane, memory), Target::pane(pane)),
            // A name that is not there resolves to another session: tmux must say whose turn it is.
            None => {
                let refuse_if = vec![format!("#{{!=:#{{session_name}},{session}}}")];
                let guard = Guard { target: Some(Target::pane_of(session)), refuse_if };
                (guard, Target::session(session))
            }
        };
        guard.refuse_if.push(not(&may));
        // With its last pane a session ends. Others in it are a person's, and stay.
        let verb = if pane.is_some() { "kill-pane" } else { "kill-session" };
        let end = Words::new([verb, "-t", target.as_str()]);
        let commands = vec![guard.around(&[end, done()], memory)];
        let (name, agent_id) = (session.clone(), agent_id.to_owned());
        let subject = Subject::Session { name, pane, agent_id };
        Ok(Self { batch: Batch::Chain { load: None, commands }, subject })
    }

    fn attach_log(
        (pane, anew): (PaneId, bool),
        log: &Path,
        memory: &Memory,
    ) -> Result<Self, TmuxError> {
        create_log(log)?;
        let target = Target::pane(pane);
        let mut guard = Guard::pane(pane, memory);
        guard.refuse_if.push("#{pane_dead}".to_owned());
        if !anew {
            // A second pipe would replace the first, and with -o it would end it.
            guard.refuse_if.push("#{pane_pipe}".to_owned());
        }
        let pipe =
            Words::new(["pipe-pane", "-t", target.as_str(), &argv::log_pipe(&path_text(log)?)]);
        let commands = vec![guard.around(&[pipe, done()], memory)];
        Ok(Self { batch: Batch::Chain { load: None, commands }, subject: Subject::Log(pane) })
    }

    /// What came of the change.
    ///
    /// # Errors
    /// See [`crate::Driver::apply`].
    pub(crate) fn outcome(&self, reply: &Reply, memory: &Memory) -> Result<Done, TmuxError> {
        let is_duplicate = reply.errors.iter().any(|error| error.starts_with("duplicate session"));
        if is_duplicate && matches!(self.subject, Subject::NewSession) {
            return Ok(Done::Already);
        }
        let refusal = match reply.verdict(&memory.socket())? {
            Verdict::Done(done) => return Ok(done),
            Verdict::Refused(refusal) => refusal,
        };
        let server = match self.subject {
            Subject::Pane(_) | Subject::Log(_) | Subject::Session { pane: Some(_), .. } => {
                memory.server
            }
            Subject::Server | Subject::NewSession | Subject::Session { pane: None, .. } => None,
        };
        if let Some(error) = refusal.shared(memory.fence.as_ref(), server) {
            return Err(error);
        }
        self.own_refusal(&refusal)
    }

    fn own_refusal(&self, refusal: &Refusal) -> Result<Done, TmuxError> {
        match &self.subject {
            Subject::Server | Subject::NewSession => Err(refused("a guard inside tmux said no")),
            Subject::Pane(pane) => Err(refusal.of_pane(*pane)),
            Subject::Log(pane)
                if refusal.pane == pane.to_string() && !refusal.dead && refusal.piped =>
            {
                Ok(Done::Already)
            }
            Subject::Log(pane) => Err(refusal.of_pane(*pane)),
            Subject::Session { pane: Some(pane), .. } if refusal.pane != pane.to_string() => {
                Ok(Done::Already)
            }
            Subject::Session { name, pane: None, .. } if refusal.session != name.as_str() => {
                Ok(Done::Already)
            }
            // The pane is being cleared away, and its session has gone before it. The next look tells.
            Subject::Session { .. } if refusal.session.is_empty() => Ok(Done::Already),
            Subject::Session { agent_id, .. } => {
                let name = &refusal.session;
                let owner = match refusal.agent_id.as_str() {
                    "" => "carries no tag".to_owned(),
                    other => format!("belongs to `{other}`"),
                };
                Err(refused(format!(
                    "session `{name}` {owner}, and is not the one of `{agent_id}`"
                )))
            }
        }
    }
}

/// The commands that start a server and leave it running; they print something when they are through.
pub(crate) fn server_start(memory: &Memory) -> Batch {
    let mut commands =
        if memory.place.is_private() { harden() } else { vec![Words::new(["start-server"])] };
    commands.push(done());
    Batch::Chain { load: None, commands }
}

/// Whether the cause of an unknown outcome is a server on its way out.
pub(crate) fn is_server_ending(cause: &str) -> bool {
    cause.contains("server exited") || cause.contains("lost server")
}

fn set(target: &str, option: &str, value: &str) -> Words {
    Words::new(["set-option", "-t", target, "--", option, value])
}

fn set_on_pane(target: &str, option: &str, text: &str) -> Words {
    Words::new(["set-option", "-p", "-t", target, "--", option, text])
}

fn done() -> Words {
    Words::new(["display-message", "-p", DONE])
}

fn not(condition: &str) -> String {
    format!("#{{?{condition},0,1}}")
}

fn epoch_word(epoch: u64) -> String {
    format!("{epoch:020}")
}

fn refused(reason: impl Into<String>) -> TmuxError {
    TmuxError::Refused { reason: reason.into() }
}

fn check_fence(fence: &Fence) -> Result<(), TmuxError> {
    check_option(&fence.option)
}

/// Whether the text can be the name of a user option.
pub(crate) fn check_option(option: &str) -> Result<(), TmuxError> {
    let name = option.strip_prefix('@').unwrap_or_default();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if name.is_empty() || !name.chars().all(is_plain) {
        return Err(refused(format!("`{option}` is no name of a tmux user option")));
    }
    Ok(())
}

/// Whether a start can be said to tmux safely.
pub(crate) fn check_start(start: &StartSession) -> Result<(), TmuxError> {
    check_word("agent id", &start.agent_id)?;
    check_word("run", &start.run)?;
    let session = &start.session;
    if start.argv.len() < 2 {
        let reason = format!(
            "the command of `{session}` has fewer than two words: tmux would hand it to a shell"
        );
        return Err(refused(reason));
    }
    if start.argv.iter().any(|word| word.contains('\0')) {
        return Err(refused(format!("a word of the command of `{session}` contains a zero byte")));
    }
    if start.columns == 0 || start.rows == 0 {
        return Err(refused(format!("the window of `{session}` has no size")));
    }
    Ok(())
}

fn check_word(kind: &str, word: &str) -> Result<(), TmuxError> {
    if word.is_empty() || word.chars().any(char::is_control) {
        return Err(refused(format!(
            "the {kind} {word:?} is empty or contains control characters"
        )));
    }
    Ok(())
}

fn path_text(path: &Path) -> Result<String, TmuxError> {
    let text = path.to_str().filter(|text| !text.contains('\0'));
    text.map(str::to_owned).ok_or_else(|| refused(format!("the log path {path:?} is not UTF-8")))
}

#[cfg(test)]
mod tests;
