//! The problem: trainees, roles, pairs, and two forests of groups with caps.
//!
//! Groups of one side form a forest, so their member sets are laminar: any two are nested or
//! disjoint. Two laminar families are the exact border up to which stable matchings are guaranteed and
//! the weighted problem stays a network flow (Fleiner 2003; Budish, Che, Kojima and Milgrom 2013 call it
//! a bihierarchy). Trees may have any depth.
//!
//! Layout: the pairs of one trainee lie side by side, eight bytes each, so that looking through her list
//! touches consecutive cache lines; weights, which stable matching does not read, lie apart.

use std::fmt;

/// Stands for no group, no parent, no role.
pub const NONE: u32 = u32::MAX;

/// Capped groups of one side. All lists have one entry a group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forest {
    /// Enclosing group, or [`NONE`] for a root. In any order; there are no cycles.
    pub parent: Vec<u32>,
    pub cap: Vec<u32>,
    /// Places that must be filled. Stable matching does not know minimums.
    pub min: Vec<u32>,
}

impl Forest {
    pub fn len(&self) -> usize {
        self.parent.len()
    }

    pub fn is_empty(&self) -> bool {
        self.parent.is_empty()
    }

    /// Adds a group and gives its number.
    pub fn push(&mut self, parent: u32, cap: u32, min: u32) -> u32 {
        self.parent.push(parent);
        self.cap.push(cap);
        self.min.push(min);
        u32::try_from(self.parent.len() - 1).unwrap_or(NONE)
    }

    /// Groups from `group` up to its root; none for [`NONE`].
    pub fn chain(&self, group: u32) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors((group != NONE).then_some(group as usize), |at| {
            let parent = self.parent[*at];
            (parent != NONE).then_some(parent as usize)
        })
    }
}

/// A possible match of the trainee in whose list it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    pub role: u32,
    /// The trainee's score of the role; more is better.
    pub u: u16,
    /// The role's score of the trainee; more is better.
    pub v: u16,
}

/// What a problem is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts {
    pub trainee_groups: Forest,
    /// Innermost group of each trainee, or [`NONE`].
    pub trainee_group: Vec<u32>,
    /// Place of each trainee in the order of priority: a permutation, 0 goes first.
    pub priority: Vec<u32>,
    pub role_groups: Forest,
    /// Innermost group of each role, or [`NONE`].
    pub role_group: Vec<u32>,
    /// Seats of each role.
    pub seats: Vec<u32>,
    /// Seats of each role that are wished for first; only the variant `seats` reads them.
    pub target: Vec<u32>,
    /// Where each trainee's pairs begin, and one entry more for the end.
    pub start: Vec<u32>,
    /// Pairs by trainee, and within one by role.
    pub pairs: Vec<Pair>,
    /// Weight of each pair for the planner; may be left empty where nobody maximises it.
    pub weight: Vec<u16>,
}

/// A problem that holds together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem(Parts);

/// Why parts make no problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Lists that should be of one length are not.
    Lengths(&'static str),
    /// A group, trainee or role names a group that there is not.
    NoSuchGroup { of: &'static str, number: usize },
    /// A group encloses itself.
    Cycle { side: &'static str, group: usize },
    /// More places must be filled than there are.
    MinimumAboveCap { side: &'static str, group: usize },
    /// Two trainees share a place in the order of priority, or one is outside it.
    Priority { trainee: usize },
    /// A trainee's pairs do not begin where those of the one before end.
    Start { trainee: usize },
    /// A pair names a role that there is not.
    NoSuchRole { pair: usize },
    /// Pairs of one trainee are not in the order of their roles, or one is there twice.
    Order { pair: usize },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lengths(name) => write!(f, "the list of {name} has another length than it should"),
            Self::NoSuchGroup { of, number } => write!(f, "{of} {number} names a group that there is not"),
            Self::Cycle { side, group } => write!(f, "group {group} of {side} encloses itself"),
            Self::MinimumAboveCap { side, group } => write!(f, "group {group} of {side} has a minimum above its cap"),
            Self::Priority { trainee } => write!(f, "trainee {trainee} has no place of her own in the order of priority"),
            Self::Start { trainee } => write!(f, "the pairs of trainee {trainee} do not follow those before them"),
            Self::NoSuchRole { pair } => write!(f, "pair {pair} names a role that there is not"),
            Self::Order { pair } => write!(f, "pair {pair} is out of order, or stands twice"),
        }
    }
}

impl std::error::Error for Fault {}

/// The role of each trainee, or [`NONE`].
pub type Matching = Vec<u32>;

impl std::ops::Deref for Problem {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Problem {
    /// # Errors
    /// The first thing that does not hold together. One pass over the pairs.
    pub fn new(parts: Parts) -> Result<Self, Fault> {
        let (trainees, roles) = (parts.trainee_group.len(), parts.role_group.len());
        for (name, length, expected) in [
            ("priorities", parts.priority.len(), trainees),
            ("seats", parts.seats.len(), roles),
            ("targets", parts.target.len(), roles),
            ("starts", parts.start.len(), trainees + 1),
            ("weights", if parts.weight.is_empty() { parts.pairs.len() } else { parts.weight.len() }, parts.pairs.len()),
            ("trainees", trainees.min(NONE as usize - 1), trainees),
            ("roles", roles.min(NONE as usize - 1), roles),
        ] {
            if length != expected {
                return Err(Fault::Lengths(name));
            }
        }
        sound(&parts.trainee_groups, "trainees")?;
        sound(&parts.role_groups, "roles")?;
        for (of, groups, forest) in
            [("trainee", &parts.trainee_group, &parts.trainee_groups), ("role", &parts.role_group, &parts.role_groups)]
        {
            if let Some(number) = groups.iter().position(|group| *group != NONE && *group as usize >= forest.len()) {
                return Err(Fault::NoSuchGroup { of, number });
            }
        }
        let mut taken = vec![false; trainees];
        for (trainee, place) in parts.priority.iter().enumerate() {
            match taken.get_mut(*place as usize) {
                Some(free) if !*free => *free = true,
                _ => return Err(Fault::Priority { trainee }),
            }
        }
        if parts.start[0] != 0 || parts.start[trainees] as usize != parts.pairs.len() {
            return Err(Fault::Start { trainee: 0 });
        }
        for trainee in 0..trainees {
            let (from, to) = (parts.start[trainee] as usize, parts.start[trainee + 1] as usize);
            if from > to || to > parts.pairs.len() {
                return Err(Fault::Start { trainee });
            }
            let mut after = None;
            for (at, pair) in parts.pairs[from..to].iter().enumerate() {
                if pair.role as usize >= roles {
                    return Err(Fault::NoSuchRole { pair: from + at });
                }
                if after.is_some_and(|before| before >= pair.role) {
                    return Err(Fault::Order { pair: from + at });
                }
                after = Some(pair.role);
            }
        }
        Ok(Self(parts))
    }

    pub fn trainees(&self) -> usize {
        self.trainee_group.len()
    }

    pub fn roles(&self) -> usize {
        self.role_group.len()
    }

    /// The pairs of a trainee.
    pub fn list(&self, trainee: usize) -> &[Pair] {
        &self.pairs[self.start[trainee] as usize..self.start[trainee + 1] as usize]
    }

    /// Where the pair of a trainee and a role stands, if there is one.
    pub fn position(&self, trainee: usize, role: u32) -> Option<usize> {
        let at = self.list(trainee).binary_search_by_key(&role, |pair| pair.role).ok()?;
        Some(self.start[trainee] as usize + at)
    }

    /// The parts, to be changed and made a problem again.
    pub fn into_parts(self) -> Parts {
        self.0
    }
}

fn sound(forest: &Forest, side: &'static str) -> Result<(), Fault> {
    if forest.cap.len() != forest.len() || forest.min.len() != forest.len() {
        return Err(Fault::Lengths("groups"));
    }
    for group in 0..forest.len() {
        let parent = forest.parent[group];
        if parent != NONE && parent as usize >= forest.len() {
            return Err(Fault::NoSuchGroup { of: "group", number: group });
        }
        if forest.min[group] > forest.cap[group] {
            return Err(Fault::MinimumAboveCap { side, group });
        }
    }
    // 0 not seen, 1 on the way up, 2 leads to a root.
    let mut seen = vec![0_u8; forest.len()];
    for group in 0..forest.len() {
        let mut way = Vec::new();
        let mut at = group;
        while seen[at] == 0 {
            seen[at] = 1;
            way.push(at);
            match forest.parent[at] {
                NONE => break,
                parent if seen[parent as usize] == 1 => return Err(Fault::Cycle { side, group }),
                parent => at = parent as usize,
            }
        }
        way.into_iter().for_each(|passed| seen[passed] = 2);
    }
    Ok(())
}
