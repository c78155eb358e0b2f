//! Open a task's pull request with the forge's own program, and ask what became of it.

use std::process::Stdio;
use std::time::Duration;

use agents_tasks::Forge;
use agents_tasks::errand::{Done, Failure, Fate};
use agents_tasks::progress::Pull;
use serde_json::Value;
use tokio::process::Command;

use super::{Site, lasting, passing, program};
use crate::observe::git::child::Finished;

const LIMIT: Duration = Duration::from_secs(120);

/// Opens one, unless there is one: whoever was killed right after that finds it.
pub(super) async fn open(site: &Site) -> Result<Done, Failure> {
    match site.rules.forge {
        Forge::Gh => {}
        Forge::None => {
            return Err(lasting("`forge` is `none`, so there is nobody to open one with"));
        }
    }
    let branch = site.progress.branch.as_str();
    let words = ["pr", "list", "--head", branch, "--state", "all", "--limit", "1"];
    let listed = gh(site, &[&words[..], &["--json", "number,url,state"]].concat()).await?;
    let listed: Value = serde_json::from_str(&listed.text())
        .map_err(|error| passing(format!("`gh pr list` answered no JSON: {error}")))?;
    if let Some(found) = listed.get(0) {
        let url = found["url"].as_str().unwrap_or_default().to_owned();
        return Ok(Done::Opened(Pull { forge: Forge::Gh, number: found["number"].as_u64(), url }));
    }
    let (title, body) = (site.pull.title.as_str(), site.pull.body.as_str());
    let words = ["pr", "create", "--head", branch, "--base", &site.base, "--title", title];
    let created = gh(site, &[&words[..], &["--body", body]].concat()).await?;
    let url = created
        .text()
        .lines()
        .rev()
        .find(|row| row.contains("://"))
        .unwrap_or_default()
        .trim()
        .to_owned();
    let number = url.rsplit('/').next().and_then(|number| number.parse().ok());
    Ok(Done::Opened(Pull { forge: Forge::Gh, number, url }))
}

pub(super) async fn watch(site: &Site) -> Result<Done, Failure> {
    let pull = site.progress.pull.as_ref().ok_or_else(|| lasting("it has no pull request"))?;
    let which =
        pull.number.map_or_else(|| site.progress.branch.clone(), |number| number.to_string());
    let seen = gh(site, &["pr", "view", &which, "--json", "state"]).await?;
    let seen: Value = serde_json::from_str(&seen.text())
        .map_err(|error| passing(format!("`gh pr view` answered no JSON: {error}")))?;
    match seen["state"].as_str() {
        Some("OPEN") => Ok(Done::Watched(Fate::Open)),
        Some("MERGED") => Ok(Done::Watched(Fate::Merged)),
        Some("CLOSED") => Ok(Done::Watched(Fate::Closed)),
        other => Err(passing(format!("`gh pr view` told the state {other:?}"))),
    }
}

async fn gh(site: &Site, words: &[&str]) -> Result<Finished, Failure> {
    let mut command = Command::new("gh");
    command.args(words).current_dir(&site.repository);
    if let Some(repo) = &site.repo {
        command.args(["--repo", repo]);
    }
    command.env("GH_PROMPT_DISABLED", "1").env("GH_NO_UPDATE_NOTIFIER", "1").env("NO_COLOR", "1");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let finished = program(command, "gh", LIMIT).await?;
    if finished.code == Some(0) {
        return Ok(finished);
    }
    let said = finished
        .stderr
        .lines()
        .rev()
        .find(|row| !row.trim().is_empty())
        .unwrap_or("it says nothing");
    Err(passing(format!("`gh {}` failed: {said}", words[..2].join(" "))))
}
