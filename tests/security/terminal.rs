//! Does a text become a command, a format or another address on its way through a real tmux, and does it arrive whole?

use std::path::{Path, PathBuf};
use std::time::Duration;

use agents_names::SessionName;
use agents_tmux::{
    ControlMode, Done, Driver, OneShot, Pane, Place, Socket, StartSession, TmuxError, TmuxOp,
    Token, sanitised,
};

use crate::corpus::injections;
use crate::support::{PATIENCE, wait_for};

/// A tmux server for one test, which ends with it.
struct Server {
    root: tempfile::TempDir,
    place: Place,
    runtime: tokio::runtime::Runtime,
}

impl Server {
    fn new() -> Self {
        let root = tempfile::Builder::new().prefix("agents-").tempdir().unwrap();
        let tmux = std::env::split_paths(&std::env::var_os("PATH").unwrap())
            .map(|folder| folder.join("tmux"))
            .find(|tmux| tmux.exists())
            .expect("tmux on the PATH");
        let place = Place::new(tmux, Socket::Path(root.path().join("s")))
            .with_time_limit(Duration::from_secs(60));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { root, place, runtime }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn do_all(&self, driver: &mut impl Driver, ops: &[TmuxOp]) -> Vec<Result<Done, TmuxError>> {
        self.runtime.block_on(driver.apply_all(ops))
    }

    fn panes(&self, driver: &mut impl Driver) -> Vec<Pane> {
        self.runtime.block_on(driver.list()).unwrap().panes
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut kill = std::process::Command::new("tmux");
        drop(kill.arg("-S").arg(self.path("s")).arg("kill-server").output());
    }
}

fn session(name: &str) -> SessionName {
    SessionName::new(name).unwrap()
}

fn script(session_name: &str, text: &str, words: &[&str]) -> StartSession {
    let argv = ["sh", "-c", text, "sh"].into_iter().chain(words.iter().copied());
    StartSession {
        session: session(session_name),
        agent_id: session_name.to_owned(),
        run: "r1".to_owned(),
        argv: argv.map(str::to_owned).collect(),
        log: None,
        columns: 200,
        rows: 50,
    }
}

/// Sets its title to its argument, and stays.
const TITLED: &str = r#"printf '\033]2;%s\033\\' "$1"; exec sleep 600"#;

/// A log file of that name, where a file can have it.
fn log_named(folder: &Path, text: &str) -> Option<PathBuf> {
    let name = format!("{text}.log");
    let is_one = !text.contains(['/', '\0']) && name.len() < 250;
    is_one.then(|| folder.join(name))
}

#[test]
fn s01_s02_s03_no_text_is_run_or_changed_by_tmux_as_id_argument_title_or_log() {
    let server = Server::new();
    let logs = server.path("logs");
    std::fs::create_dir(&logs).unwrap();
    let canary = server.path("canary");
    let texts = injections(&canary);
    let mut driver = OneShot::new(server.place.clone());
    server.runtime.block_on(driver.ensure_server()).unwrap();
    // As many at once as a busy fleet has.
    for (part, texts) in texts.chunks(60).enumerate() {
        let starts: Vec<StartSession> = texts
            .iter()
            .enumerate()
            .map(|(at, text)| StartSession {
                agent_id: text.clone(),
                log: log_named(&logs, text).or_else(|| Some(logs.join(format!("{part}-{at}.log")))),
                ..script(&format!("s{at}"), TITLED, &[text])
            })
            .collect();
        let ops: Vec<TmuxOp> = starts.iter().cloned().map(TmuxOp::Start).collect();
        let outcomes = server.do_all(&mut driver, &ops);
        let panes = server.panes(&mut driver);
        let mut kills = Vec::new();
        for (start, outcome) in starts.iter().zip(&outcomes) {
            let text = &start.agent_id;
            let pane = panes.iter().find(|pane| pane.session == start.session.as_str());
            if text.chars().any(char::is_control) {
                assert!(matches!(outcome, Err(TmuxError::Refused { .. })), "{text:?}: {outcome:?}");
                assert!(pane.is_none(), "{text:?}");
                continue;
            }
            assert_eq!(outcome.as_ref().ok(), Some(&Done::Changed), "{text:?}: {outcome:?}");
            let pane = pane.unwrap_or_else(|| panic!("{text:?} has no pane"));
            assert_eq!(pane.agent_id.as_deref(), Some(text.as_str()));
            kills.push(TmuxOp::Kill {
                session: start.session.clone(),
                pane: Some(pane.id),
                agent_id: text.clone(),
                untagged_too: false,
            });
        }
        titles_are_shown_as_they_are(&server, &mut driver, &starts);
        for (kill, outcome) in kills.iter().zip(server.do_all(&mut driver, &kills)) {
            assert_eq!(outcome, Ok(Done::Changed), "{kill:?}");
        }
        assert!(!canary.exists(), "one of these ran: {texts:#?}");
    }
}

/// Waits for the titles that a terminal takes whole.
fn titles_are_shown_as_they_are(server: &Server, driver: &mut OneShot, starts: &[StartSession]) {
    let plain: Vec<&StartSession> = starts
        .iter()
        .filter(|start| start.agent_id.chars().all(|c| c.is_ascii_graphic()))
        .collect();
    assert!(plain.len() > 5, "{}", plain.len());
    let mut last = Vec::new();
    let all_shown = wait_for(PATIENCE, &mut || {
        last = server.panes(driver);
        plain.iter().all(|start| {
            last.iter()
                .any(|pane| pane.session == start.session.as_str() && pane.title == start.agent_id)
        })
    });
    assert!(all_shown, "{last:#?}");
}

/// A pane whose program keeps what it gets, byte for byte.
fn sink(server: &Server, driver: &mut impl Driver, name: &str) -> (Pane, PathBuf) {
    let file = server.path(&format!("{name}.got"));
    let text = r#"stty raw -echo; printf '\033[?2004h\033]2;ready\033\\'; exec cat > "$1""#;
    let start = script(name, text, &[file.to_str().unwrap()]);
    let outcome = server.do_all(driver, &[TmuxOp::Start(start)]);
    assert_eq!(outcome, [Ok(Done::Changed)]);
    let mut found = None;
    let is_ready = wait_for(PATIENCE, &mut || {
        found = server.panes(driver).into_iter().find(|pane| pane.session == name);
        found.as_ref().is_some_and(|pane| pane.title == "ready") && file.exists()
    });
    assert!(is_ready, "{found:?}");
    (found.unwrap(), file)
}

/// Numbers that look random and are the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit).unwrap()).unwrap()
    }

    fn payload(&mut self, parts: &[String]) -> String {
        const SIGNS: &str = ";;;\\\\''\"\"$$##{}()`~%@!-=:&|<>* \t\n\r";
        let mut text = String::new();
        for _ in 0..=self.below(24) {
            match self.below(8) {
                0 | 1 => text.extend(SIGNS.chars().nth(self.below(SIGNS.chars().count()))),
                2 => text.extend(char::from_u32(u32::try_from(self.below(0x20)).unwrap())),
                3 => text.extend(char::from_u32(u32::try_from(self.below(0x3000)).unwrap())),
                4 => text.extend(char::from_u32(u32::try_from(self.below(0x11_0000)).unwrap())),
                5 => text.push_str(&parts[self.below(parts.len())]),
                6 => text.push_str(["\u{1b}[201~", "\u{1b}[200~", "\u{1b}[A"][self.below(3)]),
                _ => {
                    let letters = (0..self.below(12))
                        .map(|_| char::from(b' ' + u8::try_from(self.below(95)).unwrap()));
                    text.push_str(&letters.collect::<String>());
                }
            }
        }
        text
    }
}

/// What of a payload may be typed at all: said here once more, in other words than those of the program.
fn allowed(payload: &str) -> String {
    let lines = payload
        .replace("\u{1b}[201~", "")
        .replace("\u{1b}[200~", "")
        .replace("\r\n", "\n")
        .replace('\r', "\n");
    let keeps = |c: &char| match u32::from(*c) {
        0x09 | 0x0a => true,
        0x00..=0x1f | 0x7f..=0x9f | 0x61c | 0x200e..=0x200f => false,
        0x202a..=0x202e | 0x2066..=0x2069 => false,
        _ => true,
    };
    lines.chars().filter(keeps).collect::<String>().trim_end_matches('\n').to_owned()
}

/// Types each text by itself; returns what must have arrived.
fn deliver(server: &Server, driver: &mut impl Driver, pane: &Pane, texts: &[String]) -> Vec<u8> {
    let mut expected = Vec::new();
    let types: Vec<TmuxOp> = texts
        .iter()
        .enumerate()
        .map(|(at, text)| TmuxOp::Type {
            pane: pane.id,
            text: text.clone(),
            token: Token(format!("m{at}-{}", texts.len())),
        })
        .collect();
    for (text, outcome) in texts.iter().zip(server.do_all(driver, &types)) {
        let kept = allowed(text);
        assert_eq!(sanitised(text), kept, "{text:?}");
        if kept.is_empty() {
            assert!(matches!(outcome, Err(TmuxError::Refused { .. })), "{text:?}: {outcome:?}");
            continue;
        }
        assert_eq!(outcome, Ok(Done::Changed), "{text:?}");
        expected.extend([b"\x1b[200~", kept.as_bytes(), b"\x1b[201~"].concat());
    }
    expected
}

fn arrives(file: &Path, expected: &[u8]) {
    let mut got = Vec::new();
    let is_whole = wait_for(PATIENCE, &mut || {
        got = std::fs::read(file).unwrap();
        got.len() >= expected.len()
    });
    if got != expected {
        let at = got.iter().zip(expected).position(|(got, meant)| got != meant);
        let from = at.unwrap_or(got.len().min(expected.len())).saturating_sub(60);
        let part = |bytes: &[u8]| {
            String::from_utf8_lossy(&bytes[from.min(bytes.len())..bytes.len().min(from + 120)])
                .into_owned()
        };
        panic!("whole: {is_whole}, differs at {at:?}:\n{:?}\n{:?}", part(&got), part(expected));
    }
}

/// How many payloads; the nightly run asks for more.
fn payloads() -> usize {
    std::env::var("AGENTS_PAYLOADS").ok().and_then(|count| count.parse().ok()).unwrap_or(20_000)
}

#[test]
fn s03_s04_random_payloads_arrive_byte_for_byte_or_are_refused() {
    let server = Server::new();
    let canary = server.path("canary");
    let parts = injections(&canary);
    let mut driver = ControlMode::new(server.place.clone(), session("control"));
    server.runtime.block_on(driver.ensure_server()).unwrap();
    let (pane, file) = sink(&server, &mut driver, "sink");
    let connected = wait_for(PATIENCE, &mut || {
        server.panes(&mut driver);
        driver.is_connected()
    });
    assert!(connected);
    let mut random = Random(0x5eed);
    let all: Vec<String> = (0..payloads()).map(|_| random.payload(&parts)).collect();
    let began = std::time::Instant::now();
    let expected = deliver(&server, &mut driver, &pane, &all);
    arrives(&file, &expected);
    let (count, bytes) = (all.len(), expected.len());
    eprintln!("{count} payloads, {bytes} bytes, in {:?}", began.elapsed());
    assert!(!canary.exists());
    assert!(driver.is_connected());
}

#[test]
fn s03_s04_every_injection_is_typed_as_text_and_keys_are_no_options() {
    let server = Server::new();
    let canary = server.path("canary");
    let mut driver = OneShot::new(server.place.clone());
    server.runtime.block_on(driver.ensure_server()).unwrap();
    let (pane, file) = sink(&server, &mut driver, "sink");
    let expected = deliver(&server, &mut driver, &pane, &injections(&canary));
    arrives(&file, &expected);
    assert!(!canary.exists());
}
