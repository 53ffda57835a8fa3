//! A tournament tree over roles: which of a range of roles holds the worst pair or seat.

/// Complete binary tree; a leaf a role, in an order in which every group is a range.
#[derive(Debug)]
pub(super) struct Worst<K> {
    leaves: usize,
    /// `tree[1]` is the root; greater is worse; the default stands for nothing held.
    tree: Vec<K>,
}

impl<K: Copy + Ord + Default> Worst<K> {
    pub fn new(roles: usize) -> Self {
        let leaves = roles.next_power_of_two().max(1);
        Self { leaves, tree: vec![K::default(); 2 * leaves] }
    }

    pub fn set(&mut self, role: usize, key: K) {
        let mut at = role + self.leaves;
        self.tree[at] = key;
        while at > 1 {
            at /= 2;
            let worst = self.tree[2 * at].max(self.tree[2 * at + 1]);
            if self.tree[at] == worst {
                return;
            }
            self.tree[at] = worst;
        }
    }

    /// The worst of a range, and whose it is; nothing when nothing is held there.
    pub fn of(&self, from: usize, to: usize) -> Option<(K, usize)> {
        let (mut low, mut high) = (from + self.leaves, to + self.leaves);
        let mut best = (K::default(), 0);
        while low < high {
            if low % 2 == 1 {
                best = best.max((self.tree[low], low));
                low += 1;
            }
            if high % 2 == 1 {
                high -= 1;
                best = best.max((self.tree[high], high));
            }
            (low, high) = (low / 2, high / 2);
        }
        let (key, mut at) = best;
        if key == K::default() {
            return None;
        }
        while at < self.leaves {
            at = if self.tree[2 * at] == key { 2 * at } else { 2 * at + 1 };
        }
        Some((key, at - self.leaves))
    }
}
