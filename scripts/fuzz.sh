#!/usr/bin/env bash
# Runs each fuzzer for some seconds: from the inputs that earlier runs on this machine have kept, or, with a seed, from
# nothing, so that another machine does the same.
set -euo pipefail
seconds=${1:-60}
seed=${2:-}
cd "$(dirname "$0")/.."
export TABLEPRO_CONNECT_FUZZ=1
# libFuzzer keeps the input of a crash only if the signal reaches it.
export SWIFT_BACKTRACE=enable=no

folder=.build-fuzz
for name in url answers mysql tds mongodb names redis cassandra clickhouse etcd sanitiser; do
    swift build --scratch-path $folder -c release --sanitize fuzzer -Xswiftc -enable-testing --product fuzz-$name
    inputs=$folder/inputs/$name${seed:+-$seed}
    [ -z "$seed" ] || rm -rf "$inputs"
    mkdir -p "$inputs"
    echo "fuzz-$name: $seconds seconds"
    log=$folder/fuzz-$name.log
    if ! $folder/release/fuzz-$name -max_total_time="$seconds" -max_len=4096 -timeout=5 -rss_limit_mb=2048 \
        -artifact_prefix=$folder/$name- ${seed:+-seed="$seed"} "$inputs" >"$log" 2>&1; then
        tail -40 "$log"
        echo "fuzz-$name: failed; the input is in $folder/$name-*" >&2
        exit 1
    fi
    grep -E '^(Done|stat::number_of_executed_units)' "$log" || tail -1 "$log"
done
