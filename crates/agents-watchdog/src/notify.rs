//! Who has to be told of what was decided, and did it get through?
//!
//! The journal is what is to be told: an alarm stands in it by the same transaction as the decision that raised it. This
//! reads on from where it was, keeps an outbox per target in the store, and lets threads send beside the ticks.

mod classify;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use agents_config::{Fleet, Notify, NotifyEvent};
use agents_notify::{Commands, Failure, Message, Next, Notice, Outbox, Place, Rules, Sent, send};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::harmless;
use crate::ledger::{Entry, Ledger as _, Record};
use crate::store_ledger::StoreLedger;

pub(crate) use classify::CONFIG_BROKEN;
pub use words::Untold;

/// The store's word on what is owed; the slash keeps it apart from the words on agents.
pub const OUTBOX_WORD: &str = "notify/outbox";
/// What happened so long ago is history by the time that somebody can be told of it.
const STALE_MS: i64 = 12 * 3_600_000;
/// How much of the journal is read at once.
const BATCH: u32 = 500;
/// Outcomes that wait to be heard.
const OUTCOMES: usize = 64;

/// Sends what is owed, beside the ticks.
pub(crate) struct Notifier {
    owed: Option<Owed>,
    /// Targets with a message on its way.
    under_way: BTreeSet<String>,
    said: mpsc::Sender<Outcome>,
    heard: mpsc::Receiver<Outcome>,
    arrived: Vec<Outcome>,
    due: Option<Instant>,
    commands: Commands,
}

/// What it was sending is owed still, and sent by the next one.
impl Drop for Notifier {
    fn drop(&mut self) {
        self.commands.end_all();
    }
}

/// What is stored.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
struct Owed {
    /// The last entry of the journal that was looked at.
    seen: u64,
    targets: BTreeMap<String, Outbox>,
}

struct Outcome {
    target: String,
    sent: Result<Sent, Failure>,
}

impl Notifier {
    pub fn new() -> Self {
        let (said, heard) = mpsc::channel(OUTCOMES);
        Self {
            owed: None,
            under_way: BTreeSet::new(),
            said,
            heard,
            arrived: Vec::new(),
            due: None,
            commands: Commands::default(),
        }
    }

    /// One for as long as there is no store that could say what is owed.
    pub fn without_store() -> Self {
        let mut notifier = Self::new();
        notifier.owed = Some(Owed::default());
        notifier
    }

    /// Ends when there is something to do that no tick brings: an answer, or the time of the next try.
    pub async fn due(&mut self) {
        let due = self.due;
        let timer = async {
            match due {
                Some(due) => tokio::time::sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            outcome = self.heard.recv() => self.arrived.extend(outcome),
            () = timer => {}
        }
    }

    /// Takes up what the journal says since, what came of earlier messages, and sends what is due. Does not wait.
    pub fn tend(&mut self, ledger: &mut StoreLedger, fleet: &Fleet) {
        self.due = None;
        if fleet.notify.to.is_empty() {
            // Whoever is named later is not told of what was before.
            self.owed = None;
            return;
        }
        let now_ms = wall_ms();
        let before = self.owed.clone();
        let mut owed = self.owed.take().unwrap_or_else(|| stored(ledger));
        owed.targets.retain(|name, _| fleet.notify.to.iter().any(|target| target.name == *name));
        read_on(&mut owed, ledger, &fleet.notify, now_ms);
        let entries = self.hear(&mut owed, &fleet.notify, now_ms);
        let due = self.due_now(&mut owed, &fleet.notify, now_ms);
        if before.as_ref() != Some(&owed) || !entries.is_empty() {
            keep(ledger, &owed, entries);
        }
        for (target, message) in due {
            self.begin(fleet, &target, message);
        }
        self.owed = Some(owed);
    }

    /// Tells of what cannot be stored: the store itself is in trouble.
    pub fn trouble(&mut self, fleet: &Fleet, what: &str) {
        let now_ms = wall_ms();
        let Some(owed) = &mut self.owed else { return };
        let notice = Notice {
            id: now_ms.unsigned_abs(),
            event: NotifyEvent::Store,
            about: None,
            text: format!("{what}; nothing is done until that is mended"),
            at_wall_ms: now_ms,
        };
        hand_out(owed, &fleet.notify, &notice, now_ms);
    }

    /// Sends what is due of that, where nothing can be read or stored. Does not wait.
    pub fn tend_without_store(&mut self, fleet: &Fleet) {
        let now_ms = wall_ms();
        let Some(mut owed) = self.owed.take() else { return };
        drop(self.hear(&mut owed, &fleet.notify, now_ms));
        for (target, message) in self.due_now(&mut owed, &fleet.notify, now_ms) {
            self.begin(fleet, &target, message);
        }
        self.owed = Some(owed);
    }

    /// What came of the messages under way; what was given up is for the journal.
    fn hear(&mut self, owed: &mut Owed, notify: &Notify, now_ms: i64) -> Vec<Entry> {
        while let Ok(outcome) = self.heard.try_recv() {
            self.arrived.push(outcome);
        }
        let mut entries = Vec::new();
        for Outcome { target, sent } in std::mem::take(&mut self.arrived) {
            self.under_way.remove(&target);
            let Some(outbox) = owed.targets.get_mut(&target) else { continue };
            match sent {
                Ok(sent) => {
                    tracing::info!("told {target}{}", printed(&sent.output));
                    entries.extend(outbox.sent().map(|over| words::over(&target, &over, now_ms)));
                }
                Err(failure) => {
                    tracing::warn!("could not tell {target}: {}", failure.reason());
                    let is_new = outbox.trouble().is_none();
                    match outbox.failed(&failure, rules(notify), now_ms) {
                        Some(given_up) => entries.push(words::given_up(&target, &given_up, now_ms)),
                        None if is_new => entries.push(words::failed(&target, &failure, now_ms)),
                        // The same trouble goes on; `status` tells how often it was tried.
                        None => {}
                    }
                }
            }
        }
        entries
    }

    /// What is to be sent now; and remembers when to look again.
    fn due_now(&mut self, owed: &mut Owed, notify: &Notify, now_ms: i64) -> Vec<(String, Message)> {
        let mut due = Vec::new();
        for (name, outbox) in &mut owed.targets {
            if self.under_way.contains(name) {
                continue;
            }
            match outbox.next(rules(notify), now_ms) {
                Next::Rest => {}
                Next::Wait(at_ms) => {
                    let wait = u64::try_from(at_ms - now_ms).unwrap_or(0);
                    let at = Instant::now() + Duration::from_millis(wait);
                    self.due = Some(self.due.map_or(at, |due| due.min(at)));
                }
                Next::Send(message) => due.push((name.clone(), message)),
            }
        }
        due
    }

    /// In a thread of its own, which nobody waits for: what it was sending when the process ends is sent again.
    fn begin(&mut self, fleet: &Fleet, name: &str, message: Message) {
        let Some(target) = fleet.notify.to.iter().find(|target| target.name == name) else {
            return;
        };
        let (target, place, said) = (target.clone(), place_of(fleet), self.said.clone());
        let commands = self.commands.clone();
        self.under_way.insert(name.to_owned());
        let name = name.to_owned();
        let outcome_of = {
            let target = target.name.clone();
            move |sent| Outcome { target, sent }
        };
        let thread = std::thread::Builder::new().name("notify".to_owned());
        let begun = thread.spawn(move || {
            let sent =
                catch_unwind(AssertUnwindSafe(|| send(&target, &place, &message, &commands)));
            let sent = sent.unwrap_or_else(|_| Err(failed("the sender failed".to_owned())));
            // Nobody listens once the watchdog has ended.
            drop(said.blocking_send(outcome_of(sent)));
        });
        if let Err(error) = begun {
            let sent = Err(failed(format!("no thread can be started: {error}")));
            self.arrived.push(Outcome { target: name, sent });
            self.due = Some(Instant::now());
        }
    }
}

fn failed(reason: String) -> Failure {
    Failure::Passing { reason, wait: None }
}

/// Who could not be told of what, by the store's word and in the order of the config.
#[must_use]
pub fn untold(word: &str, notify: &Notify) -> Vec<Untold> {
    let Ok(owed) = serde_json::from_str::<Owed>(word) else { return Vec::new() };
    let of = |name: &str| Untold::of(name, owed.targets.get(name)?);
    notify.to.iter().filter_map(|target| of(&target.name)).collect()
}

/// Whose messages the fleet's are.
#[must_use]
pub fn place_of(fleet: &Fleet) -> Place {
    Place {
        fleet: fleet.session_prefix.as_str().trim_end_matches('-').to_owned(),
        config: fleet.config.clone(),
        dir: fleet.project_dir.clone(),
    }
}

fn rules(notify: &Notify) -> Rules {
    Rules { group: notify.group, rate: notify.rate, retries: notify.retries }
}

/// What the store says; what is new to a store begins now.
fn stored(ledger: &mut StoreLedger) -> Owed {
    let word = ledger.store().word_of(OUTBOX_WORD);
    let kept = word.ok().flatten().and_then(|word| serde_json::from_str(&word).ok());
    kept.unwrap_or_else(|| {
        let seen = ledger.store().last_seq().unwrap_or_default();
        Owed { seen, targets: BTreeMap::new() }
    })
}

fn read_on(owed: &mut Owed, ledger: &mut StoreLedger, notify: &Notify, now_ms: i64) {
    // A store that was put back from a copy counts on from where that was.
    let last = ledger.store().last_seq().unwrap_or(owed.seen);
    owed.seen = owed.seen.min(last);
    loop {
        let entries = match ledger.store().journal_since(owed.seen, BATCH) {
            Ok(entries) => entries,
            // The loop itself tells what is wrong with the store.
            Err(_) => return,
        };
        let Some(last) = entries.last() else { return };
        owed.seen = last.seq;
        let notices = entries.iter().filter_map(classify::notice);
        for notice in notices.filter(|notice| now_ms - notice.at_wall_ms < STALE_MS) {
            hand_out(owed, notify, &notice, now_ms);
        }
    }
}

fn hand_out(owed: &mut Owed, notify: &Notify, notice: &Notice, now_ms: i64) {
    for target in notify.to.iter().filter(|target| target.hears(notice.event)) {
        owed.targets.entry(target.name.clone()).or_default().add(notice.clone(), now_ms);
    }
}

/// A message may then go out twice, and is not lost.
fn keep(ledger: &mut StoreLedger, owed: &Owed, entries: Vec<Entry>) {
    let body = serde_json::json!(owed).to_string();
    let words = vec![(OUTBOX_WORD.to_owned(), body)];
    if let Err(error) = ledger.commit(&Record { words, entries, ..Record::default() }) {
        tracing::warn!("what is to be told cannot be stored: {error}");
    }
}

fn printed(output: &str) -> String {
    let row = harmless::text(output).replace(['\n', '\t'], " ");
    if row.is_empty() { row } else { format!("; it printed: {row}") }
}

fn wall_ms() -> i64 {
    chrono::Utc::now().timestamp_millis()
}
