//! When did the loop last turn? The age of one file tells it to everybody.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use agents_config::Fleet;

/// Shows that the loop still turns: the age of this file is the watchdog's age since its last tick.
pub(crate) fn heartbeat(fleet: &Fleet) {
    beat(&heartbeat_file(&fleet.state_dir()));
}

/// Touches the file, which names this process. A heartbeat that cannot be written shows as an old one, which is the truth.
pub fn beat(file: &Path) {
    let own = std::process::id().to_string();
    if !date(file, &own).unwrap_or(false) {
        let file = agents_store::private_file().write(true).create(true).truncate(true).open(file);
        drop(file.and_then(|mut file| file.write_all(own.as_bytes())));
    }
}

/// Dates a file that names this process already, which takes a tenth of what writing it takes; whether it does.
fn date(file: &Path, own: &str) -> std::io::Result<bool> {
    let mut file = agents_store::private_file().read(true).write(true).open(file)?;
    let mut named = String::new();
    file.read_to_string(&mut named)?;
    if named != own {
        return Ok(false);
    }
    file.set_modified(SystemTime::now())?;
    Ok(true)
}

/// The file that each tick touches.
#[must_use]
pub fn heartbeat_file(state_dir: &Path) -> PathBuf {
    state_dir.join("heartbeat")
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn f60_each_beat_dates_the_file_and_names_who_beats() {
        let root = tempfile::tempdir().unwrap();
        let file = heartbeat_file(root.path());
        let own = std::process::id().to_string();
        for before in ["", "1", "123456789", own.as_str()] {
            std::fs::write(&file, before).unwrap();
            let old = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000);
            File::options().write(true).open(&file).unwrap().set_modified(old).unwrap();
            beat(&file);
            assert_eq!(std::fs::read_to_string(&file).unwrap(), own);
            let age = std::fs::metadata(&file).unwrap().modified().unwrap().elapsed();
            assert!(age.is_ok_and(|age| age.as_secs() < 60), "{before:?}");
        }
        std::fs::remove_file(&file).unwrap();
        beat(&file);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), own);
    }
}
