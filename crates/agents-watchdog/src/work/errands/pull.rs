//! Open a task's pull request with the forge's own program, and ask what became of it.

use std::process::Stdio;
use std::time::Duration;

use agents_tasks::Forge;
use agents_tasks::errand::{Done, Failure, Fate};
use agents_tasks::forge::Request;
use serde_json::Value;
use tokio::process::Command;

use super::{ASKS, Site, git, lasting, passing, program};
use crate::observe::git::child::Finished;

const LIMIT: Duration = Duration::from_secs(120);

/// Opens one, unless there is one: whoever was killed right after that finds it.
pub(super) async fn open(site: &Site) -> Result<Done, Failure> {
    let forge = site.rules.forge;
    if forge == Forge::None {
        return Err(lasting("`forge` is `none`, so there is nobody to open one with"));
    }
    let branch = site.progress.branch.as_str();
    let listed = document(site, &forge.find(branch)).await?;
    if let Some(found) = forge.found(&listed, branch)
        && !is_closed_one_of_before(site, found.number).await?
    {
        return Ok(Done::Opened(found));
    }
    let body = site.pull.body_with(changed(site).await.as_deref());
    let title = site.pull.title.as_str();
    let words = forge.open(Request { branch, base: &site.base, title, body: &body });
    let created = ask(site, &words).await?;
    Ok(Done::Opened(forge.opened(&created.text())))
}

/// Whether it is that of an earlier attempt, and was closed without a merge: since then somebody asked for another round.
async fn is_closed_one_of_before(site: &Site, found: Option<u64>) -> Result<bool, Failure> {
    let known = site.progress.pull.as_ref().and_then(|pull| pull.number);
    if known.is_none() || found != known {
        return Ok(false);
    }
    let (forge, branch) = (site.rules.forge, site.progress.branch.as_str());
    let words = forge.look(known, branch);
    let fate = forge.fate(&document(site, &words).await?, known, branch);
    let fate = fate.map_err(|error| passing(format!("{} {error}", shown(forge, &words))))?;
    Ok(fate == Fate::Closed)
}

/// What its commits change; without it the request only says less.
async fn changed(site: &Site) -> Option<String> {
    let range = format!("{}..{}", site.progress.start.as_ref()?, site.progress.head.as_ref()?);
    let words = ["diff", "--name-status", "--no-renames", "--no-ext-diff", "-z", &range, "--"];
    let diff = git(&site.repository, &words, ASKS).await.ok()?;
    (diff.code == Some(0)).then(|| diff.text())
}

pub(super) async fn watch(site: &Site) -> Result<Done, Failure> {
    let pull = site.progress.pull.as_ref().ok_or_else(|| lasting("it has no pull request"))?;
    let (forge, branch) = (pull.forge, site.progress.branch.as_str());
    let words = forge.look(pull.number, branch);
    let seen = document(site, &words).await?;
    let fate = forge.fate(&seen, pull.number, branch);
    fate.map(Done::Watched).map_err(|error| passing(format!("{} {error}", shown(forge, &words))))
}

async fn document(site: &Site, words: &[String]) -> Result<Value, Failure> {
    let answer = ask(site, words).await?.text();
    // `glab` and `tea` say nothing, or `null`, where there is none.
    let answer = if answer.trim().is_empty() { "[]" } else { answer.as_str() };
    serde_json::from_str(answer).map_err(|error| {
        passing(format!("{} answered no JSON: {error}", shown(site.rules.forge, words)))
    })
}

async fn ask(site: &Site, words: &[String]) -> Result<Finished, Failure> {
    let name = site.rules.forge.word();
    let mut command = Command::new(name);
    command.args(words).current_dir(&site.repository);
    if let Some(repo) = &site.repo {
        command.args(["--repo", repo]);
    }
    command.env("GH_PROMPT_DISABLED", "1").env("GH_NO_UPDATE_NOTIFIER", "1").env("NO_COLOR", "1");
    command.env("NO_PROMPT", "1").env("GLAB_CHECK_UPDATE", "false");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let finished = program(site, command, name, LIMIT).await?;
    if finished.code == Some(0) {
        return Ok(finished);
    }
    let said = finished
        .stderr
        .lines()
        .rev()
        .find(|row| !row.trim().is_empty())
        .unwrap_or("it says nothing");
    Err(passing(format!("{} failed: {said}", shown(site.rules.forge, words))))
}

/// The program and what it was asked, without the texts.
fn shown(forge: Forge, words: &[String]) -> String {
    let first: Vec<&str> = words.iter().take(2).map(String::as_str).collect();
    format!("`{} {}`", forge.word(), first.join(" "))
}
