#!/usr/bin/env bash
# Runs the lab with the program built under a sanitizer; the tests themselves are not. Their verdicts do not count, since
# a program that is watched keeps no deadlines: what the sanitizer has found does.
set -euo pipefail
kind=${1:?usage: sanitize.sh address|thread}
cd "$(dirname "$0")/.."

flags=(--sanitize "$kind")
if [ "$kind" = address ] && [ "$(uname)" = Linux ]; then
    flags+=(-Xswiftc -DLEAK_CHECK -Xswiftc -enable-experimental-feature -Xswiftc Extern)
fi
# ld.gold has hundreds of warnings for the sanitizer's own symbols.
swift build --scratch-path ".build-$kind" "${flags[@]}" --product tablepro-connect 2>&1 |
    { grep -v 'Cannot export local symbol' || true; }
export TABLEPRO_CONNECT_BINARY=$PWD/.build-$kind/debug/tablepro-connect

findings=$(mktemp -d)
chmod 1777 "$findings"
options=log_path=$findings/finding:exitcode=99
# The lab hands these on to the program (Tests/Lab/Program.swift).
export ASAN_OPTIONS=$options TSAN_OPTIONS=$options
"$TABLEPRO_CONNECT_BINARY" --version
# One test ends a worker by SIGSEGV itself.
swift test --filter LabTests --skip aCrashIsNamed | tail -1 || true
if [ -n "$(ls "$findings")" ]; then
    head -60 "$findings"/* | head -200
    echo "sanitize: $(ls "$findings" | wc -l) findings of the $kind sanitizer in $findings" >&2
    exit 1
fi
rmdir "$findings"
echo "sanitize: the $kind sanitizer found nothing"
