//! `agents run`: have a manifest of tasks carried out, or one task.

use std::path::{Path, PathBuf};

use agents_config::Fleet;
use agents_names::AgentName;
use agents_tasks::RESERVED;
use agents_watchdog::launch::keep_keys;
use agents_watchdog::work::{Board, Header, Held, Reply, WorkRequest, check};

use crate::app::{App, print, say};
use crate::cli::Run;
use crate::commands::{neighbours, watchdog, work};
use crate::error::{Error, code};

mod earlier;

pub fn run(app: &App, run: &Run) -> Result<u8, Error> {
    let loaded = app.load_to_start(None)?;
    // The file's own agents: those of tasks are looked for on the board.
    let fleet =
        agents_config::load(&app.config, &agents_config::Environment::without_overrides())?.fleet;
    let board = work::board(&fleet.state_dir())?;
    let repository = repository(&fleet, run.repository.as_deref())
        .map_err(|why| Error::Usage(format!("{why}{}", hint_of_repo(run))))?;
    let header = match &run.manifest {
        Some(path) => of_file(path, repository.clone())?,
        None => of_prompt(&fleet, &board, run, repository.clone())?,
    };
    let shown =
        run.manifest.as_ref().map_or_else(|| header.name.clone(), |it| it.display().to_string());
    let mut held = Held::begin(header).map_err(|problems| {
        Error::Usage(format!("{shown} cannot be run as it is:\n{}", indented(&problems)))
    })?;
    check(&fleet, &board, &held).map_err(|problems| {
        Error::Usage(format!("{shown} cannot be run here:\n{}", indented(&problems)))
    })?;
    let left = earlier::worktrees(&fleet, &board, &held);
    if !left.is_empty() {
        let left = indented(&left.join("\n"));
        return Err(Error::Usage(format!("{shown} cannot be run here:\n{left}")));
    }
    if let Some(repo) = held.manifest.repo.as_deref().filter(|repo| Path::new(repo).is_dir())
        && Path::new(repo).canonicalize().ok().as_ref() != Some(&held.header.repository)
    {
        let works = held.header.repository.display();
        say(&format!(
            "{shown}: its `repo` ({repo}) is the repository of the forge, and no folder: its tasks work in {works}, and \
             `--repository DIR` names another"
        ));
    }
    neighbours::refuse(app, &loaded.fleet)?;
    agents_store::private_folder(&fleet.log_dir)?;
    agents_store::private_folder(&fleet.state_dir())?;
    earlier::branches(&held).iter().for_each(|row| say(row));
    // tmux, which starts the programs, does not have them.
    if let Err(error) = keep_keys(&fleet.state_dir()) {
        say(&format!("the keys of the environment cannot be kept for the tasks: {error}"));
    }
    if matches!(watchdog::start(app, &loaded)?, watchdog::Started::Now) && !app.json {
        say("watchdog: started");
    }
    let mut reply = work::ask(&fleet, &WorkRequest::Run(held.header.clone()))?;
    while let Some(header) = renamed(&fleet, run, &held.header, &reply)? {
        held = Held::begin(header).map_err(Error::Failed)?;
        reply = work::ask(&fleet, &WorkRequest::Run(held.header.clone()))?;
    }
    if run.manifest.is_none() && !app.json && reply.iter().all(|(_, answer)| answer.is_ok()) {
        // The name is data: `agents result "$(agents run -- …)"`.
        let names: Vec<&str> = held.manifest.tasks.iter().map(|task| task.id.as_str()).collect();
        print(&names.join("\n"))?;
        return Ok(code::DONE);
    }
    work::tell(app, "run", &reply)
}

/// The same under another name, where the one that was made for it was taken by another in the same moment.
fn renamed(
    fleet: &Fleet,
    run: &Run,
    refused: &Header,
    reply: &Reply,
) -> Result<Option<Header>, Error> {
    let is_named = run.manifest.is_some() || run.name.is_some();
    if is_named || reply.iter().all(|(_, answer)| answer.is_ok()) {
        return Ok(None);
    }
    let board = work::board(&fleet.state_dir())?;
    let header = of_prompt(fleet, &board, run, refused.repository.clone())?;
    Ok(Some(header).filter(|header| header.name != refused.name))
}

fn of_file(path: &Path, repository: PathBuf) -> Result<Header, Error> {
    let source = std::fs::read_to_string(path).map_err(|error| {
        Error::Usage(format!("cannot read the manifest {}: {error}", path.display()))
    })?;
    let is_json = agents_tasks::Format::of(path) == agents_tasks::Format::Json;
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let name = stem.unwrap_or_else(|| "tasks".to_owned());
    Ok(Header { name, source, is_json, began_ms: 0, repository, declared: false })
}

/// A manifest of one task.
fn of_prompt(
    fleet: &Fleet,
    board: &Board,
    run: &Run,
    repository: PathBuf,
) -> Result<Header, Error> {
    let prompt = run.prompt.join(" ");
    if prompt.trim().is_empty() {
        return Err(Error::Usage("there is nothing to do: write it behind `--`".to_owned()));
    }
    let name = match &run.name {
        Some(name) => name.clone(),
        None => free_name(fleet, board, &prompt),
    };
    let title: String = prompt.lines().next().unwrap_or_default().chars().take(72).collect();
    let mut manifest = serde_json::json!({
        "project": name,
        "noChange": "complete",
        "tasks": [{ "id": name, "title": title, "body": prompt }],
    });
    if let Some(backend) = &run.backend {
        manifest["backend"] = serde_json::json!(backend);
    }
    let source = manifest.to_string();
    Ok(Header { name, source, is_json: true, began_ms: 0, repository, declared: false })
}

/// The first words of a prompt, with a number where that name is taken.
fn free_name(fleet: &Fleet, board: &Board, prompt: &str) -> String {
    let words = prompt.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<String> = words.take(4).map(str::to_ascii_lowercase).collect();
    let mut stem: String = words.join("-").chars().take(30).collect();
    if AgentName::new(&stem).is_err() {
        stem = "task".to_owned();
    }
    let stem = stem.trim_end_matches('-');
    let is_free = |name: &String| {
        let is_declared = AgentName::new(name)
            .is_ok_and(|name| fleet.agent(&name).is_some() || fleet.service(&name).is_some());
        !is_declared && !RESERVED.contains(&name.as_str()) && board.task(name).is_none()
    };
    let numbered = (2_u32..).map(|number| format!("{stem}-{number}"));
    std::iter::once(stem.to_owned()).chain(numbered).find(is_free).unwrap_or_default()
}

fn repository(fleet: &Fleet, named: Option<&Path>) -> Result<PathBuf, String> {
    let folder = named.unwrap_or(&fleet.project_dir);
    let folder = folder
        .canonicalize()
        .map_err(|error| format!("no repository at {}: {error}", folder.display()))?;
    if folder.join(".git").exists() {
        return Ok(folder);
    }
    Err(format!(
        "{} is not the root of a git repository; name one with `--repository DIR`",
        folder.display()
    ))
}

/// What the `repo` of a manifest is not, for who meant to name the folder with it.
fn hint_of_repo(run: &Run) -> String {
    let text = run.manifest.as_ref().and_then(|path| {
        Some((std::fs::read_to_string(path).ok()?, agents_tasks::Format::of(path)))
    });
    let manifest = text.and_then(|(text, format)| agents_tasks::load(&text, format).ok());
    manifest.and_then(|manifest| manifest.repo).map_or_else(String::new, |repo| {
        format!("; its `repo` ({repo}) is the repository of the forge, and no folder")
    })
}

fn indented(rows: &str) -> String {
    let rows: Vec<String> = rows.lines().map(|row| format!("  {row}")).collect();
    rows.join("\n")
}
