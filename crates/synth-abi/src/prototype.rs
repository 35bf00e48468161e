//! C prototypes of wasm functions, for headers and listings.

use synth_wasm::{FuncType, Heap, TypedRef, ValType};

fn c_type(ty: ValType) -> &'static str {
    match ty {
        ValType::I32 => "int32_t",
        ValType::I64 => "int64_t",
        ValType::F32 => "float",
        ValType::F64 => "double",
        ValType::V128 => "v128_t",
        // Its two words, the type's first: a structure would travel otherwise.
        ValType::FuncRef => "uint64_t",
        ValType::TypedRef(TypedRef { heap: Heap::Func | Heap::Type(_), .. }) => "uint64_t",
        ValType::ExternRef | ValType::TypedRef(_) | ValType::OtherRef => "void *",
    }
}

/// The C declaration of a function with that native signature, without a
/// final newline. Several results are a structure, which is declared first.
///
/// ```
/// use synth_wasm::{FuncType, ValType};
/// let ty = FuncType { params: vec![ValType::I32, ValType::I64], results: vec![ValType::I32] };
/// let c = synth_abi::c_prototype("f", &ty);
/// assert_eq!(c, "int32_t f(int32_t p0, int64_t p1);");
/// ```
pub fn c_prototype(name: &str, ty: &FuncType) -> String {
    let params: Vec<String> =
        ty.params.iter().enumerate().map(|(i, &t)| declare(c_type(t), &format!("p{i}"))).collect();
    let params = if params.is_empty() { "void".to_string() } else { params.join(", ") };
    match ty.results[..] {
        [] => format!("void {name}({params});"),
        [result] => format!("{}({params});", declare(c_type(result), name)),
        _ => {
            let fields: Vec<String> = ty
                .results
                .iter()
                .enumerate()
                .map(|(i, &t)| format!("{};", declare(c_type(t), &format!("r{i}"))))
                .collect();
            format!(
                "struct {name}_results {{ {} }};\nstruct {name}_results {name}({params});",
                fields.join(" ")
            )
        }
    }
}

fn declare(ty: &str, name: &str) -> String {
    match ty.ends_with('*') {
        true => format!("{ty}{name}"),
        false => format!("{ty} {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prototypes() {
        use ValType::*;
        let p = |params: &[ValType], results: &[ValType]| {
            c_prototype("f", &FuncType { params: params.to_vec(), results: results.to_vec() })
        };
        assert_eq!(p(&[], &[]), "void f(void);");
        assert_eq!(p(&[F64, F32], &[I64]), "int64_t f(double p0, float p1);");
        assert_eq!(
            p(&[I32], &[I32, I64]),
            "struct f_results { int32_t r0; int64_t r1; };\nstruct f_results f(int32_t p0);"
        );
        assert_eq!(p(&[FuncRef], &[ExternRef]), "void *f(uint64_t p0);");
    }
}
