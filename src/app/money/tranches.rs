//! Tranches: what each payer owes for somebody who has reached a milestone. The institute claims with its evidence, one
//! hand of the origin approves, another pays, and the payment is a line of the ledger. Nothing is paid twice for one
//! person and milestone: the table refuses it.

use crate::app::Ctx;
use crate::app::contingency::{ledger, plans};
use crate::error::AppError;
use chrono::{Months, NaiveDate};
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::corridor::{CostClass, Party};
use passerelle_domain::finance::ledger::{Account, CostGroup, Line};
use passerelle_domain::finance::shares::{Cost, Due, Milestone, Share, dues};
use passerelle_domain::language::{LanguageLevel, LanguageScale};
use passerelle_domain::machine::journey::Journey;
use passerelle_domain::money::{Currency, Money};
use passerelle_domain::people::{JourneyState, Track};
use passerelle_domain::words;
use passerelle_store::entity::{budget_line, cohort, journey, language_certificate, trainee, tranche};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use passerelle_store::{StoreError, Tx, record};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Seats of one cohort that are claimed for at once.
const PEOPLE_MAX: u64 = 2_000;

words!(
    /// Where a claim stands.
    Status {
        Claimed = "claimed",
        Approved = "approved",
        Refused = "refused",
        Paid = "paid",
    }
);

/// What is owed and what became of it, for one payer at one milestone of a cohort. Amounts are minor units by status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    pub milestone: Milestone,
    pub payer: Party,
    pub currency: Currency,
    /// People who have reached it.
    pub people: usize,
    pub owed_minor: i64,
    /// Owed, and never claimed or refused since.
    pub open_minor: i64,
    pub claimed_minor: i64,
    pub approved_minor: i64,
    pub paid_minor: i64,
}

/// A claim for everybody of a cohort who has reached a milestone and is not claimed for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    pub milestone: Milestone,
    /// Where the papers lie that show it.
    pub evidence: String,
}

/// What is decided about the open claims of a milestone.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    pub milestone: Milestone,
    pub approved: bool,
    #[serde(default)]
    pub reason: Option<String>,
}

/// Pays the approved claims of a milestone.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    pub milestone: Milestone,
    /// Where the order of payment lies.
    pub evidence: String,
}

/// Somebody, with what is owed for her.
struct Owed {
    person: Uuid,
    due: Due,
}

/// How the claims of a cohort stand.
///
/// # Errors
/// When the cohort's claims are not the actor's to read.
pub async fn standing(ctx: &Ctx<'_>, cohort_id: Uuid) -> Result<Vec<Standing>, AppError> {
    permit(ctx.actor, Action::List, Subject::Tranche)?;
    let scope = permit(ctx.actor, Action::Read, Subject::Cohort)?;
    let conn = ctx.state.store.read();
    let cohort = record::find::<cohort::Entity>(conn, &scope, cohort_id).await?.ok_or(AppError::NotFound)?;
    let owed = owed(conn, &cohort, ctx.now.date()).await?;
    let rows = rows(conn, cohort_id).await?;
    let mut standing: BTreeMap<(Milestone, Party, Currency), Standing> = BTreeMap::new();
    let empty = |(milestone, payer, currency): (Milestone, Party, Currency)| Standing {
        milestone,
        payer,
        currency,
        people: 0,
        owed_minor: 0,
        open_minor: 0,
        claimed_minor: 0,
        approved_minor: 0,
        paid_minor: 0,
    };
    let live: BTreeSet<(Uuid, String, String, String)> =
        rows.iter().filter(|row| row.status != Status::Refused.as_str()).map(key).collect();
    for Owed { person, due } in owed {
        let at = (due.milestone, due.payer, due.amount.currency);
        let one = standing.entry(at).or_insert_with(|| empty(at));
        one.people += 1;
        one.owed_minor += due.amount.minor;
        if !live.contains(&(person, due.payer.to_string(), due.milestone.to_string(), due.amount.currency.to_string())) {
            one.open_minor += due.amount.minor;
        }
    }
    for row in rows {
        let (Ok(milestone), Ok(payer), Ok(currency)) =
            (Milestone::parse(&row.milestone), Party::parse(&row.payer), Currency::parse(&row.currency))
        else {
            return Err(StoreError::Corrupt { table: "tranche", column: "milestone" }.into());
        };
        let at = (milestone, payer, currency);
        let one = standing.entry(at).or_insert_with(|| empty(at));
        match Status::parse(&row.status) {
            Ok(Status::Claimed) => one.claimed_minor += row.amount_minor,
            Ok(Status::Approved) => one.approved_minor += row.amount_minor,
            Ok(Status::Paid) => one.paid_minor += row.amount_minor,
            _ => {}
        }
    }
    Ok(standing.into_values().collect())
}

fn key(row: &tranche::Model) -> (Uuid, String, String, String) {
    (row.trainee_id, row.payer.clone(), row.milestone.clone(), row.currency.clone())
}

async fn rows(conn: &impl ConnectionTrait, cohort_id: Uuid) -> Result<Vec<tranche::Model>, AppError> {
    let find = tranche::Entity::find().filter(tranche::Column::CohortId.eq(cohort_id)).order_by_asc(tranche::Column::Id);
    Ok(find.all(conn).await.map_err(StoreError::from)?)
}

/// What is owed for the people of a cohort by now. A trainee's own part is no claim: nobody collects it from her here.
async fn owed(conn: &impl ConnectionTrait, cohort: &cohort::Model, today: NaiveDate) -> Result<Vec<Owed>, AppError> {
    let shares = match cohort.agreement_id {
        Some(agreement) => plans::in_force(conn, agreement).await?.map_or_else(Vec::new, |plan| plan.shares),
        None => vec![],
    };
    let lines =
        budget_line::Entity::find().filter(budget_line::Column::CohortId.eq(cohort.id)).all(conn).await.map_err(StoreError::from)?;
    let mut by_track: BTreeMap<String, Vec<Due>> = BTreeMap::new();
    for track in Track::ALL {
        let own: Vec<&budget_line::Model> = lines.iter().filter(|line| line.track == track.as_str()).collect();
        by_track.insert(track.to_string(), dues_of(&own, &shares)?);
    }
    let people = trainee::Entity::find()
        .filter(trainee::Column::CohortId.eq(cohort.id))
        .filter(trainee::Column::MergedInto.is_null())
        .order_by_asc(trainee::Column::Id)
        .limit(PEOPLE_MAX)
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let ids =
        trainee::Entity::find().select_only().column(trainee::Column::Id).filter(trainee::Column::CohortId.eq(cohort.id)).into_query();
    let journeys = journey::Entity::find().filter(journey::Column::TraineeId.in_subquery(ids.clone())).all(conn).await;
    let journeys: BTreeMap<Uuid, journey::Model> =
        journeys.map_err(StoreError::from)?.into_iter().map(|row| (row.trainee_id, row)).collect();
    let papers = language_certificate::Entity::find().filter(language_certificate::Column::TraineeId.in_subquery(ids)).all(conn).await;
    let speaks: BTreeSet<Uuid> =
        papers.map_err(StoreError::from)?.iter().filter(|paper| is_enough(paper)).map(|paper| paper.trainee_id).collect();
    let mut owed = Vec::new();
    for person in people {
        let Some(row) = journeys.get(&person.id) else { continue };
        let journey: Journey = serde_json::from_str(&row.facts).map_err(|_| StoreError::Corrupt { table: "journey", column: "facts" })?;
        for due in by_track.get(&person.track).into_iter().flatten() {
            let reached = match due.milestone {
                Milestone::Language => is_on_course(journey.gate()) && speaks.contains(&person.id),
                milestone => has_reached(&journey, milestone, today),
            };
            if reached && due.payer != Party::Trainee {
                owed.push(Owed { person: person.id, due: *due });
            }
        }
    }
    Ok(owed)
}

/// Dues of one place from its budget.
///
/// # Errors
/// When a line holds what this version cannot read.
pub(super) fn dues_of(lines: &[&budget_line::Model], shares: &[Share]) -> Result<Vec<Due>, AppError> {
    let corrupt = |column| move |_| StoreError::Corrupt { table: "budget_line", column };
    let cost = |line: &&budget_line::Model| -> Result<Cost, AppError> {
        Ok(Cost {
            class: CostClass::parse(&line.cost_class).map_err(corrupt("cost_class"))?,
            payer: Party::parse(&line.payer).map_err(corrupt("payer"))?,
            amount: Money::new(line.amount_minor, Currency::parse(&line.currency).map_err(corrupt("currency"))?),
        })
    };
    Ok(dues(&lines.iter().map(cost).collect::<Result<Vec<_>, _>>()?, shares))
}

/// B1 on the common European scale. Other scales are not bridged: their certificate counts, and whoever approves reads it.
fn is_enough(paper: &language_certificate::Model) -> bool {
    let b1 = LanguageLevel::on(LanguageScale::Cefr, "B1");
    let held = LanguageScale::parse(&paper.scale).and_then(|scale| LanguageLevel::on(scale, &paper.level));
    match (held, b1) {
        (Ok(held), Ok(b1)) => held.steps_above(&b1).is_none_or(|steps| steps >= 0),
        _ => false,
    }
}

/// Enrolled, whatever came after, and not turned away before.
const fn is_on_course(gate: JourneyState) -> bool {
    !matches!(gate, JourneyState::Applied | JourneyState::Rejected)
}

/// Whether somebody has passed a milestone that her journey shows. Whoever stays at home starts work there.
fn has_reached(journey: &Journey, milestone: Milestone, today: NaiveDate) -> bool {
    use JourneyState as S;
    let gate = journey.gate();
    let at_work = matches!(gate, S::Placed | S::Returned | S::Reintegrated | S::Settled | S::HomePlaced);
    match milestone {
        Milestone::Enrolment => is_on_course(gate),
        Milestone::Visa => matches!(gate, S::PreDeparture | S::Departed | S::Arrived) || (at_work && gate != S::HomePlaced),
        Milestone::WorkStart => at_work,
        Milestone::SixMonths => {
            let long = journey.since.checked_add_months(Months::new(6)).is_some_and(|day| day <= today);
            matches!(gate, S::Settled) || (matches!(gate, S::Placed | S::HomePlaced) && long)
        }
        Milestone::Language => false,
    }
}

fn said(field: &str, text: &str) -> Result<String, AppError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 200 || text.chars().any(crate::app::resource::is_invisible) {
        return Err(AppError::invalid(field, "required", "says in at most 200 characters where it is shown, or why"));
    }
    Ok(text.to_owned())
}

/// The cohort with its agreement, held: whoever claims, decides or pays for it waits in one line.
async fn held(ctx: &Ctx<'_>, tx: &Tx, cohort_id: Uuid) -> Result<(cohort::Model, Uuid), AppError> {
    let scope = permit(ctx.actor, Action::Read, Subject::Cohort)?;
    let row = record::find::<cohort::Entity>(tx.conn(), &scope, cohort_id).await?.ok_or(AppError::NotFound)?;
    let agreement =
        row.agreement_id.ok_or_else(|| AppError::Conflict("no agreement binds the cohort: nobody owes anything for it".into()))?;
    record::hold::<passerelle_store::entity::agreement::Entity>(tx, agreement).await?.ok_or(AppError::NotFound)?;
    Ok((row, agreement))
}

/// Claims a milestone for everybody of a cohort who has reached it; how many amounts were claimed. What was refused
/// before is claimed again.
///
/// # Errors
/// When nothing is open, or the evidence is missing.
pub async fn claim(ctx: &Ctx<'_>, cohort_id: Uuid, claim: &Claim) -> Result<usize, AppError> {
    permit(ctx.actor, Action::Create, Subject::Tranche)?;
    let evidence = said("evidence", &claim.evidence)?;
    let today = ctx.now.date();
    let mut tx = ctx.begin().await?;
    let (cohort, agreement_id) = held(ctx, &tx, cohort_id).await?;
    let before: BTreeMap<_, tranche::Model> = rows(tx.conn(), cohort_id).await?.into_iter().map(|row| (key(&row), row)).collect();
    let owed = owed(tx.conn(), &cohort, today).await?;
    let (mut new, mut count) = (Vec::new(), 0);
    for Owed { person, due } in owed.into_iter().filter(|one| one.due.milestone == claim.milestone) {
        let at = (person, due.payer.to_string(), due.milestone.to_string(), due.amount.currency.to_string());
        match before.get(&at) {
            Some(row) if row.status == Status::Refused.as_str() => {
                let version = row.version;
                let again = tranche::Model {
                    status: Status::Claimed.to_string(),
                    evidence: evidence.clone(),
                    amount_minor: due.amount.minor,
                    claimed_on: today,
                    decided_on: None,
                    decided_by: None,
                    reason: None,
                    ..row.clone()
                };
                record::update::<tranche::Entity>(&mut tx, again, version, &["status"]).await?;
                count += 1;
            }
            Some(_) => {}
            None => new.push(tranche::Model {
                id: Uuid::now_v7(),
                version: 1,
                created_at_ms: tx.now_ms(),
                updated_at_ms: tx.now_ms(),
                agreement_id,
                cohort_id,
                trainee_id: person,
                payer: at.1,
                milestone: at.2,
                currency: at.3,
                amount_minor: due.amount.minor,
                status: Status::Claimed.to_string(),
                evidence: evidence.clone(),
                claimed_on: today,
                decided_on: None,
                decided_by: None,
                reason: None,
                paid_on: None,
                ledger_entry_id: None,
            }),
        }
    }
    count += new.len();
    if count == 0 {
        return Err(AppError::invalid("milestone", "nothing-open", "has nothing open: nobody has reached it who is not claimed for"));
    }
    record::insert_many::<tranche::Entity>(&mut tx, new).await?;
    tx.note("tranches_claimed", "cohort", Some(cohort_id), serde_json::json!({ "milestone": claim.milestone, "count": count }));
    tx.commit().await?;
    Ok(count)
}

/// The claims of a milestone that stand somewhere.
async fn at(tx: &Tx, cohort_id: Uuid, milestone: Milestone, status: Status) -> Result<Vec<tranche::Model>, AppError> {
    let all = rows(tx.conn(), cohort_id).await?.into_iter();
    let found: Vec<_> = all.filter(|row| row.milestone == milestone.as_str() && row.status == status.as_str()).collect();
    if found.is_empty() {
        return Err(AppError::invalid("milestone", "nothing-open", format!("has no claim that is {status}")));
    }
    Ok(found)
}

/// Approves or refuses the open claims of a milestone; how many.
///
/// # Errors
/// When there are none, or a refusal gives no reason.
pub async fn decide(ctx: &Ctx<'_>, cohort_id: Uuid, decision: &Decision) -> Result<usize, AppError> {
    permit(ctx.actor, Action::Decide, Subject::Tranche)?;
    let reason = match (decision.approved, decision.reason.as_deref()) {
        (true, None | Some("")) => None,
        (_, reason) => Some(said("reason", reason.unwrap_or_default())?),
    };
    let mut tx = ctx.begin().await?;
    held(ctx, &tx, cohort_id).await?;
    let open = at(&tx, cohort_id, decision.milestone, Status::Claimed).await?;
    let status = if decision.approved { Status::Approved } else { Status::Refused };
    let count = open.len();
    for row in open {
        let version = row.version;
        let decided = tranche::Model {
            status: status.to_string(),
            decided_on: Some(ctx.now.date()),
            decided_by: Some(ctx.actor.user.0),
            reason: reason.clone(),
            ..row
        };
        record::update::<tranche::Entity>(&mut tx, decided, version, &["status"]).await?;
    }
    tx.note(
        "tranches_decided",
        "cohort",
        Some(cohort_id),
        serde_json::json!({ "milestone": decision.milestone, "status": status, "count": count }),
    );
    tx.commit().await?;
    Ok(count)
}

/// Pays the approved claims of a milestone: one line of the ledger for each payer, track and currency; how many claims.
///
/// # Errors
/// When there are none, or the actor approved one of them herself.
pub async fn pay(ctx: &Ctx<'_>, cohort_id: Uuid, payment: &Payment) -> Result<usize, AppError> {
    permit(ctx.actor, Action::Create, Subject::LedgerEntry)?;
    permit(ctx.actor, Action::Decide, Subject::Tranche)?;
    let evidence = said("evidence", &payment.evidence)?;
    let today = ctx.now.date();
    let mut tx = ctx.begin().await?;
    let (_, agreement_id) = held(ctx, &tx, cohort_id).await?;
    let approved = at(&tx, cohort_id, payment.milestone, Status::Approved).await?;
    if approved.iter().any(|row| row.decided_by == Some(ctx.actor.user.0)) {
        return Err(AppError::Conflict("you approved one of these claims: somebody else pays them".into()));
    }
    let ids: Vec<Uuid> = approved.iter().map(|row| row.trainee_id).collect();
    let people = trainee::Entity::find().filter(trainee::Column::Id.is_in(ids)).all(tx.conn()).await.map_err(StoreError::from)?;
    let tracks: BTreeMap<Uuid, String> = people.into_iter().map(|row| (row.id, row.track)).collect();
    let mut sums: BTreeMap<(String, Account, String), Vec<tranche::Model>> = BTreeMap::new();
    for row in approved {
        let home = tracks.get(&row.trainee_id).is_some_and(|track| track == Track::Home.as_str());
        let places = if home { Account::HomePlaces } else { Account::AwayPlaces };
        sums.entry((row.payer.clone(), places, row.currency.clone())).or_default().push(row);
    }
    let mut count = 0;
    for ((payer, places, currency), rows) in sums {
        let corrupt = |column| move |_| StoreError::Corrupt { table: "tranche", column };
        let payer = Party::parse(&payer).map_err(corrupt("payer"))?;
        let currency = Currency::parse(&currency).map_err(corrupt("currency"))?;
        let line = Line {
            from: Account::of(payer),
            to: places,
            group: CostGroup::Training,
            amount: Money::new(rows.iter().map(|row| row.amount_minor).sum(), currency),
        };
        let memo = format!("tranche {}", payment.milestone);
        let entry = ledger::keep_line(&mut tx, agreement_id, &line, &memo, &evidence, today).await?;
        for row in rows {
            let version = row.version;
            let paid = tranche::Model { status: Status::Paid.to_string(), paid_on: Some(today), ledger_entry_id: Some(entry), ..row };
            record::update::<tranche::Entity>(&mut tx, paid, version, &["status"]).await?;
            count += 1;
        }
    }
    tx.note("tranches_paid", "cohort", Some(cohort_id), serde_json::json!({ "milestone": payment.milestone, "count": count }));
    tx.commit().await?;
    Ok(count)
}
