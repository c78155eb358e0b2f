//! What is owed to the tasks after a tick, and who does it?

use std::sync::Arc;

use agents_config::Fleet;
use agents_decide::Moment;
use agents_tasks::Stage;
use agents_tasks::errand::{next_due, owed};
use agents_tasks::progress::Now;
use agents_tasks::revise::is_behind;
use agents_tasks::schedule::Bounds;
use agents_tasks::step::{Asked, Look, Outcome, step};
use agents_tmux::Driver;
use tokio::sync::Notify;

use super::asking::Asking;
use super::board::{Board, Held};
use super::declared;
use super::errands::{Arrived, Errands};
use super::member::with_tasks;
use super::request::{Reply, WorkRequest, check};
use super::sight::{Sight, all_over, backends, busy_elsewhere, entry, refusal, with_accounts};
use super::site::Site;
use crate::ledger::{Entry, Ledger as _, LedgerError, Record};
use crate::place::Place;
use crate::store_ledger::StoreLedger;
use crate::tick::{Engine, Ticked};

/// The work of a fleet, in the hand of the one that holds it.
#[derive(Default)]
pub(crate) struct Desk {
    pub(super) board: Board,
    /// Why the stored board cannot be read: then it is left as it is.
    unread: Option<String>,
    errands: Errands,
    /// Outcomes whose step was not stored yet.
    arrived: Vec<Arrived>,
    /// The fleet of the file, and the same with the tasks that have a session.
    pub(super) fleets: Option<(Arc<Fleet>, Arc<Fleet>)>,
    /// The revision of the store at which there was nothing to do.
    rests_at: Option<u64>,
    /// The fleet whose declared tasks were taken up.
    declared_by: Option<Arc<Fleet>>,
    /// What was asked of the fleet for sessions, and when it may be asked once more.
    pub(super) asking: Asking,
    /// Why those of the file could not be taken up, as it was said last.
    refused: Option<String>,
}

/// What a turn leaves to its caller.
#[derive(Debug, Default)]
pub(crate) struct Turned {
    /// Why nothing of it could be stored.
    pub failed: Option<LedgerError>,
    /// Something is owed to a session: the next tick is due at once.
    pub moved: bool,
    /// An errand that failed is due then.
    pub due: Option<Moment>,
}

/// What one turn makes of the board, before it is stored.
struct Turn {
    board: Board,
    /// What each work was stepped with.
    looks: Vec<Look>,
    entries: Vec<Entry>,
    replies: Vec<(u64, Reply)>,
    /// Why the tasks of the file cannot be taken up.
    refused: Option<String>,
}

/// What a verb asks of one task, and which reply hears of it.
struct OfVerb {
    work: String,
    reply: usize,
    asked: Asked,
    name: String,
}

impl Desk {
    /// Takes up what the store says. What cannot be read is left as it is, and nothing is done for any task.
    pub fn take_up(&mut self, ledger: &mut StoreLedger) {
        (self.fleets, self.rests_at, self.unread) = (None, None, None);
        (self.declared_by, self.refused) = (None, None);
        self.arrived.clear();
        self.board = Board::of_store(ledger.store()).unwrap_or_else(|error| {
            tracing::error!("nothing is done for tasks: {error}");
            self.unread = Some(error.to_string());
            Board::default()
        });
    }

    /// All manifests, as they were stored last.
    pub fn board(&self) -> &Board {
        &self.board
    }

    /// The fleet of the file, with the tasks that have a session.
    pub fn fleet(&mut self, of_file: &Arc<Fleet>) -> Arc<Fleet> {
        if let Some((before, with)) = &self.fleets
            && Arc::ptr_eq(before, of_file)
        {
            return Arc::clone(with);
        }
        let has_session = |held: &Held| held.work.tasks.iter().any(|it| it.stage.has_session());
        let with = if self.board.works.iter().any(has_session) {
            Arc::new(with_tasks(of_file, &self.board))
        } else {
            Arc::clone(of_file)
        };
        self.fleets = Some((Arc::clone(of_file), Arc::clone(&with)));
        with
    }

    /// Told when an errand has come to something.
    pub fn ended(&self) -> Arc<Notify> {
        Arc::clone(&self.errands.ended)
    }

    /// Takes account of what the tick saw, of errands and of requests; stores what follows, and then does it.
    pub fn turn<D: Driver, P: Place>(
        &mut self,
        engine: &mut Engine<D, P, StoreLedger>,
        of_file: &Arc<Fleet>,
        ticked: &Ticked,
    ) -> Turned {
        self.arrived.extend(self.errands.hear());
        let Ok(revision) = engine.ledger.store().revision() else { return Turned::default() };
        let is_idle = self
            .board
            .works
            .iter()
            .all(|held| held.work.rests() && next_due(&held.manifest, &held.work).is_none());
        let is_declared_anew = self.is_declared_anew(of_file);
        if is_idle
            && !is_declared_anew
            && self.arrived.is_empty()
            && self.rests_at == Some(revision)
        {
            return Turned::default();
        }
        let Ok(open) = engine.ledger.store().open_requests() else { return Turned::default() };
        let asked: Vec<(u64, WorkRequest)> =
            open.iter().filter_map(|open| Some((open.id, WorkRequest::of(&open.body)?))).collect();
        let now = Now { at: ticked.now.at.0, wall_ms: ticked.now.wall.timestamp_millis() };
        let fleet = self.fleet(of_file);
        let sight = Sight { fleet: &fleet, of_file, state: engine.state(), ticked };
        let turn = self.decide(&sight, is_declared_anew, &asked, now);
        if let Err(error) = self.store(engine, &turn, &asked, ticked) {
            tracing::debug!("what follows for the tasks cannot be stored: {error}");
            return Turned { failed: Some(error), ..Turned::default() };
        }
        self.arrived.clear();
        (self.declared_by, self.refused) = (Some(Arc::clone(of_file)), turn.refused);
        let changed = !turn.board.news(&self.board).is_empty();
        self.board = turn.board;
        if changed {
            self.fleets = None;
        }
        let mut moved = self.ask_for_sessions(engine, &turn.looks, &open, now);
        self.begin_errands(&fleet, now);
        moved |= changed && self.waits_for_a_look();
        if asked.is_empty() && !moved {
            // That of before the requests were read: one may have come since.
            self.rests_at = Some(revision);
        }
        let due = self.board.works.iter().filter_map(|held| next_due(&held.manifest, &held.work));
        let waiting = self.board.works.iter().flat_map(|held| &held.work.tasks);
        let waiting = waiting.filter_map(|progress| match progress.stage {
            Stage::Waiting { from } if from > now.at => Some(from),
            _ => None,
        });
        let due = due.filter(|due| *due > now.at).chain(waiting).min();
        Turned { failed: None, moved, due: due.map(Moment) }
    }

    /// Whether a next step follows from this one without anything that is seen.
    fn waits_for_a_look(&self) -> bool {
        let mut tasks = self.board.works.iter().flat_map(|held| &held.work.tasks);
        tasks.any(|it| it.stage.has_session() && !matches!(it.stage, Stage::Working { .. }))
    }

    /// Whether the tasks of the file are to be looked at: it changed, some of them vanished, or they wait for a name.
    fn is_declared_anew(&self, of_file: &Arc<Fleet>) -> bool {
        let is_same = self.declared_by.as_ref().is_some_and(|fleet| Arc::ptr_eq(fleet, of_file));
        let manifest = of_file.tasks.as_ref().map(|tasks| &tasks.manifest);
        let held = self.board.declared();
        let waits = held.is_some_and(|held| is_behind(&held.manifest, &held.work, manifest));
        !is_same || waits || self.refused.is_some()
    }

    fn decide(
        &self,
        sight: &Sight<'_>,
        is_declared_anew: bool,
        asked: &[(u64, WorkRequest)],
        now: Now,
    ) -> Turn {
        let mut board = self.board.clone();
        let mut entries = Vec::new();
        let mut refused = self.refused.clone();
        if is_declared_anew && self.unread.is_none() {
            refused = declared::take_up(&mut board, sight.of_file, now).err();
            let is_new = refused != self.refused;
            entries.extend(refused.iter().filter(|_| is_new).map(|why| refusal(why, sight.ticked)));
        }
        let (mut replies, verbs) = self.requests(&mut board, sight, asked, now);
        let mut looks = Vec::new();
        for place in 0..board.works.len() {
            let elsewhere = busy_elsewhere(&board, place);
            let Some(held) = board.works.get_mut(place) else { continue };
            let by = backends(held, sight.of_file);
            let manifest = with_accounts(&held.manifest, &by, sight.of_file);
            let own: Vec<_> = verbs.iter().filter(|verb| verb.work == held.header.name).collect();
            let look = Look {
                seats: sight.seats(held),
                outcomes: self.outcomes_of(held),
                asked: own.iter().map(|verb| verb.asked).collect(),
                bounds: Bounds { elsewhere, ..sight.bounds() },
                backends: by,
            };
            let after = step(&manifest, &held.work, &look, now);
            for (verb, answer) in own.into_iter().zip(after.answers) {
                replies[verb.reply].1.push((verb.name.clone(), answer));
            }
            for told in &after.told {
                entries.push(entry(held, told, sight.ticked));
            }
            let before = std::mem::replace(&mut held.work, after.work);
            entries.extend(all_over(held, &before, sight.ticked));
            sight.mark_logs(held, &before);
            looks.push(look);
        }
        Turn { board, looks, entries, replies, refused }
    }

    /// Takes manifests in, and finds the tasks that verbs are about; what cannot be is answered at once.
    fn requests(
        &self,
        board: &mut Board,
        sight: &Sight<'_>,
        asked: &[(u64, WorkRequest)],
        now: Now,
    ) -> (Vec<(u64, Reply)>, Vec<OfVerb>) {
        let mut replies: Vec<(u64, Reply)> = Vec::new();
        let mut verbs = Vec::new();
        for (id, request) in asked {
            let mut reply = Reply::new();
            match (request, &self.unread) {
                (_, Some(unread)) => reply.push(("work".to_owned(), Err(unread.clone()))),
                (WorkRequest::Run(header), None) => {
                    let answer = take_in(board, sight.of_file, header.clone(), now);
                    reply.push((header.name.clone(), answer));
                }
                (WorkRequest::Tasks { names, verb }, None) => {
                    for name in names {
                        let Some((held, place)) = board.task(name) else {
                            reply.push((name.clone(), Err("there is no such task".to_owned())));
                            continue;
                        };
                        let (work, asked) =
                            (held.header.name.clone(), Asked { place, verb: *verb });
                        let (reply, name) = (replies.len(), name.clone());
                        verbs.push(OfVerb { work, reply, asked, name });
                    }
                }
            }
            replies.push((*id, reply));
        }
        (replies, verbs)
    }

    fn outcomes_of(&self, held: &Held) -> Vec<Outcome> {
        let own = self.arrived.iter().filter(|arrived| arrived.whose.0 == held.header.name);
        let outcome = |arrived: &Arrived| {
            let (place, _) = held.manifest.task(arrived.whose.1.as_str())?;
            let (errand, result) = (arrived.errand, arrived.result.clone());
            let (generation, aside) = (arrived.generation, arrived.aside.clone());
            Some(Outcome { place, generation, errand, result, aside })
        };
        own.filter_map(outcome).collect()
    }

    /// Before anything of it is done.
    fn store<D: Driver, P: Place>(
        &self,
        engine: &mut Engine<D, P, StoreLedger>,
        turn: &Turn,
        asked: &[(u64, WorkRequest)],
        ticked: &Ticked,
    ) -> Result<(), LedgerError> {
        let replies = turn.replies.iter().map(|(id, reply)| {
            (agents_decide::RequestId(*id), serde_json::json!(reply).to_string())
        });
        let record = Record {
            state: None,
            entries: turn.entries.clone(),
            words: turn.board.news(&self.board),
            replies: replies.collect(),
            taken: asked.iter().map(|(id, _)| agents_decide::RequestId(*id)).collect(),
        };
        if record.is_empty() {
            return Ok(());
        }
        engine.ledger.commit(&record)?;
        for entry in &turn.entries {
            let subject = entry.subject.as_deref().unwrap_or_default();
            tracing::info!("tick {}: {subject}: {}", ticked.decision.next.tick, entry.text);
        }
        Ok(())
    }

    fn begin_errands(&mut self, fleet: &Fleet, now: Now) {
        for held in &self.board.works {
            for (place, task) in held.manifest.tasks.iter().enumerate() {
                if let Some(errand) = owed(&held.manifest, &held.work, place, now)
                    && let Some(site) = Site::of(fleet, held, place)
                {
                    let whose = (held.header.name.clone(), task.id.clone());
                    self.errands.begin(whose, errand, site);
                }
            }
        }
    }
}

/// Takes a manifest up.
fn take_in(
    board: &mut Board,
    fleet: &Fleet,
    header: super::Header,
    now: Now,
) -> Result<String, String> {
    let name = board.free_name(&header.name);
    let held = Held::begin(super::Header { name, began_ms: now.wall_ms, ..header })?;
    check(fleet, board, &held)?;
    let (name, count) = (held.header.name.clone(), held.manifest.tasks.len());
    board.add(held);
    Ok(format!("`{name}` is taken up, with {count} {}", if count == 1 { "task" } else { "tasks" }))
}
