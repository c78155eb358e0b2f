#!/bin/sh
# Does one long task survive the death of its watchdog and of the whole tmux server? Ends with `one-task: ok`.
#
# No model, no network, no account. AGENTS=PATH names the program, where it is not on the PATH. A reboot ends the same processes;
# `agents service install` is what starts the watchdog after one.
set -eu

example=one-task
here=$(cd "$(dirname "$0")" && pwd -P)
# shellcheck source=examples/stage.sh
. "$here/../stage.sh"

main() {
    find_agents
    make_folder
    make_project

    name=$(agents run --repository project -- "Port the storage layer
DEMO:busy 6")
    echo "one-task: $name"
    until_so "it runs" runs
    crash_the_watchdog
    echo "one-task: the tmux server is killed, with all that it holds"
    tmux -L long kill-server
    until_so "it goes on" goes_on
    until_so "it is done" is_done
    agents result "$name"
    agents down
    git -C remote.git log --format=%s "task/$name" | grep -q "^Port the storage layer" ||
        fail "its commit was not pushed"
    echo "one-task: ok"
}

runs() {
    agents tasks | grep -q "attempt 1 runs"
}

goes_on() {
    agents events -n 100 | grep -q "$name outcome task running: attempt 1 goes on where it was cut off"
}

is_done() {
    agents tasks | grep -q "^ *$name  *complete"
}

main "$@"
