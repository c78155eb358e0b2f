# What the examples share: the program, and a folder of their own that is removed in the end. Sourced, not run.
# shellcheck shell=sh

# Without a program that is named by AGENTS or installed, that of this checkout is built.
find_agents() {
    if [ -z "${AGENTS:-}" ] && ! command -v agents >/dev/null; then
        (cd "$here/../.." && cargo build --quiet --locked --bin agents)
        AGENTS="${CARGO_TARGET_DIR:-$here/../../target}/debug/agents"
    fi
    AGENTS=$(command -v "${AGENTS:-agents}")
}

# Makes the folder, with a tmux of its own, and removes both in the end.
make_folder() {
    temporary="${TMPDIR:-/tmp}"
    # A socket's path must be short.
    [ "${#temporary}" -le 60 ] || temporary=/tmp
    EXAMPLE=$(cd "$(mktemp -d "${temporary%/}/agents-example.XXXXXX")" && pwd -P)
    trap 'clean_up $?' EXIT
    trap 'exit 130' INT TERM HUP
    unset TMUX TMUX_PANE AGENTS_CONFIG AGENTS_LOG GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
    export EXAMPLE TMUX_TMPDIR="$EXAMPLE" XDG_STATE_HOME="$EXAMPLE/state"
    export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
    mkdir "$EXAMPLE/bin"
    ln -s "$AGENTS" "$EXAMPLE/bin/agents"
    PATH="$EXAMPLE/bin:$PATH"
    if [ -f "$here/agents.toml" ]; then cp "$here/agents.toml" "$EXAMPLE/"; fi
    cd "$EXAMPLE"
}

# A repository `project` with one commit, and its remote.
make_project() {
    git init --quiet --bare "$EXAMPLE/remote.git"
    git init --quiet "$EXAMPLE/project"
    (
        cd "$EXAMPLE/project"
        git symbolic-ref HEAD refs/heads/main
        git remote add origin "$EXAMPLE/remote.git"
        echo "# A project" >README.md
        git add README.md
        git -c user.name=demo -c user.email=demo@example.invalid commit --quiet -m "It begins"
        git push --quiet origin main
    )
}

# Waits until the rest of the words is true; the first says what is waited for.
until_so() {
    what=$1
    shift
    begun=$(date +%s)
    until "$@"; do
        if [ $(($(date +%s) - begun)) -gt "${LIMIT:-240}" ] || agents tasks 2>/dev/null | grep -q '^ *[^ ]*  *error'; then
            agents events -n 100 >&2 || true
            agents tasks >&2 || true
            fail "a task has failed, or not within ${LIMIT:-240} s: $what"
        fi
        sleep 0.2
    done
}

watchdog() {
    agents status --json | sed -n 's/.*"watchdog":{[^}]*"pid":\([0-9]*\).*/\1/p'
}

has_gone() {
    [ "$(watchdog)" != "$1" ]
}

# Kills the watchdog as nothing can be killed harder, and starts another.
crash_the_watchdog() {
    pid=$(watchdog)
    echo "$example: the watchdog, process $pid, is killed"
    kill -9 "$pid"
    until_so "it has gone" has_gone "$pid"
    agents up watchdog
}

fail() {
    echo "$example: $1" >&2
    exit 1
}

clean_up() {
    [ "$1" = 0 ] || agents down >/dev/null 2>&1 || true
    cd /
    rm -rf "$EXAMPLE"
}
