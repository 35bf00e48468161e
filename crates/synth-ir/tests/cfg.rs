//! Orders, dominators and loops, checked against their definitions on random
//! graphs, and for time on large ones.

use synth_ir::cfg::{Cfg, DomTree, Loops, is_reducible};
use synth_ir::{Block, BlockCall, Builder, Function, InstData, Program, Signature, SymbolId};

/// A function whose blocks branch as listed.
fn graph(edges: &[Vec<usize>]) -> Function {
    let mut func = Function::new(Signature::default());
    let blocks: Vec<Block> = edges.iter().map(|_| func.add_block()).collect();
    for (i, to) in edges.iter().enumerate() {
        let mut calls: Vec<_> = to.iter().map(|&b| BlockCall::new(blocks[b], [])).collect();
        let mut b = Builder::new(&mut func, blocks[i]);
        match calls.pop() {
            None => b.ret(&[]),
            Some(default) => {
                let index = b.iconst(0);
                b.inst(InstData::Switch { index, targets: calls, default });
            }
        }
    }
    func
}

/// The blocks that the entry reaches without passing `without`.
fn reach(edges: &[Vec<usize>], from: usize, without: Option<usize>) -> Vec<bool> {
    let mut seen = vec![false; edges.len()];
    let mut work = vec![from];
    while let Some(block) = work.pop() {
        if Some(block) != without && !std::mem::replace(&mut seen[block], true) {
            work.extend(&edges[block]);
        }
    }
    seen
}

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % n
    }
}

fn random_graph(random: &mut Random) -> Vec<Vec<usize>> {
    let count = 1 + random.below(14);
    (0..count)
        .map(|_| {
            let degree = if count == 1 { 0 } else { random.below(4) };
            (0..degree).map(|_| 1 + random.below(count - 1)).collect()
        })
        .collect()
}

#[test]
fn dominators_are_what_every_path_passes() {
    let mut random = Random(1);
    for _ in 0..2000 {
        let edges = random_graph(&mut random);
        let func = graph(&edges);
        let (cfg, block) = (Cfg::new(&func), Block::from_u32);
        let dom = DomTree::new(&func, &cfg);
        let all = reach(&edges, 0, None);
        for a in 0..edges.len() {
            assert_eq!(cfg.is_reachable(block(a as u32)), all[a]);
            let avoiding = reach(&edges, 0, Some(a));
            for b in 0..edges.len() {
                let expected = all[a] && all[b] && !avoiding[b];
                let found = dom.dominates(block(a as u32), block(b as u32));
                assert_eq!(found, expected, "b{a} over b{b} in {edges:?}");
            }
        }
        for &b in dom.preorder() {
            let below = dom.preorder().iter().filter(|&&c| dom.dominates(b, c)).count();
            assert_eq!(dom.subtree_size(b), below);
            assert!(dom.immediate_dominator(b).is_none_or(|d| d != b && dom.dominates(d, b)));
        }
    }
}

/// Header `h` is around `b` if some back edge's source is reached from `b`
/// without passing `h`.
fn in_loop(edges: &[Vec<usize>], dom: &DomTree, h: usize, b: usize) -> bool {
    let dominates =
        |a: usize, b: usize| dom.dominates(Block::from_u32(a as u32), Block::from_u32(b as u32));
    let back = |from: usize| edges[from].contains(&h) && dominates(h, from);
    if b == h {
        return (0..edges.len()).any(back);
    }
    let from = reach(edges, b, Some(h));
    dominates(h, b) && (0..edges.len()).any(|s| from[s] && back(s))
}

#[test]
fn loops_nest_as_defined() {
    let mut random = Random(2);
    let mut reducible = 0;
    for _ in 0..4000 {
        let edges = random_graph(&mut random);
        let func = graph(&edges);
        let cfg = Cfg::new(&func);
        let dom = DomTree::new(&func, &cfg);
        if !is_reducible(&func, &cfg, &dom) {
            continue;
        }
        reducible += 1;
        let loops = Loops::new(&cfg, &dom);
        for &b in cfg.reverse_postorder() {
            let around =
                |h: &Block| in_loop(&edges, &dom, h.as_u32() as usize, b.as_u32() as usize);
            let depth = cfg.reverse_postorder().iter().filter(|h| around(h)).count();
            assert_eq!(loops.depth(b) as usize, depth, "{b} in {edges:?}");
            let mut chain = vec![];
            let mut header = loops.header(b);
            while let Some(h) = header {
                chain.push(h);
                header = loops.outer(h);
            }
            assert_eq!(chain.len(), depth);
            assert!(chain.iter().all(around), "{b} in {edges:?}");
            for &c in cfg.reverse_postorder() {
                let has =
                    |h: &&Block| in_loop(&edges, &dom, h.as_u32() as usize, c.as_u32() as usize);
                assert_eq!(loops.common(b, c), chain.iter().find(has).copied());
                // That is no loop's header has nothing within.
                assert_eq!(loops.is_within(b, c), has(&&b), "{b} {c} in {edges:?}");
            }
        }
    }
    assert!(reducible > 500);
}

#[test]
fn reducible_means_cycles_with_one_entry() {
    let is = |edges: &[&[usize]]| {
        let func = graph(&edges.iter().map(|e| e.to_vec()).collect::<Vec<_>>());
        let cfg = Cfg::new(&func);
        is_reducible(&func, &cfg, &DomTree::new(&func, &cfg))
    };
    assert!(is(&[&[1], &[2, 1], &[1, 3], &[]]));
    assert!(!is(&[&[1, 2], &[2], &[1]]));
    assert!(!is(&[&[1, 2], &[3], &[3, 4], &[2], &[]]));
}

/// A join far below its dominator, once for each step on the way.
#[test]
fn dominators_of_a_ladder() {
    let n = 3000;
    let to = |i: usize| if i + 1 == n { vec![] } else { vec![i + 1, n - 1] };
    let func = graph(&(0..n).map(to).collect::<Vec<_>>());
    let dom = DomTree::new(&func, &Cfg::new(&func));
    let block = |i: usize| Block::from_u32(i as u32);
    for i in 1..n {
        let above = if i + 1 == n { 0 } else { i - 1 };
        assert_eq!(dom.immediate_dominator(block(i)), Some(block(above)));
        assert_eq!(dom.dominates(block(i), block(n - 1)), i + 1 == n);
    }
}

/// Shapes on which simpler algorithms take quadratic time or recurse deeply.
#[test]
fn large_graphs_take_linear_time() {
    let n = 20_000;
    let chain = |to: &dyn Fn(usize) -> Vec<usize>| -> Vec<Vec<usize>> {
        (0..n).map(|i| if i + 1 == n { vec![] } else { to(i) }).collect()
    };
    let shapes = [
        chain(&|i| vec![i + 1]),
        chain(&|i| vec![i + 1, n - 1]),
        chain(&|i| vec![i + 1, i.max(1)]),
        chain(&|i| vec![i + 1, (n - i).clamp(1, n - 1)]),
        chain(&|i| if i == 0 { (1..n).collect() } else { vec![i + 1] }),
        // Nested loops, each inside the one before.
        chain(&|i| if i < n / 2 { vec![i + 1] } else { vec![i + 1, n - i] }),
    ];
    for edges in shapes {
        let mut func = graph(&edges);
        let cfg = Cfg::new(&func);
        let dom = DomTree::new(&func, &cfg);
        Loops::new(&cfg, &dom);
        is_reducible(&func, &cfg, &dom);
        let mut program = Program::new();
        let def = synth_ir::Definition::Function(Box::new(func.clone()));
        program.add("f", synth_ir::Linkage::Global, def);
        assert_eq!(synth_ir::verify(&program), Ok(()));
        func.compact();
        assert_eq!(synth_ir::verify_function(&program, SymbolId::from_u32(0), &func), Ok(()));
    }
}
