#!/bin/sh
# Compiles the sources of this directory to wasm objects, which are part of the repository, so
# that the tests need no clang for wasm.
set -eu
cd "$(dirname "$0")"
: "${CLANG:=clang-19}"
for file in sem statics pointers init imports; do
    $CLANG --target=wasm32 -Os -Wall -Werror -c $file.c -o $file.wasm
done
# The same by way of the linker: still relocatable, and finished with its relocations.
wasm-ld-19 -r sem.wasm statics.wasm pointers.wasm init.wasm -o relocatable.wasm
wasm-ld-19 --emit-relocs --no-entry --no-gc-sections --allow-undefined --export-all \
    sem.wasm statics.wasm pointers.wasm init.wasm -o finished.wasm
