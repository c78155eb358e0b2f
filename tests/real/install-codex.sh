#!/bin/sh
# Installs the pinned codex CLI into a cache folder and prints the path of its native binary.
#
# Usage: install-codex.sh            install when missing, then print the path
#        install-codex.sh --find     print the path when installed, else fail; never touches the network
#
# AGENTS_CLI_CACHE names the cache folder (default: .cache/clis at the root of the repository).
# The npm package brings a native program for the platform; node and npm are needed to install it, not to run it.
set -eu

version=0.169.0
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
cache=${AGENTS_CLI_CACHE:-$root/.cache/clis}
prefix=$cache/codex-$version

fail() {
    printf 'install-codex: %s\n' "$1" >&2
    exit 1
}

# The packages of all platforms share one layout; only the one of this machine gets installed.
find_binary() {
    for candidate in "$prefix"/node_modules/@openai/codex-*/vendor/*/bin/codex; do
        if [ -x "$candidate" ]; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

# A folder that npm left half-filled has no marker, so it is filled again.
installed() {
    [ -e "$prefix/.installed" ] && find_binary
}

case "${1:-}" in
    '') ;;
    --find)
        installed || fail "codex $version is not installed in $prefix; run this script without --find"
        exit 0
        ;;
    *) fail "unknown argument '$1'; only --find is known" ;;
esac

if installed; then
    exit 0
fi

command -v npm >/dev/null 2>&1 ||
    fail "npm is missing, and codex $version is not in $prefix; install Node.js with npm (only this step needs it), or set AGENTS_CLI_CACHE to a folder that has codex"

mkdir -p "$prefix"
printf '{"private":true}\n' >"$prefix/package.json"
npm install --no-audit --no-fund --no-update-notifier --prefix "$prefix" "@openai/codex@$version" >"$prefix/npm.log" 2>&1 || {
    tail -n 20 "$prefix/npm.log" >&2
    fail "npm could not install @openai/codex@$version; its whole output is in $prefix/npm.log"
}
binary=$(find_binary) || fail "@openai/codex@$version brought no program for this platform ($(uname -s) $(uname -m)); looked in $prefix/node_modules"
: >"$prefix/.installed"
printf '%s\n' "$binary"
