//! What another quota, level, weight or a closed corridor would have made of a run. Nothing is written.
//!
//! The facts are those of the run; what differs is what the question changes. The answer counts people, by sex,
//! origin and institute, and shows no count of fewer than [`SMALLEST`].

use super::{Ctx, load_snapshot, threads};
use crate::error::{AppError, FieldError};
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::corridor::PathwayId;
use passerelle_domain::language::{LanguageLevel, LanguageTag};
use passerelle_domain::law::LanguageGate;
use passerelle_engine::matching::policy::Feature;
use passerelle_engine::matching::{Mode, Policy, Snapshot, outline};
use passerelle_store::StoreError;
use passerelle_store::entity::{organisation, proposal, trainee};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Counts below this are not shown: they would point at people.
pub const SMALLEST: u64 = 10;

/// What is asked to be otherwise. Everything that is left out stays as it was.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WhatIf {
    pub quotas: Vec<QuotaChange>,
    pub languages: Vec<LanguageChange>,
    /// Pathways that let nobody through.
    pub closed: Vec<String>,
    pub need_weights: Option<BTreeMap<Feature, u32>>,
    pub trainee_weights: Option<BTreeMap<Feature, u32>>,
    pub mode: Option<Mode>,
}

/// Another cap for every quota of a name and subject.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotaChange {
    pub name: String,
    pub subject: String,
    pub cap: u32,
}

/// Another level of a language for a pathway.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LanguageChange {
    pub pathway: String,
    pub language: String,
    pub level: String,
}

/// What becomes of some people; nothing where too few are meant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Effect {
    pub people: u64,
    pub matched_before: u64,
    pub matched_after: u64,
    /// Matched both times, with different needs.
    pub moved: u64,
    pub gained: u64,
    pub lost: u64,
}

impl Effect {
    /// People without a match after the change.
    pub fn waiting(&self) -> u64 {
        self.people - self.matched_after
    }

    fn add(&mut self, before: Option<&(Uuid, String)>, after: Option<&(Uuid, String)>) {
        self.people += 1;
        self.matched_before += u64::from(before.is_some());
        self.matched_after += u64::from(after.is_some());
        self.moved += u64::from(before.is_some() && after.is_some() && before != after);
        self.gained += u64::from(before.is_none() && after.is_some());
        self.lost += u64::from(before.is_some() && after.is_none());
    }
}

/// Effects by the values of one attribute; `None` stands for a group that is too small to be shown.
pub type ByValue = BTreeMap<String, Option<Effect>>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    pub all: Effect,
    pub by_sex: ByValue,
    pub by_origin: ByValue,
    /// By name of the institute.
    pub by_institute: ByValue,
}

/// Answers a question about a finished run.
///
/// # Errors
/// When the actor may not ask for runs, when the run is not finished, or when the question names what is not there.
pub async fn ask(ctx: &Ctx<'_>, run_id: Uuid, question: &WhatIf) -> Result<Answer, AppError> {
    permit(ctx.actor, Action::Create, Subject::MatchRun)?;
    let mut snapshot = load_snapshot(ctx.state, run_id).await?;
    let mut policy = (*ctx.state.policy).clone();
    change(&mut snapshot, &mut policy, question)?;
    let conn = ctx.state.store.read();
    let before: Vec<(Uuid, Uuid, String)> = proposal::Entity::find()
        .select_only()
        .columns([proposal::Column::TraineeId, proposal::Column::NeedId, proposal::Column::Pathway])
        .filter(proposal::Column::RunId.eq(run_id))
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let people: Vec<(Uuid, String)> = trainee::Entity::find()
        .select_only()
        .columns([trainee::Column::Id, trainee::Column::Sex])
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let institutes: Vec<(Uuid, String)> = organisation::Entity::find()
        .select_only()
        .columns([organisation::Column::Id, organisation::Column::Name])
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let answer = tokio::task::spawn_blocking(move || compare(&snapshot, &policy, before, people, institutes));
    answer.await.map_err(AppError::internal)?
}

fn compare(
    snapshot: &Snapshot,
    policy: &Policy,
    before: Vec<(Uuid, Uuid, String)>,
    people: Vec<(Uuid, String)>,
    institutes: Vec<(Uuid, String)>,
) -> Result<Answer, AppError> {
    let before: BTreeMap<Uuid, (Uuid, String)> = before.into_iter().map(|(trainee, need, pathway)| (trainee, (need, pathway))).collect();
    let after = outline(snapshot, policy, threads())?;
    let after: BTreeMap<Uuid, (Uuid, String)> =
        after.into_iter().map(|(trainee, need, pathway)| (trainee.0, (need.0, pathway.to_string()))).collect();
    let sexes: BTreeMap<Uuid, String> = people.into_iter().collect();
    let names: BTreeMap<Uuid, String> = institutes.into_iter().collect();
    let mut all = Effect::default();
    let mut by: [BTreeMap<String, Effect>; 3] = Default::default();
    for trainee in &snapshot.trainees {
        let (was, is) = (before.get(&trainee.id.0), after.get(&trainee.id.0));
        all.add(was, is);
        let values = [
            sexes.get(&trainee.id.0).cloned().unwrap_or_else(|| "unknown".to_owned()),
            trainee.training_country.to_string(),
            names.get(&trainee.institute.0).cloned().unwrap_or_default(),
        ];
        for (groups, value) in by.iter_mut().zip(values) {
            groups.entry(value).or_default().add(was, is);
        }
    }
    let [by_sex, by_origin, by_institute] = by.map(suppressed);
    Ok(Answer { all, by_sex, by_origin, by_institute })
}

/// Hides groups that are too small; and where just one is hidden, the next smallest with it, so that it is not
/// what is left of the sum.
pub(super) fn suppressed(groups: BTreeMap<String, Effect>) -> ByValue {
    let mut by_size: Vec<(u64, String)> = groups.iter().map(|(value, effect)| (effect.people, value.clone())).collect();
    by_size.sort();
    let small = by_size.iter().filter(|(people, _)| *people < SMALLEST).count();
    let hidden = if small == 1 { 2 } else { small };
    let hidden: Vec<String> = by_size.into_iter().take(hidden).map(|(_, value)| value).collect();
    groups.into_iter().map(|(value, effect)| (value.clone(), (!hidden.contains(&value)).then_some(effect))).collect()
}

fn change(snapshot: &mut Snapshot, policy: &mut Policy, question: &WhatIf) -> Result<(), AppError> {
    let mut errors: Vec<FieldError> = Vec::new();
    let mut refuse = |field: &str, code: &'static str, message: &'static str| errors.push(FieldError::new(field, code, message));
    for asked in &question.quotas {
        let mut named = snapshot.quotas.iter_mut().filter(|quota| quota.name == asked.name && quota.subject == asked.subject).peekable();
        if named.peek().is_none() {
            refuse("quotas", "reference", "names a quota that the run did not have");
        }
        named.for_each(|quota| quota.cap = asked.cap);
    }
    for asked in &question.languages {
        let (language, level) = (LanguageTag::parse(&asked.language), LanguageLevel::parse(&asked.level));
        let (Ok(language), Ok(level)) = (language, level) else {
            refuse("languages", "language-level", "needs a language such as de and a level such as CEFR B1");
            continue;
        };
        let pathway = snapshot.pathways.iter_mut().find(|pathway| pathway.id.to_string() == asked.pathway);
        let Some(pathway) = pathway else {
            refuse("languages", "reference", "names a pathway that the run did not have");
            continue;
        };
        pathway.languages.retain(|gate| gate.language.primary() != language.primary());
        pathway.languages.push(LanguageGate { language, any_of: vec![level], occupations: vec![] });
    }
    for asked in &question.closed {
        match PathwayId::parse(asked).ok().and_then(|id| snapshot.pathways.iter_mut().find(|pathway| pathway.id == id)) {
            Some(pathway) => pathway.open = false,
            None => refuse("closed", "reference", "names a pathway that the run did not have"),
        }
    }
    if let Some(weights) = &question.need_weights {
        policy.need_weights.clone_from(weights);
    }
    if let Some(weights) = &question.trainee_weights {
        policy.trainee_weights.clone_from(weights);
    }
    if let Some(mode) = question.mode {
        policy.mode = mode;
        if mode != Mode::Optimal {
            (policy.placement_bonus, policy.hold_back_percent) = (0, 0);
        }
    }
    if policy.check().is_err() {
        refuse("need_weights", "weights-sum", "the weights of each side must add up to 100");
    }
    if errors.is_empty() { Ok(()) } else { Err(AppError::Invalid(errors)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_small_group_takes_the_next_smallest_with_it() {
        let of = |people| Effect { people, ..Effect::default() };
        let groups = |sizes: &[(&str, u64)]| sizes.iter().map(|(name, people)| ((*name).to_owned(), of(*people))).collect();
        let shown = |sizes: &[(&str, u64)]| -> Vec<String> {
            suppressed(groups(sizes)).into_iter().filter_map(|(value, effect)| effect.map(|_| value)).collect()
        };
        assert_eq!(shown(&[("f", 40), ("m", 30)]), ["f", "m"]);
        assert_eq!(shown(&[("f", 40), ("m", 30), ("x", 9)]), ["f"]);
        assert_eq!(shown(&[("f", 40), ("m", 9), ("x", 2)]), ["f"]);
        assert_eq!(shown(&[("f", 3)]), Vec::<String>::new());
    }
}
