//! How parameters and results travel: in the wasm basic C ABI (tool
//! conventions, BasicCABI.md) and in AAPCS32 (section 6, base and VFP variant).
//!
//! The classes say which values carry a C value, in no particular registers:
//! those are code generation's. Two facts make that possible: a composite
//! argument of AAPCS travels as words would (split between registers and
//! stack included), and one that is 8-byte aligned as doublewords would.

use synth_ir::AbiType;
use synth_wasm::ValType;

use crate::error::AbiError;
use crate::types::{
    MAX_DEPTH, Prototype, Record, RecordKind, Scalar, ScalarKind, Type, TypeId, Types,
};

/// The variants of AAPCS32.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FloatAbi {
    /// Floats travel in core registers (`soft` and `softfp`).
    #[default]
    Base,
    /// Floats and homogeneous aggregates of them travel in VFP registers
    /// (`hard`).
    Vfp,
}

/// How a value travels in the wasm C ABI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WasmClass {
    /// Not at all: it has no contents.
    Ignored,
    /// As one wasm value.
    Scalar(ValType),
    /// As a pointer to a copy of the caller's; as a result, to memory of the
    /// caller, which is the first parameter.
    Indirect,
}

/// How a value travels in AAPCS32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NativeClass {
    /// Not at all: it has no contents.
    Ignored,
    /// As one scalar.
    Scalar(AbiType),
    /// A composite as that many core words.
    Words {
        /// How many.
        count: u32,
        /// Whether it is 8-byte aligned: then `count` is even.
        double: bool,
    },
    /// A homogeneous aggregate in that many VFP registers (VFP variant only).
    Floats {
        /// F32 or F64.
        ty: AbiType,
        /// 1 to 4.
        count: u32,
    },
    /// A result in memory of the caller, whose address is the first parameter.
    Indirect,
}

/// One C value in both ABIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passing {
    /// In wasm.
    pub wasm: WasmClass,
    /// On ARM.
    pub native: NativeClass,
    /// Size in bytes.
    pub size: u32,
    /// Alignment in bytes of an object of the type.
    pub align: u32,
}

impl Passing {
    /// Whether the value travels the same way on both sides.
    pub fn agrees(&self, float: FloatAbi) -> bool {
        let wasm = match self.wasm {
            WasmClass::Ignored => return self.native == NativeClass::Ignored,
            WasmClass::Indirect => return self.native == NativeClass::Indirect,
            WasmClass::Scalar(ty) => ty,
        };
        let native = match self.native {
            NativeClass::Scalar(ty) | NativeClass::Floats { ty, count: 1 } => ty,
            NativeClass::Words { count: 1, .. } => AbiType::I32,
            NativeClass::Words { count: 2, double: true } => AbiType::I64,
            _ => return false,
        };
        wasm_abi_type(wasm).is_some_and(|wasm| same_place(wasm, native, float))
    }
}

/// Whether a value of either type travels in the same registers.
fn same_place(a: AbiType, b: AbiType, float: FloatAbi) -> bool {
    match float {
        FloatAbi::Base => a.size() == b.size(),
        FloatAbi::Vfp => a == b,
    }
}

/// The type that carries a wasm value of the C ABI.
pub fn wasm_abi_type(ty: ValType) -> Option<AbiType> {
    Some(match ty {
        ValType::I32 => AbiType::I32,
        ValType::I64 => AbiType::I64,
        ValType::F32 => AbiType::F32,
        ValType::F64 => AbiType::F64,
        _ => return None,
    })
}

/// A function in both ABIs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calling {
    /// The parameters, without those that only carry the address of a result.
    pub params: Vec<Passing>,
    /// The result; none for `void`.
    pub result: Option<Passing>,
    /// Whether it is variadic: wasm then has one more parameter, a pointer to
    /// the arguments.
    pub variadic: bool,
}

impl Calling {
    /// Classifies a function.
    ///
    /// # Errors
    /// If a type can't cross the border.
    pub fn new(types: &Types, prototype: &Prototype, float: FloatAbi) -> Result<Self, AbiError> {
        let params = prototype.params.iter().map(|p| classify_param(types, p.ty, float));
        let result = match types.resolve(prototype.result) {
            Type::Void => None,
            _ => Some(classify_result(types, prototype.result, float)?),
        };
        let params = params.collect::<Result<_, _>>()?;
        Ok(Calling { params, result, variadic: prototype.variadic })
    }

    /// Whether the wasm function is the native one, without a thunk.
    pub fn agrees(&self, float: FloatAbi) -> bool {
        !self.variadic && self.params.iter().chain(&self.result).all(|p| p.agrees(float))
    }

    /// The wasm type of the function: parameters and result.
    pub fn wasm_type(&self) -> (Vec<ValType>, Option<ValType>) {
        let mut params = vec![];
        let result = match self.result.map(|r| r.wasm) {
            Some(WasmClass::Scalar(ty)) => Some(ty),
            Some(WasmClass::Indirect) => {
                params.push(ValType::I32);
                None
            }
            Some(WasmClass::Ignored) | None => None,
        };
        params.extend(self.params.iter().filter_map(|p| match p.wasm {
            WasmClass::Ignored => None,
            WasmClass::Scalar(ty) => Some(ty),
            WasmClass::Indirect => Some(ValType::I32),
        }));
        params.extend(self.variadic.then_some(ValType::I32));
        (params, result)
    }
}

/// How a parameter of the type travels.
///
/// # Errors
/// If the type can't cross the border.
pub fn classify_param(types: &Types, id: TypeId, float: FloatAbi) -> Result<Passing, AbiError> {
    // An array or a function as a parameter is a pointer (C11 6.7.6.3).
    if matches!(types.resolve(id), Type::Array { .. } | Type::Function(_)) {
        return Ok(scalar_passing(ValType::I32, AbiType::I32, 4));
    }
    classify(types, id, float, native_param)
}

/// How a result of the type travels.
///
/// # Errors
/// If the type can't cross the border.
pub fn classify_result(types: &Types, id: TypeId, float: FloatAbi) -> Result<Passing, AbiError> {
    classify(types, id, float, native_result)
}

type NativeRule = fn(&Types, &Record, TypeId, FloatAbi) -> Result<NativeClass, AbiError>;

fn classify(
    types: &Types,
    id: TypeId,
    float: FloatAbi,
    native: NativeRule,
) -> Result<Passing, AbiError> {
    let (size, align) = (types.size(id)?, types.align(id)?);
    match types.resolve(id) {
        Type::Record(record) => {
            let empty = Walk::new(types).is_empty(id)?;
            if empty && size > 0 {
                return Err(AbiError::UnnamedBits { what: types.describe(id) });
            }
            let (wasm, native) = match empty {
                true => (WasmClass::Ignored, NativeClass::Ignored),
                false => (wasm_record(types, record)?, native(types, record, id, float)?),
            };
            Ok(Passing { wasm, native, size, align })
        }
        ty => match scalar_types(ty) {
            Some((wasm, native)) => Ok(scalar_passing(wasm, native, size)),
            None => Err(AbiError::Incomplete { what: types.describe(id) }),
        },
    }
}

fn scalar_passing(wasm: ValType, native: AbiType, size: u32) -> Passing {
    let (wasm, native) = (WasmClass::Scalar(wasm), NativeClass::Scalar(native));
    Passing { wasm, native, size, align: size }
}

/// The values that carry a scalar, on both sides.
fn scalar_types(ty: &Type) -> Option<(ValType, AbiType)> {
    let scalar = match ty {
        Type::Scalar(scalar) => *scalar,
        Type::Enum(e) => e.repr,
        Type::Pointer(_) => Scalar::UInt,
        _ => return None,
    };
    Some(match (scalar.kind(), scalar.size()) {
        (ScalarKind::Float, 4) => (ValType::F32, AbiType::F32),
        (ScalarKind::Float, _) => (ValType::F64, AbiType::F64),
        (_, 8) => (ValType::I64, AbiType::I64),
        (_, _) => (ValType::I32, AbiType::I32),
    })
}

/// A walk over the members of a type. Each record is small, but records of
/// records can hold one another many times: the walk is bounded.
struct Walk<'t> {
    types: &'t Types,
    depth: u32,
    steps: u32,
}

/// Members of members that a walk looks at.
const MAX_STEPS: u32 = 100_000;

impl<'t> Walk<'t> {
    fn new(types: &'t Types) -> Self {
        Walk { types, depth: 0, steps: 0 }
    }

    /// Calls `f` one level deeper.
    fn deeper<T>(
        &mut self,
        f: impl FnOnce(&mut Self) -> Result<T, AbiError>,
    ) -> Result<T, AbiError> {
        if self.depth >= MAX_DEPTH || self.steps >= MAX_STEPS {
            return Err(AbiError::TooDeep);
        }
        self.depth += 1;
        self.steps += 1;
        let result = f(self);
        self.depth -= 1;
        result
    }

    /// Whether it has no contents: a record of nothing but such members, or an
    /// array of none or of such.
    fn is_empty(&mut self, id: TypeId) -> Result<bool, AbiError> {
        match self.types.resolve(id) {
            Type::Array { count: Some(0), .. } => Ok(true),
            Type::Array { element, count: Some(_) } => self.deeper(|w| w.is_empty(*element)),
            Type::Record(record) => self.deeper(|w| {
                for field in record.members() {
                    if !w.is_empty(field.ty)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }),
            _ => Ok(false),
        }
    }

    /// The scalar that a record consists of, if it is only one: members that
    /// are records of one, arrays of one, and empty members included.
    fn single_element(&mut self, record: &'t Record) -> Result<Option<TypeId>, AbiError> {
        let mut found = None;
        for field in record.members() {
            if self.is_empty(field.ty)? {
                continue;
            }
            let element = element_of_one(self.types, field.ty);
            let (None, Some(element)) = (found, element) else { return Ok(None) };
            found = match self.types.resolve(element) {
                Type::Record(inner) => self.deeper(|w| w.single_element(inner))?,
                Type::Array { .. } => None,
                _ => Some(element),
            };
            if found.is_none() {
                return Ok(None);
            }
        }
        // Padding beyond the element makes it an aggregate.
        Ok(match found {
            Some(element) if self.types.size(element)? == record.size => Some(element),
            _ => None,
        })
    }

    /// The type and number of the members of a homogeneous aggregate: one to
    /// four floats of one type (AAPCS32 section 6.1.2.1).
    fn homogeneous(&mut self, id: TypeId) -> Result<Option<(AbiType, u32)>, AbiError> {
        match self.types.resolve(id) {
            Type::Scalar(Scalar::Float) => Ok(Some((AbiType::F32, 1))),
            Type::Scalar(Scalar::Double) => Ok(Some((AbiType::F64, 1))),
            Type::Array { element, count: Some(count @ 1..) } => {
                let element = self.deeper(|w| w.homogeneous(*element))?;
                Ok(element.and_then(|(ty, n)| Some((ty, n.checked_mul(*count)?))).filter(few))
            }
            Type::Record(record) => self.deeper(|w| w.homogeneous_record(record)),
            _ => Ok(None),
        }
    }

    fn homogeneous_record(&mut self, record: &Record) -> Result<Option<(AbiType, u32)>, AbiError> {
        let mut all: Option<(AbiType, u32)> = None;
        for field in record.members() {
            // Empty records count for nothing; an array of none does.
            let array = matches!(self.types.resolve(field.ty), Type::Array { .. });
            if !array && self.is_empty(field.ty)? {
                continue;
            }
            let member = self.homogeneous(field.ty)?;
            let Some((ty, n)) = member.filter(|_| field.bits.is_none()) else { return Ok(None) };
            let count = match (all, record.kind) {
                (Some((first, _)), _) if first != ty => return Ok(None),
                (Some((_, m)), RecordKind::Struct) => m + n,
                (Some((_, m)), RecordKind::Union) => m.max(n),
                (None, _) => n,
            };
            all = Some((ty, count)).filter(few);
            if all.is_none() {
                return Ok(None);
            }
        }
        Ok(all)
    }
}

fn few((_, count): &(AbiType, u32)) -> bool {
    *count <= 4
}

fn wasm_record(types: &Types, record: &Record) -> Result<WasmClass, AbiError> {
    let single = Walk::new(types).single_element(record)?;
    Ok(match single.and_then(|id| scalar_types(types.resolve(id))) {
        Some((ty, _)) => WasmClass::Scalar(ty),
        None => WasmClass::Indirect,
    })
}

/// A type without arrays of one element around it; none if it is a flexible
/// array.
fn element_of_one(types: &Types, mut id: TypeId) -> Option<TypeId> {
    for _ in 0..MAX_DEPTH {
        match types.resolve(id) {
            Type::Array { element, count: Some(1) } => id = *element,
            Type::Array { count: None, .. } => return None,
            _ => return Some(id),
        }
    }
    None
}

fn native_param(
    types: &Types,
    record: &Record,
    id: TypeId,
    float: FloatAbi,
) -> Result<NativeClass, AbiError> {
    if let Some(class) = floats(types, record, id, float)? {
        return Ok(class);
    }
    // B.5 and C.3: its size is rounded up to words, its alignment to 4 or 8.
    let double = record.natural_align >= 8;
    let unit = if double { 8 } else { 4 };
    let size = record.size.checked_next_multiple_of(unit).ok_or(AbiError::TooLarge)?;
    Ok(NativeClass::Words { count: size / 4, double })
}

fn native_result(
    types: &Types,
    record: &Record,
    id: TypeId,
    float: FloatAbi,
) -> Result<NativeClass, AbiError> {
    if let Some(class) = floats(types, record, id, float)? {
        return Ok(class);
    }
    Ok(match record.size {
        0..=4 => NativeClass::Words { count: 1, double: false },
        _ => NativeClass::Indirect,
    })
}

fn floats(
    types: &Types,
    record: &Record,
    id: TypeId,
    float: FloatAbi,
) -> Result<Option<NativeClass>, AbiError> {
    if float == FloatAbi::Base {
        return Ok(None);
    }
    let Some((ty, count)) = Walk::new(types).homogeneous(id)? else { return Ok(None) };
    let whole = count >= 1 && ty.size() * count == record.size;
    Ok(whole.then_some(NativeClass::Floats { ty, count }))
}
