//! Modules that strain what works on the whole: many of something, or large
//! declarations.

use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ElementSection, Elements, EntityType, ExportKind,
    ExportSection, Function, FunctionSection, GlobalSection, GlobalType, ImportSection,
    MemorySection, MemoryType, Module, RefType, TableSection, TableType, TypeSection, ValType,
};

use super::bodies::{AT, code, module};

/// Functions that call their neighbours.
pub(super) fn functions(n: u32) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32], [ValType::I32]);
    let bodies = (0..n).map(|i| {
        let mut function = Function::new([]);
        function.raw(code(|c| {
            c.local_get(0).call((i + 1) % n).global_get(0).i32_add().end();
        }));
        function
    });
    module(types, 1, bodies.collect())
}

pub(super) fn exports(n: u32) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], [ValType::I32]);
    let (mut functions, mut exports, mut code) =
        (FunctionSection::new(), ExportSection::new(), CodeSection::new());
    for i in 0..n {
        functions.function(0);
        exports.export(&format!("f{i}"), ExportKind::Func, i);
        exports.export(&format!("g{i}"), ExportKind::Func, i / 2);
        let mut function = Function::new([]);
        function.instructions().i32_const(i as i32).end();
        code.function(&function);
    }
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&exports).section(&code);
    module.finish()
}

pub(super) fn imports(n: u32) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], [ValType::I32]);
    let mut imports = ImportSection::new();
    for i in 0..n {
        imports.import("env", &format!("f{i}"), EntityType::Function(0));
    }
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut exports = ExportSection::new();
    exports.export("f", ExportKind::Func, n);
    let mut function = Function::new([]);
    function.instructions().i32_const(0);
    for i in 0..n {
        function.instructions().call(i).i32_add();
    }
    function.instructions().end();
    let mut code = CodeSection::new();
    code.function(&function);
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&exports).section(&code);
    module.finish()
}

pub(super) fn globals(n: u32) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], [ValType::I32]);
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut globals = GlobalSection::new();
    let mut exports = ExportSection::new();
    exports.export("f", ExportKind::Func, 0);
    let mut function = Function::new([]);
    function.instructions().i32_const(0);
    for i in 0..n {
        let ty = GlobalType { val_type: ValType::I32, mutable: i % 2 == 0, shared: false };
        globals.global(ty, &ConstExpr::i32_const(i as i32));
        exports.export(&format!("g{i}"), ExportKind::Global, i);
        function.instructions().global_get(i).i32_add();
    }
    function.instructions().end();
    let mut code = CodeSection::new();
    code.function(&function);
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&globals).section(&exports).section(&code);
    module.finish()
}

pub(super) fn data_segments(n: u32) -> Vec<u8> {
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 100,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut data = DataSection::new();
    for i in 0..n {
        data.active(0, &ConstExpr::i32_const((i * 7 % 6_000_000) as i32), *b"data of a segment");
    }
    let mut module = Module::new();
    module.section(&memories).section(&data);
    module.finish()
}

pub(super) fn element_segments(n: u32) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut tables = TableSection::new();
    tables.table(table_type(n));
    let mut exports = ExportSection::new();
    exports.export("t", ExportKind::Table, 0);
    let mut elements = ElementSection::new();
    for i in 0..n {
        elements.active(None, &ConstExpr::i32_const(i as i32), Elements::Functions([0][..].into()));
    }
    let mut code = CodeSection::new();
    let mut function = Function::new([]);
    function.instructions().end();
    code.function(&function);
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&tables).section(&exports);
    module.section(&elements).section(&code);
    module.finish()
}

fn table_type(minimum: u32) -> TableType {
    TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum: minimum.into(),
        maximum: None,
        shared: false,
    }
}

/// Function types of rising length, each called through a table.
pub(super) fn types(n: u32) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], [ValType::I32]);
    for i in 0..n {
        let params = (0..14).map(|bit| if i >> bit & 1 == 0 { ValType::I32 } else { ValType::I64 });
        types.ty().function(params, []);
    }
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut tables = TableSection::new();
    tables.table(table_type(1));
    let mut exports = ExportSection::new();
    exports.export("f", ExportKind::Func, 0);
    let mut function = Function::new([]);
    for i in 0..n {
        for bit in 0..14 {
            if i >> bit & 1 == 0 {
                function.instructions().i32_const(1);
            } else {
                function.instructions().i64_const(1);
            }
        }
        function.instructions().i32_const(0).call_indirect(0, i + 1);
    }
    function.instructions().i32_const(0).end();
    let mut code = CodeSection::new();
    code.function(&function);
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&tables).section(&exports).section(&code);
    module.finish()
}

pub(super) fn large_table(n: u32) -> Vec<u8> {
    let mut tables = TableSection::new();
    tables.table(table_type(n.min(10_000_000)));
    let mut exports = ExportSection::new();
    exports.export("t", ExportKind::Table, 0);
    let mut module = Module::new();
    module.section(&tables).section(&exports);
    module.finish()
}

/// A memory of so many pages.
pub(super) fn large_memory(n: u32) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32], [ValType::I32]);
    let mut function = Function::new([]);
    function.instructions().local_get(0).i32_load(AT).end();
    module(types, n.min(65_536).into(), vec![function])
}

pub(super) fn large_data(n: u32) -> Vec<u8> {
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: u64::from(n / 65_536 + 1),
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut data = DataSection::new();
    data.active(0, &ConstExpr::i32_const(0), (0..n).map(|i| (i * 31 / 8) as u8));
    let mut module = Module::new();
    module.section(&memories).section(&data);
    module.finish()
}

pub(super) fn long_name(n: u32) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], [ValType::I32]);
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut exports = ExportSection::new();
    let name = "n".repeat(n.min(99_999) as usize);
    exports.export(&name, ExportKind::Func, 0);
    exports.export(&format!("{name}m"), ExportKind::Func, 0);
    let mut function = Function::new([]);
    function.instructions().unreachable().end();
    let mut code = CodeSection::new();
    code.function(&function);
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&exports).section(&code);
    module.finish()
}
