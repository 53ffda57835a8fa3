//! Tranches: what each payer owes for somebody who has reached a milestone. The institute claims with its evidence, one
//! hand of the origin approves, another pays, and the payment is a line of the ledger. Nothing is paid twice for one
//! person and milestone: the table refuses it.

use crate::app::Ctx;
use crate::app::contingency::{ledger, plans};
use crate::app::corridors;
use crate::app::tracks::seats::seat_of;
use crate::error::AppError;
use chrono::{Months, NaiveDate};
use passerelle_domain::access::{Action, Scope, Subject, permit};
use passerelle_domain::corridor::{CostClass, Party};
use passerelle_domain::finance::ledger::{Account, CostGroup, Line};
use passerelle_domain::finance::shares::{Cost, Due, Milestone, Share, dues};
use passerelle_domain::language::{LanguageLevel, LanguageScale};
use passerelle_domain::machine::journey::Journey;
use passerelle_domain::money::{Currency, Money};
use passerelle_domain::people::{JourneyState, Track};
use passerelle_domain::words;
use passerelle_store::entity::{agreement, budget_line, cohort, journey, language_certificate, proposal, trainee, tranche};
use passerelle_store::query::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
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
    /// Claims that wait to be decided, and to be paid.
    pub claimed: usize,
    pub approved: usize,
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
    /// How many claims were seen: what was claimed since is decided on another time.
    pub count: usize,
    #[serde(default)]
    pub reason: Option<String>,
}

/// Pays the approved claims of a milestone.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    pub milestone: Milestone,
    /// How many claims were seen.
    pub count: usize,
    /// Where the order of payment lies.
    pub evidence: String,
}

/// Somebody, with what is owed for her.
struct Owed {
    person: Uuid,
    due: Due,
    /// What her whole place costs in the currency of the due.
    place_minor: i64,
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
        claimed: 0,
        approved: 0,
    };
    for Owed { due, .. } in &owed {
        let at = (due.milestone, due.payer, due.amount.currency);
        let one = standing.entry(at).or_insert_with(|| empty(at));
        one.people += 1;
        one.owed_minor += due.amount.minor;
    }
    for Owed { due, .. } in open(owed, &rows) {
        let at = (due.milestone, due.payer, due.amount.currency);
        standing.entry(at).or_insert_with(|| empty(at)).open_minor += due.amount.minor;
    }
    for row in rows.into_iter().filter(|row| row.cohort_id == cohort_id) {
        let (Ok(milestone), Ok(payer), Ok(currency)) =
            (Milestone::parse(&row.milestone), Party::parse(&row.payer), Currency::parse(&row.currency))
        else {
            return Err(StoreError::Corrupt { table: "tranche", column: "milestone" }.into());
        };
        let at = (milestone, payer, currency);
        let one = standing.entry(at).or_insert_with(|| empty(at));
        match Status::parse(&row.status) {
            Ok(Status::Claimed) => {
                one.claimed_minor += row.amount_minor;
                one.claimed += 1;
            }
            Ok(Status::Approved) => {
                one.approved_minor += row.amount_minor;
                one.approved += 1;
            }
            Ok(Status::Paid) => one.paid_minor += row.amount_minor,
            _ => {}
        }
    }
    Ok(standing.into_values().collect())
}

/// What is owed and not claimed. Whatever plan or track counts by now: for one person no more is ever claimed than her place
/// costs, so that new shares ask nobody to pay again what another has paid.
fn open(owed: Vec<Owed>, rows: &[tranche::Model]) -> Vec<Owed> {
    let live = || rows.iter().filter(|row| row.status != Status::Refused.as_str());
    let claimed: BTreeSet<(Uuid, String, String, String)> = live().map(key).collect();
    let mut left: BTreeMap<(Uuid, String), i64> = BTreeMap::new();
    for one in &owed {
        left.insert((one.person, one.due.amount.currency.to_string()), one.place_minor);
    }
    for row in live() {
        left.entry((row.trainee_id, row.currency.clone())).and_modify(|left| *left -= row.amount_minor);
    }
    let mut open = Vec::new();
    for mut one in owed {
        let (person, due) = (one.person, one.due);
        if claimed.contains(&(person, due.payer.to_string(), due.milestone.to_string(), due.amount.currency.to_string())) {
            continue;
        }
        let Some(left) = left.get_mut(&(person, due.amount.currency.to_string())) else { continue };
        one.due.amount.minor = Ord::min(due.amount.minor, *left);
        if one.due.amount.minor > 0 {
            *left -= one.due.amount.minor;
            open.push(one);
        }
    }
    open
}

fn key(row: &tranche::Model) -> (Uuid, String, String, String) {
    (row.trainee_id, row.payer.clone(), row.milestone.clone(), row.currency.clone())
}

/// Claims made for a cohort, and those of its people in another one. A record that was merged into another claims nothing:
/// hers is the other's.
async fn rows(conn: &impl ConnectionTrait, cohort_id: Uuid) -> Result<Vec<tranche::Model>, AppError> {
    let people = || trainee::Entity::find().select_only().column(trainee::Column::Id);
    let here = people().filter(trainee::Column::CohortId.eq(cohort_id)).into_query();
    let merged = people().filter(trainee::Column::MergedInto.is_not_null()).into_query();
    let find = tranche::Entity::find()
        .filter(Condition::any().add(tranche::Column::CohortId.eq(cohort_id)).add(tranche::Column::TraineeId.in_subquery(here)))
        .filter(tranche::Column::TraineeId.not_in_subquery(merged))
        .order_by_asc(tranche::Column::Id);
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
    let asked = languages(conn, cohort).await?;
    let ids =
        trainee::Entity::find().select_only().column(trainee::Column::Id).filter(trainee::Column::CohortId.eq(cohort.id)).into_query();
    let journeys = journey::Entity::find().filter(journey::Column::TraineeId.in_subquery(ids.clone())).all(conn).await;
    let journeys: BTreeMap<Uuid, journey::Model> =
        journeys.map_err(StoreError::from)?.into_iter().map(|row| (row.trainee_id, row)).collect();
    let papers = language_certificate::Entity::find().filter(language_certificate::Column::TraineeId.in_subquery(ids)).all(conn).await;
    let speaks: BTreeSet<Uuid> =
        papers.map_err(StoreError::from)?.iter().filter(|paper| is_enough(paper, &asked, today)).map(|paper| paper.trainee_id).collect();
    let mut owed = Vec::new();
    for person in people {
        let Some(row) = journeys.get(&person.id) else { continue };
        let journey: Journey = serde_json::from_str(&row.facts).map_err(|_| StoreError::Corrupt { table: "journey", column: "facts" })?;
        // Who was placed at home has a place at home, whatever she had chosen before.
        let track = Track::parse(&person.track).map_or(person.track.clone(), |track| seat_of(track, journey.gate()).to_string());
        let dues = by_track.get(&track).map(Vec::as_slice).unwrap_or_default();
        for due in dues {
            let reached = match due.milestone {
                Milestone::Language => is_on_course(journey.gate()) && speaks.contains(&person.id),
                milestone => has_reached(&journey, milestone, today),
            };
            if reached && due.payer != Party::Trainee {
                let place_minor = dues.iter().filter(|one| one.amount.currency == due.amount.currency).map(|one| one.amount.minor).sum();
                owed.push(Owed { person: person.id, due: *due, place_minor });
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

/// Languages that the pathway of the agreement asks for; empty where it asks for none.
async fn languages(conn: &impl ConnectionTrait, cohort: &cohort::Model) -> Result<BTreeSet<String>, AppError> {
    let Some(agreement) = cohort.agreement_id else { return Ok(BTreeSet::new()) };
    let row = agreement::Entity::find_by_id(agreement).one(conn).await.map_err(StoreError::from)?.ok_or(AppError::NotFound)?;
    let pack = corridors::latest_in(conn, &row.pack).await?;
    Ok(pack.iter().flat_map(|pack| &pack.language).map(|fact| fact.value.language.as_str().to_owned()).collect())
}

/// B1 on the common European scale, in a language that the pathway asks for, and not lapsed. Other scales are not bridged:
/// their certificate counts, and whoever approves reads it.
fn is_enough(paper: &language_certificate::Model, asked: &BTreeSet<String>, today: NaiveDate) -> bool {
    let b1 = LanguageLevel::on(LanguageScale::Cefr, "B1");
    let held = LanguageScale::parse(&paper.scale).and_then(|scale| LanguageLevel::on(scale, &paper.level));
    let counts = (asked.is_empty() || asked.contains(&paper.language)) && paper.expires_on.is_none_or(|end| end >= today);
    match (held, b1) {
        (Ok(held), Ok(b1)) => counts && held.steps_above(&b1).is_none_or(|steps| steps >= 0),
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
            // Who stands still does not work, however long.
            matches!(gate, S::Settled) || (matches!(journey.state, S::Placed | S::HomePlaced) && long)
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

/// The cohort with its agreement, within the scope of the right that is used, held: whoever claims, decides or pays for it
/// waits in one line.
async fn held(tx: &Tx, cohort_id: Uuid, scope: &Scope) -> Result<(cohort::Model, Uuid), AppError> {
    let row = record::find::<cohort::Entity>(tx.conn(), scope, cohort_id).await?.ok_or(AppError::NotFound)?;
    let agreement =
        row.agreement_id.ok_or_else(|| AppError::Conflict("no agreement binds the cohort: nobody owes anything for it".into()))?;
    record::hold::<agreement::Entity>(tx, agreement).await?.ok_or(AppError::NotFound)?;
    Ok((row, agreement))
}

/// Claims a milestone for everybody of a cohort who has reached it; how many amounts were claimed. What was refused
/// before is claimed again.
///
/// # Errors
/// When nothing is open, or the evidence is missing.
pub async fn claim(ctx: &Ctx<'_>, cohort_id: Uuid, claim: &Claim) -> Result<usize, AppError> {
    let scope = permit(ctx.actor, Action::Create, Subject::Tranche)?;
    let evidence = said("evidence", &claim.evidence)?;
    let today = ctx.now.date();
    let mut tx = ctx.begin().await?;
    let (cohort, agreement_id) = held(&tx, cohort_id, &scope).await?;
    let known = rows(tx.conn(), cohort_id).await?;
    let open = open(owed(tx.conn(), &cohort, today).await?, &known);
    let employers = employers(tx.conn(), open.iter().map(|one| one.person)).await?;
    let before: BTreeMap<_, tranche::Model> = known.into_iter().map(|row| (key(&row), row)).collect();
    let (mut new, mut count) = (Vec::new(), 0);
    for Owed { person, due, .. } in open.into_iter().filter(|one| one.due.milestone == claim.milestone) {
        let employer_id = (due.payer == Party::Employer).then(|| employers.get(&person).copied()).flatten();
        let at = (person, due.payer.to_string(), due.milestone.to_string(), due.amount.currency.to_string());
        match before.get(&at) {
            Some(row) if row.status == Status::Refused.as_str() => {
                let version = row.version;
                let again = tranche::Model {
                    status: Status::Claimed.to_string(),
                    evidence: evidence.clone(),
                    amount_minor: due.amount.minor,
                    claimed_on: today,
                    claimed_by: Some(ctx.actor.user.0),
                    employer_id,
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
                claimed_by: Some(ctx.actor.user.0),
                employer_id,
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

/// Firms that people were hired by, as both sides have agreed.
async fn employers(conn: &impl ConnectionTrait, people: impl Iterator<Item = Uuid>) -> Result<BTreeMap<Uuid, Uuid>, AppError> {
    let accepted = passerelle_domain::people::Decision::Accepted.as_str();
    let find = proposal::Entity::find()
        .select_only()
        .columns([proposal::Column::TraineeId, proposal::Column::EmployerId])
        .filter(proposal::Column::TraineeId.is_in(people.collect::<BTreeSet<_>>()))
        .filter(proposal::Column::TraineeDecision.eq(accepted))
        .filter(proposal::Column::EmployerDecision.eq(accepted));
    let rows: Vec<(Uuid, Uuid)> = find.into_tuple().all(conn).await.map_err(StoreError::from)?;
    Ok(rows.into_iter().collect())
}

/// The claims of a milestone that stand somewhere, as many as were seen.
async fn at(tx: &Tx, cohort_id: Uuid, milestone: Milestone, status: Status, count: usize) -> Result<Vec<tranche::Model>, AppError> {
    let own = rows(tx.conn(), cohort_id).await?.into_iter().filter(|row| row.cohort_id == cohort_id);
    let found: Vec<_> = own.filter(|row| row.milestone == milestone.as_str() && row.status == status.as_str()).collect();
    if found.is_empty() {
        return Err(AppError::invalid("milestone", "nothing-open", format!("has no claim that is {status}")));
    }
    if found.len() != count { Err(AppError::Stale) } else { Ok(found) }
}

/// Approves or refuses the open claims of a milestone; how many.
///
/// # Errors
/// When there are none, or a refusal gives no reason.
pub async fn decide(ctx: &Ctx<'_>, cohort_id: Uuid, decision: &Decision) -> Result<usize, AppError> {
    let scope = permit(ctx.actor, Action::Decide, Subject::Tranche)?;
    let reason = match (decision.approved, decision.reason.as_deref()) {
        (true, None | Some("")) => None,
        (_, reason) => Some(said("reason", reason.unwrap_or_default())?),
    };
    let mut tx = ctx.begin().await?;
    held(&tx, cohort_id, &scope).await?;
    let open = at(&tx, cohort_id, decision.milestone, Status::Claimed, decision.count).await?;
    if open.iter().any(|row| row.claimed_by == Some(ctx.actor.user.0)) {
        return Err(AppError::Conflict("you claimed one of these yourself: somebody else decides".into()));
    }
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
    let books = permit(ctx.actor, Action::Create, Subject::LedgerEntry)?;
    let scope = permit(ctx.actor, Action::Decide, Subject::Tranche)?;
    let evidence = said("evidence", &payment.evidence)?;
    let today = ctx.now.date();
    let mut tx = ctx.begin().await?;
    let (_, agreement_id) = held(&tx, cohort_id, &scope).await?;
    record::find::<agreement::Entity>(tx.conn(), &books, agreement_id).await?.ok_or(AppError::NotFound)?;
    let mut approved = at(&tx, cohort_id, payment.milestone, Status::Approved, payment.count).await?;
    // What she approved herself is left to somebody else.
    approved.retain(|row| row.decided_by != Some(ctx.actor.user.0));
    if approved.is_empty() {
        return Err(AppError::Conflict("you approved these claims: somebody else pays them".into()));
    }
    let ids: Vec<Uuid> = approved.iter().map(|row| row.trainee_id).collect();
    let people = trainee::Entity::find().filter(trainee::Column::Id.is_in(ids)).all(tx.conn()).await.map_err(StoreError::from)?;
    let at_home = |person: &trainee::Model| person.track == Track::Home.as_str() || person.journey == JourneyState::HomePlaced.as_str();
    let home: BTreeSet<Uuid> = people.iter().filter(|person| at_home(person)).map(|person| person.id).collect();
    let mut sums: BTreeMap<(String, Account, String), Vec<tranche::Model>> = BTreeMap::new();
    for row in approved {
        let places = if home.contains(&row.trainee_id) { Account::HomePlaces } else { Account::AwayPlaces };
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
