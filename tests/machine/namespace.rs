//! How does a test mount something without the rest of the machine seeing it? In namespaces of its own.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use crate::support::Bed;

/// Namespaces of users and mounts, which end with this.
pub struct Namespace(Child);

impl Namespace {
    /// Makes them, runs these lines of shell in them, and puts all of the bed's commands there. `None` where that is
    /// permitted to nobody.
    pub fn enter(bed: &mut Bed, mounts: &str) -> Option<Self> {
        let keeper = format!("set -e\n{mounts}\necho ready\nexec cat");
        let mut command = Command::new("unshare");
        command.args(["-U", "-r", "-m", "sh", "-c", &keeper]).current_dir(&bed.dir);
        let made = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut keeper = Self(made.ok()?);
        let mut said = String::new();
        BufReader::new(keeper.0.stdout.take()?).read_line(&mut said).ok()?;
        if said != "ready\n" {
            return None;
        }
        let pid = keeper.0.id().to_string();
        let words =
            ["nsenter", "-t", &pid, "-U", "-m", "--preserve-credentials", "sh", "-c", INSIDE];
        bed.inside = words.map(str::to_owned).to_vec();
        bed.inside.push(bed.dir.display().to_string());
        let works = bed.command("true").status().is_ok_and(|it| it.success());
        works.then_some(keeper)
    }
}

/// The folder is one of the mounts that are seen from here.
const INSIDE: &str = "cd \"$0\" && exec \"$@\"";

impl Drop for Namespace {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        drop(self.0.wait());
    }
}
