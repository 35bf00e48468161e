//! Reads build attributes, of any tool's making, as text (ADDENDA32).

use object::Endianness;
use object::elf::FileHeader32;
use object::read::elf::{AttributeReader, AttributesSection};

/// A public tag: its name and the names of its values. A tag without value
/// names prints its number.
type Row = (u64, &'static str, &'static [&'static str]);

const TAGS: &[Row] = &[
    (4, "CPU_raw_name", &[]),
    (5, "CPU_name", &[]),
    (
        6,
        "CPU_arch",
        &[
            "pre-v4",
            "v4",
            "v4T",
            "v5T",
            "v5TE",
            "v5TEJ",
            "v6",
            "v6KZ",
            "v6T2",
            "v6K",
            "v7",
            "v6-M",
            "v6S-M",
            "v7E-M",
            "v8-A",
            "v8-R",
            "v8-M.base",
            "v8-M.main",
            "v8.1-A",
            "v8.2-A",
            "v8.3-A",
            "v8.1-M.main",
            "v9-A",
        ],
    ),
    (7, "CPU_arch_profile", &[]),
    (8, "ARM_ISA_use", &["no", "yes"]),
    (9, "THUMB_ISA_use", &["no", "16-bit", "32-bit", "yes"]),
    (10, "FP_arch", &["no", "v1", "v2", "v3", "v3-D16", "v4", "v4-D16", "v8", "v8-D16"]),
    (13, "PCS_config", &[]),
    (14, "ABI_PCS_R9_use", &["callee-saved", "SB", "TLS", "unused"]),
    (15, "ABI_PCS_RW_data", &["absolute", "PC-relative", "SB-relative", "unused"]),
    (16, "ABI_PCS_RO_data", &["absolute", "PC-relative", "unused"]),
    (17, "ABI_PCS_GOT_use", &["no", "direct", "indirect"]),
    (18, "ABI_PCS_wchar_t", &[]),
    (19, "ABI_FP_rounding", &["no", "needed"]),
    (20, "ABI_FP_denormal", &["no", "needed", "sign only"]),
    (21, "ABI_FP_exceptions", &["no", "needed"]),
    (22, "ABI_FP_user_exceptions", &["no", "needed"]),
    (23, "ABI_FP_number_model", &["no", "finite", "RTABI", "IEEE 754"]),
    (24, "ABI_align_needed", &["no", "8 bytes", "4 bytes"]),
    (25, "ABI_align_preserved", &["no", "8 bytes, except leaf SP", "8 bytes"]),
    (26, "ABI_enum_size", &["no", "small", "int", "forced to int"]),
    (27, "ABI_HardFP_use", &["as FP_arch", "single precision", "reserved", "as FP_arch"]),
    (28, "ABI_VFP_args", &["base", "VFP registers", "custom", "compatible"]),
    (29, "ABI_WMMX_args", &["base", "iWMMXt registers", "custom"]),
    (30, "ABI_optimization_goals", &[]),
    (31, "ABI_FP_optimization_goals", &[]),
    (34, "CPU_unaligned_access", &["no", "v6"]),
    (36, "FP_HP_extension", &["no", "yes"]),
    (38, "ABI_FP_16bit_format", &["no", "IEEE 754", "alternative"]),
    (42, "MPextension_use", &["no", "yes"]),
    (44, "DIV_use", &["as CPU_arch", "no", "yes"]),
    (46, "DSP_extension", &["as CPU_arch", "yes"]),
    (48, "MVE_arch", &["no", "integer", "integer and float"]),
    (65, "also_compatible_with", &[]),
    (67, "conformance", &[]),
    (68, "Virtualization_use", &[]),
];

/// Whether the value of a tag is a string (ADDENDA32, "Formal syntax").
fn is_string(tag: u64) -> bool {
    matches!(tag, 4 | 5 | 65 | 67) || (tag > 32 && tag % 2 == 1)
}

/// Names and values of the attributes that concern the whole file.
pub(super) fn read(bytes: &[u8]) -> Vec<(String, String)> {
    let mut list = vec![];
    // What can't be read ends the list: attributes are for information.
    let _ = read_section(bytes, &mut list);
    list
}

fn read_section(bytes: &[u8], list: &mut Vec<(String, String)>) -> object::read::Result<()> {
    let section = AttributesSection::<FileHeader32<Endianness>>::new(Endianness::Little, bytes)?;
    let mut vendors = section.subsections()?;
    while let Some(vendor) = vendors.next()? {
        if vendor.vendor() != b"aeabi" {
            continue;
        }
        let mut scopes = vendor.subsubsections();
        while let Some(scope) = scopes.next()? {
            if scope.tag() == object::elf::Tag_File {
                read_attributes(scope.attributes(), list)?;
            }
        }
    }
    Ok(())
}

fn read_attributes(
    mut reader: AttributeReader<'_>,
    list: &mut Vec<(String, String)>,
) -> object::read::Result<()> {
    while let Some(tag) = reader.read_tag()? {
        let row = TAGS.iter().find(|(number, ..)| *number == tag);
        let name = row.map_or_else(|| format!("tag {tag}"), |(_, name, _)| name.to_string());
        let value = match tag {
            // A number, then a string.
            32 => {
                let flag = reader.read_integer()?;
                format!("{flag} {}", String::from_utf8_lossy(reader.read_string()?))
            }
            _ if is_string(tag) => String::from_utf8_lossy(reader.read_string()?).into_owned(),
            _ => {
                let value = reader.read_integer()?;
                let names = row.map_or(&[][..], |(.., names)| names);
                match (tag, names.get(value as usize)) {
                    (7, _) => char::from(value as u8).to_string(),
                    (_, Some(name)) => name.to_string(),
                    (_, None) => value.to_string(),
                }
            }
        };
        list.push((name, value));
    }
    Ok(())
}
