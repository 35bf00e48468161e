#!/bin/sh
# Compiles border.c to a wasm object, which is part of the repository, so that the tests need no
# clang for wasm.
set -eu
cd "$(dirname "$0")"
: "${CLANG:=clang-19}"
$CLANG --target=wasm32 -Os -g -Wall -Werror -funsigned-char -fshort-enums -fdebug-compilation-dir=. \
    -fdata-sections -c border.c -o border.wasm
