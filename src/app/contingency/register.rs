//! Trained, paid, and not gone: everybody who has finished a course of the away track and has not left, until she is
//! placed, transferred, unplaced with her certificate, or withdraws. How ready she still is falls with every paper that
//! comes near its end, and is told before it is lost.

use super::settlement;
use crate::app::Ctx;
use crate::error::AppError;
use chrono::{Days, NaiveDate};
use passerelle_domain::access::{Action, FieldGroup, Subject, permit, permit_group};
use passerelle_domain::contingency::Response;
use passerelle_domain::corridor::QuotaSide;
use passerelle_domain::machine::contingency::State;
use passerelle_domain::machine::journey::Journey;
use passerelle_domain::people::{JourneyState, NeedStatus, Track};
use passerelle_store::StoreError;
use passerelle_store::entity::{
    budget_line, cohort, contingency_case, journey, language_certificate, need, programme, refresher_place, trainee,
};
use passerelle_store::query::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, NullOrdering, Order, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use passerelle_store::record::Record;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// People that one answer names; the totals count all that were read.
const MOST: u64 = 20_000;
/// A paper counts in full while it holds longer than this.
const FRESH_DAYS: i64 = 180;
/// A lapse is told this long before it happens.
pub const ALERT_DAYS: u64 = 60;

/// One person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ready {
    pub trainee: Uuid,
    pub journey: Uuid,
    pub gate: JourneyState,
    pub destination: Option<String>,
    /// Day of the gate that she stands at.
    pub since: NaiveDate,
    pub waiting_days: i64,
    /// 0 to 100: what of her papers is still fresh.
    pub readiness: u8,
    pub first_lapse: Option<NaiveDate>,
    pub lapsing_paper: Option<String>,
    pub alert: bool,
    pub case: Option<Uuid>,
    /// Posts at home in her field that are open.
    pub home_posts: usize,
    /// She has a place in a course that keeps what she has learnt fresh.
    pub refreshes: bool,
    /// Places of that kind that are free in her country and field.
    pub refresher_places: i64,
}

/// Everybody who is ready, and for how long money has waited with them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Register {
    pub as_of: Option<NaiveDate>,
    pub more: bool,
    pub people: Vec<Ready>,
    /// Minor units that were spent, by payer, currency and age of the wait.
    pub ageing: BTreeMap<String, BTreeMap<String, BTreeMap<&'static str, i64>>>,
}

/// How long somebody has waited.
pub fn age(days: i64) -> &'static str {
    match days {
        ..=30 => "month",
        31..=90 => "quarter",
        91..=180 => "half_year",
        181..=365 => "year",
        _ => "longer",
    }
}

/// The register that the actor may see.
///
/// # Errors
/// When the actor may list no journeys.
pub async fn of(ctx: &Ctx<'_>) -> Result<Register, AppError> {
    use JourneyState as S;
    let scope = permit(ctx.actor, Action::List, Subject::Journey)?;
    let papers = permit_group(ctx.actor, Action::List, Subject::Journey, FieldGroup::Journey)?;
    let conn = ctx.state.store.read();
    let today = ctx.now.date();
    let ready = [S::Certified, S::Matched, S::Offered, S::Recognition, S::Visa, S::PreDeparture, S::OnHold].map(S::as_str);
    let mut rows = journey::Entity::find()
        .filter(journey::Entity::visible(&scope))
        .filter(journey::Entity::visible(&papers))
        .filter(Condition::any().add(journey::Column::State.is_in(ready)).add(back_in_training()))
        .order_by_with_nulls(journey::Column::HorizonOn, Order::Asc, NullOrdering::Last)
        .order_by_asc(journey::Column::Id)
        .limit(MOST + 1)
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let more = rows.len() > most;
    rows.truncate(most);
    let mut people: BTreeMap<Uuid, trainee::Model> = BTreeMap::new();
    let mut cases: BTreeMap<Uuid, Uuid> = BTreeMap::new();
    for chunk in rows.chunks(5_000) {
        let ids = || chunk.iter().map(|row| row.trainee_id);
        let find = trainee::Entity::find().filter(trainee::Column::Id.is_in(ids())).filter(trainee::Column::MergedInto.is_null());
        people.extend(find.all(conn).await.map_err(StoreError::from)?.into_iter().map(|row| (row.id, row)));
        let find = contingency_case::Entity::find()
            .filter(contingency_case::Column::TraineeId.is_in(ids()))
            .filter(contingency_case::Column::State.is_not_in([State::Closed, State::Rejected].map(State::as_str)))
            .order_by_asc(contingency_case::Column::CreatedAtMs);
        cases.extend(find.all(conn).await.map_err(StoreError::from)?.into_iter().map(|row| (row.trainee_id, row.id)));
    }
    // The last certificate of each language: one that was followed by another counts for nothing.
    let mut tested: BTreeMap<Uuid, BTreeMap<String, NaiveDate>> = BTreeMap::new();
    for chunk in rows.chunks(5_000) {
        let find = language_certificate::Entity::find()
            .select_only()
            .columns([
                language_certificate::Column::TraineeId,
                language_certificate::Column::Language,
                language_certificate::Column::ExpiresOn,
            ])
            .filter(language_certificate::Column::TraineeId.is_in(chunk.iter().map(|row| row.trainee_id)))
            .filter(language_certificate::Column::ExpiresOn.is_not_null());
        for (person, language, end) in find.into_tuple::<(Uuid, String, NaiveDate)>().all(conn).await.map_err(StoreError::from)? {
            let last = tested.entry(person).or_default().entry(language).or_insert(end);
            *last = end.max(*last);
        }
    }
    let home = home_posts(ctx).await?;
    let refreshers = Refreshers::gather(conn, today).await?;
    let budgets = budgets(ctx, people.values().filter_map(|person| person.cohort_id).collect()).await?;
    let mut register = Register { as_of: Some(today), more, ..Register::default() };
    for row in rows {
        let Some(person) = people.get(&row.trainee_id) else { continue };
        let journey: Journey = serde_json::from_str(&row.facts).map_err(|_| StoreError::Corrupt { table: "journey", column: "facts" })?;
        let gate = journey.gate();
        // Whoever is in training for the first time is not ready, and whoever chose to stay is not to leave.
        let once = Some(person.ready_on).filter(|day| *day <= today);
        let trained = is_ready(gate) || (row.state == JourneyState::InTraining.as_str() && once.is_some());
        if !trained || person.track == Track::Home.as_str() {
            continue;
        }
        let field = person.occupation.get(..3).unwrap_or(&person.occupation);
        let posts = home.get(&(person.training_country.clone(), field.to_owned())).copied().unwrap_or(0);
        let ends = tested.get(&row.trainee_id).into_iter().flat_map(BTreeMap::values).copied().chain(person.passport_valid_to);
        let mut one = ready_of(&row, &journey, (once, today), cases.get(&row.trainee_id).copied(), posts);
        one.readiness = readiness(journey.papers.values().filter_map(|held| held.valid_to).chain(ends), today);
        one.refreshes = refreshers.people.contains(&row.trainee_id);
        one.refresher_places = refreshers.free.get(&(person.training_country.clone(), field.to_owned())).copied().unwrap_or(0);
        let lines = person.cohort_id.and_then(|cohort| budgets.get(&(cohort, person.track.clone())));
        // What was spent by the gate that she has come to, and not what her place will cost.
        for cost in settlement::spent(lines.into_iter().flatten(), gate, &settlement::Lost::new()) {
            let by_age = register.ageing.entry(cost.line.payer.clone()).or_default().entry(cost.line.currency.clone()).or_default();
            *by_age.entry(age(one.waiting_days)).or_insert(0) += cost.left_minor;
        }
        register.people.push(one);
    }
    // What others spend on her is told in the books of her own cases, not by adding up the places of a cohort.
    if ctx.actor.trainee.is_some() {
        register.ageing.clear();
    }
    register.people.sort_by_key(|one| (one.first_lapse.unwrap_or(NaiveDate::MAX), one.since, one.trainee));
    Ok(register)
}

/// Journeys that went back to a course after it had been finished, by the end of a case: trained and paid all the same.
fn back_in_training() -> Condition {
    let again = [Response::FurtherTraining, Response::Retake].map(Response::as_str);
    let people = contingency_case::Entity::find()
        .select_only()
        .column(contingency_case::Column::TraineeId)
        .filter(contingency_case::Column::Outcome.is_in(again))
        .into_query();
    Condition::all().add(journey::Column::State.eq(JourneyState::InTraining.as_str())).add(journey::Column::TraineeId.in_subquery(people))
}

fn is_ready(gate: JourneyState) -> bool {
    use JourneyState as S;
    matches!(gate, S::Certified | S::Matched | S::Offered | S::Recognition | S::Visa | S::PreDeparture)
}

fn ready_of(
    row: &journey::Model,
    journey: &Journey,
    (trained_on, today): (Option<NaiveDate>, NaiveDate),
    case: Option<Uuid>,
    home_posts: usize,
) -> Ready {
    // She waits since she was trained, whatever gates she has passed meanwhile.
    let since = trained_on.map_or(journey.since, |day| day.min(journey.since));
    let alert = today.checked_add_days(Days::new(ALERT_DAYS)).is_some_and(|end| row.horizon_on.is_some_and(|lapse| lapse <= end));
    Ready {
        trainee: row.trainee_id,
        journey: row.id,
        gate: journey.gate(),
        destination: row.destination.clone(),
        since,
        waiting_days: (today - since).num_days().max(0),
        readiness: 100,
        first_lapse: row.horizon_on,
        lapsing_paper: row.horizon_paper.clone(),
        alert,
        case,
        home_posts,
        refreshes: false,
        refresher_places: 0,
    }
}

/// The mean freshness of papers in whole percent: full while a paper holds longer than half a year, falling to nothing on
/// the day on which it lapses. Papers without an end stay fresh, and so does whoever needs none.
pub fn readiness(ends: impl IntoIterator<Item = NaiveDate>, today: NaiveDate) -> u8 {
    let fresh: Vec<i64> = ends.into_iter().map(|end| (end - today).num_days().clamp(0, FRESH_DAYS) * 100 / FRESH_DAYS).collect();
    let count = i64::try_from(fresh.len()).unwrap_or(0);
    fresh.iter().sum::<i64>().checked_div(count).and_then(|mean| u8::try_from(mean).ok()).unwrap_or(100)
}

/// Open posts at home by country and field of occupations.
async fn home_posts(ctx: &Ctx<'_>) -> Result<BTreeMap<(String, String), usize>, AppError> {
    let rows: Vec<(String, String)> = need::Entity::find()
        .select_only()
        .columns([need::Column::Country, need::Column::Occupation])
        .filter(
            Condition::all().add(need::Column::Side.eq(QuotaSide::Origin.as_str())).add(need::Column::Status.eq(NeedStatus::Open.as_str())),
        )
        .into_tuple()
        .all(ctx.state.store.read())
        .await
        .map_err(StoreError::from)?;
    let mut posts = BTreeMap::new();
    for (country, occupation) in rows {
        *posts.entry((country, occupation.get(..3).unwrap_or(&occupation).to_owned())).or_insert(0) += 1;
    }
    Ok(posts)
}

/// Places in courses for those who wait: who has one, and how many are free by country and field of occupations.
#[derive(Debug, Default)]
struct Refreshers {
    people: BTreeSet<Uuid>,
    free: BTreeMap<(String, String), i64>,
}

impl Refreshers {
    async fn gather(conn: &impl ConnectionTrait, today: NaiveDate) -> Result<Self, AppError> {
        let running = || cohort::Entity::find().filter(cohort::Column::EndsOn.gte(today));
        let open: Vec<(Uuid, Uuid)> = refresher_place::Entity::find()
            .select_only()
            .columns([refresher_place::Column::TraineeId, refresher_place::Column::CohortId])
            .filter(refresher_place::Column::EndedOn.is_null())
            .filter(refresher_place::Column::CohortId.in_subquery(running().select_only().column(cohort::Column::Id).into_query()))
            .into_tuple()
            .all(conn)
            .await
            .map_err(StoreError::from)?;
        let cohorts = running().filter(cohort::Column::RefresherPlaces.gt(0)).all(conn).await.map_err(StoreError::from)?;
        let programmes = programme::Entity::find().filter(programme::Column::Id.is_in(cohorts.iter().map(|row| row.programme_id)));
        let programmes: BTreeMap<Uuid, String> =
            programmes.all(conn).await.map_err(StoreError::from)?.into_iter().map(|row| (row.id, row.occupation)).collect();
        let (institutes, _) = super::options::teaching(conn).await?;
        let mut found = Self { people: open.iter().map(|(person, _)| *person).collect(), free: BTreeMap::new() };
        for row in &cohorts {
            let (Some(occupation), Some(country)) = (programmes.get(&row.programme_id), institutes.get(&row.institute_id)) else {
                continue;
            };
            let taken = open.iter().filter(|(_, cohort)| *cohort == row.id).count();
            let left = row.refresher_places - i64::try_from(taken).unwrap_or(i64::MAX);
            let field = occupation.get(..3).unwrap_or(occupation).to_owned();
            *found.free.entry((country.clone(), field)).or_insert(0) += left.max(0);
        }
        Ok(found)
    }
}

async fn budgets(ctx: &Ctx<'_>, cohorts: Vec<Uuid>) -> Result<BTreeMap<(Uuid, String), Vec<budget_line::Model>>, AppError> {
    let cohorts: BTreeSet<Uuid> = cohorts.into_iter().collect();
    let find = budget_line::Entity::find().filter(budget_line::Column::CohortId.is_in(cohorts));
    let mut budgets: BTreeMap<(Uuid, String), Vec<budget_line::Model>> = BTreeMap::new();
    for line in find.all(ctx.state.store.read()).await.map_err(StoreError::from)? {
        budgets.entry((line.cohort_id, line.track.clone())).or_default().push(line);
    }
    Ok(budgets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readiness_falls_to_nothing_on_the_day_of_the_lapse() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let today = day("2026-01-01");
        assert_eq!(readiness([], today), 100);
        assert_eq!(readiness([day("2027-01-01")], today), 100);
        assert_eq!(readiness([day("2026-04-01")], today), 50, "90 of 180 days are left");
        assert_eq!(readiness([day("2026-04-01"), day("2025-12-01")], today), 25, "a paper that has lapsed counts for nothing");
    }
}
