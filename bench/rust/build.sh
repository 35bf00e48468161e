#!/usr/bin/env bash
# Rebuilds what is of Rust in the benchmark: bench/wasm/NAME.O{s,z,2}.{wasm,o}, and
# bench/native/NAME.{soft,hard}.O{s,z,2,3}.o with the same code compiled natively.
#
#     bench/rust/build.sh DIRECTORY [SET]
#
# With SET held-out, what is of Rust in bench/held-out.
#
# The compiler comes from Debian's packages, unpacked into DIRECTORY and not
# installed, as in contract/rust/build.sh, whose DIRECTORY can be used again.
# wasm-ld-19 links the modules.
set -euo pipefail

bench=$(cd "$(dirname "$0")/../${2:-.}" && pwd)
mkdir -p "$1"
cd "$1"

if [ ! -d root ]; then
    depends() { apt-cache depends --important "$1" | sed -n "s/^ *Depends: \($2[^ ]*\)$/\1/p"; }
    library=$(depends libstd-rust-web-dev 'libstd-rust-web-[0-9]')
    llvm=$(depends "$library" libllvm)
    apt-get -qq download rustc-web rust-web-src "$library" "$llvm"
    for package in *.deb; do
        dpkg -x "$package" unpacked
    done
    mv unpacked root
fi
libraries=$(dirname "$(find root -name 'librustc_driver-*.so')")
LD_LIBRARY_PATH=$PWD/$libraries:$(echo "$PWD"/root/usr/lib/llvm-*/lib)
sources=$(echo "$PWD"/root/usr/src/rustc-*/library)
export LD_LIBRARY_PATH RUSTC_BOOTSTRAP=1

rustc() {
    root/usr/bin/rustc --edition 2024 --sysroot /nonexistent --cap-lints allow \
        -Zunstable-options -C panic=immediate-abort -C codegen-units=1 "$@"
}

printf '#![feature(compiler_builtins)]\n#![compiler_builtins]\n#![no_std]\n' > builtins.rs
for target in wasm32-unknown-unknown thumbv7m-none-eabi thumbv7em-none-eabihf; do
    if [ ! -f "$target/libcore.rlib" ]; then
        mkdir -p "$target"
        rustc --crate-name core --crate-type rlib "$sources/core/src/lib.rs" \
            --target "$target" -C opt-level=s -o "$target/libcore.rlib"
        # Routines that a host supplies; the name must exist.
        rustc --crate-name compiler_builtins --crate-type rlib builtins.rs \
            --target "$target" -L "$target" -o "$target/libcompiler_builtins.rlib"
    fi
done

# NAME TARGET LEVEL OUTPUT: one object with what it needs of `core`.
object() {
    rustc --crate-type staticlib --crate-name "$1" "$bench/rust/$1.rs" --target "$2" -L "$2" \
        -C opt-level="$3" -C lto=fat -C overflow-checks=no --remap-path-prefix "$bench=." -o archive.a
    member=$(ar t archive.a | grep -v compiler_builtins)
    ar p archive.a "$member" > "$4"
}

for source in "$bench"/rust/*.rs; do
    name=$(basename "$source" .rs)
    for level in s z 2; do
        wasm=$bench/wasm/$name.O$level
        object "$name" wasm32-unknown-unknown "$level" "$wasm.o"
        wasm-ld-19 --no-entry --strip-debug --stack-first -z stack-size=16384 \
            --export="bench_$name" "$wasm.o" -o "$wasm.wasm"
    done
    for level in s z 2 3; do
        object "$name" thumbv7m-none-eabi "$level" "$bench/native/$name.soft.O$level.o"
        object "$name" thumbv7em-none-eabihf "$level" "$bench/native/$name.hard.O$level.o"
    done
done
root/usr/bin/rustc --version > "$bench/native/rustc.txt"
