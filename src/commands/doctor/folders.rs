//! Are the folders private, short and roomy enough?

use std::fs::{self, Metadata};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use agents_config::Loaded;
use agents_tmux::{Place, Socket};

use super::{Finding, Level};

const SOCKETS: &str = "tmux sockets";

/// Paths of Unix sockets hold 103 bytes on macOS and 107 on Linux.
const LONGEST_SOCKET_PATH: usize = 100;

/// Whether the folder of the tmux sockets is ours alone.
pub fn sockets(loaded: Option<&Loaded>) -> Finding {
    let place = match loaded {
        Some(loaded) => agents_watchdog::run::tmux_place(&loaded.fleet, Path::new("tmux")),
        None => Place::new("tmux", Socket::Default),
    };
    judge_socket(&place.socket_path())
}

pub fn judge_socket(socket: &Path) -> Finding {
    let length = socket.as_os_str().len();
    if length > LONGEST_SOCKET_PATH {
        let text = format!("the path {} is {length} bytes long", socket.display());
        return Finding::fail(SOCKETS, text, "set TMUX_TMPDIR to a folder with a short path");
    }
    let folder = socket.parent().unwrap_or(Path::new("/"));
    let data = match fs::metadata(folder) {
        Ok(data) => data,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Finding::ok(
                SOCKETS,
                format!("{} is made at the first start", folder.display()),
            );
        }
        Err(error) => {
            let advice = "see that you may use this folder, or set TMUX_TMPDIR";
            return Finding::fail(SOCKETS, format!("{}: {error}", folder.display()), advice);
        }
    };
    private(SOCKETS, folder, &data, 0o007)
}

/// Whether the state folder is ours alone: it holds prompts and what agents said.
pub fn state(folder: &Path) -> Finding {
    match fs::metadata(folder) {
        Ok(data) => private("state folder", folder, &data, 0o077),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Finding::ok("state folder", format!("{} is made at the first start", folder.display()))
        }
        Err(error) => {
            let text = format!("{}: {error}", folder.display());
            Finding::fail("state folder", text, "see that you may use it, or set another `log_dir`")
        }
    }
}

/// The first of the state's files that others can read or write, or that is not ours.
pub fn state_files(folder: &Path) -> Option<Finding> {
    let files = fs::read_dir(folder).ok()?.flatten();
    let mut found: Vec<Finding> = files
        .filter_map(|file| {
            // Of a link its own data: where it leads is not ours to judge.
            let data = fs::symlink_metadata(file.path()).ok()?;
            (!data.is_symlink()).then(|| private("state file", &file.path(), &data, 0o077))
        })
        .filter(|finding| finding.level != Level::Ok)
        .collect();
    found.sort_by(|one, other| (other.level, &one.text).cmp(&(one.level, &other.text)));
    let more = found.len().saturating_sub(1);
    let mut first = found.into_iter().next()?;
    if more > 0 {
        first.text.push_str(&format!("; and {more} more"));
    }
    Some(first)
}

fn private(about: &'static str, folder: &Path, data: &Metadata, forbidden: u32) -> Finding {
    let path = folder.display();
    let own = rustix::process::getuid().as_raw();
    if data.uid() != own {
        let text = format!("{path} belongs to user {}, not to you ({own})", data.uid());
        return Finding::fail(about, text, "use a folder of your own");
    }
    let mode = data.permissions().mode() & 0o777;
    if mode & forbidden != 0 {
        let text = format!("others have access to {path} (mode {mode:o})");
        let mode = if data.is_dir() { "700" } else { "600" };
        return Finding::warn(about, text, format!("chmod {mode} {path}"));
    }
    Finding::ok(about, format!("{path} is yours (mode {mode:o})"))
}

/// Whether logs and state have room to grow.
pub fn disk(log_dir: &Path) -> Finding {
    let folder = existing(log_dir);
    match rustix::fs::statvfs(&folder) {
        Ok(disk) => judge_disk(&folder, disk.f_bavail.saturating_mul(disk.f_frsize), disk.f_favail),
        Err(error) => Finding::warn(
            "disk",
            format!("{}: {error}", folder.display()),
            "see that this folder can be used",
        ),
    }
}

/// File systems that make their inodes as needed count none, free or total.
pub fn judge_disk(folder: &Path, free: u64, inodes: u64) -> Finding {
    const SCARCE: u64 = 64 << 20;
    const LITTLE: u64 = 1 << 30;
    let text = format!("{} MiB free at {}", free >> 20, folder.display());
    let advice =
        "make room: session logs grow, and without room no state is saved and nothing is started";
    match free {
        0..SCARCE => Finding::fail("disk", text, advice),
        SCARCE..LITTLE => Finding::warn("disk", text, advice),
        LITTLE.. if inodes > 0 && inodes < 1000 => {
            Finding::warn("disk", format!("{text}, but room for {inodes} more files only"), advice)
        }
        LITTLE.. => Finding::ok("disk", text),
    }
}

/// The nearest folder that is there already.
pub fn existing(path: &Path) -> PathBuf {
    path.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("/")).to_owned()
}
