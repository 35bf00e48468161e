//! Names of operators and of the proposals that they belong to.

use std::fmt;

use wasmparser::Operator;

/// What an operator is called and where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperatorName {
    /// The name with underscores, such as `i32_trunc_sat_f32_s`.
    pub visitor: &'static str,
    /// The proposal, such as `mvp` or `tail_call`.
    pub proposal: &'static str,
}

impl fmt::Display for OperatorName {
    /// The name of the text format, such as `i32.trunc_sat_f32_s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const GROUPS: &[&str] = &[
            "i32", "i64", "f32", "f64", "v128", "i8x16", "i16x8", "i32x4", "i64x2", "f32x4",
            "f64x2", "local", "global", "table", "memory", "data", "elem", "ref", "struct",
            "array", "any", "extern", "i31", "atomic", "cont",
        ];
        let name = self.visitor;
        let Some((group, rest)) = name.split_once('_').filter(|(g, _)| GROUPS.contains(g)) else {
            return f.write_str(name);
        };
        match rest.strip_prefix("atomic_") {
            Some(rest) => match rest.strip_prefix("rmw").and_then(|r| r.split_once('_')) {
                Some((width, op)) => write!(f, "{group}.atomic.rmw{width}.{op}"),
                None => write!(f, "{group}.atomic.{rest}"),
            },
            None => write!(f, "{group}.{rest}"),
        }
    }
}

macro_rules! define_names {
    ($( @$proposal:ident $op:ident $({ $($arg:ident: $ty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
        /// The name of an operator and its proposal.
        pub fn operator_name(op: &Operator<'_>) -> OperatorName {
            let (visit, proposal) = match op {
                $( Operator::$op { .. } => (stringify!($visit), stringify!($proposal)), )*
                _ => ("visit_unknown", "unknown"),
            };
            OperatorName { visitor: visit.strip_prefix("visit_").unwrap_or(visit), proposal }
        }
    };
}
wasmparser::for_each_operator!(define_names);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_text_format() {
        let name = |op: Operator<'_>| operator_name(&op).to_string();
        assert_eq!(name(Operator::I32Add), "i32.add");
        assert_eq!(name(Operator::I64TruncSatF32S), "i64.trunc_sat_f32_s");
        assert_eq!(name(Operator::Unreachable), "unreachable");
        assert_eq!(name(Operator::RefIsNull), "ref.is_null");
        assert_eq!(name(Operator::BrIf { relative_depth: 0 }), "br_if");
        assert_eq!(name(Operator::ReturnCall { function_index: 0 }), "return_call");
        assert_eq!(
            operator_name(&Operator::ReturnCall { function_index: 0 }).proposal,
            "tail_call"
        );
        assert_eq!(name(Operator::TableGrow { table: 0 }), "table.grow");
        let memarg = wasmparser::MemArg {
            align: 0,
            max_align: 0,
            offset: 0,
            target: Default::default(),
            ordering: None,
        };
        assert_eq!(name(Operator::I32AtomicLoad { memarg }), "i32.atomic.load");
        assert_eq!(name(Operator::I32AtomicRmw8AddU { memarg }), "i32.atomic.rmw8.add_u");
    }
}
