//! A program that cannot be run is a warning at its place; what cannot be judged is left alone.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use agents_config::{Environment, load};

/// Two folders: `bin` on the PATH with `claude` and a plain file `notes`, and `proj` with `run.sh` and an empty `sub`.
fn said(below: &str) -> String {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().canonicalize().unwrap();
    for (file, mode) in
        [("bin/claude", 0o755), ("bin/notes", 0o644), ("proj/run.sh", 0o755), ("home/mine", 0o755)]
    {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "#!/bin/sh\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }
    fs::create_dir(folder.join("proj/sub")).unwrap();
    let config = folder.join("proj/agents.toml");
    let head = "[defaults]\nsession_prefix = \"p-\"\nlog_dir = \"l\"\n";
    fs::write(&config, format!("{head}{below}\n")).unwrap();
    let environment =
        Environment::default().with_home(folder.join("home")).with_search_path(folder.join("bin"));
    report(&config, &environment).replace(folder.to_str().unwrap(), "ROOT")
}

fn report(config: &Path, environment: &Environment) -> String {
    load(config, environment).unwrap().report(environment).render(false)
}

fn said_of_bin(bin: &str) -> String {
    said(&format!("[backend.x]\nbin = '''{bin}'''\n[[agent]]\nname = \"a\"\nbackend = \"x\""))
}

/// A backend `x` with those keys, and an agent that it runs.
fn said_of_ping(keys: &str) -> String {
    said(&format!(
        "[backend.x]\nprompt_delivery = 'ping'\n{keys}\n[[agent]]\nname = 'a'\nbackend = 'x'"
    ))
}

#[test]
fn what_can_be_run_or_cannot_be_judged_is_left_alone() {
    for bin in [
        "claude",
        "exec claude --x",
        "env X=y claude",
        "./run.sh",
        "sub/../run.sh x",
        "'./run.sh' now",
        "~/mine",
        "cd sub && none",
        "$NONE",
        "none || claude",
        "{kickoff}",
        "PATH=/x none",
        "\"claude\"",
    ] {
        assert_eq!(said_of_bin(bin), "", "{bin}");
    }
    assert_eq!(said("[backend.x]\nbin = 'none'"), "", "nothing starts it");
    assert_eq!(said_of_ping("bin = 'none'\npreamble = 'none() { :; }'"), "");
    let to_be_made = "[backend.x]\nbin = './none'\n[[agent]]\nname = 'a'\nbackend = 'x'\ndir = 'new'\ncreate_dir = true";
    assert_eq!(said(to_be_made), "");
}

#[test]
fn a_program_that_cannot_be_run_is_a_warning_at_its_place() {
    let bins = [
        "claud --x",
        "exec env X=y /opt/none/claude",
        "notes",
        "sub",
        "./sub",
        "./runs.sh",
        "~/mina",
        "x9",
    ];
    let each = bins.map(said_of_bin).join("\n\n----\n\n");
    let of_attach = [
        "bin = 'none'\nattach = 'exec {bin} attach'",
        "bin = 'claude'\nattach = 'none {bin}'",
        "bin = 'none'",
    ]
    .map(said_of_ping)
    .join("\n\n----\n\n");
    let others = [
        "[backend.x]\nbin = './run.sh'\n[[agent]]\nname = 'a'\nbackend = 'x'\n[[agent]]\nname = 'b'\nbackend = 'x'\ndir = 'sub'",
        "[[service]]\nname = 's'\ncommand = 'none serve'\ndir = 'sub'",
        "command = 'none'\n[[service]]\nname = 's'",
        "[backend.x]\npreset = 'codex'\n[[agent]]\nname = 'a'\nbackend = 'x'",
        "[[service]]\nname = 's'\ncommand = './run.sh'\ndir = 'gone'",
    ]
    .map(said)
    .join("\n\n----\n\n");
    insta::assert_snapshot!([each, of_attach, others].join("\n\n----\n\n"));
}

#[test]
fn a_model_that_no_program_hears_of_is_a_warning_at_its_place() {
    let exec = "[backend.x]\nbin = './run.sh {kickoff}'\nprompt_delivery = 'exec'\n";
    let agent = "[[agent]]\nname = 'a'\nbackend = 'x'\n";
    let other = "[backend.y]\nbin = './run.sh'\nmodel_flag = '--model {model}'\n[[agent]]\nname = 'b'\nbackend = 'y'\n";
    let phases = "kind = 'loop'\nrole = 'r'\n[loop]\nphases = [{ id = '1', status = 's', models = { r = 'phase' } }]\n";
    for fine in [
        format!("{exec}{agent}"),
        format!("{exec}{agent}model = ''"),
        format!("{}{agent}model = 'big'", exec.replace("{kickoff}", "{kickoff} {model}")),
        format!("model = 'all'\n{exec}{agent}{other}"),
        format!("[backend.x]\nbin = './run.sh'\n{agent}model = 'big'"),
    ] {
        assert_eq!(said(&fine), "", "{fine}");
    }
    let each = [
        format!("{exec}{agent}model = 'big'"),
        format!("[backend.x]\nbin = './run.sh'\nmodel_flag = ''\n{agent}model = 'big'"),
        format!(
            "[backend.x]\nbin = './run.sh'\nprompt_delivery = 'ping'\nmodel_env = false\n{agent}model = 'big'"
        ),
        format!("model = 'all'\n{exec}{agent}[[agent]]\nname = 'b'\nbackend = 'x'"),
        format!("{exec}{agent}{}", phases),
    ];
    insta::assert_snapshot!(each.map(|text| said(&text)).join("\n\n----\n\n"));
}

#[test]
fn without_a_path_no_name_is_looked_for() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("agents.toml");
    let text = "[defaults]\nsession_prefix = 'p-'\nlog_dir = 'l'\nbackend = 'x'\n[backend.x]\nbin = 'none'\n[[agent]]\nname = 'a'\n";
    fs::write(&config, text).unwrap();
    let nowhere = Environment::default();
    assert_eq!(report(&config, &nowhere), "");
    let missing = load(&config, &nowhere).unwrap().missing_programs(&nowhere.with_search_path(""));
    let missing: Vec<_> = missing.iter().map(ToString::to_string).collect();
    assert_eq!(missing, ["the backend `x` starts `none`, which cannot be run"]);
}
