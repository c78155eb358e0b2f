//! `agents tasks import`: which manifest do these issues make?

use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use std::process::Command;

use agents_tasks::Format;
use agents_tasks::import::{Imported, import, issues};

use crate::app::{App, print, say};
use crate::cli::TasksImport;
use crate::error::{Error, code};

/// `gh` prints no more than it is asked for.
const MOST_ISSUES: &str = "1000";

pub fn run(app: &App, words: &TasksImport) -> Result<u8, Error> {
    let json = match (&words.file, &words.github) {
        (_, Some(repo)) => ask_gh(repo, &words.label)?,
        (Some(file), None) => read(file)?,
        (None, None) => {
            return Err(Error::Usage("say `--file PATH` or `--github OWNER/REPO`".into()));
        }
    };
    let mut found = issues(&json)
        .map_err(|error| Error::Usage(format!("that is no list of issues: {error}")))?;
    // `gh` has done so already, unless it is an old one.
    found.retain(|issue| words.label.iter().all(|label| issue.has_label(label)));
    if found.is_empty() {
        return Err(Error::Failed("there are no such issues, so there is no manifest".into()));
    }
    let project = words.github.as_deref().and_then(|repo| repo.rsplit('/').next());
    let imported = import(project.unwrap_or_default(), words.github.as_deref(), found);
    let Some(out) = &words.out else {
        let format = if app.json { Format::Json } else { Format::Toml };
        print(&written(&imported, format)?)?;
        return Ok(code::DONE);
    };
    let text = written(&imported, Format::of(out))?;
    let refused = |error| Error::Failed(format!("cannot write {}: {error}", out.display()));
    let mut file = std::fs::File::create_new(out).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Error::Failed(format!(
            "{} is there already, and is left as it is: name another file",
            out.display()
        )),
        _ => refused(error),
    })?;
    file.write_all(text.as_bytes()).map_err(refused)?;
    say(&format!("wrote {0}; read and edit it, then `agents tasks plan {0}`", out.display()));
    Ok(code::DONE)
}

fn read(file: &Path) -> Result<String, Error> {
    let mut text = String::new();
    let read = if file.as_os_str() == "-" {
        std::io::stdin().read_to_string(&mut text)
    } else {
        std::fs::File::open(file).and_then(|mut file| file.read_to_string(&mut text))
    };
    let told =
        |error| Error::Usage(format!("cannot read the issues of {}: {error}", file.display()));
    read.map(|_| text).map_err(told)
}

fn ask_gh(repo: &str, labels: &[String]) -> Result<String, Error> {
    let mut gh = Command::new("gh");
    gh.args(["issue", "list", "--repo", repo, "--state", "open", "--limit", MOST_ISSUES]);
    gh.args(["--json", "number,title,body,labels"]);
    for label in labels {
        gh.args(["--label", label]);
    }
    let out = gh.output().map_err(|error| {
        Error::Failed(format!("cannot run `gh`: {error}; install it, or give `--file issues.json`"))
    })?;
    if !out.status.success() {
        let said = String::from_utf8_lossy(&out.stderr);
        return Err(Error::Failed(format!("`gh issue list` failed: {}", said.trim())));
    }
    String::from_utf8(out.stdout).map_err(|_| Error::Failed("`gh` printed no UTF-8".into()))
}

fn written(imported: &Imported, format: Format) -> Result<String, Error> {
    let failed = |error: String| Error::Failed(format!("cannot write the manifest: {error}"));
    match format {
        Format::Json => serde_json::to_string_pretty(imported)
            .map(|text| text + "\n")
            .map_err(|error| failed(error.to_string())),
        Format::Toml => toml::to_string_pretty(imported).map_err(|error| failed(error.to_string())),
    }
}
