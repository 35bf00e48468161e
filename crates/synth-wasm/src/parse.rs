//! Bytes to [`Module`]: validation of the whole, then one walk over the
//! sections (core specification 5.5).

use wasmparser::{
    ElementItems, ElementKind, ExternalKind, FuncValidatorAllocations, Parser, Payload, TableInit,
    TypeRef, ValidPayload, Validator, WasmFeatures,
};

use crate::const_expr::{ConstExpr, ConstOp};
use crate::error::Error;
use crate::module::{
    Code, Custom, Data, Element, ElementItem, Export, ExternKind, Function, Global, Import,
    ImportType, Memory, Module, SegmentKind, Table,
};
use crate::names::Names;
use crate::object::SectionContents;

/// What the validator accepts: the current specification and the finished
/// proposals, more than the translator compiles, so that what it does not is
/// refused by name and not called invalid.
const FEATURES: WasmFeatures = WasmFeatures::WASM3
    .union(WasmFeatures::THREADS)
    .union(WasmFeatures::LEGACY_EXCEPTIONS)
    .union(WasmFeatures::WIDE_ARITHMETIC)
    .union(WasmFeatures::CUSTOM_PAGE_SIZES);

/// More than any compiler's output needs.
const MAX_OPERANDS: u32 = 1 << 20;

impl Module {
    /// Reads a module in the binary or the text format and validates it.
    ///
    /// # Errors
    /// If the text does not parse or the module is not valid.
    pub fn parse(input: &[u8]) -> Result<Module, Error> {
        Self::parse_with_features(input, FEATURES)
    }

    /// Reads a module and validates it under a chosen set of proposals, for
    /// conformance to an older version of the specification.
    ///
    /// # Errors
    /// If the text does not parse or the module is not valid.
    pub fn parse_with_features(input: &[u8], features: WasmFeatures) -> Result<Module, Error> {
        if let Some(format) = other_format(input) {
            return Err(Error::Format(format));
        }
        let bytes = wat::parse_bytes(input).map_err(|e| Error::Text(e.to_string()))?;
        validate(&bytes, features)?;
        let mut module = Module { bytes: bytes.to_vec(), ..Module::default() };
        let mut parser = Parser::new(0);
        parser.set_features(features);
        let mut next_body = 0;
        let mut sections = Vec::new();
        for payload in parser.parse_all(&bytes) {
            let payload = payload?;
            sections.extend(section_contents(&payload, module.customs.len()));
            module.read_payload(payload, &mut next_body)?;
        }
        module.resolve_types();
        // Custom sections change nothing for whoever does not use them.
        module.branch_hints = crate::hints::read(&module);
        match crate::object::read(&module, &sections) {
            Ok(object) => {
                module.names.add_symbols(object.iter().flat_map(|object| &object.symbols));
                module.object = object;
            }
            Err(error) => module.object_error = Some(error),
        }
        Ok(module)
    }

    fn read_payload(&mut self, payload: Payload<'_>, next_body: &mut usize) -> Result<(), Error> {
        match payload {
            Payload::TypeSection(reader) => {
                for group in reader {
                    let group = group?;
                    let plain = |ty: &wasmparser::SubType| {
                        ty.is_final && ty.supertype_idxs.is_empty() && !ty.composite_type.shared
                    };
                    let alone = group.types().len() == 1 && group.types().all(plain);
                    self.nominal_types |= !alone;
                    for ty in group.into_types() {
                        self.types.push(match &ty.composite_type.inner {
                            wasmparser::CompositeInnerType::Func(ty) => Some(ty.into()),
                            _ => None,
                        });
                    }
                }
            }
            Payload::ImportSection(reader) => {
                for import in reader.into_imports() {
                    self.read_import(import?);
                }
            }
            Payload::FunctionSection(reader) => {
                *next_body = self.functions.len();
                for ty in reader {
                    self.functions.push(Function { ty: ty?, import: None, code: None });
                }
            }
            Payload::TableSection(reader) => {
                for table in reader {
                    let table = table?;
                    let init = match &table.init {
                        TableInit::RefNull => None,
                        TableInit::Expr(expr) => Some(ConstExpr::read(expr)?),
                    };
                    self.tables.push(Table { ty: table.ty.into(), import: None, init });
                }
            }
            Payload::MemorySection(reader) => {
                for ty in reader {
                    self.memories.push(Memory { ty: ty?.into(), import: None });
                }
            }
            Payload::TagSection(reader) => self.tags += reader.count(),
            Payload::GlobalSection(reader) => {
                for global in reader {
                    let global = global?;
                    let init = Some(ConstExpr::read(&global.init_expr)?);
                    self.globals.push(Global { ty: global.ty.into(), import: None, init });
                }
            }
            Payload::ExportSection(reader) => {
                for export in reader {
                    let export = export?;
                    self.exports.push(Export {
                        name: export.name.to_string(),
                        kind: extern_kind(export.kind),
                        index: export.index,
                    });
                }
            }
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::ElementSection(reader) => {
                for element in reader {
                    self.elements.push(read_element(element?)?);
                }
            }
            Payload::DataCountSection { count, .. } => self.data_count = Some(count),
            Payload::DataSection(reader) => {
                for data in reader {
                    self.data.push(read_data(data?)?);
                }
            }
            Payload::CodeSectionEntry(body) => {
                let range = body.range();
                let code = Code { range: range.start as usize..range.end as usize };
                if let Some(function) = self.functions.get_mut(*next_body) {
                    function.code = Some(code);
                }
                *next_body += 1;
            }
            Payload::CustomSection(reader) => self.read_custom(&reader),
            _ => {}
        }
        Ok(())
    }

    fn read_import(&mut self, import: wasmparser::Import<'_>) {
        let number = Some(self.imports.len() as u32);
        let (ty, index) = match import.ty {
            TypeRef::Func(ty) | TypeRef::FuncExact(ty) => {
                self.functions.push(Function { ty, import: number, code: None });
                (ImportType::Function(ty), self.functions.len() - 1)
            }
            TypeRef::Table(ty) => {
                self.tables.push(Table { ty: ty.into(), import: number, init: None });
                (ImportType::Table(ty.into()), self.tables.len() - 1)
            }
            TypeRef::Memory(ty) => {
                self.memories.push(Memory { ty: ty.into(), import: number });
                (ImportType::Memory(ty.into()), self.memories.len() - 1)
            }
            TypeRef::Global(ty) => {
                self.globals.push(Global { ty: ty.into(), import: number, init: None });
                (ImportType::Global(ty.into()), self.globals.len() - 1)
            }
            TypeRef::Tag(ty) => {
                self.tags += 1;
                (ImportType::Tag(ty.func_type_idx), self.tags as usize - 1)
            }
        };
        self.imports.push(Import {
            module: import.module.to_string(),
            name: import.name.to_string(),
            ty,
            index: index as u32,
        });
    }

    fn read_custom(&mut self, reader: &wasmparser::CustomSectionReader<'_>) {
        if let wasmparser::KnownCustom::Name(names) = reader.as_known() {
            self.names = Names::read(names);
        }
        let start = reader.data_offset() as usize;
        self.customs.push(Custom {
            name: reader.name().to_string(),
            range: start..start + reader.data().len(),
        });
    }
}

/// What the input is instead, as far as it can be told by its first bytes.
fn other_format(input: &[u8]) -> Option<&'static str> {
    const FORMATS: &[(&[u8], &str)] = &[
        (b"\x7fELF", "an ELF file, which is native already: give it to the linker"),
        (b"BC\xc0\xde", "LLVM bitcode: compile it without -flto"),
        (b"\xde\xc0\x17\x0b", "LLVM bitcode: compile it without -flto"),
        (b"!<", "an archive, where one module is expected"),
    ];
    let known = FORMATS.iter().find(|(magic, _)| input.starts_with(magic));
    match known {
        Some((_, format)) => Some(format),
        None if input.starts_with(b"\0asm") || std::str::from_utf8(input).is_ok() => None,
        None => Some("neither a binary module nor text"),
    }
}

/// What relocations of a section would change, if the payload begins one.
fn section_contents(payload: &Payload<'_>, customs: usize) -> Option<SectionContents> {
    let range = |range: &std::ops::Range<u64>| range.start as usize..range.end as usize;
    Some(match payload {
        Payload::CodeSectionStart { unchecked_range: code, .. } => {
            SectionContents::Code(range(code))
        }
        Payload::DataSection(reader) => SectionContents::Data(range(&reader.range())),
        Payload::CustomSection(_) => SectionContents::Custom(customs),
        payload => {
            payload.as_section()?;
            SectionContents::Other
        }
    })
}

/// Validates a module. The bodies are read one operator at a time, so that the
/// operand stack, which two bytes can make a thousand values higher, is kept
/// in bounds.
fn validate(bytes: &[u8], features: WasmFeatures) -> Result<(), Error> {
    let mut validator = Validator::new_with_features(features);
    let mut parser = Parser::new(0);
    parser.set_features(features);
    let mut functions = Vec::new();
    for payload in parser.parse_all(bytes) {
        if let ValidPayload::Func(function, body) = validator.payload(&payload?)? {
            functions.push((function, body));
        }
    }
    let mut allocations = FuncValidatorAllocations::default();
    for (function, body) in functions {
        let mut validator = function.into_validator(allocations);
        let mut reader = body.get_binary_reader();
        validator.read_locals(&mut reader)?;
        reader.set_features(features);
        while !reader.eof() {
            let offset = reader.original_position();
            reader.visit_operator(&mut validator.visitor(offset))??;
            if validator.operand_stack_height() > MAX_OPERANDS {
                let message = format!("more than {MAX_OPERANDS} values on the operand stack");
                return Err(Error::Invalid { message, offset });
            }
        }
        reader.finish_expression(&validator.visitor(reader.original_position()))?;
        allocations = validator.into_allocations();
    }
    Ok(())
}

fn extern_kind(kind: ExternalKind) -> ExternKind {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => ExternKind::Function,
        ExternalKind::Table => ExternKind::Table,
        ExternalKind::Memory => ExternKind::Memory,
        ExternalKind::Global => ExternKind::Global,
        ExternalKind::Tag => ExternKind::Tag,
    }
}

fn read_element(element: wasmparser::Element<'_>) -> Result<Element, Error> {
    let kind = match &element.kind {
        ElementKind::Active { table_index, offset_expr } => SegmentKind::Active {
            target: table_index.unwrap_or(0),
            offset: ConstExpr::read(offset_expr)?,
        },
        ElementKind::Passive => SegmentKind::Passive,
        ElementKind::Declared => SegmentKind::Declared,
    };
    let (ty, items) = match element.items {
        ElementItems::Functions(reader) => {
            let items = reader.into_iter().map(|f| Ok(ElementItem::Function(f?)));
            (crate::types::ValType::FuncRef, items.collect::<Result<_, Error>>()?)
        }
        ElementItems::Expressions(ty, reader) => {
            let items = reader.into_iter().map(|e| element_item(&e?));
            (ty.into(), items.collect::<Result<_, Error>>()?)
        }
    };
    Ok(Element { kind, ty, items, offset: element.range.start })
}

fn element_item(expr: &wasmparser::ConstExpr<'_>) -> Result<ElementItem, Error> {
    let expr = ConstExpr::read(expr)?;
    Ok(match expr.ops[..] {
        [ConstOp::RefFunc(index)] => ElementItem::Function(index),
        [ConstOp::RefNull(_)] => ElementItem::Null,
        _ => ElementItem::Expr(Box::new(expr)),
    })
}

fn read_data(data: wasmparser::Data<'_>) -> Result<Data, Error> {
    let kind = match &data.kind {
        wasmparser::DataKind::Active { memory_index, offset_expr } => {
            SegmentKind::Active { target: *memory_index, offset: ConstExpr::read(offset_expr)? }
        }
        wasmparser::DataKind::Passive => SegmentKind::Passive,
    };
    // The contents stand at the end of the segment.
    let end = data.range.end as usize;
    Ok(Data { kind, range: end - data.data.len()..end, offset: data.range.start })
}
