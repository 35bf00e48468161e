#!/bin/sh
# Compiles the controller, links it with a C host and runs both under QEMU.
#
#     examples/host/build.sh [DIRECTORY]
#
# SYNTH, CC and LD name other tools: LD=ld.lld-19 links with lld. LDFLAGS=--gc-sections leaves out
# what nothing refers to.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-/tmp/synth-host}
mkdir -p "$out"
: "${SYNTH:=synth}" "${CC:=arm-none-eabi-gcc}" "${LD:=arm-none-eabi-ld}" "${LDFLAGS:=}"
flags="-mcpu=cortex-m4 -mthumb -Os -ffreestanding -Wall -Werror -ffunction-sections"

"$SYNTH" compile "$here/../pid.wat" --cpu cortex-m4 -o "$out/pid.o"
for file in main board; do
    $CC $flags -c "$here/$file.c" -o "$out/$file.o"
done
# 64-bit divisions and memory copies of compiled code are calls to the compiler's library.
$LD $LDFLAGS -T "$here/board.ld" "$out/main.o" "$out/board.o" "$out/pid.o" \
    "$($CC $flags -print-libgcc-file-name)" -o "$out/heater.elf"
qemu-system-arm -M mps2-an386 -nographic -semihosting -kernel "$out/heater.elf"
