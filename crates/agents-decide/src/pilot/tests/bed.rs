//! One agent with a pilot, in virtual time: what it shows is what a test says, and it works for a while when prompted.

use agents_config::Fleet;

use crate::activity::fixture::{
    ann, fleet_of, member, midnight, now, observation, pane, reading, screen,
};
use crate::{
    Action, Analysis, AnalysisSeen, Answer, Decision, FleetState, Heard, MemberSeen, Note,
    Observation, Prompted, Request, RequestId, Seen, SendTerms, Shown, ShownState, Verb, decide,
};

pub(super) struct Bed {
    fleet: Fleet,
    pub state: FleetState,
    pub at: u64,
    /// What is typed at it and not submitted.
    composer: String,
    /// It works until then.
    works_until: u64,
    /// How many turns it has had.
    turns: u32,
    /// For how long a prompt keeps it at work.
    pub turn: u64,
    /// What a preset reads of its screen besides, if one does.
    pub shown: Option<ShownState>,
    /// Unsent text of a person.
    pub draft: Option<String>,
    pub reads_prompts: bool,
    heard: Option<Heard>,
    pub is_gone: bool,
    /// It takes text only in this case.
    pub is_deaf: bool,
    pub is_suspended: bool,
    /// What its analyzer does.
    pub analysis: Option<AnalysisSeen>,
    requests: Vec<Request>,
    typed: Option<String>,
    submitted: Option<String>,
    /// What was done, each with its second.
    pub done: Vec<String>,
    pub notes: Vec<Note>,
}

impl Bed {
    /// A fleet of `ann`, whose pilot has those keys, and that of its table.
    pub(super) fn with(pilot: &str, agent: &str) -> Self {
        let text = format!(
            "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nprompt = \"x\"\nbackend = \"tui\"\n\
             [backend.tui]\nbin = \"tui\"\nactive_re = \"esc interrupt\"\nlimit_re = \"limit reached\"\nconnect_delay = 0\n\
             stall_idle = \"9h\"\n[[agent]]\nname = \"ann\"\n{agent}\n{pilot}\n"
        );
        let fleet = fleet_of(&text);
        let mut bed = Self {
            fleet,
            state: FleetState::default(),
            at: 100,
            composer: String::new(),
            works_until: 0,
            turns: 0,
            turn: 20,
            shown: None,
            draft: None,
            reads_prompts: false,
            heard: None,
            is_gone: false,
            is_deaf: false,
            is_suspended: false,
            analysis: None,
            requests: Vec::new(),
            typed: None,
            submitted: None,
            done: Vec::new(),
            notes: Vec::new(),
        };
        bed.tick();
        bed
    }

    pub(super) fn works_for(&mut self, seconds: u64) {
        self.works_until = self.at + seconds;
    }

    /// It goes on drawing, and nothing says that it works.
    pub(super) fn draws(&mut self) {
        self.turns += 1;
    }

    pub(super) fn ask(&mut self, verb: Verb) {
        let id = RequestId(self.state.last_request.0 + 1);
        self.requests.push(Request { id, verb });
    }

    pub(super) fn switch(&mut self, on: bool) {
        self.ask(Verb::Pilot { names: vec![ann()], on });
    }

    pub(super) fn send(&mut self, text: &str) {
        let terms = SendTerms::default();
        self.ask(Verb::Send { name: ann(), text: text.to_owned(), terms });
    }

    /// Its analyzer answers what it was asked last.
    pub(super) fn answers(&mut self, answer: Analysis) {
        let analysis = self.analysis.as_mut().expect("it was asked");
        (analysis.conversation, analysis.answer) = (Some("talk".to_owned()), Some(answer));
    }

    /// A person types in the session itself, and the program tells of it.
    pub(super) fn person_types(&mut self, text: &str) {
        self.hear(text);
        self.works_for(self.turn);
    }

    fn hear(&mut self, text: &str) {
        self.hear_at(text, self.at);
    }

    /// The program tells of a prompt of that second.
    pub(super) fn hear_at(&mut self, text: &str, second: u64) {
        let at_ms = midnight().timestamp_millis() + i64::try_from(second * 1000).expect("small");
        self.heard = Some(Heard { at_ms, prompt: Some(Prompted { at_ms, text: text.to_owned() }) });
    }

    /// The watchdog is killed, and its successor reads what was stored.
    pub(super) fn die_and_come_back(&mut self) {
        let stored = serde_json::to_string(&self.state).expect("serializes");
        self.state = serde_json::from_str(&stored).expect("was just written");
    }

    pub(super) fn run(&mut self, seconds: u64) {
        let until = self.at + seconds;
        while self.at < until {
            self.at += 1;
            self.tick();
        }
    }

    /// Looks until nothing more follows from it at once.
    fn tick(&mut self) {
        for _ in 0..8 {
            let observation = self.observe();
            let Decision { next, actions, notes, .. } =
                decide(&self.fleet, &self.state, &observation, false, now(self.at));
            self.requests.clear();
            self.state = next.into_inner();
            self.notes = notes.into_iter().map(|about| about.note).collect();
            if actions.is_empty() {
                return;
            }
            actions.into_iter().for_each(|action| self.act(action));
        }
    }

    fn act(&mut self, action: Action) {
        let at = self.at;
        match action {
            Action::Type { text, token, .. } => {
                self.done.push(format!("{at} types: {text}"));
                (self.composer, self.typed) = (text, Some(token));
            }
            Action::Submit { token, .. } => {
                self.submitted = Some(token);
                let text = std::mem::take(&mut self.composer);
                if self.reads_prompts {
                    self.hear(&text);
                }
                self.turns += 1;
                self.works_for(self.turn);
            }
            Action::Alarm { text, .. } => self.done.push(format!("{at} alarm: {text}")),
            Action::Reply { answers, .. } => {
                for (_, answer) in answers {
                    if let Answer::Done(said) | Answer::Failed(said) = answer {
                        self.done.push(format!("{at} answer: {said}"));
                    }
                }
            }
            Action::Start { .. }
            | Action::Stop { .. }
            | Action::Choose { .. }
            | Action::RestoreSocket { .. }
            | Action::LookAgain
            | Action::WritePosition { .. }
            | Action::MarkComplete { .. }
            | Action::ClearComplete
            | Action::StopUndeclared { .. }
            | Action::Exit => {}
            Action::Analyze { job, resume, .. } => {
                let from = resume.map_or_else(String::new, |id| format!(" in {id}"));
                self.done.push(format!("{at} asks{from}"));
                let answer = None;
                self.analysis = Some(AnalysisSeen { job, conversation: None, answer });
            }
            Action::EndAnalysis { .. } => {
                self.done.push(format!("{at} calls off"));
                self.analysis = None;
            }
        }
    }

    fn observe(&self) -> Observation {
        let seen = self.look();
        Observation {
            independent: true,
            requests: self.requests.clone(),
            ..observation([(ann(), seen)])
        }
    }

    fn look(&self) -> MemberSeen {
        let text = if self.at < self.works_until {
            format!("turn {} / {} s, esc interrupt", self.turns, self.at)
        } else {
            format!("turn {} / > {}", self.turns, self.composer)
        };
        let mut seen = member(&text, 0);
        if self.is_gone {
            (seen.pane, seen.screen) = (Seen::Absent, Seen::Absent);
            return seen;
        }
        let mut pane = pane();
        (pane.typed, pane.submitted) = (self.typed.clone(), self.submitted.clone());
        pane.deaf = self.is_deaf;
        seen.job = self.is_suspended.then_some(crate::JobSeen { pid: 7, suspended: true });
        seen.analysis.clone_from(&self.analysis);
        seen.pane = Seen::Known(pane);
        seen.heard.clone_from(&self.heard);
        seen.screen = Seen::Known(screen(&text));
        seen.shown = self.shown.map(|state| Shown {
            proof: "a row".to_owned(),
            draft: self.draft.clone(),
            composer_empty: self.draft.is_none() && self.composer.is_empty(),
            ..reading(if self.at < self.works_until { ShownState::Active } else { state })
        });
        seen
    }

    /// What the pilot says of it now.
    pub(super) fn says(&self) -> String {
        let telling = crate::sentence::Telling::decided(None, now(self.at));
        let said = self.notes.iter().filter(|note| matches!(note, Note::Pilot(_)));
        said.map(|note| note.told(&telling)).collect::<Vec<_>>().join("; ")
    }

    /// When it was prompted by the pilot.
    pub(super) fn prompted(&self) -> Vec<u64> {
        let typed = self.done.iter().filter_map(|it| it.split_once(" types: go on"));
        typed.filter_map(|(at, _)| at.parse().ok()).collect()
    }
}
