#!/usr/bin/env bash
# Installs what is missing for building and testing; quick when nothing is.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*"; }

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        say "needs root, or sudo, for: $*" >&2
        exit 1
    fi
}

setup_debian() {
    local wanted=(
        # for the Swift toolchain itself
        libncurses6
        # for the build
        binutils freetds-dev g++ libc6-dev libcurl4-openssl-dev libhiredis-dev libmariadb-dev libmongoc-dev libpq-dev
        libsqlite3-dev libssl-dev make pkg-config zlib1g-dev
        # for the program: the drivers that it opens at run time, and the system trust store
        ca-certificates libcurl4 libmariadb3 libmongoc-1.0-0 libpq5 libsqlite3-0 libsybdb5
        # for the tests; mariadb-server-core is MariaDB without a service that starts, unlike mariadb-server;
        # redis-tools has the server of Redis in it, under another name, and starts none, unlike redis-server; and
        # what mssql-python links to besides what it brings is libgssapi-krb5-2 and libltdl7
        clickhouse-client curl etcd-client freetds-bin libcap2-bin libgssapi-krb5-2 libltdl7 libnss-wrapper
        mariadb-client-core mariadb-server-core openssl python3 python3-venv redis-tools strace util-linux
    )
    local missing=() package
    for package in "${wanted[@]}"; do
        dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    if ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then
        missing+=(postgresql-server)
    fi
    [ ${#missing[@]} -gt 0 ] || return 0

    say "installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    as_root apt-get update -q
    if [[ " ${missing[*]} " == *" postgresql-server "* ]]; then
        # The lab is made for PostgreSQL 15, Debian 12's; another release's own will do.
        local server=postgresql
        apt-cache show postgresql-15 >/dev/null 2>&1 && server=postgresql-15
        missing=("${missing[@]/postgresql-server/$server}")
        # The tests start servers of their own: the package need not start one that stays.
        as_root mkdir -p /etc/postgresql-common/createcluster.d
        echo 'create_main_cluster = false' |
            as_root tee /etc/postgresql-common/createcluster.d/tablepro-connect.conf >/dev/null
    fi
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends --no-remove -o DPkg::Lock::Timeout=300 "${missing[@]}"
}

# Takes a file out of a package that starts a service where it is installed, into a folder of the project's.
take_out() {
    local package=$1 file=$2 folder
    if [ -e "/$file" ] || [ -e ".lab/${file##*/}" ]; then return 0; fi
    apt-cache show "$package" >/dev/null 2>&1 || as_root apt-get update -q
    if ! apt-cache show "$package" >/dev/null 2>&1; then
        say "this system has no package $package: the tests that need it will fail" >&2
        return 0
    fi
    say "taking ${file##*/} out of the package $package"
    folder=$(mktemp -d)
    (cd "$folder" && apt-get download -q -o APT::Sandbox::User=root "$package" && dpkg-deb -x "$package"_*.deb .)
    mkdir -p .lab
    cp "$folder/$file" .lab/
    rm -rf "$folder"
}

setup_servers() {
    take_out mariadb-server usr/lib/mysql/plugin/auth_ed25519.so
    take_out etcd-server usr/bin/etcd
    take_out clickhouse-server usr/sbin/clickhouse-server
}

setup_macos() {
    if ! command -v brew >/dev/null; then
        say 'needs Homebrew, see https://brew.sh' >&2
        exit 1
    fi
    local missing=() formula
    for formula in curl duckdb etcd freetds hiredis libpq mariadb-connector-c mariadb@10.11 mongo-c-driver@1 openssl@3 \
        postgresql@15 redis sqlite; do
        brew list --versions "$formula" >/dev/null || missing+=("$formula")
    done
    [ ${#missing[@]} -eq 0 ] || brew install "${missing[@]}"
}

# The Python packages, once for each list of them.
setup_python() {
    local list=scripts/requirements.txt stamp=.venv/installed.txt
    if cmp -s "$list" "$stamp" && .venv/bin/python -c '' 2>/dev/null; then return 0; fi
    say 'making .venv with the Python packages of the tests'
    rm -rf .venv
    python3 -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$list"
    cp "$list" "$stamp"
}

# DuckDB has no package. Its wheel for Python holds the whole library, with the needs of a module of Python's; what is
# made here is an empty library that needs the wheel's and Python's, so that whoever loads it gets both.
setup_duckdb() {
    local wheel version python
    wheel=$(realpath .venv/lib/python3*/site-packages/_duckdb.*.so)
    if [ .lab/libduckdb.so -nt "$wheel" ]; then return 0; fi
    version=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_config_var("VERSION"))')
    python=libpython$version.so.1.0
    if ! /sbin/ldconfig -p | grep -q "$python "; then
        say "installing libpython$version"
        as_root apt-get update -q
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 "libpython$version"
    fi
    say 'making .lab/libduckdb.so of the Python package duckdb'
    mkdir -p .lab
    cc -shared -o .lab/libduckdb.so -Wl,--no-as-needed "-l:$python" "$wheel"
}

if command -v apt-get >/dev/null; then
    setup_debian
    setup_servers
elif [ "$(uname)" = Darwin ]; then
    setup_macos
else
    say 'knows Debian, Ubuntu and macOS only; what it would install is listed in scripts/setup.sh' >&2
fi
setup_python
if command -v apt-get >/dev/null; then setup_duckdb; fi
if ! command -v swift >/dev/null; then
    say 'the Swift toolchain (6.0 or newer) is missing, see https://www.swift.org/install' >&2
    exit 1
fi
