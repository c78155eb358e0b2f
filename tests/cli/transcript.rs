//! Is an agent's conversation found and shown, from the record that its program keeps?

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::support::Bed;
use crate::web::Web;

const FLEET: &str = r#"HEAD
[backend.claude]
preset = "claude"
[backend.codex]
preset = "codex"
[backend.pi]
preset = "pi"
[backend.opencode]
preset = "opencode"
[backend.cat]
bin = "cat"
[defaults.agent]
"#;

fn fixture(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/agents-records/fixtures");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// A fleet with an agent of each program, all in one folder.
fn bed() -> Bed {
    let agents = ["claude", "codex", "pi", "opencode", "cat"].map(|name| {
        format!("[[agent]]\nname = \"{name}\"\nkind = \"persistent\"\nbackend = \"{name}\"\ndir = \"work\"\nprompt = \"go\"\n")
    });
    let bed = Bed::with(&format!("{}{}", FLEET.replace("[defaults.agent]\n", ""), agents.concat()));
    std::fs::create_dir_all(bed.dir.join("work")).unwrap();
    bed
}

/// The record of the fixture, as if its program had worked in the agents' folder.
fn put(bed: &Bed, fixture_name: &str, path: &str) -> PathBuf {
    let cwd = bed.dir.join("work").canonicalize().unwrap();
    let text = fixture(fixture_name).replace("/srv/demo", cwd.to_str().unwrap());
    let path = bed.dir.parent().unwrap().join("home").join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    path
}

const CLAUDE: &str = "ea74014e-f3d3-477b-a421-91e7acf58174";
const CODEX: &str = "01a1fee1-a3cc-7970-a044-e76670dfa726";

#[test]
fn a_conversation_is_found_by_its_id_in_the_folders_of_each_program() {
    let bed = bed();
    put(&bed, "claude/tool.jsonl", &format!(".claude/projects/-x/{CLAUDE}.jsonl"));
    let day = ".codex/sessions/2026/11/21";
    put(&bed, "codex/ok.jsonl", &format!("{day}/rollout-2026-11-21T16-12-42-{CODEX}.jsonl"));
    put(&bed, "pi/tool.jsonl", ".pi/agent/sessions/--x--/2026-11-21_agent-one.jsonl");
    bed.write(".state/state/claude.id", &format!("{CLAUDE}\n"));
    bed.write(".state/state/codex.id", CODEX);
    for (name, words, id) in [
        ("claude", vec![], CLAUDE),
        ("codex", vec![], CODEX),
        ("pi", vec!["--conversation", "agent-one"], "agent-one"),
    ] {
        let mut asked = vec!["transcript", name];
        asked.extend(words);
        let shown = bed.agents(&asked).ends_with(0).out;
        assert!(shown.starts_with(&format!("conversation {id} at 2026-11-21T")), "{shown}");
        assert!(shown.contains("\n  user: MOCK:") && shown.contains("\n  assistant: "), "{shown}");
        assert!(shown.lines().last().unwrap().contains(" tokens in, "), "{shown}");
        asked.push("--json");
        let told = bed.agents(&asked).ends_with(0).json();
        assert_eq!(told["schema"], "agents.transcript/1");
        assert_eq!((&told["agent"], &told["program"]), (&json!(name), &json!(name)));
        assert_eq!(told["conversation"]["id"], id);
        assert!(told["totals"]["turns"].as_u64().unwrap() > 0, "{told}");
    }
    // What the tools gave back is shown when it is asked for.
    let bare = bed.agents(&["transcript", "claude"]).out;
    let tools = bed.agents(&["transcript", "claude", "--tools"]).ends_with(0).out;
    assert!(bare.contains("\n  tool ") && !bare.contains(" bytes\n"), "{bare}");
    assert!(tools.contains("\n  tool ") && tools.contains(" bytes\n"), "{tools}");
}

#[test]
fn what_has_no_record_says_so_and_ends_with_its_own_code() {
    let bed = bed();
    let none = bed.agents(&["transcript", "claude"]).ends_with(7);
    assert!(none.err.contains("there is no record of a conversation of claude"), "{none:?}");
    assert!(none.err.contains("it never ran"), "{none:?}");
    let id = bed.agents(&["transcript", "codex", "--conversation", "../../x"]).ends_with(7);
    assert!(id.err.contains("with the id ../../x"), "{id:?}");
    let port = bed.agents(&["transcript", "opencode"]).ends_with(7);
    assert!(port.err.contains("--port"), "{port:?}");
    let cat = bed.agents(&["transcript", "cat"]).ends_with(2);
    assert!(cat.err.contains("keeps no record that is understood"), "{cat:?}");
    let file = bed.agents(&["transcript", "pi", "--file", "nowhere.jsonl"]).ends_with(7);
    assert!(file.err.contains("cannot read the record nowhere.jsonl"), "{file:?}");
    bed.agents(&["transcript", "nobody"]).ends_with(2);
    // The same id in another folder is another agent's conversation.
    put(&bed, "claude/tool.jsonl", &format!(".claude/projects/-x/{CLAUDE}.jsonl"));
    let other = bed.read("agents.toml").replace("dir = \"work\"", "dir = \".\"");
    bed.write("agents.toml", &other);
    bed.write(".state/state/claude.id", CLAUDE);
    bed.agents(&["transcript", "claude"]).ends_with(7);
}

#[test]
fn a_stored_record_is_shown_harmlessly() {
    let bed = bed();
    let evil = r#"{"type":"session","id":"s","timestamp":"2026-11-21T10:00:00Z"}
{"type":"message","timestamp":"2026-11-21T10:00:00Z","message":{"role":"user","content":"\u001b]52;c;aGk=\u0007\u001b[2Jhi"}}
"#;
    bed.write("evil.jsonl", evil);
    let shown = bed.agents(&["transcript", "pi", "--file", "evil.jsonl"]).ends_with(0).out;
    assert!(shown.contains("  user: hi\n") && !shown.contains('\u{1b}'), "{shown:?}");
    // What is no record of that program is no conversation, and says so.
    bed.write("answer.json", &fixture("opencode/all.message.json"));
    let shown = bed.agents(&["transcript", "opencode", "--file", "answer.json"]).ends_with(0).out;
    assert!(shown.contains("\n  assistant: "), "{shown}");
    let wrong = bed.agents(&["transcript", "opencode", "--file", "evil.jsonl"]).ends_with(7);
    assert!(wrong.err.contains("is not understood"), "{wrong:?}");
}

#[test]
fn following_shows_what_is_added_until_nobody_reads() {
    use std::io::{BufRead as _, Write as _};
    let bed = bed();
    let text = fixture("pi/tool.jsonl");
    let (first, rest) = text.split_at(text[..text.len() / 2].rfind('\n').unwrap() + 1);
    bed.write("pi.jsonl", first);
    let mut child = bed.spawn(&["transcript", "pi", "--file", "pi.jsonl", "--follow"]);
    let mut rows = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(rows.next().unwrap().unwrap().starts_with("turn 1 at "));
    let mut file = std::fs::OpenOptions::new().append(true).open(bed.dir.join("pi.jsonl")).unwrap();
    file.write_all(rest.as_bytes()).unwrap();
    let whole = bed.agents(&["transcript", "pi", "--file", "pi.jsonl"]).out;
    let turns = whole.lines().filter(|row| row.starts_with("turn ")).count();
    let ends = |row: &str| row.starts_with("  done") || row.starts_with("  failed");
    let ended = rows.map(Result::unwrap).filter(|row| ends(row)).take(turns).count();
    assert_eq!(ended, turns, "{whole}");
    // It ends by itself now that its reader has gone.
    bed.until("it ends", || child.try_wait().unwrap().is_some());
}

#[test]
fn a_wide_status_has_the_sums_of_each_agent_and_a_plain_one_reads_no_record() {
    let bed = bed();
    put(&bed, "claude/tool.jsonl", &format!(".claude/projects/-x/{CLAUDE}.jsonl"));
    bed.write(".state/state/claude.id", CLAUDE);
    let wide = bed.agents(&["status", "--wide"]).ends_with(0).out;
    let row = |name: &str| {
        let rows: Vec<&str> = wide.lines().filter(|row| row.starts_with(name)).collect();
        rows.last().map(|row| (*row).to_owned()).unwrap_or_default()
    };
    let cells: Vec<String> = row("claude").split_whitespace().map(str::to_owned).collect();
    assert_eq!(cells.len(), 8, "{wide}");
    assert!(cells[1].parse::<u32>().unwrap() > 0 && cells[4].parse::<u64>().unwrap() > 0, "{wide}");
    assert!(row("codex").contains("- (no record yet)"), "{wide}");
    let json = bed.agents(&["status", "--wide", "--json"]).json();
    let usage = &json["agents"][0]["usage"];
    assert_eq!(usage["conversation"], CLAUDE);
    assert_eq!(usage["totals"]["turns"].to_string(), cells[1]);
    let plain = bed.agents(&["status"]).ends_with(0).out;
    assert!(!plain.contains("TOKENS"), "{plain}");
    assert!(bed.status()["agents"][0].get("usage").is_none());
}

/// An agent that runs a program of ours in the place of claude: its conversation is found by folder and time alone.
#[test]
fn the_conversation_of_a_run_is_found_by_its_folder_and_its_time() {
    let bed = bed();
    bed.program(
        "bin/claude",
        "#!/bin/sh\n\
         now=$(date -u +%Y-%m-%dT%H:%M:%S)\n\
         sed \"s/NOW/$now/g\" \"$RECORD\" > \"$HOME/.claude/projects/-x/$ID.jsonl\"\n\
         exec sleep 1000\n",
    );
    let path = format!("{}:{}", bed.dir.join("bin").display(), std::env::var("PATH").unwrap());
    let cwd = bed.dir.join("work").canonicalize().unwrap();
    let text = fixture("claude/tool.jsonl").replace("/srv/demo", cwd.to_str().unwrap());
    let text = text.replace("2026-11-21T16:21:22", "NOW").replace("2026-11-21T16:21:23", "NOW");
    bed.write("record.jsonl", &text);
    std::fs::create_dir_all(bed.dir.parent().unwrap().join("home/.claude/projects/-x")).unwrap();
    let record = bed.dir.join("record.jsonl");
    let variables = [("PATH", path.as_str()), ("RECORD", record.to_str().unwrap()), ("ID", CLAUDE)];
    bed.agents_with(&variables, &["up", "claude"]).ends_with(0);
    bed.until("the record is there", || {
        bed.agents(&["transcript", "claude"]).out.starts_with(&format!("conversation {CLAUDE}"))
    });
    // One that another agent is known to be in is not its own.
    bed.write(".state/state/pi.id", CLAUDE);
    bed.agents(&["transcript", "claude"]).ends_with(7);
}

#[test]
fn opencode_is_asked_at_the_port_that_the_config_names() {
    let bed = bed();
    let web = Web::new();
    let config = bed.read("agents.toml");
    let flags = format!("preset = \"opencode\"\nflags = \"--port {}\"", web.port);
    bed.write("agents.toml", &config.replace("preset = \"opencode\"", &flags));
    let sessions = fixture("opencode/all.session.json");
    let id = serde_json::from_str::<serde_json::Value>(&sessions).unwrap()[0]["id"].clone();
    let id = id.as_str().unwrap().to_owned();
    web.serve("/session", sessions);
    web.serve(&format!("/session/{id}/message"), fixture("opencode/all.message.json"));
    let none = bed.agents(&["transcript", "opencode"]).ends_with(7);
    assert!(none.err.contains("there is no record of a conversation of opencode"), "{none:?}");
    let shown = bed.agents(&["transcript", "opencode", "--conversation", &id]).ends_with(0).out;
    assert!(shown.starts_with(&format!("conversation {id} at ")), "{shown}");
    assert!(shown.contains("\n  assistant: "), "{shown}");
    // The sums of all agents have it, too.
    bed.write(".state/state/opencode.id", &id);
    let wide = bed.agents(&["status", "--wide", "--json"]).json();
    let rows = wide["agents"].as_array().unwrap();
    let own = rows.iter().find(|row| row["name"] == "opencode").unwrap();
    assert_eq!(own["usage"]["conversation"], id.as_str(), "{own}");
    assert!(own["usage"]["totals"]["turns"].as_u64().unwrap() > 1, "{own}");
}
