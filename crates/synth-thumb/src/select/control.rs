//! Blocks, edges, branches and traps.
//!
//! An edge from a block with several successors gets a block of its own when
//! it passes values or its destination has other predecessors: so allocation
//! finds no critical edge, and only jumps carry arguments. Edge blocks that
//! stay empty disappear in layout.

use std::collections::BTreeMap;

use synth_ir::cfg::{Cfg, DomTree, Loops};
use synth_ir::entity::SecondaryMap;
use synth_ir::{Block, BlockCall, Cond, Inst, InstData, TrapCode, Value};

use super::context::cc;
use super::frequency::Frequencies;
use super::{Lower, rules};
use crate::mach::{Cc, CmpOp, EdgeTarget, MBlock, MInst, MLoop, Reg};

/// Cases from which on a table may lie beyond the reach of TBH.
const FAR_CASES: usize = 4096;

impl Lower<'_> {
    /// Gives every reachable block its place in the output, in the order of
    /// the program, each followed by the blocks of its edges.
    pub(super) fn plan_blocks(&mut self) {
        let mut reachable = SecondaryMap::<Block, bool>::new();
        for block in self.postorder() {
            reachable[block] = true;
        }
        for &block in &self.func.layout {
            if reachable[block] {
                self.index[block] = Some(self.out.blocks.len() as u32);
                self.out.blocks.push(MBlock::default());
                let edges = self.edges(block).len();
                let edge = || MBlock { is_edge: true, ..MBlock::default() };
                self.out.blocks.resize_with(self.out.blocks.len() + edges, edge);
            }
        }
        self.plan_loops();
    }

    /// Notes the loops, and the innermost one of each block.
    fn plan_loops(&mut self) {
        let cfg = Cfg::new(self.func);
        let dom = DomTree::new(self.func, &cfg);
        let loops = Loops::new(&cfg, &dom);
        let mut numbers = SecondaryMap::<Block, Option<u32>>::new();
        let headers: Vec<Block> = loops.headers().collect();
        // Those around others come last.
        for &header in headers.iter().rev() {
            let Some(entry) = self.loop_entry(&cfg, &dom, header) else { continue };
            let parent = loops.outer(header).and_then(|outer| numbers[outer]);
            numbers[header] = Some(self.out.loops.len() as u32);
            self.out.loops.push(MLoop { parent, depth: loops.depth(header), entry });
        }
        let number = |block: Block| loops.header(block).and_then(|header| numbers[header]);
        let frequencies = Frequencies::new(self.func, &cfg, &dom, &loops);
        for &block in cfg.reverse_postorder() {
            let first = self.index_of(block) as usize;
            self.out.blocks[first].inner = number(block);
            self.out.blocks[first].frequency = frequencies.of(block);
            self.out.blocks[first].is_cold = frequencies.is_cold(block);
            let edges = self.edges(block);
            for (i, share) in frequencies.shares(block, &edges).into_iter().enumerate() {
                let edge = &mut self.out.blocks[first + 1 + i];
                (edge.frequency, edge.is_cold) = share;
            }
            for (i, edge) in edges.iter().enumerate() {
                // An edge is in a loop if both its ends are.
                let header = loops.common(block, edge.block);
                self.out.blocks[first + 1 + i].inner = header.and_then(|of| numbers[of]);
            }
        }
    }

    /// The block at whose end a value for a whole loop can be made.
    fn loop_entry(&self, cfg: &Cfg, dom: &DomTree, header: Block) -> Option<u32> {
        let mut outside =
            cfg.predecessors(header).iter().filter(|&&from| !dom.dominates(header, from));
        match (outside.next(), outside.next()) {
            (Some(&from), None) => {
                let edges = self.edges(from);
                let edge = edges.iter().position(|edge| edge.block == header);
                Some(self.index_of(from) + edge.map_or(0, |i| i as u32 + 1))
            }
            _ => dom.immediate_dominator(header).map(|block| self.index_of(block)),
        }
    }

    /// The distinct edges of a block with several, in order: each gets a
    /// block.
    fn edges(&self, block: Block) -> Vec<BlockCall> {
        let Some(inst) = self.func.terminator(block) else { return vec![] };
        let successors = self.func.insts[inst].successors();
        if successors.len() < 2 {
            return vec![];
        }
        if let [then, other] = successors[..] {
            return if then == other { vec![] } else { vec![then.clone(), other.clone()] };
        }
        let mut seen = BTreeMap::new();
        let mut edges = Vec::new();
        for call in successors {
            seen.entry((call.block, &call.args)).or_insert_with(|| edges.push(call.clone()));
        }
        if edges.len() < 2 {
            edges.clear();
        }
        edges
    }

    pub(super) fn lower_terminator(&mut self, inst: Inst) {
        let func = self.func;
        match &func.insts[inst] {
            InstData::Jump(call) => {
                let target = self.edge_target(call);
                self.emit(MInst::Jump(target));
            }
            InstData::Branch { cond, then, other, .. } => {
                if then == other {
                    let target = self.edge_target(then);
                    self.emit(MInst::Jump(target));
                    return;
                }
                let edges = self.lower_edges();
                let (then, other) = (edges[0].clone(), edges[1].clone());
                let cond = rules::constructor_cond(self, *cond);
                self.emit(MInst::CondJump { cond, then, other });
            }
            InstData::Switch { index, targets, default } => {
                self.lower_switch(*index, targets, default);
            }
            InstData::Return(values) => self.lower_return(values),
            InstData::Trap(code) => self.emit(MInst::Trap(*code)),
            _ => {}
        }
    }

    fn lower_switch(&mut self, index: Value, targets: &[BlockCall], default: &BlockCall) {
        let edges = self.edges(self.block);
        let blocks = self.lower_edges();
        if blocks.len() < 2 {
            let target = self.edge_target(default);
            self.emit(MInst::Jump(target));
            return;
        }
        let numbers: BTreeMap<(Block, &[Value]), u32> =
            edges.iter().enumerate().map(|(i, e)| ((e.block, &*e.args), i as u32)).collect();
        let number =
            |call: &BlockCall| numbers.get(&(call.block, &*call.args)).copied().unwrap_or_default();
        let table_len = targets.len();
        let table = targets.iter().map(number).collect();
        // The default comes last; it may be a case's destination as well.
        let default = blocks[number(default) as usize].clone();
        let mut targets = blocks;
        targets.push(default);
        let far = self.options.far_tables || table_len > FAR_CASES;
        let (outside, rhs) = self.compare_constant(Cond::UGe, table_len as u32);
        let index = self.put_value(index);
        let temps = far.then(|| (self.out.new_reg(), self.out.new_reg()));
        self.emit(MInst::Cmp { op: CmpOp::Cmp, rn: index, rhs });
        self.emit(MInst::Switch { outside: cc(outside), index, temps, table, targets });
    }

    /// Fills the blocks of the current block's edges; the branches to them.
    fn lower_edges(&mut self) -> Vec<EdgeTarget> {
        let first = self.index_of(self.block) + 1;
        let edges = self.edges(self.block);
        let mut targets = Vec::new();
        for (i, call) in edges.iter().enumerate() {
            let block = first + i as u32;
            self.fill_edge(block, call);
            targets.push(EdgeTarget { block, args: vec![] });
        }
        targets
    }

    /// An edge's block: constants that the destination takes are made in it.
    fn fill_edge(&mut self, block: u32, call: &BlockCall) {
        let saved = std::mem::take(&mut self.reversed);
        let constants = std::mem::take(&mut self.constants);
        let sequence = std::mem::take(&mut self.sequence);
        let target = self.edge_target(call);
        self.emit(MInst::Jump(target));
        self.flush_sequence();
        self.place_constants();
        self.reversed.reverse();
        let insts = std::mem::replace(&mut self.reversed, saved);
        self.out.blocks[block as usize].insts = insts;
        self.constants = constants;
        self.sequence = sequence;
    }

    fn edge_target(&mut self, call: &BlockCall) -> EdgeTarget {
        let args: Vec<Reg> = call.args.iter().map(|&v| self.put_value(v)).collect();
        EdgeTarget { block: self.index_of(call.block), args }
    }

    pub(super) fn lower_trap_if(&mut self, cond: Value, code: TrapCode) {
        let cond: Cc = rules::constructor_cond(self, cond);
        self.emit(MInst::TrapIf { cond, code });
    }
}
