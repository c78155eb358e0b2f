//! What does a tmux server remember for the fleets on it? User options of the server as a whole.

use crate::TmuxError;
use crate::argv::{self, Words};
use crate::oneshot::run_tmux;
use crate::place::Place;
use crate::request::check_option;

impl Place {
    /// The value of a user option of the server; `None` when it is not set, or there is no server.
    ///
    /// # Errors
    /// [`TmuxError::Refused`] for what is no name of a user option; else when the server could not be asked.
    pub async fn server_option(&self, option: &str) -> Result<Option<String>, TmuxError> {
        check_option(option)?;
        let words = ["show-options", "-sqv", option].map(str::to_owned);
        let shown = run_tmux(self, &words, None).await?;
        let value = String::from_utf8_lossy(&shown.stdout).trim_end_matches('\n').to_owned();
        Ok(Some(value).filter(|value| shown.status.success() && !value.is_empty()))
    }

    /// Sets a user option of the server, or, with `if_unset`, leaves the value that there is. Starts no server; false
    /// when nothing was set.
    ///
    /// # Errors
    /// As [`Place::server_option`].
    pub async fn set_server_option(
        &self,
        option: &str,
        value: &str,
        if_unset: bool,
    ) -> Result<bool, TmuxError> {
        check_option(option)?;
        let flags = if if_unset { "-so" } else { "-s" };
        let words = argv::arguments(&[Words::new(["set-option", flags, "--", option, value])]);
        Ok(run_tmux(self, &words, None).await?.status.success())
    }
}
