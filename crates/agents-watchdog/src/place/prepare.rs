//! What must lie ready before a session is created?

use std::path::Path;

use agents_config::{Agent, Fleet, PromptSource};
use agents_decide::messages;
use agents_names::PhaseId;
use agents_tmux::StartSession;

use super::Start;
use super::descriptors::Descriptors;
use super::facts::log_file;
use crate::launch::{
    CommandLine, LaunchSpec, RunFiles, Surroundings, command_of_agent, command_of_service,
    make_own, telling, wrapped, write_private,
};
use crate::observe::{session_of, tag};

/// A wide window: agents that wrap their messages at 80 columns cannot be read for certain.
const COLUMNS: u16 = 200;
const ROWS: u16 = 50;

/// Writes the kickoff and the spec of a run, and says what tmux is to create.
pub(crate) fn prepare(
    fleet: &Fleet,
    start: &Start<'_>,
    myself: &Path,
    tmux_socket: &Path,
) -> Result<StartSession, String> {
    let full = Descriptors::of(start.server).and_then(|found| found.refusal(start.beside + 1));
    if let Some(reason) = full {
        return Err(reason);
    }
    let fleet = &*fleet.with_backends(|name| (name == start.name).then_some(start.one_off));
    let Some(session) = session_of(fleet, start.name) else {
        return Err("the config does not declare it".to_owned());
    };
    let files = RunFiles::new(&fleet.state_dir());
    make_private_dir(files.dir())?;
    let (command, dir, create_dir, log) = match (fleet.agent(start.name), fleet.service(start.name))
    {
        (Some(agent), _) => {
            let mut command = agent_command(fleet, agent, start, myself)?;
            let around = Surroundings::of(fleet, agent, tmux_socket);
            make_own(fleet, agent, &around)?;
            command.argv = wrapped(fleet, agent, &around, command.argv);
            (command, &agent.dir, agent.create_dir, agent.log)
        }
        (None, Some(service)) => {
            (command_of_service(service), &service.dir, service.create_dir, service.log)
        }
        (None, None) => return Err("the config does not declare it".to_owned()),
    };
    let CommandLine { argv, env } = command;
    let spec = LaunchSpec {
        name: start.name.clone(),
        run: start.run,
        dir: dir.clone(),
        create_dir,
        argv,
        env,
        records: fleet.state_dir(),
    };
    let path = files.spec(start.name, start.run);
    spec.write(&path).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    files.forget_others(start.name, start.run);
    Ok(StartSession {
        session: session.clone(),
        agent_id: tag(fleet, start.name),
        run: start.run.to_string(),
        argv: vec![text(myself)?, "launch".to_owned(), text(&path)?],
        log: log.then(|| log_file(fleet, session)),
        columns: COLUMNS,
        rows: ROWS,
    })
}

fn text(path: &Path) -> Result<String, String> {
    let text = path.to_str().ok_or_else(|| format!("the path {} is not UTF-8", path.display()))?;
    Ok(text.to_owned())
}

/// Makes a folder that only the owner can read; not those above it, since a state folder that was moved away stays away.
pub(crate) fn make_private_dir(dir: &Path) -> Result<(), String> {
    if dir.parent().is_some_and(|above| !above.is_dir()) {
        return Err(format!(
            "cannot make the folder {}: the one above it is not there",
            dir.display()
        ));
    }
    agents_store::private_folder(dir)
        .map_err(|error| format!("cannot make the folder {}: {error}", dir.display()))
}

fn agent_command(
    fleet: &Fleet,
    agent: &Agent,
    start: &Start<'_>,
    myself: &Path,
) -> Result<CommandLine, String> {
    let prompt = kickoff(fleet, agent, start.phase)?;
    let file = messages::kickoff_file(fleet, agent);
    write_private(&file, prompt.as_bytes())
        .map_err(|error| format!("cannot write the kickoff {}: {error}", file.display()))?;
    let model = fleet.model_under(agent, start.phase, start.one_off);
    let telling = telling(fleet.backend_of(agent), myself, &fleet.state_dir())?;
    if let Some(server) = &telling.server {
        RunFiles::new(&fleet.state_dir())
            .write_server(start.name, start.run, server)
            .map_err(|error| format!("cannot write where {} answers: {error}", start.name))?;
    }
    let mut line = command_of_agent(fleet, agent, model, start.opening, (&prompt, &telling.words));
    line.env.extend(telling.env());
    Ok(line)
}

/// The kickoff of an agent: the loop's template with its slots filled, then the role's prompt; or its own prompt.
pub(crate) fn kickoff(
    fleet: &Fleet,
    agent: &Agent,
    phase: Option<&PhaseId>,
) -> Result<String, String> {
    match &agent.prompt {
        PromptSource::Text(text) => Ok(text.clone()),
        PromptSource::File(file) => read(file),
        PromptSource::Loop { template, role_file } => {
            let frame = template.as_deref().map(read).transpose()?.unwrap_or_default();
            let phase = phase.and_then(|id| fleet.loop_plan.as_ref()?.phase(id));
            let role = agent.role.as_ref().map_or("", |role| role.as_str());
            let slots = [
                ("{phase_id}", phase.map_or("", |phase| phase.id.as_str())),
                ("{plan}", phase.map_or("", |phase| phase.plan.as_str())),
                ("{status}", phase.map_or("", |phase| phase.status.as_str())),
                ("{role}", role),
            ];
            let frame = slots.iter().fold(frame, |frame, (slot, value)| frame.replace(slot, value));
            Ok(frame + &read(role_file)?)
        }
    }
}

fn read(file: &Path) -> Result<String, String> {
    let bytes = std::fs::read(file)
        .map_err(|error| format!("its prompt file {} cannot be read: {error}", file.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
