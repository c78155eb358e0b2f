#!/bin/sh
# Does a fleet work on this machine, from the build to the clean end? Ends with `smoke: ok`.
#
# A builder and an adversary (the demo backend: no model, no network, no cost) take two phases through git, on a tmux
# server of their own. On the way the builder's session is killed, and the watchdog must bring it back.
set -eu

root=$(cd "$(dirname "$0")" && pwd)
LIMIT=180 # Seconds for both phases.

# shellcheck source=scripts/install.sh
. "$root/scripts/install.sh"

main() {
    need tmux git ps cc
    need_cargo
    echo "smoke: building"
    (cd "$root" && cargo build --quiet --locked --bin agents)
    agents="${CARGO_TARGET_DIR:-$root/target}/debug/agents"
    make_folder
    trap 'clean_up $?' EXIT
    trap 'exit 130' INT TERM HUP
    make_repositories
    write_config
    cd "$folder"

    "$agents" check
    "$agents" up
    "$agents" status
    kill_the_builder
    follow_to_the_end
    "$agents" events
    "$agents" down
    nothing_is_left
    echo "smoke: ok"
}

make_folder() {
    # A socket's path must be short, and a long TMPDIR is no place for one.
    temporary="${TMPDIR:-/tmp}"
    [ "${#temporary}" -le 60 ] || temporary=/tmp
    folder=$(cd "$(mktemp -d "${temporary%/}/agents-smoke.XXXXXX")" && pwd -P)
    # Nothing of the caller's tmux, fleet, git or overrides gets in.
    unset TMUX TMUX_PANE AGENTS_CONFIG AGENTS_TMUX_TMPDIR AGENTS_LOG GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
    TMUX_TMPDIR="$folder"
    GIT_CONFIG_GLOBAL=/dev/null
    GIT_CONFIG_SYSTEM=/dev/null
    export TMUX_TMPDIR GIT_CONFIG_GLOBAL GIT_CONFIG_SYSTEM
}

# A bare remote with a first commit, and a clone for each role.
make_repositories() {
    git init --quiet --bare "$folder/remote.git"
    git -C "$folder/remote.git" symbolic-ref HEAD refs/heads/main
    git clone --quiet "$folder/remote.git" "$folder/builder" 2>/dev/null
    git -C "$folder/builder" symbolic-ref HEAD refs/heads/main
    for phase in P1 P2; do
        printf '# Plan of %s\n\nThe gate: work-%s.txt is written and reviewed.\n' "$phase" "$phase" >"$folder/builder/PLAN-$phase.md"
    done
    git -C "$folder/builder" add .
    git -C "$folder/builder" -c user.name=smoke -c user.email=smoke@example.invalid -c commit.gpgsign=false \
        commit --quiet -m "plans"
    git -C "$folder/builder" push --quiet origin main
    git clone --quiet "$folder/remote.git" "$folder/adversary"
}

write_config() {
    cp -R "$root/prompts" "$folder/prompts"
    cat >"$folder/agents.toml" <<CONFIG
[defaults]
session_prefix = "smoke-"
log_dir = ".agents"
tmux_socket = "smoke"
backend = "demo"
watch = "heal"

[watchdog]
signal_interval = 1
heavy_interval = 2
restart_delay = 1
stop_grace = 2

[backend.demo]
bin = "'$agents' demo-agent --think 2 --prompt {kickoff}"
prompt_delivery = "exec"
active_re = "working"

[[agent]]
name = "builder"
kind = "loop"
role = "builder"
dir = "builder"

[[agent]]
name = "adversary"
kind = "loop"
role = "adversary"
dir = "adversary"

[loop]
kickoff_template = "prompts/kickoff.md"

[[loop.phases]]
id = "P1"
plan = "PLAN-P1.md"
status = "STATUS-P1.md"

[[loop.phases]]
id = "P2"
plan = "PLAN-P2.md"
status = "STATUS-P2.md"

[loop.handoff]
repo = "builder"
CONFIG
}

# As an accident would; the session must come back with another process.
kill_the_builder() {
    before=$(pane_process smoke-builder)
    [ -n "$before" ] || fail "the builder has no session after \`agents up\`"
    echo "smoke: killing the session of the builder"
    private_tmux kill-session -t =smoke-builder
    waited=0
    while :; do
        now=$(pane_process smoke-builder)
        [ -n "$now" ] && [ "$now" != "$before" ] && break
        [ "$waited" -lt 60 ] || fail "the builder did not come back within 60 s"
        sleep 1
        waited=$((waited + 1))
    done
    echo "smoke: the builder is back after $waited s"
    "$agents" status
}

# Waits for the end of the last phase, and shows the status whenever the phase changes.
follow_to_the_end() {
    waited=0
    shown=$("$agents" phase show)
    while [ ! -e .agents/SEQUENCE-COMPLETE ]; do
        [ "$waited" -lt "$LIMIT" ] || fail "the phases did not end within $LIMIT s"
        phase=$("$agents" phase show)
        if [ "$phase" != "$shown" ]; then
            shown=$phase
            "$agents" status
        fi
        sleep 1
        waited=$((waited + 1))
    done
    echo "smoke: both phases are done after $waited s"
    "$agents" status
}

nothing_is_left() {
    if private_tmux list-sessions >/dev/null 2>&1; then
        fail "the tmux server is still there: $(private_tmux list-sessions)"
    fi
    left=$(processes_left)
    [ -z "$left" ] || fail "processes are still there: $left"
    for phase in P1 P2; do
        git --git-dir "$folder/remote.git" show "main:STATUS-$phase.md" 2>/dev/null | grep -q '^## DONE' ||
            fail "the remote knows no end of $phase"
    done
}

# Every process of the fleet names the folder on its command line; those that do not carry it in their environment.
processes_left() {
    ps -A -ww -o pid= -o command= | grep -F "$folder" | grep -v -F -e 'grep -F' || true
    for environment in /proc/[0-9]*/environ; do
        [ -r "$environment" ] || continue
        pid=${environment#/proc/}
        pid=${pid%/environ}
        [ "$pid" != $$ ] || continue
        { tr '\0' '\n' <"$environment" | grep -q -x -F "AGENTS_TMUX_TMPDIR=$folder"; } 2>/dev/null && echo "$pid"
    done
    return 0
}

private_tmux() {
    tmux -f /dev/null -L smoke "$@"
}

pane_process() {
    private_tmux list-panes -t "=$1:" -F '#{pane_pid}' 2>/dev/null || true
}

fail() {
    echo "smoke: $1" >&2
    exit 1
}

clean_up() {
    code=$1
    trap - EXIT INT TERM HUP
    if [ "$code" != 0 ]; then
        echo "smoke: failed; the watchdog's log:" >&2
        tail -n 60 "$folder/.agents/smoke-watchdog.log" >&2 2>/dev/null || echo "(there is none)" >&2
        for session in smoke-builder smoke-adversary; do
            echo "--- $session shows:" >&2
            private_tmux capture-pane -p -t "=$session:" 2>/dev/null | grep -v '^ *$' >&2 || true
        done
        "$agents" --config "$folder/agents.toml" down >/dev/null 2>&1 || true
        # What even that left behind is ours: it names our folder.
        processes_left | while read -r pid _; do kill -9 "$pid" 2>/dev/null || true; done
    fi
    private_tmux kill-server >/dev/null 2>&1 || true
    cd /
    rm -rf "$folder"
    exit "$code"
}

main "$@"
