//! Does the provider refuse an agent's key or login? That is neither a crash nor a limit: no start mends it.
//!
//! The program's record tells, or the rules of its preset. A `fatal_re` of the config is the operator's word that a new
//! start helps, and is obeyed.

#[cfg(test)]
mod tests;

use std::time::Duration;

use agents_config::Agent;
use agents_names::AgentName;

use crate::activity::tail;
use crate::draft::{Declared, Draft};
use crate::life::Life;
use crate::state::Member;
use crate::{Activity, MemberSeen, Moment, ScreenSeen, Seen, ShownState, ToldState, Verb};

/// What a screen shows must stand there for so long; a record needs no second look.
const CONFIRM_AFTER: Duration = Duration::from_secs(5);

/// What programs say when a key or a login is refused, in lower case.
const WORDS: &[&str] = &[
    "unauthorized",
    "unauthenticated",
    "authentication",
    "authenticate",
    "invalid api key",
    "incorrect api key",
    "invalid x-api-key",
    "api key not valid",
    "no api key",
    "missing api key",
    "not logged in",
    "please log in",
    "please run /login",
    "login expired",
    "token has expired",
    "token expired",
    "oauth token",
    "credentials",
];

/// With what a row begins that shows an error.
const ERRORS: &[&str] = &["⎿", "■", "✕", "✖", "● API Error", "API Error", "Error:"];
/// The rows at the end of a screen in which it counts.
const ERROR_ROWS: usize = 15;

/// A login that the provider does not accept.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LoginRefusal {
    pub since: Moment,
    /// What the program says.
    pub text: String,
    /// Where it says so.
    pub place: String,
    /// It was told, or stood there long enough.
    pub confirmed: bool,
}

/// What the machine says.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum LoginNote {
    /// Its key or login is refused. `place`: what says so.
    Refused { text: String, place: String },
    /// It is not started, since the login of `by`, an agent of the same account, is refused.
    AccountRefused { account: String, by: AgentName },
}

/// Judges one look at a running agent.
pub(crate) fn step(draft: &mut Draft<'_>, agent: &Agent, seen: &MemberSeen, activity: Activity) {
    let name = &agent.name;
    let alive = seen.pane.known().is_some_and(|pane| pane.dead.is_none());
    if !alive || matches!(seen.screen, Seen::Unknown(_)) {
        // One that ended is not healed by its end.
        return say(draft, name);
    }
    let found = found(seen).filter(|_| activity != Activity::Active);
    let Some((text, place, is_certain)) = found else {
        draft.member(name).login = None;
        draft.calm(Some(name), "login");
        return;
    };
    let now = draft.now.at;
    let since = draft.member(name).login.as_ref().map_or(now, |before| before.since);
    let confirmed = is_certain || now.since(since) >= CONFIRM_AFTER;
    if !confirmed {
        draft.look_in(CONFIRM_AFTER.saturating_sub(now.since(since)));
    }
    draft.member(name).login = Some(LoginRefusal { since, text, place, confirmed });
    say(draft, name);
}

fn say(draft: &mut Draft<'_>, name: &AgentName) {
    let login = draft.member(name).login.clone();
    if let Some(LoginRefusal { text, place, confirmed: true, .. }) = login {
        draft.alarm_of(Some(name), "login", LoginNote::Refused { text, place });
    }
}

/// What says that the login is refused, where it stands, and whether that is certain at once.
fn found(seen: &MemberSeen) -> Option<(String, String, bool)> {
    match seen.told.as_ref().map(|told| (told, &told.state)) {
        Some((told, ToldState::Unauthenticated { text })) => {
            return Some((text.clone(), told.source.clone(), true));
        }
        // The record knows why the last turn ended.
        Some((
            _,
            ToldState::Active | ToldState::Idle | ToldState::Waiting | ToldState::Limited { .. },
        )) => return None,
        Some((_, ToldState::Failed { .. })) | None => {}
    }
    let shown = seen.shown.as_ref().filter(|shown| shown.state == ShownState::Fatal)?;
    let row = Some(shown.proof.clone()).filter(|proof| is_refusal(proof));
    let row = row.or_else(|| error_row(seen.screen.known()?))?;
    Some((row, "screen".to_owned(), false))
}

/// The lowest error at the end of the screen, where the rule that decided read another row.
fn error_row(screen: &ScreenSeen) -> Option<String> {
    let tail = tail(&screen.rows, ERROR_ROWS).into_iter().rev();
    let rows: Vec<&str> = tail.map(str::trim).collect();
    let mut errors = rows.iter().filter(|row| ERRORS.iter().any(|it| row.starts_with(it)));
    let lowest = errors.next().filter(|row| is_refusal(row));
    // A box holds what a person wrote, too, so a number alone says nothing there.
    let boxed = || rows.iter().find(|row| row.starts_with('┃') && has_words(row));
    lowest.or_else(boxed).map(|row| (*row).to_owned())
}

/// Whether an error is about the key or the login.
fn is_refusal(text: &str) -> bool {
    let mut words = text.split(|sign: char| !sign.is_alphanumeric());
    words.any(|word| word == "401") || has_words(text)
}

fn has_words(text: &str) -> bool {
    let text = text.to_lowercase();
    WORDS.iter().any(|word| text.contains(word))
}

/// Whether the provider is known to refuse this very agent.
pub(crate) fn is_refused(member: &Member) -> bool {
    member.login.as_ref().is_some_and(|login| login.confirmed)
}

/// Why a start of this member would only be refused: its own login is, or one of its account's.
pub(crate) fn bar(draft: &Draft<'_>, what: Declared<'_>) -> Option<LoginNote> {
    let Declared::Agent(agent) = what else { return None };
    let member = draft.next.members.get(&agent.name)?;
    if let Some(LoginRefusal { text, place, confirmed: true, .. }) = &member.login {
        return Some(LoginNote::Refused { text: text.clone(), place: place.clone() });
    }
    let (account, by, _) = refused_sibling(draft, agent)?;
    Some(LoginNote::AccountRefused { account, by })
}

/// Why a sweep goes no further: since it was asked for, the login of one of the account was refused.
pub(crate) fn stops_sweep(draft: &Draft<'_>, what: Declared<'_>) -> Option<LoginNote> {
    let Declared::Agent(agent) = what else { return None };
    let open = draft.next.open.iter().find(|open| {
        let is_start = matches!(open.verb, Verb::Up { .. } | Verb::Restart { .. });
        is_start && matches!(open.answers.get(&agent.name), Some(None))
    })?;
    let (account, by, since) = refused_sibling(draft, agent)?;
    (since >= open.since).then_some(LoginNote::AccountRefused { account, by })
}

/// Another agent of the account that is refused, while none of them was seen at work since.
fn refused_sibling(draft: &Draft<'_>, agent: &Agent) -> Option<(String, AgentName, Moment)> {
    let account = draft.fleet.account_of(agent)?;
    let siblings =
        draft.fleet.agents.iter().filter(|other| {
            other.name != agent.name && draft.fleet.account_of(other) == Some(account)
        });
    let (by, since) = siblings.clone().find_map(|other| {
        let login = draft.next.members.get(&other.name)?.login.as_ref()?;
        login.confirmed.then(|| (other.name.clone(), login.since))
    })?;
    let works = |other: &Agent| {
        let member = draft.next.members.get(&other.name);
        let is_up = member.is_some_and(|member| matches!(member.life, Life::Up { .. }));
        is_up && member.and_then(|member| member.activity.active_at) > Some(since)
    };
    (!siblings.clone().any(works)).then(|| (account.to_owned(), by, since))
}
