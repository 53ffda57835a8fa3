//! What another quota, level, weight or a closed corridor would have made of a run. Nothing is written.
//!
//! The facts are those of the run; what differs is what the question changes. The answer counts the people whom the
//! actor's office is responsible for, by sex, origin and institute, and shows no group of a few ([`super::groups`]).
//! An office of a destination has no people of its own: it hears of countries, not of institutes.

use super::groups::{SMALLEST, hidden, rounded};
use super::{Ctx, facts_of, threads};
use crate::error::{AppError, FieldError};
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::corridor::PathwayId;
use passerelle_domain::language::{LanguageLevel, LanguageTag};
use passerelle_domain::law::LanguageGate;
use passerelle_engine::matching::policy::Feature;
use passerelle_engine::matching::{Mode, Policy, Snapshot, outline};
use passerelle_store::Record;
use passerelle_store::StoreError;
use passerelle_store::entity::{organisation, outcome, proposal, quota, trainee};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Changes of one kind that one question may ask for.
const CHANGES_MOST: usize = 100;

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
    /// Matched both times, by another need or pathway.
    pub moved: u64,
    pub gained: u64,
    pub lost: u64,
}

impl Effect {
    /// People without a match after the change.
    pub fn waiting(&self) -> u64 {
        self.people.saturating_sub(self.matched_after)
    }

    /// To fives, so that one person's move is not to be read off.
    fn coarse(self) -> Self {
        let Self { people, matched_before, matched_after, moved, gained, lost } = self;
        let [people, matched_before, matched_after, moved, gained, lost] =
            [people, matched_before, matched_after, moved, gained, lost].map(rounded);
        Self { people, matched_before, matched_after, moved, gained, lost }
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

/// Answers a question about a finished run. One question is worked on at a time.
///
/// # Errors
/// When the actor may not ask for runs, when the run is not finished or was made by another policy, when the question
/// names what is not there, or when another is being worked on.
pub async fn ask(ctx: &Ctx<'_>, run_id: Uuid, question: &WhatIf) -> Result<Answer, AppError> {
    permit(ctx.actor, Action::Create, Subject::MatchRun)?;
    bounded(question)?;
    let turn = ctx.state.questions.clone().try_acquire_owned().map_err(|_| AppError::RateLimited { wait_seconds: 2 })?;
    let quotas = visible_quotas(ctx).await?;
    let (policy, text) = facts_of(ctx.state, run_id).await?;
    let policy = question.mode.map_or(policy, |mode| ctx.state.policy.in_mode(mode));
    let conn = ctx.state.store.read();
    let before: Vec<(Uuid, Uuid, String)> = proposal::Entity::find()
        .select_only()
        .columns([proposal::Column::TraineeId, proposal::Column::NeedId, proposal::Column::Pathway])
        .filter(proposal::Column::RunId.eq(run_id))
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let own: Vec<Uuid> = outcome::Entity::find()
        .select_only()
        .column(outcome::Column::SubjectId)
        .filter(outcome::Entity::visible(&permit(ctx.actor, Action::Read, Subject::Outcome)?))
        .filter(outcome::Column::RunId.eq(run_id))
        .filter(outcome::Column::Side.eq("trainee"))
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
    let question = question.clone();
    let answer = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let mut snapshot = Snapshot::from_json(&text).map_err(|error| AppError::Conflict(error.to_string()))?;
        let mut policy = policy;
        change(&mut snapshot, &mut policy, &question, &quotas)?;
        let people =
            People { own: own.into_iter().collect(), sexes: people.into_iter().collect(), institutes: institutes.into_iter().collect() };
        compare(&snapshot, &policy, before, &people)
    });
    answer.await.map_err(AppError::internal)?
}

/// Name and subject of the quotas that the actor may read: others are nobody's to change in thought.
///
/// # Errors
/// When the database cannot be read.
pub async fn visible_quotas(ctx: &Ctx<'_>) -> Result<BTreeSet<(String, String)>, AppError> {
    let scope = permit(ctx.actor, Action::Read, Subject::Quota)?;
    let rows = quota::Entity::find()
        .select_only()
        .columns([quota::Column::Name, quota::Column::Subject])
        .filter(quota::Entity::visible(&scope))
        .into_tuple()
        .all(ctx.state.store.read())
        .await;
    Ok(rows.map_err(StoreError::from)?.into_iter().collect())
}

fn bounded(question: &WhatIf) -> Result<(), AppError> {
    let lengths = [("quotas", question.quotas.len()), ("languages", question.languages.len()), ("closed", question.closed.len())];
    match lengths.iter().find(|(_, length)| *length > CHANGES_MOST) {
        Some((field, _)) => {
            let range = FieldError::new(field, "range", format!("may have {CHANGES_MOST} entries"));
            Err(AppError::Invalid(vec![range.with("min", 0).with("max", CHANGES_MOST)]))
        }
        None => Ok(()),
    }
}

/// Who is counted, and by what.
struct People {
    /// Whom the actor's office is responsible for; empty for offices of a destination, which count everybody.
    own: BTreeSet<Uuid>,
    sexes: BTreeMap<Uuid, String>,
    institutes: BTreeMap<Uuid, String>,
}

fn compare(snapshot: &Snapshot, policy: &Policy, before: Vec<(Uuid, Uuid, String)>, people: &People) -> Result<Answer, AppError> {
    let before: BTreeMap<Uuid, (Uuid, String)> = before.into_iter().map(|(trainee, need, pathway)| (trainee, (need, pathway))).collect();
    let after = outline(snapshot, policy, threads())?;
    let after: BTreeMap<Uuid, (Uuid, String)> =
        after.into_iter().map(|(trainee, need, pathway)| (trainee.0, (need.0, pathway.to_string()))).collect();
    let mut all = Effect::default();
    // By key: the larger group that it lies in, its name, and what becomes of its people.
    let mut by: [BTreeMap<String, (String, String, Effect)>; 3] = Default::default();
    let everybody = people.own.is_empty();
    for trainee in snapshot.trainees.iter().filter(|trainee| everybody || people.own.contains(&trainee.id.0)) {
        let (was, is) = (before.get(&trainee.id.0), after.get(&trainee.id.0));
        all.add(was, is);
        let (country, institute) = (trainee.training_country.to_string(), trainee.institute.to_string());
        let sex = people.sexes.get(&trainee.id.0).cloned().unwrap_or_else(|| "unknown".to_owned());
        let name = people.institutes.get(&trainee.institute.0).cloned().unwrap_or_default();
        let values = [(sex.clone(), String::new(), sex), (country.clone(), String::new(), country.clone()), (institute, country, name)];
        for (groups, (key, around, name)) in by.iter_mut().zip(values) {
            groups.entry(key).or_insert_with(|| (around, name, Effect::default())).2.add(was, is);
        }
    }
    if everybody {
        by[2].clear();
    }
    // An office with a few people only would read each of them off the sum.
    if all.people < SMALLEST {
        return Err(AppError::Conflict("the run has too few of your people to tell them apart from one another".into()));
    }
    let [by_sex, by_origin, by_institute] = by.map(shown);
    Ok(Answer { all, by_sex, by_origin, by_institute })
}

fn shown(groups: BTreeMap<String, (String, String, Effect)>) -> ByValue {
    let hidden = hidden(groups.iter().map(|(key, (around, _, effect))| (key.clone(), around.clone(), effect.people)));
    let mut shown = ByValue::new();
    for (key, (_, name, effect)) in groups {
        // Two institutes may have one name.
        let name = if shown.contains_key(&name) { format!("{name} ({key})") } else { name };
        shown.insert(name, (!hidden.contains(&key)).then(|| effect.coarse()));
    }
    shown
}

fn change(snapshot: &mut Snapshot, policy: &mut Policy, question: &WhatIf, quotas: &BTreeSet<(String, String)>) -> Result<(), AppError> {
    let mut errors: Vec<FieldError> = Vec::new();
    let mut refuse = |field: &str, code: &'static str, message: &'static str| errors.push(FieldError::new(field, code, message));
    for asked in &question.quotas {
        let known = quotas.contains(&(asked.name.clone(), asked.subject.clone()));
        let mut named = snapshot.quotas.iter_mut().filter(|quota| quota.name == asked.name && quota.subject == asked.subject).peekable();
        if !known || named.peek().is_none() {
            refuse("quotas", "reference", "names a quota that the run did not have");
        }
        named.filter(|_| known).for_each(|quota| quota.cap = asked.cap);
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
        // Gates that are there keep their occupations and the levels of other scales; without one it is for all.
        let mut gates = pathway.languages.iter_mut().filter(|gate| gate.language.primary() == language.primary()).peekable();
        if gates.peek().is_none() {
            pathway.languages.push(LanguageGate { language, any_of: vec![level], occupations: vec![] });
            continue;
        }
        for gate in gates {
            gate.any_of.retain(|other| other.steps_above(&level).is_none());
            gate.any_of.push(level);
        }
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
    if policy.check().is_err() {
        refuse("need_weights", "weights-sum", "the weights of each side must add up to 100");
    }
    if errors.is_empty() { Ok(()) } else { Err(AppError::Invalid(errors)) }
}
