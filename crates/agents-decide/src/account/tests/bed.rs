//! A fleet of agents with one account, of which each look shows what a test says.

use std::collections::BTreeMap;

use agents_config::Fleet;
use agents_names::AgentName;

use crate::activity::fixture::{
    fleet_of, member, midnight, now, observation, pane, reading, screen,
};
use crate::delivery::{MessageKind, Stage};
use crate::{
    Action, FleetState, Limit, Member, MemberSeen, Observation, OneOffs, PaneSeen, Request,
    RequestId, Seen, Shown, ShownState, Told, ToldState, Verb, decide,
};

/// What an agent is seen to do.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Look {
    Idle,
    Works,
    /// It works for one look, and is refused again.
    Flash,
    /// It shows a menu, by its preset.
    Menu,
    Unauthenticated,
    /// Its record says so; `reset` in seconds after midnight.
    Limited {
        reset: Option<u64>,
        goes_on: bool,
    },
    Gone,
    /// As before.
    Unchanged,
}

pub(super) struct Bed {
    fleet: Fleet,
    state: FleetState,
    looks: BTreeMap<AgentName, (Look, u64)>,
    answers: BTreeMap<AgentName, Look>,
    seen: BTreeMap<AgentName, MemberSeen>,
    at: u64,
    interval: u64,
    actions: Vec<(u64, Action)>,
    requests: Vec<Request>,
    revives: bool,
    /// What those show that are started.
    born: Look,
    replies: Vec<String>,
    menus: usize,
}

fn name(text: &str) -> AgentName {
    AgentName::new(text).expect("valid")
}

impl Bed {
    pub(super) fn of(names: &[&str], at: u64) -> Self {
        let mut text = "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nprompt = \"x\"\nbackend = \"tui\"\nwatch = \"heal+stall\"\naccount = \"team\"\n\
                        [watchdog]\nsignal_interval = 10\naccount_gap = 60\n[backend.tui]\nbin = \"tui\"\nactive_re = \"esc interrupt\"\nlimit_re = \"limit reached\"\nstall_idle = \"9h\"\nconnect_delay = 0\n"
            .to_owned();
        for name in names {
            text.push_str(&format!("[[agent]]\nname = \"{name}\"\n"));
        }
        let fleet = fleet_of(&text);
        let looks = names.iter().map(|text| (name(text), (Look::Idle, at))).collect();
        let seen = names.iter().map(|text| (name(text), member("ready / >", 0))).collect();
        let mut bed = Self {
            fleet,
            state: FleetState::default(),
            looks,
            answers: BTreeMap::new(),
            seen,
            at,
            interval: 10,
            actions: Vec::new(),
            requests: Vec::new(),
            revives: false,
            born: Look::Idle,
            replies: Vec::new(),
            menus: 0,
        };
        bed.run_until(at + 20);
        bed
    }

    pub(super) fn look(&mut self, who: &str, look: Look) {
        self.looks.insert(name(who), (look, self.at));
    }

    /// What it does once it is prompted.
    pub(super) fn answers(&mut self, who: &str, look: Look) {
        self.answers.insert(name(who), look);
    }

    pub(super) fn tick_every(&mut self, seconds: u64) {
        self.interval = seconds;
    }

    /// What is started lives.
    pub(super) fn starts_live(&mut self) {
        self.revives = true;
    }

    /// What is started lives, and shows this.
    pub(super) fn starts_show(&mut self, look: Look) {
        (self.revives, self.born) = (true, look);
    }

    /// The whole fleet is asked for.
    pub(super) fn sweep(&mut self) {
        let id = RequestId(self.state.last_request.0 + 1);
        let (names, one_offs, which) = (Vec::new(), OneOffs::new(), crate::Which::Own);
        self.requests.push(Request { id, verb: Verb::Up { names, whole: true, one_offs, which } });
    }

    pub(super) fn replies(&self) -> &[String] {
        &self.replies
    }

    /// It is owed a wake.
    pub(super) fn wake(&mut self, who: &str) {
        let id = self.state.next_message + 1;
        self.state.next_message = id;
        let owed_since = now(self.at).at;
        let message = crate::Message {
            id,
            kind: MessageKind::Wake,
            text: "wake up".to_owned(),
            owed_since,
            now_until: None,
            again: None,
        };
        self.member(who).mailbox.queue.push_back(message);
    }

    pub(super) fn up(&mut self, who: &str) {
        let id = RequestId(self.state.last_request.0 + 1);
        let verb = Verb::Up {
            names: vec![name(who)],
            whole: false,
            one_offs: OneOffs::new(),
            which: crate::Which::Own,
        };
        self.requests.push(Request { id, verb });
        self.revives = true;
    }

    /// The watchdog is killed, and its successor reads what was stored.
    pub(super) fn die_and_come_back(&mut self) {
        let stored = serde_json::to_string(&self.state).expect("serializes");
        self.state = serde_json::from_str(&stored).expect("was just written");
    }

    pub(super) fn run_until(&mut self, until: u64) {
        while self.at < until {
            self.tick();
            self.at += self.interval.min(until - self.at).max(1);
        }
        self.tick();
    }

    /// Looks until nothing more is to be looked at soon.
    fn tick(&mut self) {
        for _ in 0..8 {
            let observation = self.observe();
            let decision = decide(&self.fleet, &self.state, &observation, false, now(self.at));
            self.requests.clear();
            self.state = decision.next.into_inner();
            if decision.actions.is_empty() {
                return;
            }
            for action in decision.actions {
                self.act(&action);
                self.actions.push((self.at, action));
            }
        }
    }

    fn act(&mut self, action: &Action) {
        match action {
            Action::Type { name, token, text, .. } => {
                let is_menu = matches!(self.looks[name].0, Look::Menu);
                self.menus += usize::from(is_menu);
                let seen = self.seen.get_mut(name).expect("declared");
                if let Seen::Known(pane) = &mut seen.pane {
                    pane.typed = Some(token.clone());
                }
                seen.screen = Seen::Known(screen(&format!("> {text}")));
            }
            Action::Submit { name, token, .. } => {
                let seen = self.seen.get_mut(name).expect("declared");
                if let Seen::Known(pane) = &mut seen.pane {
                    pane.submitted = Some(token.clone());
                }
                match self.answers.get(name).cloned() {
                    Some(Look::Unchanged) | None => {}
                    Some(look) => drop(self.looks.insert(name.clone(), (look, self.at + 1))),
                }
            }
            Action::Start { name, run, .. } if self.revives => {
                self.looks.insert(name.clone(), (self.born.clone(), self.at));
                let pane = PaneSeen { run: Some(*run), ..pane() };
                self.seen.get_mut(name).expect("declared").pane = Seen::Known(pane);
            }
            Action::Reply { answers, .. } => {
                let told = answers.iter().map(|(name, answer)| format!("{name}: {answer:?}"));
                self.replies.extend(told);
            }
            _ => {}
        }
    }

    fn observe(&mut self) -> Observation {
        let members = self.looks.clone().into_iter().map(|(name, (look, since))| {
            let typing = self.state.members.get(&name).is_some_and(|member| {
                matches!(member.mailbox.stage, Stage::Typing { .. } | Stage::Typed { .. })
            });
            let (look, since) = match look {
                Look::Flash if self.at > since + 5 => {
                    let refused = Look::Limited { reset: None, goes_on: false };
                    self.looks.insert(name.clone(), (refused.clone(), self.at));
                    (refused, self.at)
                }
                look => (look, since),
            };
            let before = self.seen[&name].clone();
            let seen = seen(&look, since, self.at, before, typing);
            self.seen.insert(name.clone(), seen.clone());
            (name, seen)
        });
        let members: Vec<_> = members.collect();
        Observation { independent: true, requests: self.requests.clone(), ..observation(members) }
    }

    fn member(&mut self, who: &str) -> &mut Member {
        self.state.members.get_mut(&name(who)).expect("declared")
    }

    /// The texts that were submitted, by their beginnings.
    pub(super) fn prompted(&self) -> Vec<String> {
        let typed = self.actions.iter().filter_map(|(_, action)| match action {
            Action::Type { name, text, .. } => Some((name, text)),
            _ => None,
        });
        let first = |text: &str| text.split([':', ' ']).take(2).collect::<Vec<_>>().join(" ");
        typed
            .map(|(name, text)| match text.as_str() {
                "wake up" => format!("{name}: wake"),
                text => format!("{name}: {}", first(text)),
            })
            .collect()
    }

    pub(super) fn starts_and_stops(&self) -> Vec<String> {
        let words = |(_, action): &(u64, Action)| match action {
            Action::Start { name, .. } => Some(format!("start {name}")),
            Action::Stop { name, .. } => Some(format!("stop {name}")),
            _ => None,
        };
        self.actions.iter().filter_map(words).collect()
    }

    pub(super) fn start_times(&self) -> Vec<u64> {
        let starts =
            self.actions.iter().filter(|(_, action)| matches!(action, Action::Start { .. }));
        starts.map(|(at, _)| *at).collect()
    }

    pub(super) fn alarms(&self) -> Vec<String> {
        let alarm = |(_, action): &(u64, Action)| match action {
            Action::Alarm { text, .. } => Some(text.clone()),
            _ => None,
        };
        self.actions.iter().filter_map(alarm).collect()
    }

    pub(super) fn answered_menus(&self) -> usize {
        self.menus
    }

    pub(super) fn limit(&self, who: &str) -> &'static str {
        match self.state.members[&name(who)].limit {
            Limit::Clear { .. } => "clear",
            Limit::Held { .. } => "held",
            Limit::Probing { .. } => "probing",
        }
    }

    pub(super) fn state(&self) -> &FleetState {
        &self.state
    }
}

fn seen(look: &Look, since: u64, at: u64, before: MemberSeen, typing: bool) -> MemberSeen {
    let since_ms = midnight().timestamp_millis() + i64::try_from(since * 1000).expect("small");
    let told =
        |state: ToldState| Some(Told { state, since_ms, source: format!("record line {since}") });
    let shows = |text: String| match &before.screen {
        // What is being typed stays on the screen until it is submitted.
        Seen::Known(_) if typing => before.screen.clone(),
        _ => Seen::Known(screen(&text)),
    };
    let alive = |text: String, told: Option<Told>| {
        let pane = match &before.pane {
            Seen::Known(pane) => pane.clone(),
            Seen::Absent | Seen::Unknown(_) => pane(),
        };
        MemberSeen {
            pane: Seen::Known(pane),
            screen: shows(text),
            told,
            shown: None,
            ..before.clone()
        }
    };
    match look {
        Look::Idle | Look::Unchanged => alive("ready / >".to_owned(), told(ToldState::Idle)),
        Look::Works | Look::Flash => {
            alive(format!("{at} s / esc interrupt"), told(ToldState::Active))
        }
        Look::Menu => {
            let shown = Shown {
                proof: "1. Stop and wait".to_owned(),
                menu: true,
                ..reading(ShownState::WaitingInput)
            };
            MemberSeen { shown: Some(shown), ..alive("1. Stop and wait".to_owned(), None) }
        }
        Look::Unauthenticated => {
            let text = "401 token expired".to_owned();
            alive("ready / >".to_owned(), told(ToldState::Unauthenticated { text }))
        }
        Look::Limited { reset, goes_on } => {
            let reset_ms = reset.map(|reset| {
                midnight().timestamp_millis() + i64::try_from(reset * 1000).expect("small")
            });
            let (goes_on, text) = (*goes_on, "used up".to_owned());
            let state = ToldState::Limited { reset_ms, window_minutes: None, goes_on, text };
            alive(format!("used up {since} / >"), told(state))
        }
        Look::Gone => MemberSeen {
            pane: Seen::Absent,
            screen: Seen::Absent,
            processes: Seen::Absent,
            told: None,
            shown: None,
            ..before
        },
    }
}
