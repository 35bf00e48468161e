//! Executed instructions with their costs, as a listing.

use std::collections::BTreeMap;
use std::fmt::Write;

use synth_count::{Count, Counter};
use synth_thumb::inst::{Cond, Inst, decode};

use super::Result;

/// The instructions that were reached, in the order of their addresses.
pub(super) fn listing(counter: &Counter, count: &Count) -> Result<String> {
    let mut names: BTreeMap<u32, &str> = BTreeMap::new();
    for (name, address) in counter.symbols().filter(|(name, _)| !name.starts_with('$')) {
        names.insert(address, name);
    }
    let mut out = String::new();
    let mut conditions = vec![].into_iter();
    writeln!(out, "  executed    skipped     cycles")?;
    for (&address, cost) in &count.profile {
        if let Some(name) = names.get(&address) {
            writeln!(out, "{name}:")?;
        }
        let bytes = counter.read(address, 4)?;
        let text = match decode(&bytes) {
            Some((inst, _)) => {
                let condition: Option<Cond> = conditions.next();
                if let Inst::It { block } = inst {
                    conditions = block.conds().collect::<Vec<_>>().into_iter();
                }
                format!("{}{}", inst.in_it(condition), target(&inst, address, &names))
            }
            None => "?".to_string(),
        };
        let (executed, skipped, cycles) = (cost.executed, cost.skipped, cost.cycles);
        writeln!(out, "{executed:10} {skipped:10} {cycles:10}  {address:6x}: {text}")?;
    }
    Ok(out)
}

/// Where a branch with an immediate offset goes.
fn target(inst: &Inst, address: u32, names: &BTreeMap<u32, &str>) -> String {
    let text = inst.to_string();
    let Some((_, offset)) =
        text.rsplit_once('#').filter(|_| inst.is_branch() || text.starts_with("bl"))
    else {
        return String::new();
    };
    let Ok(offset) = offset.parse::<i32>() else { return String::new() };
    let to = (address + 4).wrapping_add_signed(offset);
    match names.range(..=to).next_back() {
        Some((start, name)) if *start == to => format!("  <{name}>"),
        _ => format!("  <{to:x}>"),
    }
}
