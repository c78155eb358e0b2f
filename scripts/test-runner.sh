#!/bin/sh
# How many tests of one suite run at once, and how long does the suite take? cargo calls this with the suite's program and its
# words. The suites of the whole program mostly wait, for tmux, intervals and time limits: as many threads as there are
# processors would leave the processors idle.
set -eu

# With hashes at the ends of their names, as cargo writes them. `planted` and `sim` and others that compute keep cargo's number.
case ${1##*/} in
cli-* | defects-* | machine-* | security-* | stops-* | setup_verbs-* | demo_agent-*)
    RUST_TEST_THREADS=${RUST_TEST_THREADS:-$(($(getconf _NPROCESSORS_ONLN) * 4))}
    export RUST_TEST_THREADS
    ;;
esac

began=$(date +%s)
code=0
"$@" || code=$?
echo "took $(($(date +%s) - began)) s: ${1##*/}"
exit "$code"
