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
names=(url answers mysql tds mongodb names redis cassandra clickhouse etcd sanitiser)
for name in "${names[@]}"; do
    swift build --scratch-path $folder -c release --sanitize fuzzer -Xswiftc -enable-testing --product fuzz-$name
done

run() {
    local name=$1 inputs=$folder/inputs/$1${seed:+-$seed} log=$folder/fuzz-$1.log
    [ -z "$seed" ] || rm -rf "$inputs"
    mkdir -p "$inputs"
    if ! $folder/release/fuzz-$name -max_total_time="$seconds" -max_len=4096 -timeout=5 -rss_limit_mb=2048 \
        -artifact_prefix=$folder/$name- ${seed:+-seed="$seed"} "$inputs" >"$log" 2>&1; then
        tail -40 "$log"
        echo "fuzz-$name: failed; the input is in $folder/$name-*" >&2
        return 1
    fi
    echo "fuzz-$name: $seconds seconds, $(grep -E '^(Done|stat::number_of_executed_units)' "$log" || tail -1 "$log")"
}

# Two at a time, for two processors.
failed=0
for ((index = 0; index < ${#names[@]}; index += 2)); do
    pids=()
    for name in "${names[@]:index:2}"; do
        run "$name" &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
done
exit $failed
