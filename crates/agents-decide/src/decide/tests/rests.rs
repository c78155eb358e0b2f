//! What is said of one that does not run, and why it rests.

use super::*;
use crate::life::{LifeNote, StaysDown};

const MORE: &str = "[[agent]]\nname = \"bare\"\nwatch = \"none\"\n\
                    [[agent]]\nname = \"off\"\nenabled = false\n\
                    [[agent]]\nname = \"job\"\nkind = \"task\"\nwatch = \"none\"\n";

fn rests(of: &str, how: Ending, wanted: Wanted, supervised: bool) -> Vec<LifeNote> {
    let mut scene = Scene::of(&["ann"], MORE);
    for it in ["ann", "bare", "off", "job"] {
        scene.seen.members.insert(name(it), gone());
    }
    let member = scene.state.members.entry(name(of)).or_default();
    member.wanted = wanted;
    member.life = Life::Stopped { since: now(900).at, how };
    scene.seen.supervised = supervised;
    let decision = scene.tick(1000);
    let life = |note: &&Note| if let Note::Life(life) = note { Some(life.clone()) } else { None };
    notes(&decision, Some(of)).iter().filter_map(life).collect()
}

#[test]
fn each_that_rests_says_why() {
    use Ending::{Asked, NeverStarted};
    let (up, down, unsaid) = (Wanted::Up, Wanted::Down, Wanted::Unsaid);
    for (of, how, wanted, supervised, expected) in [
        ("ann", NeverStarted, unsaid, false, LifeNote::Unsupervised),
        ("ann", NeverStarted, down, true, LifeNote::DownOnPurpose),
        ("ann", NeverStarted, down, false, LifeNote::DownOnPurpose),
        ("ann", Asked, up, true, LifeNote::Stopped),
        ("ann", Asked, unsaid, false, LifeNote::Stopped),
        ("ann", Asked, down, true, LifeNote::DownOnPurpose),
        ("bare", NeverStarted, unsaid, true, LifeNote::NeverStarted),
        ("bare", NeverStarted, unsaid, false, LifeNote::NeverStarted),
        ("bare", NeverStarted, down, true, LifeNote::DownOnPurpose),
        ("off", NeverStarted, unsaid, true, LifeNote::Disabled),
        ("off", NeverStarted, down, true, LifeNote::Disabled),
        ("off", Asked, unsaid, true, LifeNote::Disabled),
        ("job", NeverStarted, unsaid, true, LifeNote::NeverStarted),
    ] {
        let found = rests(of, how.clone(), wanted, supervised);
        assert_eq!(found, [expected], "{of} {how:?} {wanted:?} {supervised}");
    }
}

#[test]
fn one_that_ended_says_how_and_why_it_stays_down() {
    let ended = || Ending::Ended("exit code 0".to_owned());
    for (of, wanted, why) in [
        ("ann", Wanted::Down, StaysDown::AskedDown),
        ("ann", Wanted::Up, StaysDown::NotThen),
        ("ann", Wanted::Unsaid, StaysDown::NotThen),
        ("bare", Wanted::Up, StaysDown::NotWatched),
        ("bare", Wanted::Unsaid, StaysDown::NotWatched),
        ("bare", Wanted::Down, StaysDown::AskedDown),
        ("off", Wanted::Up, StaysDown::Disabled),
        ("off", Wanted::Unsaid, StaysDown::Disabled),
        ("off", Wanted::Down, StaysDown::AskedDown),
    ] {
        let expected = LifeNote::StaysDown { how: "exit code 0".to_owned(), why };
        assert_eq!(rests(of, ended(), wanted, true), [expected], "{of} {wanted:?}");
    }
    let how = "exit code 0".to_owned();
    assert_eq!(rests("job", ended(), Wanted::Up, true), [LifeNote::TaskEnded { how, again: true }]);
    let failed = Ending::Failed("no such file".to_owned());
    let reason = "no such file".to_owned();
    let expected = LifeNote::Unstartable { reason, by_itself: false };
    assert_eq!(rests("ann", failed, Wanted::Up, true), [expected]);
}

#[test]
fn a_prompt_that_is_typed_names_the_file_that_holds_it() {
    use crate::conversation::Opening;
    use crate::draft::Declared;
    use crate::messages::{inbox, kickoff_file, kickoff_line};
    let line = |delivery: &str, prompt: &str| {
        let text = format!(
            "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nprompt = \"{prompt}\"\nbackend = \"tui\"\n\
             [backend.tui]\nbin = \"tui\"\nprompt_delivery = \"{delivery}\"\n[[agent]]\nname = \"ann\"\n"
        );
        let fleet = fleet_of(&text);
        let ann = &fleet.agents[0];
        let file = kickoff_file(&fleet, ann);
        assert!(
            file.starts_with(fleet.state_dir()) && file.ends_with("kickoff-t-ann.txt"),
            "{file:?}"
        );
        let line = kickoff_line(&fleet, Declared::Agent(ann), &Opening::Unnamed);
        line.map(|line| line.matches(&file.display().to_string()).count())
    };
    assert_eq!(line("ping", "build it"), Some(2));
    assert_eq!(line("arg", "build it"), None, "it is handed over with the command");
    assert_eq!(line("ping", " "), None, "there is none");
    let said = inbox("docs", "to-ann.md");
    assert!(said.contains("docs/to-ann.md"), "{said}");
}

#[test]
fn an_agent_that_rests_is_said_to_be_idle_once() {
    let text = "[[agent]]\nname = \"sue\"\nwatch = \"heal+stall\"\n";
    let mut scene = Scene::running(&["ann"], text);
    scene.seen.members.insert(name("sue"), super::up(2));
    let life = Life::Up { since: now(500).at, run: Some(RunId(2)) };
    scene.state.members.entry(name("sue")).or_default().life = life;
    scene.tick(1000);
    scene.tick(1000);
    let decision = scene.tick(1000);
    let idle = |of: &str| {
        let notes = notes(&decision, Some(of));
        let by_looks =
            notes.iter().any(|it| matches!(it, Note::Activity(crate::ActivityNote::Idle { .. })));
        let by_stalls = notes.iter().any(|it| matches!(it, Note::Stall(_)));
        (by_looks, by_stalls)
    };
    assert_eq!((idle("ann"), idle("sue")), ((true, false), (false, true)));
}
