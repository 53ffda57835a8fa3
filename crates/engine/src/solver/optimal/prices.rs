//! Dual prices: the proof that a matching is the best.
//!
//! A price a role and a group, in units of weight. A trainee's gain at a role is the weight of the pair
//! (and the bonus) less what role and groups of both sides cost. The matching is best when nobody gains
//! more elsewhere, nobody outside gains anything, and every set that costs something is full
//! (complementary slackness); prices below nothing stand for minimums, and for sets that just hold theirs.

use super::Flow;
use crate::solver::problem::{NONE, Problem};

/// What a unit is worth at each role and group, in whole units of weight, such that no arc that could
/// take one more, or give one back, pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prices {
    pub role: Vec<i64>,
    pub trainee_group: Vec<i64>,
    pub role_group: Vec<i64>,
    /// Where units come from and go to.
    pub closing: i64,
}

impl Prices {
    pub(super) fn zero(problem: &Problem) -> Self {
        Self {
            role: vec![0; problem.roles()],
            trainee_group: vec![0; problem.trainee_groups.len()],
            role_group: vec![0; problem.role_groups.len()],
            closing: 0,
        }
    }
}

struct Labels {
    role: Vec<i64>,
    group: Vec<i64>,
}

impl Flow<'_> {
    /// Whole labels for the flow as it stands, if it is of least cost. Begins with the labels of the round and
    /// raises what pays until nothing does; where that goes round in circles, the flow is not the best yet.
    pub(super) fn prices(&self, passes: usize) -> Option<Prices> {
        let whole = |label: &i64| label.div_euclid(self.scale);
        let mut labels = Labels { role: self.role.iter().map(whole).collect(), group: self.groups.label.iter().map(whole).collect() };
        for _ in 0..passes {
            if !self.raise(&mut labels) {
                let (trainees, roles) = (self.problem.trainee_groups.len(), self.problem.role_groups.len());
                return Some(Prices {
                    role: labels.role,
                    trainee_group: labels.group[..trainees].to_vec(),
                    role_group: labels.group[trainees..trainees + roles].to_vec(),
                    closing: labels.group[trainees + roles],
                });
            }
        }
        None
    }

    /// Raises every label to what its neighbours offer; whether any was raised.
    fn raise(&self, labels: &mut Labels) -> bool {
        let mut raised = false;
        let mut lift = |label: &mut i64, to: i64| {
            if to > *label {
                (*label, raised) = (to, true);
            }
        };
        for trainee in 0..self.problem.trainees() {
            let group = self.groups.of_trainee(trainee);
            let from = self.problem.start[trainee] as usize;
            let list = self.problem.list(trainee);
            let (mut best, mut own) = (i64::MIN / 4, 0);
            for (pair, worth) in list.iter().zip(&self.worth[from..from + list.len()]) {
                let worth = i64::from(*worth);
                if pair.role == self.matched[trainee] {
                    own = worth;
                } else {
                    best = best.max(labels.role[pair.role as usize] + worth);
                }
            }
            match self.matched[trainee] {
                NONE => lift(&mut labels.group[group], best),
                role => {
                    let best = best.max(labels.group[group]);
                    lift(&mut labels.role[role as usize], best - own);
                }
            }
        }
        for role in 0..self.problem.roles() {
            let group = self.groups.of_role(role);
            if self.passed[role] < self.groups.seats(role) {
                let offer = labels.group[group];
                lift(&mut labels.role[role], offer);
            }
            if self.passed[role] > 0 {
                let offer = labels.role[role];
                lift(&mut labels.group[group], offer);
            }
        }
        for group in 0..self.groups.len() {
            for (next, room) in self.groups.ways(group) {
                if room > 0 {
                    let offer = labels.group[next];
                    lift(&mut labels.group[group], offer);
                }
            }
        }
        raised
    }
}
