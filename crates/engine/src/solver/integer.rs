//! Demands that are no flow, as an integer programme: couples who stay together, and shared caps that cross.
//!
//! Both members of a couple are placed in the same subdivision, or neither is. With couples a stable matching
//! need not exist, and to find the best matching is NP-hard (Ronn 1990); so this is for programmes of some
//! hundreds of people, and refused beyond [`PAIRS_MAX`] pairs. The result says how far from the best it can be
//! at most: the optimum without couples and crossing caps, which is a flow, is a bound.
//!
//! Minimums, caps and weights are those of the problem. The branch and bound is that of the library `good_lp`
//! with `microlp`; with the feature `highs` it is that of HiGHS, which needs cmake and libclang to build.

use super::optimal::{self, Unsolved};
use super::problem::{Forest, Matching, NONE, Problem};
use super::shared::Shared;
use good_lp::{Expression, ProblemVariables, Solution, SolverModel, Variable, variable};
use std::collections::BTreeMap;

/// Pairs beyond which the programme is refused: branch and bound may take a time without end.
pub const PAIRS_MAX: usize = if cfg!(feature = "highs") { 200_000 } else { 5_000 };

/// What the flow cannot express.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ties {
    /// Trainees who are placed in the same subdivision or not at all.
    pub couples: Vec<(u32, u32)>,
    /// Subdivision of each role; only read where there are couples.
    pub subdivision: Vec<u32>,
    pub shared: Vec<Shared>,
}

/// A matching, and how much better another could be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounded {
    pub matching: Matching,
    /// Sum of weight and bonus.
    pub objective: u64,
    /// No matching is worth more.
    pub bound: u64,
}

/// Why there is no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failed {
    Unsolved(Unsolved),
    /// More pairs than are tried.
    TooLarge {
        pairs: usize,
    },
    /// Couples and minimums cannot all be had.
    Infeasible,
    /// The solver of the library gave up.
    Solver(String),
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unsolved(why) => why.fmt(f),
            Self::TooLarge { pairs } => write!(
                f,
                "couples and crossing caps make this an integer programme, which is tried up to {PAIRS_MAX} pairs; this has {pairs}: \
                 split it by corridor, or ask for fewer candidates a trainee"
            ),
            Self::Infeasible => f.write_str("the minimums cannot all be met with these couples and shared caps"),
            Self::Solver(what) => write!(f, "the integer programme was not solved: {what}"),
        }
    }
}

/// The matching of most weight under caps, minimums, couples and shared caps.
///
/// # Errors
/// When it cannot be had, or is too large to be tried.
pub fn solve(problem: &Problem, bonus: u32, ties: &Ties) -> Result<Bounded, Failed> {
    if problem.pairs.len() > PAIRS_MAX {
        return Err(Failed::TooLarge { pairs: problem.pairs.len() });
    }
    let relaxed = optimal::solve(problem, bonus).map_err(Failed::Unsolved)?;
    let worth = |at: usize| u64::from(problem.weight[at]) + u64::from(bonus);
    let value = |matching: &Matching| -> u64 {
        let positions = matching.iter().enumerate().filter_map(|(trainee, role)| problem.position(trainee, *role));
        positions.map(worth).sum()
    };
    let bound = value(&relaxed.matching);
    let mut programme = Programme::of(problem, bonus);
    programme.keep_caps();
    ties.shared.iter().for_each(|shared| programme.share(shared));
    ties.couples.iter().for_each(|couple| programme.keep_together(*couple, &ties.subdivision));
    let matching = programme.solve()?;
    Ok(Bounded { objective: value(&matching), matching, bound })
}

struct Programme<'p> {
    problem: &'p Problem,
    variables: ProblemVariables,
    /// Whether each pair is matched.
    taken: Vec<Variable>,
    objective: Expression,
    /// Sums that stay between a least and a greatest number; the same number for an equation.
    rows: Vec<(Expression, u32, u32)>,
}

impl<'p> Programme<'p> {
    fn of(problem: &'p Problem, bonus: u32) -> Self {
        let mut variables = ProblemVariables::new();
        let taken = variables.add_vector(variable().binary(), problem.pairs.len());
        let worth = |at: usize| f64::from(problem.weight[at]) + f64::from(bonus);
        let objective = taken.iter().enumerate().map(|(at, taken)| worth(at) * *taken).sum();
        Self { problem, variables, taken, objective, rows: Vec::new() }
    }

    fn keep_caps(&mut self) {
        let problem = self.problem;
        let (mut of_role, mut in_trainees, mut in_roles) = (
            vec![Expression::default(); problem.roles()],
            vec![Expression::default(); problem.trainee_groups.len()],
            vec![Expression::default(); problem.role_groups.len()],
        );
        for trainee in 0..problem.trainees() {
            let list = problem.start[trainee] as usize..problem.start[trainee + 1] as usize;
            self.rows.push((self.taken[list.clone()].iter().sum(), 0, 1));
            for at in list {
                let role = problem.pairs[at].role as usize;
                of_role[role] += self.taken[at];
                problem.trainee_groups.chain(problem.trainee_group[trainee]).for_each(|group| in_trainees[group] += self.taken[at]);
                problem.role_groups.chain(problem.role_group[role]).for_each(|group| in_roles[group] += self.taken[at]);
            }
        }
        self.rows.extend(of_role.into_iter().zip(&problem.seats).map(|(sum, seats)| (sum, 0, *seats)));
        let bounded = |forest: &Forest, sums: Vec<Expression>| -> Vec<(Expression, u32, u32)> {
            sums.into_iter().enumerate().map(|(group, sum)| (sum, forest.min[group], forest.cap[group])).collect()
        };
        self.rows.extend(bounded(&problem.trainee_groups, in_trainees));
        self.rows.extend(bounded(&problem.role_groups, in_roles));
    }

    fn share(&mut self, shared: &Shared) {
        let of = self.problem.pairs.iter().zip(&self.taken).filter(|(pair, _)| shared.roles.contains(&pair.role));
        let sum = of.map(|(_, taken)| *taken).sum();
        self.rows.push((sum, 0, shared.cap));
    }

    /// In every subdivision both are placed or neither.
    fn keep_together(&mut self, (one, other): (u32, u32), subdivision: &[u32]) {
        let mut places: BTreeMap<u32, Expression> = BTreeMap::new();
        for (trainee, sign) in [(one as usize, 1.0), (other as usize, -1.0)] {
            for at in self.problem.start[trainee] as usize..self.problem.start[trainee + 1] as usize {
                let place = subdivision.get(self.problem.pairs[at].role as usize).copied().unwrap_or(NONE);
                *places.entry(place).or_default() += sign * self.taken[at];
            }
        }
        self.rows.extend(places.into_values().map(|sum| (sum, 0, 0)));
    }

    fn solve(self) -> Result<Matching, Failed> {
        #[cfg(feature = "highs")]
        let solver = good_lp::solvers::highs::highs;
        #[cfg(not(feature = "highs"))]
        let solver = good_lp::solvers::microlp::microlp;
        let mut model = self.variables.maximise(self.objective).using(solver);
        for (sum, least, most) in self.rows {
            let (least, most) = (f64::from(least), f64::from(most));
            if least == most {
                model.add_constraint(sum.eq(least));
                continue;
            }
            if least > 0.0 {
                model.add_constraint(sum.clone().geq(least));
            }
            model.add_constraint(sum.leq(most));
        }
        let solution = model.solve().map_err(|error| match error {
            good_lp::ResolutionError::Infeasible => Failed::Infeasible,
            other => Failed::Solver(other.to_string()),
        })?;
        let mut matching = vec![NONE; self.problem.trainees()];
        for (trainee, role) in matching.iter_mut().enumerate() {
            let list = self.problem.start[trainee] as usize..self.problem.start[trainee + 1] as usize;
            let taken = list.into_iter().find(|at| solution.value(self.taken[*at]) > 0.5);
            *role = taken.map_or(NONE, |at| self.problem.pairs[at].role);
        }
        Ok(matching)
    }
}

#[cfg(test)]
mod tests;
