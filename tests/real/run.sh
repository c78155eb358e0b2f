#!/bin/sh
# Runs the tests with real agent CLIs, one after the other; with an argument, those whose names hold it.
#
# Usage: run.sh [FILTER]        for example: run.sh claude
#
# All programs are installed first, with the network. The tests need none but the loopback address, so they get no
# other where this user may have a network namespace.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
cd "$root"

for name in codex claude opencode pi gemini qwen; do
    sh tests/real/install-cli.sh "$name" >/dev/null
done
cargo test --locked --test real_clis --test real_matrix --no-run

set -- cargo test --locked --offline --test real_clis --test real_matrix -- --ignored --test-threads=1 "$@"
if unshare -n true 2>/dev/null && command -v ip >/dev/null 2>&1; then
    exec unshare -n sh -c 'ip link set lo up && exec "$@"' sh "$@"
fi
printf 'run: no network namespace here; the tests run beside the network\n' >&2
exec "$@"
