//! Instructions that gcc made: all of its run-time libraries and newlib's
//! mathematics decode, and print as `llvm-objdump` prints them.

use super::*;
use std::process::Command;

/// What M-profile floating point does not have: coprocessors, registers above d15
/// and FLDMX (deprecated). The unwinder of libgcc saves them for bigger cores.
const FOREIGN: [&str; 7] =
    ["ldc", "stc", "fldm", "fstm", "<unknown>", "vldmia r0, {d16", "vstmia r0, {d16"];

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|e| panic!("{program} does not run: {e}"));
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The bytes and the text of a line of a disassembly, or `None` where it holds no
/// instruction.
fn instruction(line: &str) -> Option<(Vec<u8>, String)> {
    let (head, text) = line.split_once('\t')?;
    let (_, halfwords) = head.split_once(':')?;
    let halfwords = halfwords.split_whitespace().map(|h| u16::from_str_radix(h, 16));
    let bytes = halfwords.collect::<Result<Vec<_>, _>>().ok()?;
    // The comment, and the name after an address.
    let text = text.split(['@', '<']).next().filter(|t| !t.is_empty()).unwrap_or(text);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let data = text.starts_with('.');
    (!data && !bytes.is_empty())
        .then(|| (bytes.iter().flat_map(|h| h.to_le_bytes()).collect(), text))
}

/// Compares a library and gives the number of floating-point instructions.
fn compare(cpu: &str, path: &str) -> usize {
    let arguments = ["-d", "--print-imm-hex=false", &format!("--mcpu={cpu}"), path];
    let (mut float, mut conds) = (0, Vec::new());
    for (bytes, text) in output("llvm-objdump-19", &arguments).lines().filter_map(instruction) {
        let it = if conds.is_empty() { None } else { Some(conds.remove(0)) };
        let Some((inst, size)) = decode(&bytes) else {
            assert!(FOREIGN.iter().any(|f| text.starts_with(f)), "`{text}` is unknown in {path}");
            continue;
        };
        assert_eq!(size as usize, bytes.len());
        if let Inst::It { block } = inst {
            conds = block.conds().collect();
        }
        // The target of a branch is printed as an address.
        if inst.target().is_none() {
            assert_eq!(inst.in_it(it).to_string(), text, "in {path}");
        }
        let cpu: Cpu = cpu.parse().expect("a CPU");
        assert!(inst.feature().available(cpu), "{text} is not in {cpu}");
        float += usize::from(inst.feature() >= Feature::Fpv4Sp);
    }
    float
}

#[test]
fn libraries_of_gcc_decode() {
    for cpu in ["cortex-m4", "cortex-m7", "cortex-m33"] {
        let gcc = |option: &str| {
            let mcpu = format!("-mcpu={cpu}");
            let arguments = [mcpu.as_str(), "-mthumb", "-mfloat-abi=hard", option];
            output("arm-none-eabi-gcc", &arguments).trim().to_string()
        };
        let libgcc = compare(cpu, &gcc("-print-libgcc-file-name"));
        let libm = compare(cpu, &gcc("-print-file-name=libm.a"));
        assert!(libgcc > 300 && libm > 5_000, "{cpu}: {libgcc} and {libm}");
    }
}
