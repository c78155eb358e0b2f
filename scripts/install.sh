# Which packages does this machine lack, and how do they get there? Sourced by smoke.sh and test.sh (POSIX sh).

# Installs each named command's package unless the command is there: `need tmux git`.
need() {
    missing=""
    for command in "$@"; do
        command -v "$command" >/dev/null 2>&1 || missing="$missing $(package_of "$command")"
    done
    [ -z "$missing" ] && return 0
    echo "installing$missing" >&2
    # shellcheck disable=SC2086 # The list is split on purpose.
    install_packages $missing || {
        echo "cannot install$missing by itself: install them by hand and try again" >&2
        return 1
    }
}

# The package that brings a command.
package_of() {
    case "$1" in
        ps) echo procps ;;
        bwrap) echo bubblewrap ;;
        cc) echo gcc ;;
        *) echo "$1" ;;
    esac
}

install_packages() {
    if command -v apt-get >/dev/null 2>&1; then
        as_root apt-get -qq update </dev/null >&2 || true
        as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" </dev/null >&2
    elif command -v dnf >/dev/null 2>&1; then
        # Fedora calls the package of `ps` procps-ng, and takes the capability's name, too.
        as_root dnf -q -y install "$@" </dev/null >&2
    elif command -v apk >/dev/null 2>&1; then
        as_root apk add -q "$@" </dev/null >&2
    elif command -v brew >/dev/null 2>&1; then
        brew install -q "$@" </dev/null >&2
    else
        echo "there is no apt-get, dnf, apk or brew here" >&2
        return 1
    fi
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo -n "$@" || {
            echo "sudo asks for a password; run this by hand: sudo $*" >&2
            return 1
        }
    else
        echo "root is needed for: $*" >&2
        return 1
    fi
}

# Says what to do when there is no Rust toolchain; a toolchain is not installed behind anybody's back.
need_cargo() {
    if ! command -v cargo >/dev/null 2>&1 && [ -x "$HOME/.cargo/bin/cargo" ]; then
        PATH="$HOME/.cargo/bin:$PATH"
        export PATH
    fi
    if command -v cargo >/dev/null 2>&1; then
        return 0
    fi
    echo "there is no cargo: install Rust 1.90 or newer (https://rustup.rs) and try again" >&2
    return 1
}
