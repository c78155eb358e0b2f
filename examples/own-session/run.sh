#!/bin/sh
# Is a session that a person started kept going, and left alone otherwise? Ends with `own-session: ok`.
#
# No model, no network, no account: the demo agent stands in for the program. AGENTS=PATH names `agents`, where it is not on the PATH.
set -eu

example=own-session
here=$(cd "$(dirname "$0")" && pwd -P)
# shellcheck source=examples/stage.sh
. "$here/../stage.sh"

main() {
    find_agents
    make_folder
    # The demo agent has no preset, so the config says how it is read. For codex or claude no config is needed.
    cat >agents.toml <<'CONFIG'
[defaults]
session_prefix = "own-"
log_dir = ".agents"
tmux_socket = "own"

[defaults.pilot]
idle_threshold = 2
cooldown = 1
max_continue = 2

[watchdog]
signal_interval = 1

[backend.demo]
bin = "agents demo-agent"
process_name = "agents"
active_re = "esc to interrupt"
ready_re = "for shortcuts"
CONFIG
    tmux -L own new-session -d -s work -x 100 -y 30 agents demo-agent "Begin the work"
    before=$(pid_of_work)
    agents adopt work
    until_so "it is prompted twice, and then no more" is_at_its_cap
    agents pilot status
    agents down watchdog
    [ "$(pid_of_work)" = "$before" ] || fail "the session was ended, or another program runs in it"
    tmux -L own kill-session -t =work
    echo "own-session: ok"
}

pid_of_work() {
    tmux -L own list-panes -t =work: -F '#{pane_pid}'
}

is_at_its_cap() {
    agents pilot status 2>/dev/null | grep -q "2 of 2 prompts given; is idle again"
}

main "$@"
