//! A menu that is answered key by key, in virtual time.

mod keys;

use agents_config::Fleet;

use super::*;
use crate::activity::fixture::{ann, fleet_of, member, now, observation, pane, reading};
use crate::{FleetState, Observation, PaneSeen, Seen, Shown, ShownState, decide};

/// A program with a dialog: what it shows, and what keys do to it.
struct Scene {
    fleet: Fleet,
    state: FleetState,
    rows: Vec<&'static str>,
    chosen: usize,
    /// `None` once it was answered: with which row.
    open: bool,
    answered: Option<&'static str>,
    /// So many keys are swallowed.
    swallows: usize,
    submitted: Option<String>,
    keys: Vec<String>,
    alarms: Vec<String>,
    /// The watchdog is killed between the decision and the key so often.
    lost: usize,
    at_ms: u64,
}

impl Scene {
    fn new(rows: &[&'static str], chosen: usize, choose: &str) -> Self {
        let text = format!(
            "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nprompt = \"x\"\nbackend = \"c\"\nwatch = \"heal\"\n\
             [backend.c]\npreset = \"claude\"\nanswer = [{{ dialog = \"trust-folder\", choose = \"{choose}\" }}]\n\
             [[agent]]\nname = \"ann\"\n"
        );
        let fleet = fleet_of(&text);
        Self {
            fleet,
            state: FleetState::default(),
            rows: rows.to_vec(),
            chosen,
            open: true,
            answered: None,
            swallows: 0,
            submitted: None,
            keys: Vec::new(),
            alarms: Vec::new(),
            lost: 0,
            at_ms: 0,
        }
    }

    fn look(&self) -> Observation {
        let menu = self.open.then(|| Menu {
            dialog: "trust-folder".to_owned(),
            rows: self.rows.iter().map(|row| (*row).to_owned()).collect(),
            chosen: self.chosen,
        });
        let shown = Shown {
            proof: "Do you trust this folder?".to_owned(),
            menu: self.open,
            dialog: menu,
            ..reading(if self.open { ShownState::WaitingInput } else { ShownState::Idle })
        };
        let seen_pane = PaneSeen { submitted: self.submitted.clone(), ..pane() };
        let seen = MemberSeen {
            shown: Some(shown),
            pane: Seen::Known(seen_pane),
            ..member("a screen", 0)
        };
        observation([(ann(), seen)])
    }

    /// Looks every half second for so many seconds.
    fn run(&mut self, seconds: u64) -> &mut Self {
        for _ in 0..seconds * 2 {
            let mut at = now(10 + self.at_ms / 1000);
            at.at.0 += self.at_ms % 1000;
            let decision = decide(&self.fleet, &self.state, &self.look(), false, at);
            let stored = serde_json::to_string(&decision.next).expect("serializes");
            self.state = serde_json::from_str(&stored).expect("was just written");
            for action in decision.actions {
                match action {
                    Action::Choose { key, token, .. } => self.press(key, token),
                    Action::Alarm { key, .. } => self.alarms.push(key),
                    _ => {}
                }
            }
            self.at_ms += 500;
        }
        self
    }

    fn press(&mut self, key: MenuKey, token: String) {
        if self.lost > 0 {
            self.lost -= 1;
            return;
        }
        // As tmux does: a token is pressed once.
        if self.submitted.as_ref() == Some(&token) {
            return;
        }
        self.submitted = Some(token);
        self.keys.push(key.as_str().to_owned());
        if self.swallows > 0 {
            self.swallows -= 1;
            return;
        }
        match key {
            MenuKey::Up => self.chosen = self.chosen.saturating_sub(1),
            MenuKey::Down => self.chosen = (self.chosen + 1).min(self.rows.len() - 1),
            MenuKey::Enter => {
                self.open = false;
                self.answered = Some(self.rows[self.chosen]);
            }
        }
    }
}

#[test]
fn the_row_with_the_label_is_chosen_wherever_it_stands() {
    for (rows, chosen, choose, keys) in [
        (&["No, exit", "Yes, proceed"][..], 0, "Yes, proceed", "Down Enter"),
        (&["Yes, proceed", "No, exit"], 0, "Yes, proceed", "Enter"),
        (&["a", "Yes, proceed", "c", "d"], 3, "Yes, proceed", "Up Up Enter"),
    ] {
        let mut scene = Scene::new(rows, chosen, choose);
        scene.run(30);
        assert_eq!((scene.answered, scene.keys.join(" ").as_str()), (Some(choose), keys));
        assert!(scene.alarms.is_empty(), "{:?}", scene.alarms);
    }
}

#[test]
fn what_the_config_does_not_name_exactly_is_left_to_a_person() {
    for rows in [&["No", "Yes"][..], &["Yes, proceed", "Yes, proceed"], &["Yes, proceed!", "No"]] {
        let mut scene = Scene::new(rows, 0, "Yes, proceed");
        scene.run(30);
        assert_eq!((scene.keys.len(), scene.alarms.join(" ").as_str()), (0, "asks"), "{rows:?}");
    }
}

#[test]
fn swallowed_and_lost_keys_are_pressed_again_and_never_twice() {
    let mut scene = Scene::new(&["No", "maybe", "Yes"], 0, "Yes");
    (scene.swallows, scene.lost) = (2, 2);
    scene.run(60);
    assert_eq!(scene.answered, Some("Yes"));
    assert_eq!(scene.keys.join(" "), "Down Down Down Down Enter");
}

#[test]
fn a_menu_that_does_not_obey_is_left_to_a_person() {
    let mut scene = Scene::new(&["No", "Yes"], 0, "Yes");
    scene.swallows = usize::MAX;
    scene.run(300);
    assert!(scene.keys.len() < 12 && scene.answered.is_none(), "{:?}", scene.keys);
    assert!(!scene.keys.contains(&"Enter".to_owned()), "the chosen row never was the right one");
    assert_eq!(scene.alarms, ["asks"]);
    // Keys that tmux never presses, too.
    let mut scene = Scene::new(&["No", "Yes"], 0, "Yes");
    scene.lost = usize::MAX;
    scene.run(60);
    assert_eq!((scene.keys.len(), scene.alarms.join(" ").as_str()), (0, "asks"));
}

/// What a look at an open dialog does, after that change: whether the dialog is the machine's to answer, and how many
/// keys are pressed.
fn answered(change: impl FnOnce(&mut FleetState, &mut Observation)) -> (bool, usize) {
    let scene = Scene::new(&["No", "Yes"], 0, "Yes");
    let (mut state, mut seen) = (FleetState::default(), scene.look());
    state.members.of(&ann()).life = Life::Up { since: now(1).at, run: None };
    change(&mut state, &mut seen);
    let mut draft = Draft::new(&scene.fleet, &state, &seen, false, now(10));
    let is_ours = step(&mut draft, &scene.fleet.agents[0], &seen.members[&ann()]);
    let decision = draft.finish();
    (is_ours, decision.actions.len())
}

#[test]
fn a_key_is_pressed_by_the_watchdog_alone_and_only_at_a_program_that_runs_and_takes_it() {
    fn pane_of(seen: &mut Observation) -> &mut PaneSeen {
        match &mut seen.members.get_mut(&ann()).unwrap().pane {
            Seen::Known(pane) => pane,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(answered(|_, _| {}), (true, 1));
    // It will be answered, and nobody else has to.
    assert_eq!(answered(|_, seen| seen.supervised = false), (true, 0));
    let starts = |state: &mut FleetState, _: &mut Observation| {
        let (since, run, why) = (now(9).at, crate::RunId(1), crate::Why::New);
        state.members.of(&ann()).life = Life::Starting { since, sent_at: since, run, why };
    };
    assert_eq!(answered(starts), (true, 0));
    // A person has to.
    let types = |state: &mut FleetState, _: &mut Observation| {
        let stage = Stage::Typing { at: now(9).at, run: None, tries: 1 };
        state.members.of(&ann()).mailbox.stage = stage;
    };
    assert_eq!(answered(types), (false, 0));
    assert_eq!(answered(|_, seen| pane_of(seen).deaf = true), (false, 0));
    let dead = crate::DeadSeen { status: Some(0), signal: None };
    assert_eq!(answered(|_, seen| pane_of(seen).dead = Some(dead)), (false, 0));
}

#[test]
fn the_keys_of_one_dialog_are_not_counted_for_the_next() {
    let count = |dialog: &str| {
        let scene = Scene::new(&["No", "Yes"], 0, "Yes");
        let (mut state, seen) = (FleetState::default(), scene.look());
        let member = state.members.of(&ann());
        member.life = Life::Up { since: now(1).at, run: None };
        let (dialog, key, token) = (dialog.to_owned(), MenuKey::Down, "d1".to_owned());
        member.answering =
            Some(Answering::Pressed { dialog, key, chosen: 1, token, at: now(9).at, keys: 5 });
        let mut draft = Draft::new(&scene.fleet, &state, &seen, false, now(10));
        assert!(step(&mut draft, &scene.fleet.agents[0], &seen.members[&ann()]));
        match &draft.finish().next.members[&ann()].answering {
            Some(Answering::Pressed { keys, .. }) => *keys,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((count("trust-folder"), count("another")), (6, 1));
}

#[test]
fn a_dialog_that_is_gone_is_forgotten() {
    let mut scene = Scene::new(&["No", "Yes"], 0, "Yes");
    scene.run(5);
    assert_eq!(
        (scene.answered, scene.state.members[&ann()].answering.as_ref()),
        (Some("Yes"), None)
    );
}
