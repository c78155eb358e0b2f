#!/usr/bin/env bash
# How much of what decides is run by its tests, line by line and branch by branch?
#
# Counts crates/agents-decide without its tests and its planted bugs, over its own tests and the scripts, seeds and
# screens of the simulator. Fails below 95 % of the lines or 90 % of the branches.
# AGENTS_COVERAGE_MISSED=1 also prints what was never run.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
lines_floor=95
branches_floor=90
folder="$PWD/${CARGO_TARGET_DIR:-target}/coverage"
case "${CARGO_TARGET_DIR:-}" in /*) folder="$CARGO_TARGET_DIR/coverage" ;; esac

main() {
    tools="$(find_tools)" || {
        echo "coverage: there is no llvm-cov that reads what rustc writes; install llvm-$(llvm_of_rustc) or: rustup component add llvm-tools" >&2
        exit 1
    }
    rm -rf "$folder"
    mkdir -p "$folder"
    mapfile -t programs < <(build_programs)
    if [ "${#programs[@]}" = 0 ]; then
        echo "coverage: cargo names no test program" >&2
        exit 1
    fi
    # The tests take long, and somebody may go on writing meanwhile: what is counted is what was built before them.
    cp "${programs[@]}" "$folder"
    programs=("${programs[@]##*/}")
    programs=("${programs[@]/#/$folder/}")
    run_tests
    "$tools/llvm-profdata" merge -sparse "$folder"/*.profraw -o "$folder/all.profdata"
    objects=("${programs[0]}")
    for program in "${programs[@]:1}"; do objects+=(-object "$program"); done
    # What tests themselves are made of does not count, nor do other crates.
    what=(-instr-profile "$folder/all.profdata" -ignore-filename-regex
        '(/\.cargo/|/rustc/|/rustlib/|tests\.rs|/tests/|/fixture\.rs|planted|crates/agents-[a-ce-z]|crates/agents-d[a-df-z])')
    "$tools/llvm-cov" report "${objects[@]}" "${what[@]}" -show-region-summary=false | sed "s#$PWD/##"
    if [ "${AGENTS_COVERAGE_MISSED:-}" = 1 ]; then
        "$tools/llvm-cov" export "${objects[@]}" "${what[@]}" -format=lcov >"$folder/all.lcov"
        missed "$folder/all.lcov"
    fi
    "$tools/llvm-cov" export -summary-only "${objects[@]}" "${what[@]}" | judge
}

llvm_of_rustc() {
    rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p'
}

# The folder of an LLVM as new as rustc's: older ones do not read its counters.
find_tools() {
    local version folder
    version="$(llvm_of_rustc)"
    for folder in "$(rustc --print sysroot)"/lib/rustlib/*/bin "/usr/lib/llvm-$version/bin" $(dirname "$(command -v llvm-cov || echo /nowhere/x)"); do
        if [ -x "$folder/llvm-profdata" ] && "$folder/llvm-cov" --version | grep -q "LLVM version $version"; then
            echo "$folder"
            return 0
        fi
    done
    return 1
}

tests=(-p agents-decide -p agents-sim --locked --lib --tests)

# The counting test programs, one a line.
build_programs() {
    count
    cargo test "${tests[@]}" --no-run --message-format=json-render-diagnostics |
        sed -n 's/.*"executable":"\([^"]*\)".*/\1/p'
}

run_tests() {
    count
    LLVM_PROFILE_FILE="$folder/%p-%m.profraw" cargo test "${tests[@]}" >&2
}

count() {
    export RUSTC_WORKSPACE_WRAPPER="$PWD/scripts/instrumented-rustc.sh" CARGO_INCREMENTAL=0
}

# Every line and branch that nothing ran, from a file in lcov's format.
missed() {
    awk -F'[:,]' -v here="$PWD/" '
        /^SF:/ { file = $2; sub(here, "", file) }
        /^DA:/ && $3 == 0 { print file ":" $2 ": line" }
        /^BRDA:/ && ($5 == "-" || $5 == 0) { print file ":" $2 ": branch " $4 }' "$1"
}

judge() {
    python3 -c '
import json, sys
totals = json.load(sys.stdin)["data"][0]["totals"]
lines, branches = totals["lines"], totals["branches"]
for name, part in (("lines", lines), ("branches", branches)):
    print("%s: %.2f %% (%d of %d)" % (name, part["percent"], part["covered"], part["count"]))
floor = [float(word) for word in sys.argv[1:]]
if lines["percent"] < floor[0] or branches["percent"] < floor[1]:
    sys.exit("coverage: below the floor of %g %% of the lines and %g %% of the branches" % tuple(floor))
' "$lines_floor" "$branches_floor"
}

main
