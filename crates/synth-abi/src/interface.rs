//! What an object and its host supply to each other: the contents of a header.

use synth_ir::{AbiType, Signature};

use crate::declarations::Declarations;
use crate::types::{Param, Prototype, Type, TypeId, Types};

/// The version of the contract between objects and hosts. It changes when an
/// object of an older one would not work beside a header of this one.
pub const CONTRACT_VERSION: u32 = 1;

/// The absolute symbol that an object of that address model defines, and that
/// each host file refers to that includes a generated header: a host of
/// another version or model does not link.
///
/// ```
/// assert_eq!(synth_abi::contract_symbol("native"), "__synth_contract_v1_native");
/// ```
pub fn contract_symbol(model: &str) -> String {
    format!("__synth_contract_v{CONTRACT_VERSION}_{model}")
}

/// Functions and variables that cross the border of an object.
#[derive(Clone, Debug, Default)]
pub struct Interface {
    /// The object's name, for include guards.
    pub name: String,
    /// The address model: `native` or `linear`.
    pub model: String,
    /// The types that the entries mention.
    pub types: Types,
    /// What the object defines.
    pub exports: Vec<Entry>,
    /// What the host must define.
    pub imports: Vec<Entry>,
    /// Routines that a library of the host must supply.
    pub helpers: Vec<String>,
}

/// One function or variable.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The linker's name.
    pub symbol: String,
    /// What it is.
    pub item: Item,
    /// Whether its type comes from a declaration or debug information; else it
    /// is what the machine code shows.
    pub known: bool,
}

/// What crosses the border.
#[derive(Clone, Debug)]
pub enum Item {
    /// A function.
    Function(Prototype),
    /// A variable; without a type nothing is known of it.
    Variable(Option<TypeId>),
}

impl Interface {
    /// An interface whose entries have the types of these declarations.
    pub fn new(name: &str, model: &str, declarations: &Declarations) -> Self {
        Interface {
            name: name.to_string(),
            model: model.to_string(),
            types: declarations.types.clone(),
            exports: vec![],
            imports: vec![],
            helpers: vec![],
        }
    }

    /// A function of that symbol: as declared, else by its native signature.
    pub fn function(
        &mut self,
        symbol: &str,
        declared: Option<&Prototype>,
        signature: Option<&Signature>,
    ) -> Entry {
        let prototype = match (declared, signature) {
            (Some(prototype), _) => Prototype { name: symbol.to_string(), ..prototype.clone() },
            (None, signature) => self.machine_prototype(symbol, signature),
        };
        Entry {
            symbol: symbol.to_string(),
            item: Item::Function(prototype),
            known: declared.is_some(),
        }
    }

    /// The prototype of a variadic function's form that takes a `va_list`.
    pub fn va_list_form(&mut self, prototype: &Prototype) -> Prototype {
        let void = self.types.add(Type::Void);
        let target = self.types.pointer(void);
        let ty = self.types.add(Type::Typedef { name: "va_list".to_string(), target });
        let mut form = Prototype { variadic: false, ..prototype.clone() };
        form.params.push(Param { name: Some("arguments".to_string()), ty });
        form
    }

    fn machine_prototype(&mut self, symbol: &str, signature: Option<&Signature>) -> Prototype {
        let signature = signature.cloned().unwrap_or_default();
        let params = signature.params.iter().map(|ty| Param { name: None, ty: self.machine(*ty) });
        let params = params.collect();
        let result = match signature.results.first() {
            Some(ty) => self.machine(*ty),
            None => self.types.add(Type::Void),
        };
        Prototype { name: symbol.to_string(), params, result, variadic: false }
    }

    fn machine(&mut self, ty: AbiType) -> TypeId {
        use crate::types::Scalar;
        let (name, scalar) = match ty {
            AbiType::I32 => ("int32_t", Scalar::Int),
            AbiType::I64 => ("int64_t", Scalar::LongLong),
            AbiType::F32 => return self.types.scalar(Scalar::Float),
            AbiType::F64 => return self.types.scalar(Scalar::Double),
        };
        let target = self.types.scalar(scalar);
        self.types.add(Type::Typedef { name: name.to_string(), target })
    }

    /// The contract as text, one line for each thing, for the object's section
    /// `.synth.contract`.
    pub fn to_contract_text(&self, float_abi: &str) -> String {
        let mut out =
            format!("contract {CONTRACT_VERSION}\nmodel {}\nfloat-abi {float_abi}\n", self.model);
        for (word, entries) in [("export", &self.exports), ("import", &self.imports)] {
            for entry in entries {
                let c = crate::header::declaration(&self.types, entry);
                out.push_str(&format!("{word} {} {c}\n", entry.symbol).replace("\n    ", " "));
            }
        }
        for helper in &self.helpers {
            out.push_str(&format!("helper {helper}\n"));
        }
        out
    }
}
