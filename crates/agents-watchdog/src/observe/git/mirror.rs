//! Where does a fetch put what it brings? Into a bare repository of the fleet's own, whose settings nobody else writes.

use std::path::Path;
use std::time::Duration;

use super::repository::Remote;
use super::{GitError, child};

const LIMIT: Duration = Duration::from_secs(30);

/// Whether the mirror is there.
pub(super) fn is_made(mirror: &Path) -> bool {
    mirror.join("HEAD").is_file()
}

/// Whether nothing was fetched into it yet, so that the next fetch brings the whole history.
pub(super) fn is_empty(mirror: &Path) -> bool {
    !mirror.join("refs/remotes").exists() && !mirror.join("packed-refs").exists()
}

/// Makes the mirror if it is missing: without hooks, and of the format of the repository that it stands for.
///
/// # Errors
/// When git cannot.
pub(super) async fn make(mirror: &Path, remote: &Remote) -> Result<(), GitError> {
    if is_made(mirror) {
        return Ok(());
    }
    let doing = "make its mirror";
    let failed = |detail: String| GitError::Failed { doing: doing.to_owned(), detail };
    let path = mirror.to_str().ok_or_else(|| failed("its path is not UTF-8".to_owned()))?;
    let folder = mirror.parent().unwrap_or(mirror);
    agents_store::private_folder(mirror).map_err(|error| failed(error.to_string()))?;
    let format = remote.format.as_ref().map(|format| format!("--object-format={format}"));
    let mut words = vec!["init", "--quiet", "--bare", "--template="];
    words.extend(format.as_deref());
    words.extend(["--", path]);
    let finished = child::run(folder, &words, doing, LIMIT).await?;
    if finished.code == Some(0) { Ok(()) } else { Err(finished.failed(doing)) }
}
