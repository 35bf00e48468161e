#!/bin/sh
# Compiles the sources of this directory to wasm objects, which are part of the repository, so
# that the tests need no clang for wasm.
set -eu
cd "$(dirname "$0")"
: "${CLANG:=clang-19}"
for file in sem statics pointers init imports forms; do
    $CLANG --target=wasm32 -Os -Wall -Werror -c $file.c -o $file.wasm
done
for file in tails tails_other; do
    $CLANG --target=wasm32 -Os -mtail-call -Wall -Werror -c $file.c -o $file.wasm
done
# The same by way of the linker: still relocatable, and finished with its relocations.
wasm-ld-19 -r sem.wasm statics.wasm pointers.wasm init.wasm -o relocatable.wasm
wasm-ld-19 --emit-relocs --no-entry --no-gc-sections --allow-undefined --export-all \
    sem.wasm statics.wasm pointers.wasm init.wasm -o finished.wasm
# Finished, without relocations.
$CLANG --target=wasm32 -O2 -Wall -Werror -c guess.c -o guess.o
wasm-ld-19 --no-entry --allow-undefined --export=run --export=sum --export=local \
    --export=shared --export=__data_end guess.o -o guess.wasm
rm guess.o
