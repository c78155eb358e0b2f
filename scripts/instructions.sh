#!/usr/bin/env bash
# How many instructions does one decision about so many agents at rest take? The difference of two runs, so that what is
# done once does not count.
set -euo pipefail

agents="${1:-500}"
cd "$(dirname "${BASH_SOURCE[0]}")/.."
program="${CARGO_TARGET_DIR:-target}/release/examples/pure_tick"

count() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$agents" "$1" 2>&1 >/dev/null |
        sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

few="$(count 20)"
more="$(count 60)"
echo "$agents agents: $(((more - few) / 40)) instructions a decision"
