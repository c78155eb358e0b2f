//! Is nobody heard who is not the fleet's own user, and nobody signalled who only has the number of one of its processes?

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use agents_decide::RunId;
use agents_names::AgentName;
use agents_watchdog::report::{Envelope, socket_path};

use crate::scene::{REST, fleet, healed, journal};
use crate::support::{Bed, Ran, Stranger, text};

/// Says what it reads from its standard input to a socket, and prints what that answers.
const SAYS: &str = r#"
use IO::Socket::UNIX;
$SIG{PIPE} = "IGNORE";
my $socket = IO::Socket::UNIX->new(Peer => $ARGV[0]) or print("refused: $!\n"), exit;
print $socket <STDIN>;
$socket->shutdown(1);
print "answered: ", <$socket>, "\n";
"#;

/// What a user of that number hears when it reports on the socket.
fn reported(bed: &Bed, user: Option<&str>, report: &Envelope) -> String {
    let mut words: Vec<&str> = match user {
        Some(user) => vec!["setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--"],
        None => vec!["env"],
    };
    let socket = socket_path(&bed.dir.join(".state/state"));
    words.extend(["perl", "-e", SAYS, text(&socket)]);
    let mut said = bed.command(words[0]);
    said.args(&words[1..]).current_dir("/").stdin(Stdio::piped());
    let mut said = said.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let input = serde_json::to_vec(report).unwrap();
    // Who cannot connect reads nothing.
    drop(said.stdin.take().unwrap().write_all(&input));
    Ran::from(said.wait_with_output().unwrap()).out
}

#[test]
fn s22_another_user_is_not_heard_on_the_socket_of_reports_even_where_its_doors_stand_open() {
    let bed = fleet("", &[healed("x", REST)]);
    let has = |program: &str| bed.command(program).arg("--version").output().is_ok();
    if !rustix::process::geteuid().is_root() || !has("perl") || !has("setpriv") {
        eprintln!("skipped: only root, with setpriv and perl, can speak as another user");
        return;
    }
    bed.agents(&["up"]).ends_with(0);
    let state = bed.dir.join(".state/state");
    bed.until("it listens", || socket_path(&state).exists());
    let report = Envelope {
        name: AgentName::new("x").unwrap(),
        run: RunId(1),
        cli: None,
        at_wall_ms: 1,
        at_boot_ms: None,
        payload: serde_json::json!({ "hook_event_name": "Stop" }),
    };
    assert_eq!(reported(&bed, None, &report), "answered: +\n");
    // The folder of the state keeps everybody out.
    assert_eq!(state.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(reported(&bed, Some("65533"), &report), "refused: Permission denied\n");
    for path in socket_path(&state).ancestors().take_while(|it| it.parent().is_some()) {
        if path != std::path::Path::new("/tmp") {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777)).unwrap();
        }
    }
    assert_eq!(reported(&bed, Some("65533"), &report), "answered: \n");
    assert_eq!(reported(&bed, None, &report), "answered: +\n");
    bed.agents(&["down"]).ends_with(0);
}

#[test]
fn s23_f14_a_record_that_names_a_stranger_ends_no_stranger() {
    let bed = fleet("", &[healed("x", REST), healed("y", REST)]);
    bed.agents(&["up"]).ends_with(0);
    let mut stranger = Stranger::new();
    // As when a process ended and its number was given out again, between a record and a look at it: number and mark differ.
    for name in ["x", "y"] {
        let record = bed
            .dir
            .join(format!(".state/state/runs/{name}.r{}.start", if name == "x" { 1 } else { 2 }));
        let mut start: serde_json::Value =
            serde_json::from_slice(&std::fs::read(&record).unwrap()).unwrap();
        for key in ["launcher", "program"] {
            assert!(start[key].as_u64().is_some_and(|pid| pid > 0), "{start}");
            start[key] = stranger.pid().into();
        }
        std::fs::write(&record, start.to_string()).unwrap();
    }
    let (x, y) = (bed.pid("t-x").unwrap(), bed.pid("t-y").unwrap());
    bed.agents(&["restart", "x"]).ends_with(0);
    bed.kill_session("t-y");
    bed.until("both run anew", || {
        bed.pid("t-x").is_some_and(|now| now != x) && bed.pid("t-y").is_some_and(|now| now != y)
    });
    bed.agents(&["down"]).ends_with(0);
    assert!(stranger.lives(), "{:#?}", journal(&bed));
}
