#!/bin/sh
# What does a night look like? Eight tasks in two phases become eight pull requests, whatever breaks on the way. Ends with `overnight: ok`.
#
# No model, no network, no account: the demo agent works, a `gh` that only writes down its calls takes the pull requests, and all of it
# lies in a folder that is removed in the end. On the way the watchdog is killed, a task's session is killed, a first attempt fails,
# and a usage limit is waited out. AGENTS=PATH names the program, where it is not on the PATH.
set -eu

example=overnight
here=$(cd "$(dirname "$0")" && pwd -P)
# shellcheck source=examples/stage.sh
. "$here/../stage.sh"

main() {
    find_agents
    make_folder
    ln -s "$here/gh" bin/gh
    make_project

    agents check
    agents tasks plan
    agents up
    until_so "t1 runs" runs t1
    crash_the_watchdog
    crash_a_task
    until_so "eight pull requests are open" is_morning
    agents report-run --svg night.svg
    agents clean
    agents down
    nothing_is_lost
    echo "overnight: ok"
}

runs() {
    agents tasks | grep -q "^ *$1  *running  *attempt 1 runs"
}

crash_a_task() {
    until_so "t6 runs" runs t6
    echo "overnight: the session of t6 is killed"
    tmux -L overnight kill-session -t =overnight-t6
}

is_morning() {
    [ "$(agents tasks | grep -c '^ *t[1-8]  *pr_open')" = 8 ]
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

main "$@"
