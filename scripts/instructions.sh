#!/usr/bin/env bash
# How many instructions does one decision about 500 agents at rest take, and is that more than it was? The difference of two
# runs, so that what is done once does not count.
#
# instructions.sh [AGENTS]   counts, with the release build of the example `pure_tick`
# instructions.sh --check    compares, with its test build, with the number in instructions.expected; fails at 10 % more.
#                            `--check --update` writes that number anew
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
target="${CARGO_TARGET_DIR:-target}"
expected=scripts/instructions.expected

collected() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$1" "$2" "$3" 2>&1 >/dev/null |
        sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

# The instructions of one decision: program, agents, ticks of the shorter run, ticks of the longer.
count() {
    local few more
    few="$(collected "$1" "$2" "$3")"
    more="$(collected "$1" "$2" "$4")"
    echo $(((more - few) / ($4 - $3)))
}

skip() {
    echo "skipped: instructions of a decision: $1"
    exit 0
}

check() {
    command -v valgrind >/dev/null 2>&1 || skip "there is no valgrind here"
    # Another compiler makes other code of the same source; the number is that of one.
    local with counted was limit
    with="$(rustc --version | cut -d ' ' -f 1,2) $(uname -m)"
    # Of the whole workspace, so that it is what the tests have built.
    cargo build --locked --quiet --workspace --example pure_tick
    counted="$(count "$target/debug/examples/pure_tick" 500 3 8)"
    if [ "${1:-}" = --update ]; then
        printf '%s\n%s\n' "$with" "$counted" >"$expected"
    fi
    if [ "$(sed -n 1p "$expected")" != "$with" ]; then
        skip "$counted with $with; the number to compare with is of $(sed -n 1p "$expected")"
    fi
    was="$(sed -n 2p "$expected")"
    limit=$((was + was / 10))
    echo "500 agents: $counted instructions a decision in the test build; expected $was, at most $limit"
    if [ "$counted" -gt "$limit" ]; then
        echo "a decision takes over 10 % more than it did; where that is meant: scripts/instructions.sh --check --update" >&2
        exit 1
    fi
}

if [ "${1:-}" = --check ]; then
    check "${2:-}"
else
    agents="${1:-500}"
    echo "$agents agents: $(count "$target/release/examples/pure_tick" "$agents" 20 60) instructions a decision"
fi
