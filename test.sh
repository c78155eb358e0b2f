#!/bin/sh
# Does everything that is promised hold? Runs all tests; ends with cargo's own summary and `test: ok`.
#
# --real                 runs the tests with real agent programs too: the six of the matrix, from npm
# AGENTS_REAL_MINUTES=N  with --real: begins none of them after that time, and says which were left out
# AGENTS_SIM_HOURS=N     lets fleets live that many hours in virtual time instead of 10,000
# AGENTS_FUZZ_SECONDS=N  fuzzes each reader for that long instead of 60 s
# AGENTS_RACES=N         races watchdogs and verbs N times; in CI 200 if not said
# AGENTS_SKIP_REAL=1     leaves out the test with a real agent program (codex, from npm, against a loopback server)
# AGENTS_REQUIRE_REAL=1  makes it a failure when that program cannot be installed
set -eu

root=$(cd "$(dirname "$0")" && pwd)
cd "$root"

# shellcheck source=scripts/install.sh
. "$root/scripts/install.sh"

main() {
    need tmux git ps cc
    # The test of the sandbox is skipped without it, which on every change it should not be.
    if [ "${CI:-}" = true ]; then need bwrap || echo "skipped: the sandbox, since there is no bwrap"; fi
    need_cargo
    step "format"
    if component fmt; then cargo fmt --all --check; fi
    # Alone, because a build of the whole workspace switches chrono's clock on for everybody.
    step "decisions without a clock"
    cargo check --locked -p agents-decide
    step "lints"
    if component clippy; then cargo clippy --locked --workspace --all-targets -- -D warnings; fi
    step "tests"
    with_runner
    AGENTS_SKIP_REAL=1 cargo test --locked --workspace --no-fail-fast
    step "planted bugs"
    cargo test --locked -p agents-sim --features planted --test planted known
    lives
    # Fifty of each kind take 54 s of processor time, so at a desk the few among the tests must do.
    if [ "${CI:-}" = true ]; then
        step "races"
        AGENTS_RACES="${AGENTS_RACES:-200}" cargo test --locked -p agents --test cli races::f5
    fi
    step "instructions of a decision"
    scripts/instructions.sh --check
    step "fuzz"
    cargo build --locked -p agents-fuzz
    fuzz 0/2 &
    other=$!
    fuzz 1/2
    wait "$other"
    step "licences and sources"
    # tests/security/supply.rs has looked at the same already.
    if [ "${CI:-}" = true ]; then with_deny; fi
    if component deny; then cargo deny --locked check --hide-inclusion-graph bans licenses sources; fi
    real_program
    [ "${1:-}" != --real ] || real_matrix
    echo "test: ok"
}

step() {
    printf '\n== %s\n' "$1"
}

# Every second reader, so that two processors share them.
fuzz() {
    cargo run --quiet --locked -p agents-fuzz -- --seconds "${AGENTS_FUZZ_SECONDS:-60}" --part "$1"
}

# Fleets in virtual time, with faults. The seed is fixed, so that only a change of the code changes what is found; `just nightly`
# takes the day's. The profile is the one that is built and has lived through all of it soonest.
lives() {
    step "lives of fleets"
    SEED=1 HOURS="${AGENTS_SIM_HOURS:-10000}" cargo test --locked --profile sim -p agents-sim --test swarm \
        a_swarm_breaks_nothing -- --exact --nocapture
}

# Suites that mostly wait run more tests at once, and each says how long it took.
with_runner() {
    host=$(rustc -vV | sed -n 's/^host: //p' | tr 'a-z-' 'A-Z_')
    export "CARGO_TARGET_${host}_RUNNER=$root/scripts/test-runner.sh"
}

# A toolchain may lack a part; the tests themselves need none of them.
component() {
    cargo "$1" --version >/dev/null 2>&1 && return 0
    case "$1" in
        deny) echo "skipped: there is no \`cargo deny\` here; cargo adds it: cargo install --locked cargo-deny" ;;
        *) echo "skipped: there is no \`cargo $1\` here; rustup adds it: rustup component add clippy rustfmt" ;;
    esac
    return 1
}

# Where every change is tried, cargo-deny is built if it is not there (1.4 minutes of processor time); a registry that cannot
# be reached leaves it out.
with_deny() {
    cargo deny --version >/dev/null 2>&1 && return 0
    tools="${CARGO_TARGET_DIR:-$root/target}/tools"
    timeout 600 cargo install --quiet --locked --debug --version 0.20.2 --root "$tools" cargo-deny || return 0
    PATH="$tools/bin:$PATH"
    export PATH
}

# The whole job with a real program: a two-phase build, sessions killed on the way.
real_program() {
    step "real program"
    if [ "${AGENTS_SKIP_REAL:-}" = 1 ]; then
        echo "skipped: AGENTS_SKIP_REAL=1"
    elif said=$(sh tests/real/install-cli.sh codex 2>&1 >/dev/null); then
        cargo test --locked --test real_fleet
    elif [ "${AGENTS_REQUIRE_REAL:-}" = 1 ]; then
        printf '%s\n' "$said" >&2
        exit 1
    else
        printf 'skipped: codex cannot be installed here: %s\n' "$(printf '%s\n' "$said" | tail -n 1)"
    fi
}

# What a fleet makes of each real program. In CI only those that are installed already, unless they are asked for.
real_matrix() {
    step "real programs"
    if [ "${CI:-}" = true ] && [ "${CI_REAL:-}" != 1 ]; then set -- --found; else set --; fi
    if [ -n "${AGENTS_REAL_MINUTES:-}" ]; then set -- "$@" --minutes "$AGENTS_REAL_MINUTES"; fi
    sh tests/real/run.sh "$@"
}

main "$@"
