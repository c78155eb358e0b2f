//! What does somebody write into the file while its tasks run, and what must the work make of that?

use std::collections::BTreeMap;

use agents_tasks::revise::{Revised, is_behind};
use agents_tasks::{Format, Manifest, Stage, TaskState, Work, load};
use serde_json::{Value, json};

use crate::chance::Chance;
use crate::drawn::claims;
use crate::world::{Broken, World, broken};

/// The file, as it stands.
pub struct File {
    document: Value,
    /// It as text, and what that says.
    pub source: String,
    pub manifest: Manifest,
    /// Which files the claims of each task cover, by its name.
    pub covers: BTreeMap<String, u8>,
    /// Rows that somebody took out.
    removed: Vec<(Value, u8)>,
    next: u64,
}

impl File {
    pub fn new(document: Value, covers: BTreeMap<String, u8>) -> Self {
        let next = covers.len() as u64;
        let (source, manifest) = read(&document);
        Self { document, source, manifest, covers, removed: Vec::new(), next }
    }

    /// Writes something else into it; what it is called. `is_known`: the work has a task of that name still.
    pub fn change(&mut self, chance: &mut Chance, is_known: impl Fn(&str) -> bool) -> &'static str {
        let what = self.write(chance, is_known);
        (self.source, self.manifest) = read(&self.document);
        what
    }

    fn write(&mut self, chance: &mut Chance, is_known: impl Fn(&str) -> bool) -> &'static str {
        let count = self.rows().len();
        let place = chance.place(count);
        match chance.below(7) {
            0 | 1 => {
                self.add(chance);
                "the file has a task more"
            }
            2 if count > 1 => {
                self.remove(place);
                "the file has a task less"
            }
            3 => {
                let Some(at) = self.removed.iter().position(|(row, _)| is_known(&id(row))) else {
                    return "nothing is written";
                };
                let (mut row, covers) = self.removed.remove(at);
                row["dependsOn"] = json!([]);
                self.covers.insert(id(&row), covers);
                self.rows().push(row);
                "the file has a task again"
            }
            4 => {
                let (names, covers) = claims(chance);
                let row = &mut self.rows()[place];
                row["files"] = json!(names);
                let id = id(row);
                self.covers.insert(id, covers);
                "a task claims other files"
            }
            5 => {
                let phase = self.rows()[place]["phase"].clone();
                let on = self.may_depend_on(chance, &self.rows_seen()[place], phase.as_str());
                self.rows()[place]["dependsOn"] = json!(on);
                "a task depends on others"
            }
            _ => {
                self.document["maxParallel"] = json!(chance.between(1, 6));
                "more or fewer may run at once"
            }
        }
    }

    fn rows(&mut self) -> &mut Vec<Value> {
        self.document["tasks"].as_array_mut().expect("a file has rows")
    }

    fn rows_seen(&self) -> Vec<Value> {
        self.document["tasks"].as_array().cloned().unwrap_or_default()
    }

    fn phases(&self) -> Vec<String> {
        let names = self.document["phases"].as_array().into_iter().flatten();
        names.filter_map(|phase| phase["name"].as_str().map(str::to_owned)).collect()
    }

    /// Tasks of a smaller number, and of no later phase: so no circle comes of it.
    fn may_depend_on(&self, chance: &mut Chance, row: &Value, phase: Option<&str>) -> Vec<String> {
        let phases = self.phases();
        let place = |name: Option<&str>| phases.iter().position(|it| Some(it.as_str()) == name);
        let (own, latest) = (number(&id(row)), place(phase));
        let rows = self.rows_seen();
        let fits =
            |other: &&Value| number(&id(other)) < own && place(other["phase"].as_str()) <= latest;
        rows.iter().filter(fits).filter(|_| chance.one_in(4)).map(id).collect()
    }

    fn add(&mut self, chance: &mut Chance) {
        let phases = self.phases();
        let phase = &phases[chance.place(phases.len())];
        let (names, covers) = claims(chance);
        let mut row = json!({ "id": format!("t{}", self.next), "phase": phase, "files": names });
        row["dependsOn"] = json!(self.may_depend_on(chance, &row, Some(phase)));
        self.next += 1;
        self.covers.insert(id(&row), covers);
        self.rows().push(row);
    }

    fn remove(&mut self, place: usize) {
        let row = self.rows().remove(place);
        let gone = id(&row);
        for other in self.rows() {
            if let Some(on) = other["dependsOn"].as_array_mut() {
                on.retain(|name| name.as_str() != Some(gone.as_str()));
            }
        }
        let covers = self.covers.remove(&gone).unwrap_or_default();
        self.removed.push((row, covers));
    }
}

fn read(document: &Value) -> (String, Manifest) {
    let source = document.to_string();
    let loaded = load(&source, Format::Json);
    let manifest = loaded.unwrap_or_else(|error| panic!("{source}\n{error}"));
    (source, manifest)
}

fn id(row: &Value) -> String {
    row["id"].as_str().unwrap_or_default().to_owned()
}

fn number(id: &str) -> u64 {
    id[1..].parse().expect("ids are `t` and a number")
}

/// Where each task of the new work stood in the one before.
pub fn places(before: &Manifest, after: &Manifest) -> Vec<Option<usize>> {
    let of = |task: &agents_tasks::Task| before.task(task.id.as_str()).map(|(place, _)| place);
    after.tasks.iter().map(of).collect()
}

/// What must hold when the file has changed and nothing else has.
pub fn holds(
    (before, work): (&Manifest, &Work),
    revised: &Revised,
    file: &Manifest,
    world: &World,
) -> Result<(), Broken> {
    for task in &file.tasks {
        if revised.manifest.task(task.id.as_str()).is_none() {
            return broken("what the file declares is taken up", task.id.to_string());
        }
    }
    for (place, task) in before.tasks.iter().enumerate() {
        let id = task.id.as_str();
        let earlier = &work.tasks[place];
        let is_declared = file.task(id).is_some();
        let is_under_way = !matches!(earlier.stage, Stage::Waiting { .. } | Stage::Over);
        let Some((now_at, _)) = revised.manifest.task(id) else {
            let is_told = earlier.hook.is_none() && earlier.state != TaskState::PrOpen;
            if is_under_way || !is_told || world.members[place].process.is_some() {
                return broken("who has something left is not forgotten", id);
            }
            continue;
        };
        let later = &revised.work.tasks[now_at];
        if is_under_way && later != earlier {
            return broken("what is under way goes on", format!("{id}: {earlier:?} to {later:?}"));
        }
        let was_begun = earlier.attempt > 0 || earlier.ended_ms.is_some();
        if is_declared && earlier.state.is_done() && was_begun && later.state != earlier.state {
            return broken("what is done is not done again", id);
        }
        if is_declared && later.reason.contains("does not declare it") {
            return broken("who is declared again is wanted again", id);
        }
    }
    Ok(())
}

/// Whether the file is to be looked at: it was not yet, or somebody vanished from it.
pub fn is_new(
    file: &File,
    taken_up: Option<&String>,
    (manifest, work): (&Manifest, &Work),
) -> bool {
    taken_up != Some(&file.source) || is_behind(manifest, work, Some(&file.manifest))
}
