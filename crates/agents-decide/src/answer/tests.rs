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
