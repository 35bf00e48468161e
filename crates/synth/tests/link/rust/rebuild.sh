#!/bin/sh
# Builds library.wasm and expected.txt again, with LLVM 19, the rustc of this
# machine and Debian's rustc-web, which brings the sources of `core` (the
# rustup toolchain has none for wasm32). Those packages are unpacked, not
# installed, into a directory of their own.
set -e
cd "$(dirname "$0")"
rustc --edition 2024 -O native.rs -o native
./native >expected.txt
rm native

work=$(mktemp -d)
here=$PWD
cd "$work"
apt-get download rustc-web rust-web-src libstd-rust-web-dev
apt-get download "$(apt-cache depends libstd-rust-web-dev | grep -o 'libstd-rust-web-1[0-9.]*$')"
for package in *.deb; do dpkg -x "$package" root; done
llvm=$(ldd root/usr/lib/*/librustc_driver*.so | sed -n 's/.*libLLVM.so.\([0-9]*\).*not found.*/\1/p')
if [ -n "$llvm" ]; then
    apt-get download "libllvm$llvm"
    dpkg -x libllvm*.deb root
fi
export LD_LIBRARY_PATH=$(echo root/usr/lib/x86_64-linux-gnu)
export RUSTC_BOOTSTRAP=1
rustc="root/usr/bin/rustc --edition 2024 --target wasm32-unknown-unknown -C panic=abort
    -C codegen-units=1 -C target-feature=+atomics,+bulk-memory --cap-lints allow -L ."
$rustc --crate-name core --crate-type rlib -O -Z force-unstable-if-unmarked \
    root/usr/src/rustc-*/library/core/src/lib.rs
echo '#![feature(compiler_builtins)] #![compiler_builtins] #![no_std]' >builtins.rs
$rustc --crate-name compiler_builtins --crate-type rlib -Z force-unstable-if-unmarked builtins.rs
$rustc --crate-type lib -C opt-level=s --emit=obj=library.o "$here/wasm.rs"
clang-19 --target=wasm32 -Os -matomics -mbulk-memory -c "$here/wide.c" -o wide.o
wasm-ld-19 --no-entry --allow-undefined --export=rust_run --emit-relocs \
    library.o wide.o libcore.rlib -o "$here/library.wasm"
cd "$here"
rm -r "$work"
