//! Has the tmux server file descriptors left for one more session? Without any it answers nobody, and the fleet is out of reach.

use rustix::process::{Resource, getrlimit};

#[cfg(test)]
mod tests;

/// What a session takes: its terminal, and the way to its log.
const OF_A_SESSION: u64 = 2;
/// What a server takes for itself.
const OF_A_SERVER: u64 = 10;

/// The file descriptors of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Descriptors {
    pub used: u64,
    pub limit: u64,
}

impl Descriptors {
    /// Those of a living server, or of the one that this process would start. `None`: there is no limit, or it is not known.
    pub fn of(server: Option<u32>) -> Option<Self> {
        match server {
            Some(pid) => of_process(pid),
            // It inherits our limit.
            None => {
                getrlimit(Resource::Nofile).current.map(|limit| Self { used: OF_A_SERVER, limit })
            }
        }
    }

    /// Why so many more sessions are too many; a fifth stays free, for whoever has to talk to the server.
    pub fn refusal(self, more: u64) -> Option<String> {
        let Self { used, limit } = self;
        let full = (used + OF_A_SESSION * more) * 5 > limit * 4;
        full.then(|| {
            format!(
                "the tmux server has {used} of its {limit} file descriptors in use and needs the rest to answer: \
                 start it under a higher `ulimit -n`, or end some agents"
            )
        })
    }
}

/// As the kernel of Linux tells it; elsewhere it is not known.
fn of_process(pid: u32) -> Option<Descriptors> {
    let limits = std::fs::read_to_string(format!("/proc/{pid}/limits")).ok()?;
    let limit = soft_limit(&limits)?;
    let used = std::fs::read_dir(format!("/proc/{pid}/fd")).ok()?.count();
    Some(Descriptors { used: u64::try_from(used).ok()?, limit })
}

/// The limit on open files that holds; `None` where there is none.
fn soft_limit(limits: &str) -> Option<u64> {
    let row = limits.lines().find_map(|row| row.strip_prefix("Max open files"))?;
    row.split_whitespace().next()?.parse().ok()
}
