//! Open a task's pull request with the forge's own program, and ask what became of it.

use std::process::Stdio;
use std::time::Duration;

use agents_tasks::Forge;
use agents_tasks::errand::{Done, Failure};
use agents_tasks::forge::{Pushed, Request};
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
    let pushed = Pushed {
        branch: site.progress.branch.as_str(),
        head: site.progress.head.as_deref().unwrap_or_default(),
        known: site.progress.pull.as_ref().and_then(|pull| pull.number),
    };
    let words = forge.find(pushed.branch);
    let found = forge.found(&document(site, &words).await?, pushed);
    if let Some(found) = found.map_err(|said| passing(told(forge, &words, &said)))? {
        return Ok(Done::Opened(found));
    }
    let body = site.pull.body_with(changed(site).await.as_deref());
    let title = site.pull.title.as_str();
    let words = forge.open(Request { branch: pushed.branch, base: &site.base, title, body: &body });
    let created = ask(site, &words).await?;
    // If there is one all the same, the next try finds it.
    forge
        .opened(&created.text())
        .map(Done::Opened)
        .map_err(|said| passing(told(forge, &words, &said)))
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
    fate.map(Done::Watched).map_err(|said| passing(told(forge, &words, &said)))
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

/// What the program said to what it was asked.
fn told(forge: Forge, words: &[String], said: &str) -> String {
    format!("{} {said}", shown(forge, words))
}

/// The program and what it was asked, without the texts.
fn shown(forge: Forge, words: &[String]) -> String {
    let first: Vec<&str> = words.iter().take(2).map(String::as_str).collect();
    format!("`{} {}`", forge.word(), first.join(" "))
}
