//! Lists of numbers or other small things for each of many nodes, in one piece of
//! memory.

/// A list for each node.
pub(crate) struct Lists<T> {
    /// Where the list of each node starts, and ends.
    ranges: Vec<(u32, u32)>,
    items: Vec<T>,
}

impl<T> Lists<T> {
    /// So many empty lists.
    pub(crate) fn new(nodes: usize) -> Lists<T> {
        Lists { ranges: vec![(0, 0); nodes], items: vec![] }
    }

    /// Number of nodes.
    pub(crate) fn nodes(&self) -> usize {
        self.ranges.len()
    }

    /// From pairs of a node and an item; a list has its items in the order of the
    /// pairs.
    pub(crate) fn from_pairs(nodes: usize, pairs: &[(u32, T)]) -> Lists<T>
    where
        T: Clone + Default,
    {
        let mut ranges = vec![(0, 0); nodes];
        for &(node, _) in pairs {
            ranges[node as usize].1 += 1;
        }
        let mut next = 0;
        for (start, end) in &mut ranges {
            let count = *end;
            (*start, *end) = (next, next);
            next += count;
        }
        let mut items = vec![T::default(); pairs.len()];
        for (node, item) in pairs {
            let end = &mut ranges[*node as usize].1;
            items[*end as usize] = item.clone();
            *end += 1;
        }
        Lists { ranges, items }
    }

    /// Sets the list of a node that had none yet.
    pub(crate) fn set(&mut self, node: u32, list: impl Iterator<Item = T>) {
        let start = self.items.len() as u32;
        self.items.extend(list);
        self.ranges[node as usize] = (start, self.items.len() as u32);
    }

    pub(crate) fn of(&self, node: u32) -> &[T] {
        let (start, end) = self.ranges[node as usize];
        &self.items[start as usize..end as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::Lists;

    #[test]
    fn pairs_keep_their_order_and_nodes_without_any_have_empty_lists() {
        let lists = Lists::from_pairs(4, &[(2, 'a'), (0, 'b'), (2, 'c'), (3, 'd')]);
        let all: Vec<String> = (0..4).map(|node| lists.of(node).iter().collect()).collect();
        assert_eq!(all, ["b", "", "ac", "d"]);
    }

    #[test]
    fn lists_are_set_in_any_order() {
        let mut lists = Lists::new(3);
        lists.set(2, "xy".chars());
        lists.set(0, "z".chars());
        let all: Vec<String> = (0..3).map(|node| lists.of(node).iter().collect()).collect();
        assert_eq!(all, ["z", "", "xy"]);
    }
}
