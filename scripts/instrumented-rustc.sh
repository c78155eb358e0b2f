#!/bin/sh
# Compiles a crate of this workspace so that it counts which of its lines and branches run. Cargo calls it in the place
# of rustc, for the workspace's own crates alone; see scripts/coverage.sh.
rustc=$1
shift
# Counting branches is still an unstable option, and is allowed here only.
RUSTC_BOOTSTRAP=1 exec "$rustc" "$@" -C instrument-coverage -Z coverage-options=branch
