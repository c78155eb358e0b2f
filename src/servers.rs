//! Why does the fleet's tmux server not answer here, though it lives, and what is the way out?

use std::path::Path;

use agents_tmux::{Place, ServerId, Socket};

/// What to do where this shell looks for tmux elsewhere than the living server of the fleet was reached.
#[must_use]
pub fn elsewhere(
    place: &Place,
    recorded: Option<&Path>,
    living: Option<ServerId>,
) -> Option<String> {
    let (recorded, server, here) = (recorded?, living?, place.socket_path());
    if recorded == here {
        return None;
    }
    let way_out = match (place.socket(), recorded.parent().and_then(Path::parent)) {
        (Socket::Default | Socket::Name(_), Some(root)) => {
            format!("set TMUX_TMPDIR={} here", root.display())
        }
        (Socket::Path(_), _) | (Socket::Default | Socket::Name(_), None) => {
            "put `tmux_socket` back".to_owned()
        }
    };
    Some(format!(
        "the tmux server of the fleet (process {}) lives, and is reached at {}, while here tmux is looked for at {}; {way_out}",
        server.pid,
        recorded.display(),
        here.display()
    ))
}

/// What to do where nothing answers on the socket of the living server.
#[must_use]
pub fn without_socket(place: &Place, server: ServerId) -> String {
    let (socket, pid) = (place.socket_path(), server.pid);
    format!(
        "nothing answers on {}, but tmux server {pid} still lives; the watchdog asks it to make its socket anew, and so \
         does `kill -USR1 {pid}`",
        socket.display()
    )
}
