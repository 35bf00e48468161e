//! Relocatable objects: many symbols, segments, groups, initialisers and
//! relocations.

use wasm_encoder::{
    CustomSection, EntityType, Function, FunctionSection, ImportSection, MemoryType, Module,
    RawSection, SectionId, TypeSection, ValType,
};

/// Bytes of a section, with the numbers of the binary format.
#[derive(Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn number(&mut self, mut n: u32) -> &mut Self {
        while n >= 0x80 {
            self.0.push(n as u8 | 0x80);
            n >>= 7;
        }
        self.0.push(n as u8);
        self
    }

    /// In five bytes; right for signed numbers too, below 2^31.
    fn padded(&mut self, n: u32) -> &mut Self {
        self.0.extend((0..4).map(|i| (n >> (7 * i)) as u8 | 0x80));
        self.0.push((n >> 28) as u8);
        self
    }

    fn name(&mut self, name: &str) -> &mut Self {
        self.number(name.len() as u32);
        self.0.extend(name.bytes());
        self
    }

    /// A subsection of the linking section.
    fn subsection(&mut self, id: u8, count: u32, entries: Bytes) -> &mut Self {
        let mut contents = Bytes::default();
        contents.number(count).0.extend(entries.0);
        self.0.push(id);
        self.number(contents.0.len() as u32).0.extend(contents.0);
        self
    }
}

const FUNCTION_INDEX_LEB: u32 = 0;
const MEMORY_ADDR_SLEB: u32 = 4;
const MEMORY_ADDR_I32: u32 = 5;
const WEAK: u32 = 1;

/// Functions that call their neighbours and read a variable each, which holds
/// the address of the next variable; all of it in groups, all called at start,
/// all with several names.
pub(super) fn object(n: u32) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], [ValType::I32]);
    let mut imports = ImportSection::new();
    let memory = MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    };
    imports.import("env", "__linear_memory", EntityType::Memory(memory));
    let mut functions = FunctionSection::new();
    (0..n).for_each(|_| {
        functions.function(0);
    });
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions);

    let (mut code, mut code_relocs) = (Bytes::default(), Bytes::default());
    code.number(n);
    let (mut data, mut data_relocs) = (Bytes::default(), Bytes::default());
    data.number(n);
    let (mut symbols, mut segments) = (Bytes::default(), Bytes::default());
    let (mut starts, mut groups) = (Bytes::default(), Bytes::default());
    for i in 0..n {
        let next = (i + 1) % n;
        // The size, no locals, the instructions.
        code.number(18).number(0);
        code.0.push(0x10);
        code_relocs.number(FUNCTION_INDEX_LEB).number(code.0.len() as u32).number(3 * next);
        code.padded(next).0.push(0x41);
        code_relocs.number(MEMORY_ADDR_SLEB).number(code.0.len() as u32);
        code_relocs.number(3 * i + 2).number(0);
        code.padded(4 * i).0.extend([0x28, 2, 0, 0x6a, 0x0b]);

        data.0.extend([0, 0x41]);
        data.padded(4 * i).0.extend([0x0b, 4]);
        data_relocs.number(MEMORY_ADDR_I32).number(data.0.len() as u32);
        data_relocs.number(3 * next + 2).number(0);
        data.0.extend((4 * next).to_le_bytes());

        symbols.number(0).number(0).number(i).name(&format!("f{i}"));
        symbols.number(0).number(WEAK).number(i / 2).name(&format!("g{i}"));
        symbols.number(1).number(0).name(&format!("d{i}")).number(i).number(0).number(4);
        segments.name(&format!(".data.d{i}")).number(2).number(0);
        starts.number(i % 1000).number(3 * i);
        groups.name(&format!("c{i}")).number(0).number(2).number(0).number(i).number(1).number(i);
    }
    module.section(&RawSection { id: SectionId::Code.into(), data: &code.0 });
    module.section(&RawSection { id: SectionId::Data.into(), data: &data.0 });
    let mut linking = Bytes(vec![2]);
    linking.subsection(8, 3 * n, symbols).subsection(5, n, segments);
    linking.subsection(6, n, starts).subsection(7, n, groups);
    let mut custom = |name: &str, data: Vec<u8>| {
        module.section(&CustomSection { name: name.into(), data: data.into() });
    };
    custom("linking", linking.0);
    for (name, section, count, relocs) in
        [("reloc.CODE", 3, 2 * n, code_relocs), ("reloc.DATA", 4, n, data_relocs)]
    {
        let mut contents = Bytes::default();
        contents.number(section).number(count).0.extend(relocs.0);
        custom(name, contents.0);
    }
    module.finish()
}

/// One variable with names for each of its bytes.
pub(super) fn object_names(n: u32) -> Vec<u8> {
    let mut module = Module::new();
    let mut types = TypeSection::new();
    types.ty().function([], []);
    let mut imports = ImportSection::new();
    let memory = MemoryType {
        minimum: 64,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    };
    imports.import("env", "__linear_memory", EntityType::Memory(memory));
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut code = wasm_encoder::CodeSection::new();
    let mut function = Function::new([]);
    function.instructions().end();
    code.function(&function);
    let mut data = wasm_encoder::DataSection::new();
    data.active(0, &wasm_encoder::ConstExpr::i32_const(0), vec![1u8; n as usize]);
    module.section(&types).section(&imports).section(&functions).section(&code).section(&data);
    let mut symbols = Bytes::default();
    for i in 0..n {
        symbols.number(1).number(0).name(&format!("d{i}")).number(0).number(i).number(1);
        symbols.number(0).number(WEAK).number(0).name(&format!("f{i}"));
    }
    let mut linking = Bytes(vec![2]);
    linking.subsection(8, 2 * n, symbols);
    module.section(&CustomSection { name: "linking".into(), data: linking.0.into() });
    module.finish()
}
