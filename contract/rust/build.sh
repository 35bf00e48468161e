#!/usr/bin/env bash
# Rebuilds the objects of contract/rust: contract/wasm/*.o for wasm32, and
# contract/native/*.o with the same code compiled natively, to compare with.
#
#     contract/rust/build.sh DIRECTORY
#
# The compiler comes from Debian's packages, unpacked into DIRECTORY and not
# installed: it can compile `core` for targets that no package has. Versions are
# those that apt offers. It takes a minute or two, and 1 GB.
set -euo pipefail

contract=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"
cd "$1"

# The compiler, the library that it is made of, LLVM and the sources of `core`.
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

# SOURCE TARGET LEVEL OUTPUT: one object with what it needs of `core`.
object() {
    rustc --crate-type staticlib --crate-name "$(basename "$1" .rs | tr . _)" "$contract/$1" --target "$2" -L "$2" -C opt-level="$3" \
        -C lto=fat -C overflow-checks=no --remap-path-prefix "$contract=." -o archive.a "${@:5}"
    member=$(ar t archive.a | grep -v compiler_builtins)
    ar p archive.a "$member" > "$4"
}

for source in rust/collections rust/values kernel/kernel.decide; do
    name=$(basename "$source")
    object $source.rs wasm32-unknown-unknown s "$contract/wasm/$name.Os.o"
    object $source.rs wasm32-unknown-unknown 1 "$contract/wasm/$name.O1.o"
    object $source.rs wasm32-unknown-unknown 2 "$contract/wasm/$name.O2.o"
    object $source.rs thumbv7m-none-eabi s "$contract/native/$name.soft.o"
    object $source.rs thumbv7em-none-eabihf s "$contract/native/$name.hard.o"
done
