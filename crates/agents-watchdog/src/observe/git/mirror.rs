//! Where does a fetch put what it brings? Into a bare repository of the fleet's own, whose settings nobody else writes.

use std::path::Path;
use std::time::Duration;

use super::repository::Remote;
use super::thread::on_thread;
use super::{GitError, GitSource, child};

const LIMIT: Duration = Duration::from_secs(30);

/// Whether the mirror is there.
pub(super) fn is_made(mirror: &Path) -> bool {
    mirror.join("HEAD").is_file()
}

/// Makes the mirror if it is missing: without hooks, and of the format of the repository that it stands for. What that has of
/// these branches already is taken from it, so that the first fetch is no longer than any other.
///
/// # Errors
/// When git cannot.
pub(super) async fn make(
    source: &GitSource,
    remote: &Remote,
    branches: &[String],
) -> Result<(), GitError> {
    let mirror = &source.mirror;
    if is_made(mirror) {
        return Ok(());
    }
    let doing = "make its mirror";
    let failed = |detail: String| GitError::Failed { doing: doing.to_owned(), detail };
    let path = mirror.to_str().ok_or_else(|| failed("its path is not UTF-8".to_owned()))?;
    let folder = mirror.parent().unwrap_or(mirror);
    agents_store::private_folder(mirror).map_err(|error| {
        let in_the_way = mirror.symlink_metadata().is_ok_and(|found| !found.is_dir());
        let way_out = if in_the_way { "; delete or move away what is there" } else { "" };
        failed(format!("{path}: {error}{way_out}"))
    })?;
    let format = remote.format.as_ref().map(|format| format!("--object-format={format}"));
    let mut words = vec!["init", "--quiet", "--bare", "--template="];
    words.extend(format.as_deref());
    words.extend(["--", path]);
    let finished = child::run(folder, &words, doing, LIMIT).await?;
    if finished.code != Some(0) {
        return Err(finished.failed(doing));
    }
    let of = |branch: &String| format!("+{0}:{0}", source.tracking(branch));
    let references: Vec<String> = branches.iter().map(of).collect();
    let (from, to) = (source.repo.clone(), mirror.clone());
    let seeding = on_thread(doing, move || {
        seed(&from, &to, &references).map_err(|error| GitError::Failed {
            doing: "seed its mirror".to_owned(),
            detail: error.to_string(),
        })
    });
    if let Err(error) = seeding.await {
        // Then the first fetch brings it.
        tracing::debug!("the mirror begins empty: {error}");
    }
    Ok(())
}

/// Copies what these references lead to. libgit2 does it by itself: no program runs in the repository.
fn seed(from: &Path, to: &Path, references: &[String]) -> Result<(), git2::Error> {
    let from = git2::Repository::discover(from)?;
    let to = git2::Repository::open(to)?;
    let path = from.path().to_string_lossy().into_owned();
    let mut options = git2::FetchOptions::new();
    options.download_tags(git2::AutotagOption::None).update_fetchhead(false);
    to.remote_anonymous(&path)?.fetch(references, Some(&mut options), None)
}
