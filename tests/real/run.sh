#!/bin/sh
# Runs the tests with real agent CLIs, one after the other, without a network where that is permitted.
#
# Usage: run.sh [--found] [--minutes N] [FILTER]      for example: run.sh claude
#
#   --found      leaves out the programs that are not installed, instead of installing them
#   --minutes N  begins no test after that time, and says which were left out
#   FILTER       only the tests whose names hold it
#
# The programs are installed first, with the network. The tests need none but the loopback address, so they get no other
# where this user may have a network namespace.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
cd "$root"

found=
minutes=
filter=
while [ $# -gt 0 ]; do
    case "$1" in
        --found) found=yes ;;
        --minutes)
            minutes=$2
            shift
            ;;
        *) filter=$1 ;;
    esac
    shift
done

say() {
    printf 'real: %s\n' "$1"
}

# In the order in which they are tried: where time is short, what is used most comes first.
installed=
for name in codex claude pi opencode gemini qwen; do
    if sh tests/real/install-cli.sh "$name" --find >/dev/null 2>&1; then
        installed="$installed $name"
    elif [ -n "$found" ]; then
        say "$name is left out: it is not installed"
    else
        sh tests/real/install-cli.sh "$name" >/dev/null
        installed="$installed $name"
    fi
done
cargo test --locked --test real_clis --test real_matrix --no-run

# Root may have a network namespace; others get one together with a user namespace, where the system lets them.
alone=
if command -v ip >/dev/null 2>&1; then
    for flags in -n -rn; do
        if unshare "$flags" ip link set lo up 2>/dev/null; then
            alone=$flags
            break
        fi
    done
fi
if [ -n "$alone" ]; then
    say "the tests have the loopback address only (unshare $alone)"
else
    say 'no network namespace here; the tests run beside the network'
fi

# One test in a network of its own: `without_network COMMAND WORD…`
without_network() {
    if [ -n "$alone" ]; then
        unshare "$alone" sh -c 'ip link set lo up && exec "$@"' sh "$@"
    else
        "$@"
    fi
}

# The names of the tests of a file, each as FILE/NAME.
tests_of() {
    cargo test --locked --offline --quiet --test "$1" -- --ignored --list 2>/dev/null |
        sed -n "s|^\(.*\): test\$|$1/\1|p"
}

all=$(tests_of real_matrix && tests_of real_clis)
began=$(date +%s)
passed=0
failed=
left=
for name in $installed; do
    start=$(date +%s)
    count=0
    for test in $all; do
        case "${test##*::}" in *"$name"*) ;; *) continue ;; esac
        case "$test" in *"$filter"*) ;; *) continue ;; esac
        # Two hundred messages take longer than all the rest; who wants them says `submits::` or `two_hundred`.
        case "$filter:$test" in
            *submits*:* | *two_hundred*:*) ;;
            *:*/submits::*) continue ;;
        esac
        if [ -n "$minutes" ] && [ $(($(date +%s) - began)) -ge $((minutes * 60)) ]; then
            left="$left ${test##*/}"
            continue
        fi
        count=$((count + 1))
        if without_network cargo test --locked --offline --quiet --test "${test%%/*}" -- \
            --ignored --exact "${test#*/}"; then
            passed=$((passed + 1))
        else
            failed="$failed ${test##*/}"
        fi
    done
    say "$name: $count tests in $(($(date +%s) - start)) s"
done
[ -z "$left" ] || say "left out after $minutes minutes:$left"
if [ -n "$failed" ]; then
    say "failed:$failed"
    exit 1
fi
say "$passed tests passed"
# A filter that fits nothing proves nothing.
[ "$passed" -gt 0 ] || [ -n "$left" ] || [ -z "$installed" ]
