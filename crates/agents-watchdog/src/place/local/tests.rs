use agents_tmux::Socket;

use super::*;

fn need(run: RunId) -> Need {
    Need {
        run: Some(run),
        launcher: None,
        roots: None,
        conversation: false,
        own: None,
        beginning: false,
        end: false,
        lives: false,
        processes: true,
        job: false,
        strays: false,
        startable: false,
        wake: false,
    }
}

#[test]
fn a_run_that_left_nothing_to_look_for_is_unknown_and_one_that_was_not_claimed_is_absent() {
    let root = tempfile::tempdir().unwrap();
    let files = RunFiles::new(root.path());
    let tmux = agents_tmux::Place::new("/nowhere/tmux", Socket::Default);
    let mut place = LocalPlace::new(tmux, root.path().to_owned(), "/nowhere/agents".into());
    let (name, run) = (AgentName::new("ann").unwrap(), RunId(3));
    let gone = place.processes(&files, &name, run, &need(run));
    assert!(matches!(gone, Seen::Unknown(_)), "{gone:?}");
    std::fs::create_dir(files.dir()).unwrap();
    std::fs::write(files.spec(&name, run), "").unwrap();
    assert_eq!(place.processes(&files, &name, run, &need(run)), Seen::Absent);
    // What is remembered of it is enough: this very process.
    let own = roots::of_pane(run, std::process::id());
    let remembered = Need { roots: own, ..need(run) };
    assert!(place.processes(&files, &name, run, &remembered).known().is_some());
}
