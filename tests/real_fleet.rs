//! Does the main job run with a real agent CLI? A two-phase build over a real git remote: codex builds, the demo
//! agent reviews, sessions are killed under it, and nobody helps.

#[path = "support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::time::Duration;

use agents_model_server::{Account, Cli, Leave, Options, Order, Rule, Server};
use support::{Bed, wait_for};

/// The codex binary, installed by the script into its cache; a machine that should do without says so.
fn codex() -> Option<PathBuf> {
    if std::env::var_os("AGENTS_SKIP_REAL").is_some_and(|skip| skip == "1") {
        eprintln!("skipped: AGENTS_SKIP_REAL=1");
        return None;
    }
    let installed = Cli::Codex.install();
    Some(installed.unwrap_or_else(|error| panic!("{error} (AGENTS_SKIP_REAL=1 leaves it out)")))
}

/// What the builder's model is told to run: it claims the gate of the current phase, and once that is reviewed
/// it writes the phase's status file. Killed anywhere, it goes on from what is pushed.
const WORK: &str = r#"#!/bin/sh
set -eu
# Killed between the push and the checkout below, it left a tree without that file.
git checkout -q -- .
git pull -q --rebase
for phase in P1 P2; do
    done=$(git log --format=%s | grep -c "^$phase is done" || true)
    [ "$done" = 0 ] && break
done
claimed=$(git log --format=%s | grep -c "^claim: $phase" || true)
reviewed=$(git log --format=%s | grep -c "^review: $phase" || true)
if [ "$claimed" = 0 ]; then
    echo "the work of $phase" > "work-$phase.txt"
    git add "work-$phase.txt"
    git commit -q -m "claim: $phase gate met"
    git push -q
elif [ "$reviewed" != 0 ] && [ "$done" = 0 ]; then
    mkdir -p machine-docs
    # The file that ends the phase, and with it this program, appears once its commit is pushed.
    blob=$(printf '# %s\n\n## DONE\n\nThe gate is met and was verified.\n' "$phase" | git hash-object -w --stdin)
    git update-index --add --cacheinfo "100644,$blob,machine-docs/STATUS-$phase.md"
    git commit -q -m "$phase is done"
    git push -q
    git checkout -q -- machine-docs
fi
"#;

fn config(codex: &Path, home: &Path, agents: &str) -> String {
    format!(
        r#"
HEAD
[backend.codex]
bin = "env HOME='{home}' OPENAI_API_KEY=sk-fake '{codex}'"
prompt_delivery = "arg"
flags = "--no-daemon --dangerously-bypass-approvals-and-sandbox"
process_name = "codex"
submit_pause = "400ms"
ready_re = '\? for shortcuts'
active_re = '^[•◦] .*\([0-9hms ]+ • esc to interrupt\)'
limit_re = '^■ .*(usage limit|retry limit|quota exceeded)'
[backend.demo]
bin = "'{agents}' demo-agent --prompt {{kickoff}} --think 1 --state-subdir machine-docs"
prompt_delivery = "exec"
active_re = "esc to interrupt"
connect_delay = 1
[[agent]]
name = "builder"
kind = "loop"
role = "builder"
backend = "codex"
watch = "heal+stall"
dir = "builder"
[[agent]]
name = "adversary"
kind = "loop"
role = "adversary"
backend = "demo"
watch = "heal+stall"
dir = "adversary"
[loop]
kickoff_template = "prompts/kickoff.md"
[[loop.phases]]
id = "P1"
plan = "plan.md"
status = "STATUS-P1.md"
[[loop.phases]]
id = "P2"
plan = "plan.md"
status = "STATUS-P2.md"
[loop.handoff]
repo = "builder"
"#,
        home = home.display(),
        codex = codex.display(),
    )
}

#[test]
fn a_two_phase_build_with_a_real_codex_ends_by_itself_while_sessions_are_killed() {
    let Some(codex) = codex() else { return };
    let bed = Bed::empty();
    bed.repositories(&[("plan.md", "Two gates.\n"), ("work.sh", WORK)]);
    bed.write(
        "prompts/kickoff.md",
        "phase: {phase_id}\nplan: {plan}\nstatus: {status}\nrole: {role}\n",
    );
    bed.write("prompts/builder.md", "MOCK:run sh ./work.sh\n");
    bed.write("prompts/adversary.md", "Verify each claim and review it.\n");
    // codex leaves out its helper links when its home lies below the system's folder for temporary files.
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let rules = vec![Rule::parse("verdict/finding=>sh ./work.sh").unwrap()];
    let server = Server::start(&Options { rules, ..Options::default() }).unwrap();
    let order = Order {
        cli: Cli::Codex,
        program: codex.clone(),
        dir: home.path().to_owned(),
        origin: server.origin(),
        projects: vec![bed.dir.join("builder")],
        leave: Leave::Never,
        account: Account::Key,
    };
    order.settle().unwrap();
    let text = config(&codex, home.path(), env!("CARGO_BIN_EXE_agents"));
    bed.write("agents.toml", &text.replace("HEAD", support::HEAD));

    bed.agents(&["up"]).ends_with(0);
    let subjects = || bed.git("remote.git", &["log", "--format=%s", "main"]).out;
    bed.until("codex claims P1", || subjects().contains("claim: P1"));
    bed.tmux(&["kill-session", "-t", "=t-builder"]).ends_with(0);
    bed.until("P1 is done, though codex was killed", || subjects().contains("P1 is done"));
    bed.until("P2 is claimed", || subjects().contains("claim: P2"));
    bed.tmux(&["kill-session", "-t", "=t-adversary"]);
    let complete = || bed.dir.join(".state/SEQUENCE-COMPLETE").exists();
    assert!(
        wait_for(Duration::from_secs(300), &mut || complete()),
        "not complete\n{}\n{}\n{}\n{}",
        subjects(),
        bed.watchdog_log(),
        bed.screen("t-builder"),
        bed.screen("t-adversary"),
    );
    let said = subjects();
    for once in ["claim: P1", "review: P1", "P1 is done", "claim: P2", "review: P2", "P2 is done"] {
        assert_eq!(said.matches(once).count(), 1, "{once} in:\n{said}");
    }
    bed.until("the loops are stopped", || !bed.has("t-builder") && !bed.has("t-adversary"));
    bed.agents(&["down"]).ends_with(0);
    assert_eq!(bed.sessions(), Vec::<String>::new());
}
