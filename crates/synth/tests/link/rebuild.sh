#!/bin/sh
# Builds the wasm objects of this directory again: LLVM 19.
set -e
cd "$(dirname "$0")"
for name in shim library unused; do
    clang-19 --target=wasm32 -matomics -mbulk-memory -Os -Wall -c $name.c -o $name.o
done
rm -f library.a
llvm-ar-19 rcsD library.a unused.o library.o
rm unused.o
