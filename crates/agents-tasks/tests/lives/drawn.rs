//! Which manifest does a life carry out?

use std::fmt::Write as _;

use agents_tasks::Manifest;
use serde_json::Value;

use crate::chance::Chance;
use crate::revised::File;

/// Claims, and which of eight files each covers, told by hand: `src/main.rs`, `src/net/http.rs`, `src/net/tls.rs`,
/// `docs/a.md`, `docs/b.md`, `Makefile`, `web/app.ts`, `web/deep/app.ts`, from the lowest bit on.
const CLAIMS: [(&str, u8); 16] = [
    ("src/main.rs", 0b0000_0001),
    ("src", 0b0000_0111),
    ("src/*.rs", 0b0000_0001),
    ("src/**/*.rs", 0b0000_0111),
    ("src/net/", 0b0000_0110),
    ("src/net/t?s.rs", 0b0000_0100),
    ("src/net/http.rs", 0b0000_0010),
    ("docs/*.md", 0b0001_1000),
    ("docs/a.md", 0b0000_1000),
    ("docs", 0b0001_1000),
    ("Makefile", 0b0010_0000),
    ("docs/../Makefile", 0b0010_0000),
    ("web/app.ts", 0b0100_0000),
    ("**/app.ts", 0b1100_0000),
    ("web/*/app.ts", 0b1000_0000),
    ("./web/deep", 0b1000_0000),
];

pub const ACCOUNTS: [&str; 2] = ["team", "spare"];

/// A manifest, and what is known of it without the code that is tested.
pub struct Drawn {
    pub manifest: Manifest,
    /// The files that each task covers, by its place: while it is under way those of when it began.
    pub covers: Vec<u8>,
    /// What somebody has written; the manifest is that in force.
    pub file: File,
    pub has_remote: bool,
}

pub fn draw(chance: &mut Chance) -> Drawn {
    let most = chance.pick(&[3, 4, 5, 6, 8, 8, 12, 25]);
    let count = chance.between(2, most);
    let has_remote = !chance.one_in(8);
    let mut text = rules(chance, has_remote);
    let phases = chance.between(1, 3);
    for phase in 0..phases {
        let _ = writeln!(text, "[[phase]]\nname = \"p{phase}\"");
    }
    let mut rows: Vec<(u64, String, u8)> = Vec::new();
    for number in 0..count {
        let phase = chance.below(phases);
        let (row, covers) = task(chance, number, phase, &rows);
        rows.push((phase, row, covers));
    }
    // The file's own order is no order of dependencies.
    let mut order: Vec<usize> = (0..rows.len()).collect();
    for at in (1..order.len()).rev() {
        order.swap(at, chance.place(at + 1));
    }
    order.iter().for_each(|at| text.push_str(&rows[*at].1));
    let known = rows.iter().enumerate().map(|(number, row)| (format!("t{number}"), row.2));
    let file = File::new(document(&text), known.collect());
    let manifest = file.manifest.clone();
    let covers = manifest.tasks.iter().map(|task| file.covers[task.id.as_str()]).collect();
    Drawn { manifest, covers, file, has_remote }
}

/// As the config hands it over.
fn document(text: &str) -> Value {
    let table: toml::Value = toml::from_str(text).unwrap_or_else(|error| panic!("{text}\n{error}"));
    let mut document = serde_json::to_value(table).expect("a table is an object");
    let object = document.as_object_mut().expect("a table is an object");
    for (one, many) in [("task", "tasks"), ("phase", "phases")] {
        let rows = object.remove(one).unwrap_or_default();
        object.insert(many.to_owned(), rows);
    }
    document
}

/// What a task claims, and the files that this covers.
pub fn claims(chance: &mut Chance) -> (Vec<&'static str>, u8) {
    let claims: Vec<(&str, u8)> =
        (0..chance.pick(&[0, 1, 1, 1, 2])).map(|_| chance.pick(&CLAIMS)).collect();
    let covers = claims.iter().fold(0, |all, (_, covers)| all | covers);
    (claims.into_iter().map(|(name, _)| name).collect(), covers)
}

fn rules(chance: &mut Chance, has_remote: bool) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "attempts = {}", chance.between(1, 4));
    let _ = writeln!(text, "stall = {}", chance.between(20, 90));
    let _ = writeln!(text, "maxRuntime = {}", chance.between(60, 240));
    let _ = writeln!(text, "retryDelay = {}", chance.between(0, 20));
    if !chance.one_in(3) {
        let _ = writeln!(text, "maxParallel = {}", chance.between(1, 5));
    }
    let forges =
        if has_remote { ["gh", "gh", "glab", "none"] } else { ["gh", "none", "none", "none"] };
    let _ = writeln!(text, "forge = \"{}\"", chance.pick(&forges));
    for hook in ["onDone", "onError"] {
        if chance.one_in(2) {
            let _ = writeln!(text, "{hook} = [\"tell\"]");
        }
    }
    if chance.one_in(4) {
        text.push_str("noChange = \"complete\"\n");
    }
    text
}

fn task(
    chance: &mut Chance,
    number: u64,
    phase: u64,
    before: &[(u64, String, u8)],
) -> (String, u8) {
    let mut text = format!("[[task]]\nid = \"t{number}\"\nphase = \"p{phase}\"\n");
    let on: Vec<String> = (0..before.len())
        .filter(|other| before[*other].0 <= phase)
        .filter(|_| chance.one_in(5))
        .map(|other| format!("\"t{other}\""))
        .collect();
    let _ = writeln!(text, "dependsOn = [{}]", on.join(", "));
    let (claims, covers) = claims(chance);
    let names: Vec<String> = claims.iter().map(|name| format!("{name:?}")).collect();
    let _ = writeln!(text, "files = [{}]", names.join(", "));
    let _ = writeln!(text, "priority = {}", chance.below(3));
    if chance.one_in(3) {
        let _ = writeln!(text, "account = \"{}\"", chance.pick(&ACCOUNTS));
    }
    if chance.one_in(20) {
        let _ =
            writeln!(text, "status = \"{}\"", chance.pick(&["complete", "merged", "cancelled"]));
    }
    (text, covers)
}
