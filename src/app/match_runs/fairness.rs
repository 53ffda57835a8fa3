//! Whether a run treats groups alike: the share of each that was proposed for something, set against the group
//! with the greatest share.
//!
//! A ratio below four fifths is a warning (the rule of thumb of R16; Uniform Guidelines on Employee Selection
//! Procedures, 1978), not a verdict: shares have an interval (Wilson 1927), and people differ in what they
//! were trained for. Nobody's group enters the ranking; it is read here alone, for counting. Counted are the people
//! whom the actor's office is responsible for, and small groups are not shown ([`super::groups`]); an office of a
//! destination has no people of its own and hears of all, but not of institutes.

use super::Ctx;
use super::groups::hidden;
use crate::error::AppError;
use chrono::NaiveDate;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::matching::ReasonCode;
use passerelle_domain::period::age_on;
use passerelle_store::Record;
use passerelle_store::StoreError;
use passerelle_store::entity::{match_run, organisation, outcome, trainee};
use passerelle_store::query::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};
use serde::Serialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Below this share of the best group's share a group is warned about, in percent.
const FOUR_FIFTHS: f64 = 80.0;
/// 97.5 % point of the normal distribution, for intervals of 95 %.
const Z: f64 = 1.959_964;

/// One group of people.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Share {
    pub value: String,
    pub considered: u64,
    pub proposed: u64,
    /// Share that was proposed, and its interval of 95 %, in percent.
    pub percent: f64,
    pub low: f64,
    pub high: f64,
    /// In percent of the greatest share.
    pub ratio: f64,
    pub warns: bool,
}

/// The groups of one attribute.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// `sex`, `age`, `region` or `institute`.
    pub by: &'static str,
    pub groups: Vec<Share>,
    /// People in groups that are too small to be shown.
    pub hidden: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fairness {
    pub run: Uuid,
    /// People who sought a match in the run.
    pub considered: u64,
    pub compared: Vec<Compared>,
}

impl Fairness {
    pub fn warnings(&self) -> usize {
        self.compared.iter().flat_map(|compared| &compared.groups).filter(|share| share.warns).count()
    }
}

/// Compares groups over a finished run.
///
/// # Errors
/// When the actor may not ask for runs, or the run is not finished.
pub async fn report(ctx: &Ctx<'_>, run_id: Uuid) -> Result<Fairness, AppError> {
    permit(ctx.actor, Action::Create, Subject::MatchRun)?;
    let conn = ctx.state.store.read();
    let run = match_run::Entity::find_by_id(run_id).one(conn).await.map_err(StoreError::from)?.ok_or(AppError::NotFound)?;
    if run.status != "finished" {
        return Err(AppError::Conflict("the run is not finished".into()));
    }
    let scope = permit(ctx.actor, Action::Read, Subject::Outcome)?;
    let own = outcome::Entity::visible(&scope);
    let mine = outcome::Entity::find()
        .filter(own.clone())
        .filter(outcome::Column::RunId.eq(run_id))
        .filter(outcome::Column::Side.eq("trainee"))
        .count(conn)
        .await
        .map_err(StoreError::from)?;
    let everybody = mine == 0;
    let counted = outcome::Entity::find().filter(if everybody { Condition::all() } else { own });
    let outcomes: Vec<(Uuid, Uuid, String, String)> = counted
        .select_only()
        .columns([outcome::Column::SubjectId, outcome::Column::OrganisationId, outcome::Column::Result, outcome::Column::ReasonCode])
        .filter(outcome::Column::RunId.eq(run_id))
        .filter(outcome::Column::Side.eq("trainee"))
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let people: Vec<(Uuid, String, Option<NaiveDate>)> = trainee::Entity::find()
        .select_only()
        .columns([trainee::Column::Id, trainee::Column::Sex, trainee::Column::BirthDate])
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let institutes: Vec<(Uuid, String, String, Option<String>)> = organisation::Entity::find()
        .select_only()
        .columns([organisation::Column::Id, organisation::Column::Name, organisation::Column::Country, organisation::Column::Subdivision])
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let people: BTreeMap<Uuid, (String, Option<NaiveDate>)> = people.into_iter().map(|(id, sex, birth)| (id, (sex, birth))).collect();
    let institutes: BTreeMap<Uuid, (String, String)> =
        institutes.into_iter().map(|(id, name, country, part)| (id, (name, part.unwrap_or(country)))).collect();
    // Whoever does not seek a match, or stays at home by choice, is not turned away by it.
    let elsewhere = [ReasonCode::NotSeeking, ReasonCode::HomeTrack].map(ReasonCode::as_str);
    let mut counts: [Groups; 4] = Default::default();
    let mut considered = 0;
    for (id, institute, result, _) in outcomes.iter().filter(|row| !elsewhere.contains(&row.3.as_str())) {
        considered += 1;
        let unknown = || "unknown".to_owned();
        let (sex, birth) = people.get(id).cloned().unwrap_or_else(|| (unknown(), None));
        let (name, region) = institutes.get(institute).cloned().unwrap_or_else(|| (unknown(), unknown()));
        let age = birth.map_or_else(unknown, |birth| band(age_on(birth, run.as_of)).to_owned());
        let plain = |value: String| (value.clone(), String::new(), value);
        let values = [plain(sex), plain(age), plain(region.clone()), (institute.to_string(), region, name)];
        for (groups, (key, around, name)) in counts.iter_mut().zip(values) {
            let group = groups.entry(key).or_insert_with(|| Group { around, name, considered: 0, proposed: 0 });
            group.considered += 1;
            group.proposed += u64::from(result == "proposed");
        }
    }
    if everybody {
        counts[3].clear();
    }
    let compared = ["sex", "age", "region", "institute"].into_iter().zip(counts);
    Ok(Fairness { run: run_id, considered, compared: compared.map(|(by, groups)| compare(by, groups)).collect() })
}

/// One group while it is counted: the larger one that it lies in, and its name.
struct Group {
    around: String,
    name: String,
    considered: u64,
    proposed: u64,
}

type Groups = BTreeMap<String, Group>;

/// Bands of age as SDG 17.18 tells them apart.
fn band(age: i32) -> &'static str {
    match age {
        ..=17 => "0-17",
        18..=24 => "18-24",
        25..=34 => "25-34",
        35..=44 => "35-44",
        _ => "45+",
    }
}

fn compare(by: &'static str, groups: Groups) -> Compared {
    let hidden = hidden(groups.iter().map(|(key, group)| (key.clone(), group.around.clone(), group.considered)));
    let (small, shown): (Vec<_>, Vec<_>) = groups.into_iter().partition(|(key, _)| hidden.contains(key));
    let percent = |group: &Group| 100.0 * group.proposed as f64 / group.considered as f64;
    let best = shown.iter().map(|(_, group)| percent(group)).fold(0.0, f64::max);
    let share = |(_, group): (String, Group)| {
        let (low, high) = wilson(group.proposed, group.considered);
        let own = percent(&group);
        let ratio = if best > 0.0 { 100.0 * own / best } else { 100.0 };
        let warns = ratio < FOUR_FIFTHS;
        Share { value: group.name, considered: group.considered, proposed: group.proposed, percent: own, low, high, ratio, warns }
    };
    Compared { by, groups: shown.into_iter().map(share).collect(), hidden: small.iter().map(|(_, group)| group.considered).sum() }
}

/// Interval of a share, in percent.
fn wilson(placed: u64, all: u64) -> (f64, f64) {
    let (n, p) = (all as f64, placed as f64 / all as f64);
    let scale = 1.0 + Z * Z / n;
    let middle = (p + Z * Z / (2.0 * n)) / scale;
    let width = Z / scale * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    (100.0 * (middle - width).max(0.0), 100.0 * (middle + width).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_have_the_interval_of_the_book_and_small_groups_are_not_shown() {
        // 15 of 40: 37.5 % with 24.2 to 53.0 % (the textbook formula by hand).
        let (low, high) = wilson(15, 40);
        assert!((low - 24.2).abs() < 0.1 && (high - 53.0).abs() < 0.1, "{low} {high}");
        assert!(wilson(0, 10).0.abs() < 1e-9 && (wilson(10, 10).1 - 100.0).abs() < 1e-9);
        let group = |(name, considered, proposed): (&str, u64, u64)| {
            (name.to_owned(), Group { around: String::new(), name: name.to_owned(), considered, proposed })
        };
        let compared = compare("sex", [("f", 40, 15), ("m", 50, 30), ("x", 9, 9), ("y", 4, 0)].map(group).into());
        let told: Vec<(&str, bool)> = compared.groups.iter().map(|share| (share.value.as_str(), share.warns)).collect();
        assert_eq!((told, compared.hidden), (vec![("f", true), ("m", false)], 13));
        assert!((compared.groups[0].ratio - 62.5).abs() < 1e-9);
    }
}
