#!/bin/sh
# Writes a home folder for codex that talks to the loopback model server only and asks no question at start.
#
# Usage: codex-home.sh HOME_DIR PORT PROJECT_DIR...
#
# Start codex with HOME=HOME_DIR and OPENAI_API_KEY set to any word. HOME_DIR should not lie under the system's folder
# for temporary files: codex warns there and leaves its helper links out.
set -eu

if [ "$#" -lt 3 ]; then
    printf 'usage: codex-home.sh HOME_DIR PORT PROJECT_DIR...\n' >&2
    exit 2
fi
home=$1
port=$2
shift 2

mkdir -p "$home/.codex"
config=$home/.codex/config.toml
cat >"$config" <<CONFIG
model = "mock-1"
model_provider = "mock"
check_for_update_on_startup = false
approval_policy = "never"
sandbox_mode = "danger-full-access"

[model_providers.mock]
name = "Mock"
base_url = "http://127.0.0.1:$port/v1"
env_key = "OPENAI_API_KEY"
wire_api = "responses"
request_max_retries = 2
stream_max_retries = 3
stream_idle_timeout_ms = 20000

# After a usage limit codex would open a menu, and text typed at a menu chooses an entry.
[notice]
hide_rate_limit_model_nudge = true

[analytics]
enabled = false

[feedback]
enabled = false

# The background server would outlive the pane and go on working.
[features]
enable_request_compression = false
daemon_auto_start = false
CONFIG

# A folder without this line brings up a question at start.
for project in "$@"; do
    project=$(CDPATH='' cd -- "$project" && pwd -P)
    printf '\n[projects."%s"]\ntrust_level = "trusted"\n' "$project" >>"$config"
done
