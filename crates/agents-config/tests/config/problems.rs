//! Every problem has a report that names the thing, marks it, and says the way out.

use crate::read;

/// Six lines that load, so that each case shows only its own problem.
const HEAD: &str = "[defaults]\nsession_prefix = \"p-\"\nlog_dir = \"logs\"\nbackend = \"b\"\n[backend.b]\nbin = \"run\"\n";

/// What is said about each text below `HEAD`, in one text.
fn said(cases: &[&str]) -> String {
    let reports = cases.iter().map(|case| report_of(&format!("{HEAD}{case}\n")));
    reports.collect::<Vec<_>>().join("\n\n----\n\n")
}

fn report_of(text: &str) -> String {
    match read(text) {
        Ok(loaded) => format!("(loads)\n{}", loaded.warnings.render(false)),
        Err(error) => error.report(false),
    }
}

#[test]
fn the_head_of_every_case_loads_without_a_word() {
    assert_eq!(report_of(HEAD), "(loads)\n");
}

#[test]
fn missing_tables_and_keys() {
    let texts = [
        "",
        "[defaults]\n",
        "[defaults]\nsession_prefix = \"\"\nlog_dir = \"\"\n",
        "defaults = 3\n",
    ];
    let first = texts.map(report_of).join("\n\n----\n\n");
    let below = said(&[
        "[[agent]]\nkind = \"task\"",
        "[[service]]\nname = \"web\"",
        "[backend.c]\nflags = \"-x\"",
        "[loop]\nphases = [{ plan = \"a\" }]",
        "[[agent]]\nname = \"a\"\nwake = { interval = 5 }",
    ]);
    insta::assert_snapshot!(format!("{first}\n\n----\n\n{below}"));
}

#[test]
fn unknown_keys() {
    insta::assert_snapshot!(said(&[
        "[[agent]]\nname = \"a\"\npromt_file = \"x\"",
        "[[agents]]\nname = \"a\"",
        "[watchdog]\nstall_idle = 300",
        "[[agent]]\nname = \"a\"\n[agent.wake]\nprompt_file = \"w\"\nevery = 5",
        "[loop.handof]\nrepo = \".\"",
        "[[service]]\nname = \"s\"\ncommand = \"c\"\nwatch = \"heal\"",
        "[[agent]]\nname = \"a\"\n\"\\u001b[31mred\" = 1",
    ]));
}

#[test]
fn keys_that_are_never_inherited() {
    let text =
        "[defaults]\nsession_prefix = \"p-\"\nlog_dir = \"logs\"\nkind = \"loop\"\nname = \"x\"\n";
    insta::assert_snapshot!(report_of(text));
}

#[test]
fn wrong_types() {
    insta::assert_snapshot!(said(&[
        "[[agent]]\nname = \"a\"\nenabled = 'false'",
        "[[agent]]\nname = \"a\"\nenabled = 1",
        "[[agent]]\nname = 7",
        "[agent]\nname = \"a\"",
        "[[loop]]\nphases = []",
        "[backend]\nbin = \"x\"",
        "[loop]\nphases = [\"1\", \"2\"]",
        "[watchdog]\nsignal_interval = \"often\"",
        "[watchdog]\nsignal_interval = 0\nheavy_interval = -5\nstall_grace = \"2 fortnights\"",
        "[watchdog]\nrestart_limit = 0",
        "[watchdog]\npromise_cap = \"3 years\"",
        "[backend.c]\nbin = \"x\"\nstall_idle = 0",
        "[backend.c]\nbin = \"  \"",
        "[backend.c]\nbin = \"a\\u0000b\"",
        "[loop.handoff]\ninboxes = \"a.md\"",
        "[loop.handoff]\nremote = \"--upload-pack=touch x\"\nbranch = \"origin main\"",
    ]));
}

#[test]
fn words_outside_their_list() {
    insta::assert_snapshot!(said(&[
        "[[agent]]\nname = \"a\"\nwatch = \"heal-stall\"",
        "[[agent]]\nname = \"a\"\nkind = \"worker\"",
        "[backend.c]\nbin = \"x\"\nprompt_delivery = \"args\"",
        "[[agent]]\nname = \"a\"\nwatch = true",
    ]));
}

#[test]
fn names_that_tmux_would_change() {
    let prefix = "[defaults]\nsession_prefix = \"my.proj-\"\nlog_dir = \"logs\"\n";
    let below = said(&[
        "[[agent]]\nname = \"web.api\"",
        "[[agent]]\nname = \"a:b\"",
        "[[agent]]\nname = \"-a\"",
        "[[agent]]\nname = \"a\"\nsession = \"#(id)\"",
        "[[agent]]\nname = \"\"",
        "[backend.\"a b\"]\nbin = \"x\"",
        "[[agent]]\nname = \"a\"\nrole = \"../x\"",
    ]);
    insta::assert_snapshot!(format!("{}\n\n----\n\n{below}", report_of(prefix)));
}

#[test]
fn names_and_sessions_taken_twice() {
    insta::assert_snapshot!(said(&[
        "[[agent]]\nname = \"a\"\n[[agent]]\nname = \"a\"",
        "[[agent]]\nname = \"a\"\n[[service]]\nname = \"a\"\ncommand = \"c\"",
        "[[agent]]\nname = \"watchdog\"",
        "[[agent]]\nname = \"a\"\nsession = \"p-b\"\n[[agent]]\nname = \"b\"",
        "[[agent]]\nname = \"a\"\nsession = \"p-watchdog\"",
        "[[agent]]\nname = \"a\"\nsession = \"p-web\"\n[[service]]\nname = \"web\"\ncommand = \"c\"",
    ]));
}

#[test]
fn backends_that_are_not_there() {
    let none = "[defaults]\nsession_prefix = \"p-\"\nlog_dir = \"logs\"\n[[agent]]\nname = \"a\"\n";
    let no_tables = format!("{none}backend = \"claude\"\n");
    let below = said(&[
        "[backend.claude]\nbin = \"claude\"\n[[agent]]\nname = \"a\"\nbackend = \"cluade\"",
        "[[agent]]\nname = \"a\"\nbackend = \"gemini\"",
    ]);
    let first = [none, &no_tables].map(report_of).join("\n\n----\n\n");
    insta::assert_snapshot!(format!("{first}\n\n----\n\n{below}"));
}

#[test]
fn a_backend_with_problems_is_still_declared() {
    let said = said(&["[backend.c]\nbin = 3\n[[agent]]\nname = \"a\"\nbackend = \"c\""]);
    assert_eq!(said.matches("error:").count(), 1, "{said}");
}

#[test]
fn patterns_that_do_not_compile() {
    insta::assert_snapshot!(said(&[
        "[backend.c]\nbin = \"x\"\nactive_re = 'busy(?!\\?)'",
        "[backend.c]\nbin = \"x\"\nactive_re = '(?<=> )busy'",
        "[backend.c]\nbin = \"x\"\nlimit_re = '(a|b)\\1'",
        "[backend.c]\nbin = \"x\"\nfatal_re = '(?P<q>x)(?P=q)'",
        "[backend.c]\nbin = \"x\"\nready_re = 'end\\Z'",
        "[backend.c]\nbin = \"x\"\nready_re = '(unclosed'",
        "[backend.c]\nbin = \"x\"\nready_re = '(\\w{1000}){1000}'",
        "[loop.handoff]\nclaim_pattern = '*'",
        "[backend.c]\nbin = \"x\"\nlimit_re = 'a{,3}'",
        "[backend.c]\nbin = \"x\"\nlimit_re = 'a{b'",
    ]));
}

#[test]
fn loops_that_cannot_run() {
    insta::assert_snapshot!(said(&[
        "[[agent]]\nname = \"a\"\nkind = \"loop\"",
        "[[agent]]\nname = \"a\"\nkind = \"loop\"\nrole = \"builder\"\n[loop]\nphases = []",
        "[[loop.phases]]\nid = \"1\"\nstatus = \"s\"\n[[loop.phases]]\nid = 1\nstatus = \"t\"",
        "[[loop.phases]]\nid = \"1\"\n[[loop.phases]]\nstatus = \"t\"",
        "[loop.on_complete]\nrun = \"reprot\"\n[[agent]]\nname = \"report\"",
        "[loop.on_complete]\nrun = \"report\"",
    ]));
}

#[test]
fn doubts_that_do_not_keep_a_file_from_loading() {
    insta::assert_snapshot!(said(&[
        "[[agent]]\nname = \"a\"\nprompt = \"x\"\nprompt_file = \"y\"",
        "[[agent]]\nname = \"a\"\nkind = \"loop\"\nrole = \"r\"\nprompt = \"x\"\n[[loop.phases]]\nid = 1\nstatus = \"s\"",
        "[loop.handoff]\nclaim_pings = \"revewer\"\n[[agent]]\nname = \"reviewer\"",
        "[loop.handoff]\ninboxes = [\"a\", \"b\", \"c\"]\nclaim_pings = \"a\"\nreview_pings = \"a\"\n[[agent]]\nname = \"a\"",
        "[backend.c]\nbin = \"x {kickof} ${HOME} {session}\"\nprompt_delivery = \"exec\"",
        "[backend.c]\nbin = \"x {not_a_slot_here}\"",
        "[backend.c]\nbin = \"x\"\nmodel_flag = \"-m {modle}\"",
    ]));
}

#[test]
fn settings_that_contradict_each_other_or_the_system() {
    let long = format!(
        "[defaults]\nsession_prefix = \"p-\"\nlog_dir = \"l\"\ntmux_socket = \"/{}\"\n",
        "x".repeat(120)
    );
    let others = [
        "[defaults]\nsession_prefix = \"p-\"\nlog_dir = \"l\"\ntmux_socket = \"\"\n",
        &long,
        "[defaults]\nsession_prefix = \"p-\"\nlog_dir = \"~ann/x\"\n",
        "[defaults]\nsession_prefix = \"p-\"\nlog_dir = \"l\"\n[watchdog]\nrestart_delay = \"10m\"\n",
    ];
    insta::assert_snapshot!(others.map(report_of).join("\n\n----\n\n"));
}

#[test]
fn texts_that_are_not_toml() {
    insta::assert_snapshot!(said(&[
        "[[agent]\nname = \"a\"",
        "[[agent]]\nname = \"a",
        "x = \ny = 2\nz = ]",
        "[defaults]\nlog_dir = \"b\"",
        "[[agent]]\nname = \"a\"\nname = \"b\"",
        "[[agent]]\ndir = \"C:\\Users\\me\"",
        "[[agent]]\ndir = \"C:\\proj\"",
        "[[agent]]\nwatch = \u{201c}heal\u{201d}",
    ]));
}

#[test]
fn all_problems_come_at_once_in_the_order_of_the_file() {
    let text = format!(
        "{HEAD}[[agent]]\nname = \"a.b\"\nwatch = \"no\"\n[[agent]]\nname = \"c\"\nbackend = \"d\"\ncolour = 1\n"
    );
    let error = read(&text).unwrap_err();
    let lines: Vec<_> = error.problems().iter().filter_map(|problem| problem.line).collect();
    assert_eq!(lines, [8, 9, 12, 13]);
    insta::assert_snapshot!(error);
}

#[test]
fn problems_are_data_too() {
    let error = read(&format!("{HEAD}[[agent]]\nname = \"é.b\"\n")).unwrap_err();
    let json = serde_json::to_string_pretty(error.problems()).unwrap();
    insta::assert_snapshot!(json);
}

#[test]
fn colours_are_only_there_when_asked_for() {
    let error = read("[defaults]").unwrap_err();
    assert!(error.report(true).contains("\x1b["));
    assert!(!error.report(false).contains('\x1b'));
}

#[test]
fn a_flood_of_problems_is_counted_not_shown() {
    let rows = "[[agent]]\nname = \"a.b\"\n".repeat(60);
    let error = read(&format!("{HEAD}{rows}")).unwrap_err();
    assert_eq!(error.problems().len(), 60);
    let report = error.report(false);
    assert_eq!(report.matches("error:").count(), 50);
    assert!(report.ends_with("and 10 more"), "{report}");
}
