//! What is the next thing that a role must do in the repository?
//!
//! The answer comes from what is committed and pushed, never from memory: an agent that was killed at any point and
//! started again goes on from there, and nothing is claimed or reviewed twice.

use std::fs;
use std::path::{Path, PathBuf};

use super::git::{Git, GitError};
use super::kickoff::{Kickoff, Role};

/// Does the next thing, and says in a sentence what it was.
pub fn next_thing(kickoff: &Kickoff, folder: &Path) -> Result<String, GitError> {
    let author = match kickoff.role {
        Role::Builder => "builder",
        Role::Adversary => "adversary",
    };
    let git = Git::open(folder, author)?;
    git.pull()?;
    match kickoff.role {
        Role::Builder => build(kickoff, &git),
        Role::Adversary => review(kickoff, &git),
    }
}

/// Deletes an inbox that was read.
pub fn consume(inbox: &str, folder: &Path) -> Result<String, GitError> {
    let git = Git::open(folder, "demo")?;
    git.pull()?;
    git.commit_removal(Path::new(inbox), &format!("consumed {inbox}"))?;
    git.push()?;
    Ok(format!("consumed {inbox}"))
}

fn build(kickoff: &Kickoff, git: &Git) -> Result<String, GitError> {
    let phase = &kickoff.phase;
    let status = kickoff.state_subdir.join(&kickoff.status);
    let claim = claim_subject(phase);
    let written = fs::read_to_string(git.path(&status)).unwrap_or_default();
    let said = if written.contains(&done_text(phase)) && git.has_subject(&done_subject(phase))? {
        format!("{phase} is done")
    } else if git.has_subject(&review_subject(phase))? {
        let before = written.split(DONE_MARKER).next().unwrap_or_default();
        let text = format!("{}\n\n{}", before.trim_end(), done_text(phase));
        git.commit_file(&status, text.trim_start(), &done_subject(phase))?;
        format!("pushed that {phase} is done")
    } else if git.has_subject(&claim)? {
        format!("the claim of {phase} waits for its review")
    } else {
        git.commit_file(&work_file(phase), &work_text(phase), &claim)?;
        format!("pushed {claim}")
    };
    // Also when nothing was done: an earlier commit of ours may never have been pushed.
    git.push()?;
    Ok(said)
}

fn review(kickoff: &Kickoff, git: &Git) -> Result<String, GitError> {
    let phase = &kickoff.phase;
    let verdict = review_subject(phase);
    let said = if git.has_subject(&verdict)? {
        format!("{phase} is verified already")
    } else if !git.has_subject(&claim_subject(phase))? {
        format!("there is no claim of {phase} yet")
    } else if fs::read_to_string(git.path(&work_file(phase))).ok() != Some(work_text(phase)) {
        format!("the work of {phase} is not what it should be")
    } else {
        let file = kickoff.state_subdir.join(format!("REVIEW-{phase}.md"));
        git.commit_file(&file, &format!("# Review of {phase}\n\nVerified.\n"), &verdict)?;
        format!("pushed {verdict}")
    };
    git.push()?;
    Ok(said)
}

const DONE_MARKER: &str = "## DONE";

fn claim_subject(phase: &str) -> String {
    format!("claim: {phase} gate met")
}

fn review_subject(phase: &str) -> String {
    format!("review: {phase} verified")
}

fn done_subject(phase: &str) -> String {
    format!("{phase} is done")
}

fn done_text(phase: &str) -> String {
    format!("{DONE_MARKER}\n\n{phase} is built and verified.\n")
}

fn work_file(phase: &str) -> PathBuf {
    PathBuf::from(format!("work-{phase}.txt"))
}

fn work_text(phase: &str) -> String {
    format!("the work of {phase}\n")
}

#[cfg(test)]
mod tests;
