//! The bare matching problem: trainees, roles, edges, and two forests of capped groups.
//!
//! Groups of one side form a forest, so their member sets are laminar: any two are nested or
//! disjoint. Two laminar families are the exact border up to which stable matchings are
//! guaranteed (Fleiner 2003; Budish, Che, Kojima and Milgrom 2013 call it a bihierarchy). Trees
//! may have any depth.

/// One capped group. `parent` is an index into the same list, and smaller than the group's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub parent: Option<usize>,
    pub cap: u32,
}

/// Trainees are numbered by priority: of two, the one with the smaller number goes first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trainee {
    pub group: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    pub group: usize,
    pub cap: u32,
}

/// A possible match. `u` is the trainee's score of the role, `v` the role's of the trainee; both
/// run from 0 to 10,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    pub trainee: usize,
    pub role: usize,
    pub u: u32,
    pub v: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    pub trainee_groups: Vec<Group>,
    pub role_groups: Vec<Group>,
    pub trainees: Vec<Trainee>,
    pub roles: Vec<Role>,
    pub edges: Vec<Edge>,
}

/// A matching: the role of each trainee.
pub type Matching = Vec<Option<usize>>;

impl Instance {
    /// Groups from `group` up to its root.
    pub fn chain(groups: &[Group], group: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(group), |at| groups[*at].parent)
    }

    /// A trainee's edges in the order of her wish: `u` descending, role ascending.
    pub fn wishes(&self) -> Vec<Vec<Edge>> {
        let mut wishes = vec![Vec::new(); self.trainees.len()];
        for edge in &self.edges {
            wishes[edge.trainee].push(*edge);
        }
        for list in &mut wishes {
            list.sort_by_key(|edge| (std::cmp::Reverse(edge.u), edge.role));
        }
        wishes
    }
}
