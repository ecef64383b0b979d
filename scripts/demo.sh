#!/usr/bin/env bash
# Tests one connection twice: to a PostgreSQL server of our own that takes nobody without TLS.
set -euo pipefail
program=${1:?usage: demo.sh BINARY}

work=$(mktemp -d)
stop=true
trap '"${stop[@]}" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

bin=
for folder in "$(pg_config --bindir 2>/dev/null)" /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql@*/bin \
    /usr/local/opt/postgresql@*/bin; do
    if [ -x "$folder/initdb" ]; then bin=$folder; break; fi
done
if [ -z "$bin" ]; then
    echo 'demo: PostgreSQL is not installed: run make setup' >&2
    exit 1
fi

# PostgreSQL refuses to run as root.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}
[ "$(id -u)" != 0 ] || chown postgres "$work"
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
data=$work/data

echo "Starting a PostgreSQL server that requires TLS, on 127.0.0.1:$port"
cd "$work"
as_postgres openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 365 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout server.key -out server.crt 2>/dev/null
as_postgres "$bin/initdb" --pgdata="$data" --username=postgres --auth=trust --no-sync --no-locale --encoding=UTF8 \
    >/dev/null
as_postgres tee -a "$data/postgresql.conf" >/dev/null <<END
port = $port
listen_addresses = '127.0.0.1'
unix_socket_directories = '$work'
fsync = off
ssl = on
ssl_cert_file = '$work/server.crt'
ssl_key_file = '$work/server.key'
END
as_postgres tee "$data/pg_hba.conf" >/dev/null <<END
local   all all trust
hostssl all all 127.0.0.1/32 scram-sha-256
END
stop=(as_postgres "$bin/pg_ctl" stop --pgdata="$data" --mode=immediate)
as_postgres "$bin/pg_ctl" start --pgdata="$data" --wait --silent --log="$work/log"
as_postgres "$bin/psql" --quiet --no-psqlrc --host="$work" --port="$port" --username=postgres <<END
CREATE ROLE app LOGIN PASSWORD 'demo-only';
CREATE DATABASE shop OWNER app;
END
cd "$OLDPWD"

# Shows a command line, runs it, and says what its exit code should be.
show() {
    local expected=$1 code=0
    shift
    printf '\n$ DEMO_PASSWORD=… tablepro-connect %s\n\n' "$*"
    DEMO_PASSWORD=demo-only "$program" "$@" || code=$?
    printf '\n(exit code %s)\n' "$code"
    if [ "$code" != "$expected" ]; then
        echo "demo: exit code $expected was expected" >&2
        exit 1
    fi
}

common=(--engine postgres -h 127.0.0.1 -p "$port" -U app -d shop --password env:DEMO_PASSWORD)
show 20 "${common[@]}" --ssl disabled
show 0 "${common[@]}" --ssl required
