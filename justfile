# What is done to this repository, by name. `just` lists it.

default:
    @just --list

# Builds the program.
build:
    cargo build --release --locked

# Runs every test, as CI does.
test:
    ./test.sh

# Tries six real agent CLIs from npm (1.7 GB), or one, against the loopback model; without a network where that is permitted.
real filter="":
    tests/real/run.sh {{ filter }}

# Runs a whole fleet on this machine and looks whether anything is left of it.
smoke:
    ./smoke.sh

# The original program's benchmark, to be run beside ours where it is at hand.
baseline := if path_exists("../shared/baseline/bench.py") == "true" { "--baseline ../shared/baseline" } else { "" }

# Measures ticks and verbs of fleets of these sizes.
bench *sizes="1 10 50 100 200":
    cargo build --release --locked -p agents
    cargo run --release --locked -p agents-bench -- {{ sizes }} {{ baseline }}

# Lets a fleet live through deaths and floods for an hour of real time, and fails where its watchdog grows.
soak agents="100" seconds="3600":
    cargo build --release --locked -p agents
    cargo run --release --locked -p agents-bench -- {{ agents }} --soak {{ seconds }}

# Counts the instructions of one decision about so many agents at rest; needs valgrind.
instructions agents="500":
    cargo build --release --locked -p agents-decide --example pure_tick
    scripts/instructions.sh {{ agents }}

# Fails where a decision takes over 10 % more instructions than it did; `just instructions-check --update` keeps what it takes now.
instructions-check *update:
    scripts/instructions.sh --check {{ update }}

# Lets fleets live through faults in virtual time, as CI does: 10,000 fleet-hours unless said otherwise.
sim hours="10000" seed="1":
    cargo run --release --locked -p agents -- sim --seed {{ seed }} --hours {{ hours }} --coverage

# What a night is for, each from a seed that is the day's: 250,000 fleet-hours, 100,000 texts typed at a terminal, an hour of fuzzing.
nightly hours="250000":
    SEED="$(date -u +%Y%m%d)" HOURS={{ hours }} COVERAGE=1 cargo test --locked --profile sim -p agents-sim --test swarm a_swarm_breaks_nothing -- --exact --nocapture
    AGENTS_EVERY_CUT=1 cargo test --release --locked -p agents-sim --test interrupted
    AGENTS_KILLS=500 cargo test --locked -p agents --test kill_watchdog random
    AGENTS_RACES=200 cargo test --locked -p agents --test cli races::f5
    AGENTS_FLOOD=120 cargo test --locked -p agents --test machine flood
    AGENTS_PAYLOADS=100000 cargo test --locked -p agents --test security s03_s04
    cargo run --locked -p agents-fuzz -- --seconds 600 --seed "$(date -u +%Y%m%d)"

# Mutates texts from outside and looks whether a reader panics, lies or dawdles; `cargo fuzz run TARGET` does it with libFuzzer.
fuzz seconds="60" seed="1":
    cargo run --locked -p agents-fuzz -- --seconds {{ seconds }} --seed {{ seed }}

# How much of what decides is run by its tests; fails below 95 % of the lines and 90 % of the branches.
coverage:
    scripts/coverage.sh

# Changes what decides in one of so many ways, a share of them at a time, and looks whether a test fails; needs cargo-mutants.
mutants share="0/60":
    cargo mutants -p agents-tmux --file crates/agents-tmux/src/argv.rs -- --lib argv
    cargo mutants -p agents-decide --exclude 'crates/agents-decide/src/planted*' --exclude 'crates/agents-decide/src/planted/**' --sharding round-robin --shard {{ share }} -- --lib

# Looks whether the simulator catches every bug that is planted for it.
planted:
    cargo test --locked --profile sim -p agents-sim --features planted --test planted every -- --ignored --nocapture

# Looks for lives in which planted bugs show soon, for the list of them in crates/agents-sim/tests/planted.rs.
planted-lives:
    cargo test --locked --profile sim -p agents-sim --features planted --test planted fresh -- --ignored --nocapture

# Writes the page that says which fault is shown by which test.
coverage-page:
    UPDATE_COVERAGE=1 cargo test --locked -p agents --test coverage

# Looks at formats, lints, the purity of decisions and, where cargo-deny is there, licences and sources.
check:
    cargo fmt --all --check
    cargo check --locked -p agents-decide
    cargo clippy --locked --workspace --all-targets -- -D warnings
    if cargo deny --version >/dev/null 2>&1; then cargo deny --locked check bans licenses sources; fi

# Accepts changed snapshots after a look at each.
snapshots:
    cargo insta review
