#!/usr/bin/env bash
# Runs the lab with the program built under a sanitizer; the tests themselves are not.
set -euo pipefail
kind=${1:?usage: sanitize.sh address|thread}
cd "$(dirname "$0")/.."

flags=(--sanitize "$kind")
if [ "$kind" = address ] && [ "$(uname)" = Linux ]; then
    flags+=(-Xswiftc -DLEAK_CHECK -Xswiftc -enable-experimental-feature -Xswiftc Extern)
fi
swift build --scratch-path ".build-$kind" "${flags[@]}" --product tablepro-connect 2>&1 |
    grep -v "Cannot export local symbol" # of ld.gold, hundreds

# A finding is on standard error, which every row expects to be empty, and changes the exit code.
TABLEPRO_CONNECT_BINARY=$PWD/.build-$kind/debug/tablepro-connect swift test --filter LabTests
