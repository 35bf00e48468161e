//! Functions that strain what works on one function: control flow, locals,
//! operands, branches, parameters.

use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, ExportKind, ExportSection, Function, FunctionSection,
    GlobalSection, GlobalType, InstructionSink, MemArg, MemArgTarget, MemorySection, MemoryType,
    Module, TypeSection, ValType,
};

/// One exported function `f` over one page of memory, a table and a global.
fn one(params: Vec<ValType>, locals: Vec<(u32, ValType)>, body: Vec<u8>) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function(params, [ValType::I32]);
    let mut function = Function::new(locals);
    function.raw(body);
    module(types, 1, vec![function])
}

/// The module of some functions, of which the first is of type 0 and exported,
/// and the others are of type `last`.
pub(super) fn module(types: TypeSection, pages: u64, bodies: Vec<Function>) -> Vec<u8> {
    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    for body in &bodies {
        functions.function(if code.is_empty() { 0 } else { types.len() - 1 });
        code.function(body);
    }
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: pages,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut globals = GlobalSection::new();
    let ty = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
    globals.global(ty, &ConstExpr::i32_const(7));
    let mut exports = ExportSection::new();
    exports.export("f", ExportKind::Func, 0);
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&memories).section(&globals);
    module.section(&exports).section(&code);
    module.finish()
}

/// The bytes of instructions.
pub(super) fn code(write: impl FnOnce(&mut InstructionSink<'_>)) -> Vec<u8> {
    let mut bytes = vec![];
    write(&mut InstructionSink::new(&mut bytes));
    bytes
}

pub(super) const AT: MemArg =
    MemArg { offset: 0, align: 0, target: MemArgTarget::Memory(0), ordering: None };
const I32: BlockType = BlockType::Result(ValType::I32);

pub(super) fn nested_blocks(n: u32) -> Vec<u8> {
    let body = code(|c| {
        for _ in 0..n {
            c.block(BlockType::Empty);
        }
        c.local_get(0).br_if(n / 2);
        for _ in 0..n {
            c.end();
        }
        c.local_get(0).end();
    });
    one(vec![ValType::I32], vec![], body)
}

pub(super) fn nested_ifs(n: u32) -> Vec<u8> {
    let body = code(|c| {
        for _ in 0..n {
            c.local_get(0).if_(BlockType::Empty);
        }
        c.local_get(0).i32_const(1).i32_add().local_set(0);
        for _ in 0..n {
            c.end();
        }
        c.local_get(0).end();
    });
    one(vec![ValType::I32], vec![], body)
}

pub(super) fn nested_loops(n: u32) -> Vec<u8> {
    let body = code(|c| {
        for _ in 0..n {
            c.loop_(BlockType::Empty);
        }
        c.local_get(0).i32_const(1).i32_sub().local_set(0);
        for _ in 0..n {
            c.local_get(0).br_if(0).end();
        }
        c.local_get(0).end();
    });
    one(vec![ValType::I32], vec![], body)
}

/// Blocks whose results go from level to level.
pub(super) fn nested_block_values(n: u32) -> Vec<u8> {
    let body = code(|c| {
        for _ in 0..n {
            c.block(I32);
        }
        c.local_get(0).local_get(0).br_if(n / 2);
        for _ in 0..n {
            c.end().i32_const(3).i32_xor();
        }
        c.end();
    });
    one(vec![ValType::I32], vec![], body)
}

pub(super) fn locals(n: u32) -> Vec<u8> {
    let body = code(|c| {
        for i in 1..=n {
            c.local_get(i - 1).i32_const(3).i32_mul().local_set(i);
        }
        c.i32_const(0);
        for i in 1..=n {
            c.local_get(i).i32_add();
        }
        c.end();
    });
    one(vec![ValType::I32], vec![(n, ValType::I32)], body)
}

/// Locals that live across nested loops, each changed in the innermost one.
pub(super) fn locals_in_loops(n: u32) -> Vec<u8> {
    const DEPTH: u32 = 10;
    let body = code(|c| {
        for _ in 0..DEPTH {
            c.loop_(BlockType::Empty);
        }
        for i in 1..=n {
            c.local_get(i).local_get(0).i32_add().local_set(i);
        }
        for _ in 0..DEPTH {
            c.local_get(0).br_if(0).end();
        }
        c.i32_const(0);
        for i in 1..=n {
            c.local_get(i).i32_add();
        }
        c.end();
    });
    one(vec![ValType::I32], vec![(n, ValType::I32)], body)
}

pub(super) fn table_of_one_target(n: u32) -> Vec<u8> {
    let body = code(|c| {
        c.block(BlockType::Empty).block(BlockType::Empty).local_get(0);
        c.br_table(std::iter::repeat_n(1, n as usize), 0).end();
        c.i32_const(1).return_().end().i32_const(2).end();
    });
    one(vec![ValType::I32], vec![], body)
}

pub(super) fn table_of_many_targets(n: u32) -> Vec<u8> {
    let body = code(|c| {
        for _ in 0..=n {
            c.block(BlockType::Empty);
        }
        c.local_get(0).br_table(0..n, n).end();
        for i in 0..n {
            c.i32_const(i as i32).local_set(0).end();
        }
        c.local_get(0).end();
    });
    one(vec![ValType::I32], vec![], body)
}

pub(super) fn arithmetic(n: u32) -> Vec<u8> {
    let body = code(|c| {
        c.local_get(0);
        for i in 0..n {
            c.local_get(1);
            match i % 4 {
                0 => c.i32_add(),
                1 => c.i32_mul(),
                2 => c.i32_xor(),
                _ => c.i32_rotl(),
            };
        }
        c.end();
    });
    one(vec![ValType::I32, ValType::I32], vec![], body)
}

pub(super) fn long_arithmetic(n: u32) -> Vec<u8> {
    let body = code(|c| {
        c.local_get(0);
        for i in 0..n {
            c.local_get(1);
            match i % 4 {
                0 => c.i64_add(),
                1 => c.i64_mul(),
                2 => c.i64_shl(),
                _ => c.i64_sub(),
            };
        }
        c.i32_wrap_i64().end();
    });
    one(vec![ValType::I64, ValType::I64], vec![], body)
}

/// Many operands on the stack at a time.
pub(super) fn deep_operands(n: u32) -> Vec<u8> {
    let body = code(|c| {
        for i in 0..n {
            c.local_get(0).i32_const(i as i32).i32_mul();
        }
        for _ in 1..n {
            c.i32_sub();
        }
        c.end();
    });
    one(vec![ValType::I32], vec![], body)
}

pub(super) fn calls(n: u32) -> Vec<u8> {
    let body = code(|c| {
        for i in 0..n {
            c.local_get(0).i32_const(i as i32).call(1).local_set(0);
        }
        c.local_get(0).end();
    });
    let callee = code(|c| {
        c.local_get(0).local_get(1).i32_add().end();
    });
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32], [ValType::I32]);
    types.ty().function([ValType::I32, ValType::I32], [ValType::I32]);
    let functions = [body, callee].map(|bytes| {
        let mut function = Function::new([]);
        function.raw(bytes);
        function
    });
    module(types, 1, functions.into())
}

pub(super) fn accesses(n: u32) -> Vec<u8> {
    let body = code(|c| {
        for i in 0..n {
            let at = MemArg { offset: u64::from(i % 60_000), ..AT };
            match i % 3 {
                0 => c.local_get(0).local_get(1).i32_store(at),
                1 => c.local_get(0).i32_load8_s(at).local_set(1),
                _ => c.local_get(1).i32_load(at).local_set(0),
            };
        }
        c.local_get(0).end();
    });
    one(vec![ValType::I32, ValType::I32], vec![], body)
}

pub(super) fn divisions(n: u32) -> Vec<u8> {
    let body = code(|c| {
        c.local_get(0);
        for _ in 0..n {
            c.local_get(1).i64_div_s();
        }
        c.i32_wrap_i64().end();
    });
    one(vec![ValType::I64, ValType::I64], vec![], body)
}

/// A different constant at each step, in need of a literal or two instructions.
pub(super) fn constants(n: u32) -> Vec<u8> {
    let body = code(|c| {
        c.local_get(0);
        for i in 0..n {
            c.i32_const(i.wrapping_mul(0x9e37_79b9) as i32).i32_xor().local_get(0).i32_add();
        }
        c.end();
    });
    one(vec![ValType::I32], vec![], body)
}

pub(super) fn if_else_chain(n: u32) -> Vec<u8> {
    let body = code(|c| {
        for i in 0..n {
            c.local_get(0).i32_const(i as i32).i32_eq().if_(I32);
            c.local_get(0).i32_const(1).i32_add();
            c.else_();
        }
        c.i32_const(0);
        for _ in 0..n {
            c.end();
        }
        c.end();
    });
    one(vec![ValType::I32], vec![], body)
}

/// Many branches to one place, each with the values of two locals.
pub(super) fn branches_out(n: u32) -> Vec<u8> {
    let body = code(|c| {
        c.block(BlockType::Empty);
        for i in 0..n {
            c.local_get(0).i32_const(i as i32).i32_eq().br_if(0);
            c.local_get(1).local_get(0).i32_add().local_set(1);
        }
        c.end().local_get(1).end();
    });
    one(vec![ValType::I32, ValType::I32], vec![], body)
}

pub(super) fn loops_in_a_row(n: u32) -> Vec<u8> {
    let body = code(|c| {
        for _ in 0..n {
            c.loop_(BlockType::Empty);
            c.local_get(0).local_get(1).i32_add().local_set(0);
            c.local_get(1).i32_const(1).i32_shr_u().local_tee(1).br_if(0).end();
        }
        c.local_get(0).end();
    });
    one(vec![ValType::I32, ValType::I32], vec![], body)
}

pub(super) fn selects(n: u32) -> Vec<u8> {
    let body = code(|c| {
        for _ in 0..n {
            c.local_get(0).local_get(1).local_get(0).local_get(1).i32_lt_s().select();
            c.local_get(1).i32_add().local_set(0);
        }
        c.local_get(0).end();
    });
    one(vec![ValType::I32, ValType::I32], vec![], body)
}

/// A function of many parameters that calls itself with all of them, some in
/// other places.
pub(super) fn parameters(n: u32) -> Vec<u8> {
    let n = n.min(1000);
    let body = code(|c| {
        for i in 0..n {
            c.local_get(n - 1 - i);
        }
        c.call(0).local_get(n / 2).i32_add().end();
    });
    one(vec![ValType::I32; n as usize], vec![], body)
}

pub(super) fn results(n: u32) -> Vec<u8> {
    let n = n.min(1000) as usize;
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32], [ValType::I32]);
    types.ty().function([ValType::I32], vec![ValType::I32; n]);
    let caller = code(|c| {
        c.local_get(0).call(1);
        for _ in 1..n {
            c.i32_add();
        }
        c.end();
    });
    let callee = code(|c| {
        for i in 0..n {
            c.local_get(0).i32_const(i as i32).i32_add();
        }
        c.end();
    });
    let functions = [caller, callee].map(|bytes| {
        let mut function = Function::new([]);
        function.raw(bytes);
        function
    });
    module(types, 1, functions.into())
}

/// Loops with many parameters, which change places.
pub(super) fn block_values(n: u32) -> Vec<u8> {
    let n = n.min(1000);
    let values = vec![ValType::I32; n as usize];
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32], [ValType::I32]);
    types.ty().function(values.clone(), values);
    let mut function = Function::new([(n, ValType::I32)]);
    function.raw(code(|c| {
        for i in 0..n {
            c.local_get(0).i32_const(i as i32).i32_add();
        }
        for _ in 0..10 {
            c.loop_(BlockType::FunctionType(1));
            for i in 1..=n {
                c.local_set(i);
            }
            for i in 1..=n {
                c.local_get(i);
            }
            c.local_get(0).br_if(0).end();
        }
        for _ in 1..n {
            c.i32_sub();
        }
        c.end();
    }));
    module(types, 1, vec![function])
}
