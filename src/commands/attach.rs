//! `agents attach`: this terminal becomes the terminal of an agent.

use std::io::IsTerminal as _;
use std::os::unix::process::CommandExt as _;

use agents_names::SessionName;
use agents_watchdog::view::Terminals;

use crate::app::{App, name_of};
use crate::bystander;
use crate::cli::Attach;
use crate::error::Error;

pub fn run(app: &App, attach: &Attach) -> Result<u8, Error> {
    let looked = bystander::look(app)?;
    let session = session(&looked, &attach.name)?;
    if !std::io::stdin().is_terminal() {
        return Err(Error::Failed("attach needs a terminal; `agents logs` needs none".to_owned()));
    }
    let mut command = app.terminals(&looked.fleet)?.attach_command(&session, attach.read_only);
    let error = command.exec();
    Err(Error::Unavailable(format!("cannot run tmux: {error}")))
}

/// The session of that name, which runs.
fn session(looked: &bystander::Looked, name: &str) -> Result<SessionName, Error> {
    let member = looked.view.members().find(|member| member.name == name);
    let session = match member {
        Some(member) => member.session.clone(),
        None if name == "watchdog" => looked.fleet.session_prefix.watchdog_session().to_string(),
        None => {
            name_of(&looked.fleet, name)?;
            return Err(Error::Failed(format!("{name} has no session")));
        }
    };
    match &looked.terminals {
        Terminals::Unseen { cause, .. } => return Err(Error::Unavailable(cause.clone())),
        Terminals::Listed(listing) if listing.panes.iter().any(|pane| pane.session == session) => {}
        Terminals::Listed(_) | Terminals::NoServer
            if name == "watchdog" && looked.view.watchdog.pid.is_some() =>
        {
            return Err(Error::Failed(
                "the watchdog runs, but its session was ended; `agents logs watchdog` shows what it does, and \
                 `agents down watchdog`, then `agents up watchdog` gives it a session again"
                    .to_owned(),
            ));
        }
        Terminals::Listed(_) | Terminals::NoServer => {
            return Err(Error::Failed(format!(
                "{name} is not running; `agents up {name}` starts it"
            )));
        }
    }
    SessionName::new(session).map_err(|error| Error::Failed(error.to_string()))
}
