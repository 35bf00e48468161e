#!/bin/sh
# Builds the objects of this directory again: clang, llc, wasm-ld and llvm-ar
# of LLVM 19, wasm-opt of binaryen. The tests read what is committed.
set -e
cd "$(dirname "$0")"
clang-19 --target=wasm32 -O2 -g -ffile-prefix-map="$PWD"=. -fdebug-compilation-dir=. -c basic.c -o basic.o
clang-19 --target=wasm32 -O2 -matomics -mbulk-memory -c basic.c -o threads.o
clang-19 --target=wasm32 -O2 -fPIC -c basic.c -o pic.o
llc-19 -filetype=obj group.ll -o group.o
wasm-ld-19 -r basic.o group.o -o linked.o
wasm-ld-19 --no-entry --allow-undefined --export=f --export=g --emit-relocs basic.o -o finished.wasm
wasm-opt -O2 finished.wasm -o stale.wasm
wasm-ld-19 --no-entry --emit-relocs --export=use group.o -o group.wasm
wasm-opt -O1 group.wasm -o stale-code.wasm
rm group.wasm
llvm-ar-19 rcsD library.a basic.o group.o

# The members of needs.a, one function each.
work=$(mktemp -d)
member() {
    echo "$2" >"$work/$1.c"
    clang-19 --target=wasm32 -O2 -c "$work/$1.c" -o "$work/$1.o"
}
member other_leaf 'int leaf(void) { return 2; }'
member middle 'int leaf(void); int middle(void) { return leaf() + 1; }'
member main 'int middle(void); int main(void) { return middle(); }'
member leaf 'int leaf(void) { return 1; }'
member unused 'int main(void); int unused(void) { return main(); }'
member weak_user '__attribute__((weak)) int leaf(void); int user(void) { return leaf(); }'
rm -f needs.a
(cd "$work" && llvm-ar-19 rcsD needs.a other_leaf.o middle.o main.o leaf.o unused.o weak_user.o)
mv "$work/needs.a" .
rm -r "$work"
