//! What instructions do beside their encoding: registers, flags, flow, timing.

use super::*;
use std::collections::BTreeSet;

fn one(hex: &str) -> Inst {
    decode(&parse_bytes(hex)).unwrap_or_else(|| panic!("{hex} is unknown")).0
}

/// The names of the registers without pc.
fn names(set: RegSet) -> String {
    let regs = set.difference(Reg::PC.regs()).to_string();
    regs.trim_matches(['{', '}']).replace(',', "")
}

#[test]
fn registers_of_every_encoding() {
    let mut seen = BTreeSet::new();
    for row in table(include_str!("registers.txt")) {
        let inst = one(row[0]);
        seen.insert(inst.row().name);
        let column = |i: usize| row.get(i).copied().unwrap_or_default();
        assert_eq!(inst.to_string(), row[1]);
        assert_eq!(names(inst.defs()), column(2), "written by {inst}");
        assert_eq!(names(inst.uses()), column(3), "read by {inst}");
    }
    let missing: Vec<_> = ROWS.iter().map(|r| r.name).filter(|n| !seen.contains(n)).collect();
    assert_eq!(missing, [""; 0], "rows without an example in registers.txt");
}

#[test]
fn registers_and_flags() {
    for row in table(include_str!("effects.txt")) {
        let inst = one(row[0]);
        let text = row[1];
        let column = |i: usize| row.get(i).copied().unwrap_or_default();
        let regs = |set: RegSet| set.to_string().trim_matches(['{', '}']).replace(',', "");
        assert_eq!(inst.to_string(), text);
        assert_eq!(regs(inst.defs()), column(2), "written by {text}");
        assert_eq!(regs(inst.uses()), column(3), "read by {text}");
        assert_eq!(format!("{:?}", inst.flags_read(None)), column(4), "flags read by {text}");
        let written = format!("{:?}", inst.flags_written(None));
        assert_eq!(written, column(5), "flags written by {text}");
        let sure = written.replace(|c: char| c.is_ascii_lowercase(), "");
        assert_eq!(format!("{:?}", inst.flags_defined(None)), sure, "{text}");
    }
}

/// The condition flags that an instruction writes, by its text: arithmetic all,
/// logic N, Z and the carry of the shifter, if it has one (ARMv7-M ARM A7.4.2).
fn flags_by_text(text: &str) -> &'static str {
    let mnemonic = text.split([' ', '.']).next().unwrap_or_default();
    let immediate = text.rsplit_once(", #").and_then(|(_, n)| n.parse::<u32>().ok());
    let shifted = ["lsl #", "lsr #", "asr #", "ror #", "rrx"].iter().any(|s| text.contains(s));
    match mnemonic {
        "adds" | "subs" | "rsbs" | "adcs" | "sbcs" | "cmp" | "cmn" => "NZCV",
        "muls" => "NZ",
        "ands" | "bics" | "orrs" | "orns" | "eors" | "mvns" | "movs" | "tst" | "teq" => {
            let bytes = immediate.map(u32::to_le_bytes);
            let rotated = bytes.is_some_and(|b| b[1] | b[2] | b[3] != 0 && b[..2] != b[2..]);
            if shifted || rotated { "NZC" } else { "NZ" }
        }
        "rrxs" => "NZC",
        "lsls" | "lsrs" | "asrs" | "rors" if immediate.is_some() => "NZC",
        "lsls" | "lsrs" | "asrs" | "rors" => "NZc",
        "msr" if text.contains("psr_") => "NZCV",
        "vmrs" if text.contains("APSR_nzcv") => "NZCV",
        "vcmp" | "vcmpe" | "vmsr" => "F",
        _ => "",
    }
}

#[test]
fn condition_flags_of_every_encoding() {
    for inst in ROWS.iter().flat_map(|row| sweep::insts(row, Depth::Sample)) {
        for it in [None, Some(Cond::Vs)] {
            // Without the condition's suffix.
            let text = inst.in_it(it).to_string().replacen(it.map_or("", Cond::name), "", 1);
            let written = format!("{:?}", inst.flags_written(it)).replace(['q', 'Q', 'G'], "");
            if it.is_none() || inst.allowed_in_it() != InIt::Never {
                assert_eq!(written, flags_by_text(&text), "written by {text}");
            }
        }
        let text = inst.to_string();
        let carry = ["adc", "sbc", "rrx"].iter().any(|m| text.starts_with(m));
        let status = text.starts_with("mrs") && (text.ends_with("apsr") || text.ends_with("xpsr"));
        let conditional = inst.cond().map_or(Flags::EMPTY, Cond::flags).intersects(Flags::of("C"));
        let read = inst.flags_read(None).intersects(Flags::of("C"));
        let expected = carry || text.ends_with("rrx") || status || conditional;
        assert_eq!(read, expected, "carry read by {text}");
    }
}

#[test]
fn flags_under_a_condition() {
    let it = Some(Cond::Hi);
    // 16-bit data processing leaves the flags alone in an IT block; a compare does not.
    let (adds, cmp, ands) = (one("88 18"), one("c8 45"), one("11 ea 02 00"));
    assert_eq!(adds.flags_written(it), Flags::EMPTY);
    assert_eq!(cmp.flags_written(it), Flags::NZCV);
    assert_eq!(ands.flags_written(it), Flags::of("NZ"));
    for inst in [adds, cmp, ands] {
        assert_eq!(inst.flags_read(it), Flags::of("ZC"));
        assert_eq!(inst.flags_defined(it), Flags::EMPTY);
    }
}

#[test]
fn flow_and_place_in_an_it_block() {
    use {Flow::*, InIt::*};
    let cases = [
        ("88 18", Next, Allowed),        // adds r0, r1, r2
        ("00 e0", Jump, Last),           // b
        ("00 f0 00 b8", Jump, Last),     // b.w
        ("00 d0", Cond, Never),          // beq
        ("40 f3 00 80", Cond, Never),    // ble.w
        ("00 b1", Cond, Never),          // cbz
        ("00 f0 00 f8", Call, Last),     // bl
        ("98 47", Call, Last),           // blx r3
        ("70 47", Indirect, Last),       // bx lr
        ("10 bd", Indirect, Last),       // pop {r4, pc}
        ("5d f8 04 fb", Indirect, Last), // ldr pc, [sp], #4
        ("f7 46", Indirect, Last),       // mov pc, lr
        ("df e8 00 f0", Indirect, Last), // tbb [pc, r0]
        ("00 de", Trap, Never),          // udf #0
        ("08 bf", Next, Never),          // it eq
    ];
    for (hex, flow, in_it) in cases {
        let inst = one(hex);
        assert_eq!((inst.flow(), inst.allowed_in_it()), (flow, in_it), "{inst}");
        assert_eq!(inst.is_terminator(), matches!(flow, Jump | Indirect | Trap), "{inst}");
        assert_eq!(inst.is_branch(), matches!(flow, Jump | Indirect | Cond), "{inst}");
    }
}

#[test]
fn timing_and_features() {
    let cases = [
        ("88 18", Timing::Alu, Feature::V6m),
        ("48 43", Timing::Mul, Feature::V6m),
        ("01 fb 02 30", Timing::MulAcc, Feature::V7m),
        ("a2 fb 03 01", Timing::LongMul, Feature::V7m),
        ("e2 fb 63 01", Timing::LongMulAcc, Feature::Dsp),
        ("b1 fb f2 f0", Timing::Div, Feature::V7m),
        ("01 48", Timing::Load, Feature::V6m),
        ("41 f8 22 00", Timing::Store, Feature::V7m),
        ("10 b5", Timing::StoreMultiple, Feature::V6m),
        ("d2 e9 02 01", Timing::LoadDouble, Feature::V7m),
        ("00 f0 00 f8", Timing::Branch, Feature::V6m),
        ("d1 e8 af 0f", Timing::Load, Feature::V8m),
        ("30 ee 81 0a", Timing::FpAlu, Feature::Fpv4Sp), // vadd.f32
        ("20 fe 81 0a", Timing::FpAlu, Feature::Fpv5Sp), // vselge.f32
        ("21 ee 02 0b", Timing::FpMul, Feature::Fpv5),   // vmul.f64
        ("a0 ee 81 0a", Timing::FpMulAcc, Feature::Fpv4Sp), // vfma.f32
        ("81 ee 02 0b", Timing::FpDiv, Feature::Fpv5),   // vdiv.f64
        ("b1 ee e0 0a", Timing::FpSqrt, Feature::Fpv4Sp), // vsqrt.f32
        ("bd ee e0 0a", Timing::FpConvert, Feature::Fpv4Sp), // vcvt.s32.f32
        ("b6 ee e0 0a", Timing::FpConvert, Feature::Fpv5Sp), // vrintz.f32
        ("b7 ee c0 0b", Timing::FpConvert, Feature::Fpv5), // vcvt.f32.f64
        ("00 ee 10 0a", Timing::FpMove, Feature::Fpv4Sp), // vmov s0, r0
        ("41 ec 10 0b", Timing::FpMoveDouble, Feature::Fpv4Sp), // vmov d0, r0, r1
        ("90 ed 00 0a", Timing::FpLoad, Feature::Fpv4Sp), // vldr s0
        ("90 ed 00 0b", Timing::FpLoadDouble, Feature::Fpv4Sp), // vldr d0
        ("bd ec 02 8b", Timing::FpLoadMultiple, Feature::Fpv4Sp), // vpop
        ("80 ed 00 0a", Timing::FpStore, Feature::Fpv4Sp), // vstr s0
        ("80 ed 00 0b", Timing::FpStoreDouble, Feature::Fpv4Sp), // vstr d0
        ("2d ed 01 8a", Timing::FpStoreMultiple, Feature::Fpv4Sp), // vpush
    ];
    for (hex, timing, feature) in cases {
        let inst = one(hex);
        assert_eq!((inst.timing(), inst.feature()), (timing, feature), "{inst}");
    }
}

#[test]
fn targets_and_lists() {
    let regs = |numbers: &[u8]| numbers.iter().map(|&n| Reg::new(n).expect("a register")).collect();
    // b #-4, bl #-4, ldm r0!, {r1, r2}, push.w {r4, r8}
    assert_eq!(one("fe e7").target(), Some(-4));
    assert_eq!(one("ff f7 fe ff").target(), Some(-4));
    assert_eq!(one("06 c8").list(), Some(regs(&[1, 2])));
    assert_eq!(one("2d e9 10 01").list(), Some(regs(&[4, 8])));
    assert_eq!((one("88 18").target(), one("88 18").list()), (None, None));
    // vpush {s16}, vpop {d8}
    assert_eq!(one("2d ed 01 8a").list(), Some(RegSet::from_single(1 << 16)));
    assert_eq!(one("bd ec 02 8b").list(), Some(RegSet::from_single(3 << 16)));
}
