#!/bin/sh
# Compiles the sources of this directory to wasm objects, which are part of the repository.
set -eu
cd "$(dirname "$0")"
: "${CLANG:=clang-19}"
for file in addresses grow lowered; do
    $CLANG --target=wasm32 -Os -Wall -Werror -c $file.c -o $file.wasm
done
$CLANG --target=wasm32 -Os -Wall -Werror -fPIC -c position.c -o position.wasm
$CLANG --target=wasm32 -Os -Wall -Werror -matomics -mbulk-memory -c thread_local.c -o thread_local.wasm
${CLANG%-*}++-19 --target=wasm32 -O0 -Wall -Werror -fno-exceptions -c inline.cpp -o inline.wasm
$CLANG --target=wasm32 -Os -Wall -Werror -c mismatch.c -o caller.o
$CLANG --target=wasm32 -Os -Wall -Werror -DDEFINITION -c mismatch.c -o other.o
wasm-ld-19 -r caller.o other.o -o mismatch.wasm 2> /dev/null
rm caller.o other.o
