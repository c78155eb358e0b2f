#!/bin/sh
# Installs a pinned agent CLI into a cache folder and prints the path of the program to start.
#
# Usage: install-cli.sh NAME            install when missing, then print the path
#        install-cli.sh NAME --find     print the path when installed, else fail; never touches the network
#
# NAME is one of: codex claude opencode pi gemini qwen
# AGENTS_CLI_CACHE names the cache folder (default: .cache/clis at the root of the repository).
# node and npm are needed to install, not to run: codex, claude and opencode bring a native program for the platform,
# and the others get a node of their own.
set -eu

node_version=22.23.3
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
cache=${AGENTS_CLI_CACHE:-$root/.cache/clis}

fail() {
    printf 'install-cli: %s\n' "$1" >&2
    exit 1
}

# Per CLI: its package, and below node_modules either patterns of its native programs, best first, or the script that
# node runs.
native=
script=
case "${1:-}" in
    codex)
        version=0.169.0 package=@openai/codex
        native='@openai/codex-*/vendor/*/bin/codex'
        ;;
    claude)
        version=2.1.330 package=@anthropic-ai/claude-code
        native='@anthropic-ai/claude-code-*/claude'
        ;;
    opencode)
        version=1.18.33 package=opencode-ai
        native='opencode-*64/bin/opencode opencode-*/bin/opencode'
        ;;
    pi)
        # Later versions, up to 1.5.2, need a package that is not in the registry.
        version=0.87.1 package=@earendil-works/pi-coding-agent
        script=@earendil-works/pi-coding-agent/dist/bundle/cli.js
        ;;
    gemini)
        version=0.61.0 package=@google/gemini-cli
        script=@google/gemini-cli/bundle/gemini.js
        ;;
    qwen)
        version=0.24.4 package=@qwen-code/qwen-code
        script=@qwen-code/qwen-code/cli-entry.js
        ;;
    *) fail "unknown CLI '${1:-}'; known: codex claude opencode pi gemini qwen" ;;
esac
name=$1
prefix=$cache/$name-$version
# Names the program of a finished installation; a folder that npm left half-filled has none.
found=$prefix/.program

# A cache folder may have been moved, so the path in the file is relative to it.
print_program() {
    if [ -r "$found" ] && [ -x "$prefix/$(cat "$found")" ]; then
        printf '%s/%s\n' "$prefix" "$(cat "$found")"
    else
        return 1
    fi
}

case "${2:-}" in
    '') ;;
    --find)
        print_program || fail "$name $version is not installed in $prefix; run this script without --find"
        exit 0
        ;;
    *) fail "unknown argument '$2'; only --find is known" ;;
esac

if print_program; then
    exit 0
fi

# Install scripts of packages fetch from elsewhere or patch what is not needed here.
npm_install() {
    folder=$1
    wanted=$2
    command -v npm >/dev/null 2>&1 ||
        fail "npm is missing, and $wanted is not in $folder; install Node.js with npm (only this step needs it), or set AGENTS_CLI_CACHE to a folder that has $name"
    mkdir -p "$folder"
    printf '{"private":true}\n' >"$folder/package.json"
    npm install --ignore-scripts --no-audit --no-fund --no-update-notifier --prefix "$folder" "$wanted" >"$folder/npm.log" 2>&1 || {
        tail -n 20 "$folder/npm.log" >&2
        fail "npm could not install $wanted; its whole output is in $folder/npm.log"
    }
}

# Asks a program for its version; whatever it writes on that occasion stays out of the caller's home.
answers() {
    HOME=$prefix "$1" --version >/dev/null 2>&1
}

# Several builds may be installed, for other C libraries or older processors: the first that runs here is taken.
first_that_runs() {
    cd "$prefix/node_modules"
    # shellcheck disable=SC2086 # The patterns are meant to be expanded.
    for candidate in $native; do
        if [ -x "$candidate" ] && answers "./$candidate"; then
            printf 'node_modules/%s\n' "$candidate"
            return 0
        fi
    done
    fail "$package@$version brought no program that runs on this platform ($(uname -s) $(uname -m)); looked in $prefix/node_modules"
}

node_package() {
    case "$(uname -m)" in
        x86_64) arch=x64 ;;
        aarch64 | arm64) arch=arm64 ;;
        *) fail "there is no node package for $(uname -m)" ;;
    esac
    printf 'node-%s-%s\n' "$(uname -s | tr '[:upper:]' '[:lower:]')" "$arch"
}

# A launcher beside the package, which runs its script with the cache's own node.
write_launcher() {
    node=$(node_package)
    home=$cache/node-$node_version
    [ -x "$home/node_modules/$node/bin/node" ] || npm_install "$home" "$node@$node_version"
    mkdir -p "$prefix/bin"
    cat >"$prefix/bin/$name" <<LAUNCHER
#!/bin/sh
here=\$(CDPATH='' cd -- "\$(dirname -- "\$0")/.." && pwd)
exec "\$here/../node-$node_version/node_modules/$node/bin/node" "\$here/node_modules/$script" "\$@"
LAUNCHER
    chmod +x "$prefix/bin/$name"
    answers "$prefix/bin/$name" || fail "$name $version does not run with node $node_version"
    printf 'bin/%s\n' "$name"
}

npm_install "$prefix" "$package@$version"
if [ -n "$native" ]; then
    program=$(first_that_runs)
else
    program=$(write_launcher)
fi
printf '%s\n' "$program" >"$found.draft"
mv "$found.draft" "$found"
print_program
