//! Places hold the same bytes whether our linker or GNU ld relocates them.

mod common;

use std::collections::BTreeMap;
use std::fmt::Write;

use common::{Fixture, everything, run, scratch};
use object::{Object as _, ObjectSection as _};
use synth_ir::{DataKind, Linkage};
use synth_object::{
    Board, Image, ImageOptions, Object, ObjectOptions, Place, SectionKind, SymbolKind, link,
};

/// Addresses and names of the sections of an object, by their symbols in the
/// image.
fn addresses(object: &Object, image: &Image) -> BTreeMap<String, u32> {
    let mut addresses = BTreeMap::new();
    for symbol in object.symbols.values() {
        let Place::Section(section, 0) = symbol.place else { continue };
        if !matches!(symbol.kind, SymbolKind::Func | SymbolKind::Object) {
            continue;
        }
        let found = image.symbols.iter().find(|s| s.name == symbol.name);
        let address = found.unwrap_or_else(|| panic!("{} is not in the image", symbol.name)).value;
        let section = &object.sections[section];
        if section.kind != SectionKind::InitArray {
            // Sections of one name follow each other in both.
            let first = addresses.entry(section.name.clone()).or_insert(address);
            *first = address.min(*first);
        }
    }
    addresses
}

fn bytes_at(image: &Image, address: u32, size: usize) -> &[u8] {
    let inside = |s: &&synth_object::ImageSection| {
        !s.bytes.is_empty() && (s.address..s.address + s.size).contains(&address)
    };
    let section = image.sections.iter().find(inside).expect("address in the image");
    let start = (address - section.address) as usize;
    &section.bytes[start..start + size]
}

#[test]
fn same_bytes_as_gnu_ld() {
    let program = everything().object("cortex-m3", &ObjectOptions::default());
    let mut host = Fixture::new();
    host.function("host_add_one", Linkage::Global, &[0x3001, 0x4770]);
    host.data("host_value", Linkage::Global, DataKind::Variable, &[7, 0, 0, 0, 8, 0, 0, 0]);
    let host = host.object("cortex-m3", &ObjectOptions::default());
    let objects = [program, host];
    let options = ImageOptions { gc_sections: false, ..ImageOptions::default() };
    // Every pair of halves and every branch direction occurs on one of these.
    for (flash, ram) in [(0, 0x2000_0000), (0x0807_f000, 0x2001_fff8), (0xf000_0000, 0x1234_8000)] {
        let mut board = Board::built_in("mps2-an385").unwrap();
        (board.flash.origin, board.ram.origin) = (flash, ram);
        let image = link(&objects, &board, &options).unwrap();

        let dir = scratch(&format!("relocation-{flash:x}"));
        let mut script = String::from("SECTIONS {\n");
        for (object, file) in objects.iter().zip(["program.o", "host.o"]) {
            std::fs::write(dir.join(file), object.write().unwrap()).unwrap();
            for (name, address) in addresses(object, &image) {
                writeln!(script, "{name} {address:#x} : SUBALIGN(1) {{ {file}({name}) }}").unwrap();
            }
        }
        script.push_str(
            "/DISCARD/ : { *(.ARM.exidx*) *(.init_array) *(.stack_sizes) *(.synth.traps) }\n}\n",
        );
        std::fs::write(dir.join("x.ld"), script).unwrap();
        let args = ["-Tx.ld", "-ecount", "program.o", "host.o", "-o", "x.elf"];
        run(&dir, "arm-none-eabi-ld", &args);
        let linked = std::fs::read(dir.join("x.elf")).unwrap();
        let file = object::read::elf::ElfFile32::<object::Endianness>::parse(&*linked).unwrap();
        let mut compared = 0;
        for section in file.sections() {
            let name = section.name().unwrap();
            let data = section.data().unwrap();
            let loaded = name.starts_with(".text") || name.starts_with(".data");
            if loaded || name.starts_with(".rodata") || name == ".ramfunc" {
                let ours = bytes_at(&image, section.address() as u32, data.len());
                assert_eq!(ours, data, "{name} at {:#x}", section.address());
                compared += 1;
            }
        }
        // Twelve functions and one in .ramfunc, a constant, a variable; the host's two.
        assert_eq!(compared, 17);
    }
}
