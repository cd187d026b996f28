#!/usr/bin/env bash
# Runs every test on SQLite and on PostgreSQL: ./test.sh [FILTER] [libtest arguments]
# With --faults first: only the tests under faults, all of their points (several hours), whose figures it writes to
# docs/reliability.md; without, a share of them runs with the others.
#
# Needs Rust, a C compiler and, on Linux, strace, which is installed as PostgreSQL is. PostgreSQL is a throwaway cluster that the tests start and remove, as an unprivileged user
# even when this runs as root. If its server programs are missing, they are installed on Debian and Ubuntu; elsewhere this
# says what to install. CALLBOARD_TEST_POSTGRES_URL=postgres://... uses an existing server instead.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

fail() {
    printf 'test.sh: %s\n' "$@" >&2
    exit 1
}

# The same places as migration/src/scratch/programs.rs.
has_postgresql() {
    local bin
    if [ -n "${PG_BIN:-}" ]; then
        [ -x "$PG_BIN/initdb" ] && [ -x "$PG_BIN/postgres" ]
        return
    fi
    for bin in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin; do
        if [ -x "$bin/initdb" ] && [ -x "$bin/postgres" ]; then return; fi
    done
    command -v initdb >/dev/null && command -v postgres >/dev/null
}

# Installs the server's programs without making or starting a cluster on the user's machine.
install_postgresql() {
    local root=() conf=/etc/postgresql-common/createcluster.conf
    if ! command -v apt-get >/dev/null; then
        fail "PostgreSQL's server programs (initdb, postgres) are missing. Install them and run this again:" \
            "  Fedora: dnf install postgresql-server    Arch: pacman -S postgresql" \
            "  Alpine: apk add postgresql               macOS: brew install postgresql@17" \
            "or set PG_BIN to the folder that holds them, or CALLBOARD_TEST_POSTGRES_URL to a server."
    fi
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail \
            "PostgreSQL's server programs are missing, and there is no sudo to install them with. As root:" \
            "  apt-get update && apt-get install -y postgresql" \
            "Then run this again, or set CALLBOARD_TEST_POSTGRES_URL to a server."
        root=(sudo)
    fi
    echo "test.sh: installing PostgreSQL's server programs (no cluster is made)" >&2
    root+=(env DEBIAN_FRONTEND=noninteractive)
    "${root[@]}" apt-get update -q >&2
    "${root[@]}" apt-get install -y -q --no-install-recommends postgresql-common >&2
    # For this installation only: what the user installs later is made as ever.
    "${root[@]}" cp -p "$conf" "$conf.callboard"
    echo 'create_main_cluster = false' | "${root[@]}" tee -a "$conf" >/dev/null
    local installed=0
    "${root[@]}" apt-get install -y -q --no-install-recommends postgresql >&2 || installed=$?
    "${root[@]}" mv "$conf.callboard" "$conf"
    [ "$installed" -eq 0 ] || fail "apt-get could not install postgresql; its messages are above."
    has_postgresql || fail "postgresql is installed, but initdb and postgres were not found: set PG_BIN to their folder."
}

# The faults are made on Linux; strace checks that none of the calls is missed.
install_strace() {
    local root=()
    [ "$(id -u)" -eq 0 ] || root=(sudo)
    if ! command -v apt-get >/dev/null || { [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; }; then
        fail "strace is missing. Install it and run this again:" \
            "  Debian, Ubuntu: apt-get install strace    Fedora: dnf install strace" \
            "  Arch: pacman -S strace                    Alpine: apk add strace"
    fi
    echo "test.sh: installing strace" >&2
    root+=(env DEBIAN_FRONTEND=noninteractive)
    "${root[@]}" apt-get update -q >&2
    "${root[@]}" apt-get install -y -q --no-install-recommends strace >&2
}

command -v cargo >/dev/null || fail "cargo is missing. Install Rust 1.94 or newer with rustup, then run this again."
command -v cc >/dev/null || fail \
    "a C compiler (cc) is missing, and SQLite is built from source." \
    "Install one (Debian, Ubuntu: apt-get install gcc libc6-dev; macOS: xcode-select --install), then run this again."
if [ -z "${CALLBOARD_TEST_POSTGRES_URL:-}" ] && ! has_postgresql; then
    install_postgresql
fi
command -v strace >/dev/null || install_strace

if [ "${1:-}" = --faults ]; then
    rm -f target/faults/full.jsonl
    failed=0
    CALLBOARD_FAULTS=full CALLBOARD_TEST_TIMEOUT=14400 \
        cargo test --workspace --locked --test it -- migration::faults || failed=$?
    CALLBOARD_FAULTS=render cargo test --workspace --locked --test it -- migration::faults::report || failed=$?
    exit "$failed"
fi

# Where Debian's own pg_dump on PATH is a Perl script that looks for the real one, at a third of what a backup takes.
for bin in /usr/lib/postgresql/*/bin; do
    if [ -x "$bin/pg_dump" ]; then PATH="$bin:$PATH"; fi
done

# The tests run the binaries, and cargo test does not build those of other packages.
cargo build --workspace --locked --bins
cargo test --workspace --locked --doc -- "$@"
# Last, because its closing line is the one to look at: the integration tests come after the unit tests.
cargo test --workspace --locked --tests -- "$@"
