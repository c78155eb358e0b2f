//! Do two hundred messages in a row arrive under load: none lost, none doubled, none merged, each with evidence?

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use agents_model_server::{Cli, Leave};
use serde_json::Value;

use crate::for_each_cli;
use crate::stage::Stage;
use crate::wording::{Sent, whole, wording};

const MESSAGES: usize = 200;
const KICKOFF: &str = "MOCK:ok kickoff of the two hundred";

/// Busy processes, twice as many as there are cores. They end with it, and by themselves should this test be killed.
struct Load(Vec<Child>);

impl Load {
    fn begin() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let spin = || {
            let mut command = Command::new("timeout");
            command.args(["1800", "sh", "-c", "while :; do :; done"]).stdin(Stdio::null());
            command.spawn().unwrap()
        };
        Self((0..2 * cores).map(|_| spin()).collect())
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        for child in &mut self.0 {
            // `timeout` hands the signal on to the loop that it started.
            drop(Command::new("kill").arg(child.id().to_string()).status());
            drop(child.wait());
        }
    }
}

/// The messages go out one by one, in bursts, and while a turn runs; then the model's log is read.
fn submits(cli: Cli) {
    let stage = Stage::of(cli, Leave::Never, KICKOFF);
    let load = Load::begin();
    stage.begin("kickoff of the two hundred");
    let began = Instant::now();
    let sent: Vec<Sent> = (0..MESSAGES).map(wording).collect();
    for (n, message) in sent.iter().enumerate() {
        send(&stage, n, message);
    }
    stage.until("the last message is seen to go", || evidence(&stage).len() == MESSAGES);
    let took = began.elapsed();
    stage.until("its turn ends", || stage.state() == "idle");
    drop(load);
    let proofs = evidence(&stage);
    println!(
        "{}: {MESSAGES} messages in {took:.0?}, {:.2} s each; evidence {:?}; key pressed more than once for {}",
        cli.name(),
        took.as_secs_f64() / MESSAGES as f64,
        counted(proofs.iter().map(|it| it.evidence.as_str())),
        proofs.iter().filter(|it| it.submits > 1).count(),
    );
    judge(&stage, &sent);
    assert_eq!(stage.restarts(), 0, "{cli:?}");
}

/// Four of seven wait for their receipt, which must be one; three are sent in a burst. Each is typed when it is its turn.
fn send(stage: &Stage, n: usize, message: &Sent) {
    let waits = n % 7 < 4;
    let wait = if waits { "--wait=4m" } else { "--wait=0s" };
    let sent = stage.agents(&["send", "a", wait, "--json", "--", message.text()]);
    let receipt: Value = serde_json::from_str(&sent.out).unwrap_or_default();
    let receipt = &receipt["agents"][0];
    let delivered = receipt["result"] == "delivered" && receipt["evidence"].is_string();
    let queued = receipt["result"] == "queued" && receipt["reason"].is_string();
    if !delivered && (waits || !queued) {
        stage
            .until_within(Duration::ZERO, &format!("message {n} is delivered: {sent:?}"), || false);
    }
}

/// What the journal says of one message.
struct Proof {
    evidence: String,
    submits: u64,
}

/// The proofs of the operator's messages, in the order in which they went.
fn evidence(stage: &Stage) -> Vec<Proof> {
    let events = stage.agents(&["events", "a", "--json", "-n", "100000"]).out;
    let events = events.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let seen = events.map(|event| event["detail"]["Message"]["Seen"].clone());
    let seen = seen.filter(|seen| seen["message"] == "message of the operator");
    let proof = |seen: Value| Proof {
        evidence: seen["evidence"].as_str().unwrap().to_owned(),
        submits: seen["submits"].as_u64().unwrap(),
    };
    seen.map(proof).collect()
}

fn counted<'a>(words: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, usize> {
    let mut counts = BTreeMap::new();
    for word in words {
        *counts.entry(word).or_default() += 1;
    }
    counts
}

/// Compares what was sent with what the model was asked: each request knows the conversation so far, in which each
/// message stands in a turn of its own, and at most one is new.
#[track_caller]
fn judge(stage: &Stage, sent: &[Sent]) {
    let cli = stage.cli();
    let requests: Vec<Vec<String>> = stage.requests().iter().map(said).collect();
    let mut known = 0;
    let mut joined: Vec<&[String]> = Vec::new();
    for said in &requests {
        joined.extend(said.get(known..).filter(|new| new.len() > 1));
        known = known.max(said.len());
    }
    let said = requests.last().unwrap();
    let copies = |mark: &str| said.iter().filter(|it| it.contains(mark)).count();
    let lost: Vec<&str> = sent.iter().map(Sent::mark).filter(|it| copies(it) == 0).collect();
    let doubled: Vec<&str> = sent.iter().map(Sent::mark).filter(|it| copies(it) > 1).collect();
    let marks = |text: &str| sent.iter().filter(|it| text.contains(it.mark())).count();
    let merged: Vec<&String> = said.iter().filter(|text| marks(text) > 1).collect();
    let arrived = |it: &&Sent| copies(it.mark()) == 1;
    let exact = |it: &Sent| said.iter().any(|said| it.is(said));
    let changed: Vec<(&str, Vec<&String>)> = sent
        .iter()
        .filter(arrived)
        .filter(|it| !exact(it))
        .map(|it| (it.text(), said.iter().filter(|said| said.contains(it.mark())).collect()))
        .collect();
    println!(
        "{}: lost {lost:?}, doubled {doubled:?}, merged {merged:#?}, in one turn {joined:#?}, changed {changed:#?}",
        cli.name()
    );
    assert!(lost.is_empty() && doubled.is_empty() && merged.is_empty(), "{cli:?}");
    assert!(joined.is_empty() && changed.is_empty(), "{cli:?}");
    let order: Vec<&String> = said.iter().collect();
    let in_order = sent.iter().zip(&order).all(|(sent, said)| sent.is(said));
    assert!(in_order && said.len() == sent.len(), "{cli:?}: {order:#?}");
}

/// What the user said in that request, without the kickoff.
fn said(request: &Value) -> Vec<String> {
    let messages = request["messages"].as_array().unwrap().iter().filter_map(Value::as_str);
    messages.filter(|it| !it.contains(KICKOFF)).map(whole).collect()
}

for_each_cli!(submits:
    codex_gets_two_hundred_submits => Codex,
    claude_gets_two_hundred_submits => Claude,
    pi_gets_two_hundred_submits => Pi,
    opencode_gets_two_hundred_submits => Opencode,
    gemini_gets_two_hundred_submits => Gemini,
    qwen_gets_two_hundred_submits => Qwen,
);
