//! What does the server do for a prompt that names no scenario itself?

use std::path::Path;

use serde::Deserialize;

use crate::{Scenario, ServerError};

/// An answer for every message that holds a text: so a fixed ping of a watchdog can start real work.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Looked for in the newest message, letter by letter.
    pub contains: String,
    pub answer: Answer,
}

/// What a rule leads to.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// A call of the agent's shell tool with this command line.
    Run(String),
    /// A scripted behaviour.
    Play(Scenario),
    /// These words, also where the agent offers no tools.
    Say(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    contains: String,
    run: Option<String>,
    scenario: Option<String>,
    say: Option<String>,
}

impl Rule {
    /// A rule written `contains=>command`, `contains=>MOCK:scenario` or `contains=>SAY:words`.
    ///
    /// # Errors
    /// There is no arrow, or the scenario is not known.
    pub fn parse(text: &str) -> Result<Self, ServerError> {
        let (contains, answer) = text
            .split_once("=>")
            .ok_or_else(|| ServerError::RuleArrow { text: text.to_owned() })?;
        let answer = answer.trim();
        let answer = match (answer.strip_prefix("MOCK:"), answer.strip_prefix("SAY:")) {
            (Some(name), _) => Answer::Play(Scenario::parse(name)?),
            (None, Some(words)) => Answer::Say(words.to_owned()),
            (None, None) => Answer::Run(answer.to_owned()),
        };
        Ok(Self { contains: contains.trim().to_owned(), answer })
    }

    /// The rules of a JSON file: a list of objects with `contains` and one of `run`, `scenario` and `say`.
    ///
    /// # Errors
    /// The file cannot be read, or is not such a list.
    pub fn load(path: &Path) -> Result<Vec<Self>, ServerError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ServerError::RulesFile { path: path.to_owned(), source })?;
        let rules: Vec<RawRule> = serde_json::from_str(&text)
            .map_err(|source| ServerError::RulesSyntax { path: path.to_owned(), source })?;
        rules.into_iter().map(Self::check).collect()
    }

    fn check(raw: RawRule) -> Result<Self, ServerError> {
        let answer = match (raw.run, raw.scenario, raw.say) {
            (Some(command), None, None) => Answer::Run(command),
            (None, Some(name), None) => Answer::Play(Scenario::parse(&name)?),
            (None, None, Some(words)) => Answer::Say(words),
            (_, _, _) => return Err(ServerError::RuleAnswer { contains: raw.contains }),
        };
        Ok(Self { contains: raw.contains, answer })
    }

    /// What it says to that message, if it says anything.
    pub(crate) fn words_for(&self, message: &str) -> Option<&str> {
        match &self.answer {
            Answer::Say(words) if message.contains(&self.contains) => Some(words),
            Answer::Say(_) | Answer::Run(_) | Answer::Play(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
