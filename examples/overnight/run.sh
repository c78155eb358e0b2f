#!/bin/sh
# What does a night look like? Eight tasks in two phases become eight pull requests, whatever breaks on the way. Ends with `overnight: ok`.
#
# No model, no network, no account: the demo agent works, a `gh` that only writes down its calls takes the pull requests, and all of it
# lies in a folder that is removed in the end. On the way the watchdog is killed, a task's session is killed, a first attempt fails,
# and a usage limit is waited out. AGENTS=PATH names the program, where it is not on the PATH.
set -eu

here=$(cd "$(dirname "$0")" && pwd -P)
LIMIT=${OVERNIGHT_LIMIT:-240} # Seconds for all of it.

main() {
    find_agents
    make_folder
    trap 'clean_up $?' EXIT
    trap 'exit 130' INT TERM HUP
    make_project
    cd "$OVERNIGHT"

    agents check
    agents tasks plan
    agents up
    crash_the_watchdog
    crash_a_task
    wait_for_the_morning
    agents report-run
    agents down
    nothing_is_lost
    echo "overnight: ok"
}

# Without one that is named or installed, that of this checkout is built.
find_agents() {
    if [ -z "${AGENTS:-}" ] && ! command -v agents >/dev/null; then
        (cd "$here/../.." && cargo build --quiet --locked --bin agents)
        AGENTS="${CARGO_TARGET_DIR:-$here/../../target}/debug/agents"
    fi
    AGENTS=$(command -v "${AGENTS:-agents}")
}

make_folder() {
    temporary="${TMPDIR:-/tmp}"
    # A socket's path must be short.
    [ "${#temporary}" -le 60 ] || temporary=/tmp
    OVERNIGHT=$(cd "$(mktemp -d "${temporary%/}/overnight.XXXXXX")" && pwd -P)
    unset TMUX TMUX_PANE AGENTS_CONFIG AGENTS_LOG GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
    export OVERNIGHT TMUX_TMPDIR="$OVERNIGHT" GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
    mkdir "$OVERNIGHT/bin"
    ln -s "$AGENTS" "$OVERNIGHT/bin/agents"
    ln -s "$here/gh" "$OVERNIGHT/bin/gh"
    PATH="$OVERNIGHT/bin:$PATH"
    cp "$here/agents.toml" "$OVERNIGHT/"
}

make_project() {
    git init --quiet --bare "$OVERNIGHT/remote.git"
    git init --quiet "$OVERNIGHT/project"
    (
        cd "$OVERNIGHT/project"
        git symbolic-ref HEAD refs/heads/main
        git remote add origin "$OVERNIGHT/remote.git"
        echo "# A project" >README.md
        git add README.md
        git -c user.name=demo -c user.email=demo@example.invalid commit --quiet -m "It begins"
        git push --quiet origin main
    )
}

until_so() {
    what=$1
    shift
    begun=$(date +%s)
    until "$@"; do
        if [ $(($(date +%s) - begun)) -gt "$LIMIT" ] || agents tasks | grep -q '^ *t[1-8]  *error'; then
            agents events -n 100 >&2 || true
            agents tasks >&2 || true
            fail "a task has failed, or not within $LIMIT s: $what"
        fi
        sleep 0.2
    done
}

runs() {
    agents tasks | grep -q "^ *$1  *running  *attempt 1 runs"
}

watchdog() {
    agents status --json | sed -n 's/.*"watchdog":{[^}]*"pid":\([0-9]*\).*/\1/p'
}

crash_the_watchdog() {
    until_so "t1 runs" runs t1
    pid=$(watchdog)
    echo "overnight: the watchdog, process $pid, is killed while t1 runs"
    kill -9 "$pid"
    until_so "it has gone" has_gone "$pid"
    agents up watchdog
}

has_gone() {
    [ "$(watchdog)" != "$1" ]
}

crash_a_task() {
    until_so "t6 runs" runs t6
    echo "overnight: the session of t6 is killed"
    tmux -L overnight kill-session -t =overnight-t6
}

is_morning() {
    [ "$(agents tasks | grep -c '^ *t[1-8]  *pr_open')" = 8 ]
}

wait_for_the_morning() {
    until_so "eight pull requests are open" is_morning
}

nothing_is_lost() {
    created=$(grep -c '^pr create' gh.calls)
    [ "$created" = 8 ] || fail "$created pull requests were opened"
    for issue in 1 2 3 4 5 6 7 8; do
        git -C remote.git log --format=%s "fix/issue-$issue" | grep -q "^issue #$issue, " ||
            fail "the branch of issue $issue lacks its commit"
    done
    agents events -n 400 >events
    for words in "goes on where it was cut off" "refused it by a usage limit" "attempt 1 of 3 failed"; do
        grep -q "$words" events || fail "the journal does not tell: $words"
    done
}

fail() {
    echo "overnight: $1" >&2
    exit 1
}

clean_up() {
    [ "$1" = 0 ] || agents down >/dev/null 2>&1 || true
    cd /
    rm -rf "$OVERNIGHT"
}

main "$@"
