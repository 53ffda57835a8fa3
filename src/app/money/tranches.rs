//! Tranches: what each payer owes for somebody who has reached a milestone. The institute claims with its evidence, one
//! hand of the origin approves, another pays, and the payment is a line of the ledger. Nothing is paid twice for one
//! person and milestone: the table refuses it.

mod owed;

pub(super) use owed::dues_of;

use super::ledger::{self, MEMO_MAX};
use crate::app::Ctx;
use crate::app::resource::said;
use crate::error::AppError;
use owed::{Owed, key, open, owed};
use passerelle_domain::access::{Action, Scope, Subject, permit};
use passerelle_domain::contingency::Control;
use passerelle_domain::corridor::Party;
use passerelle_domain::finance::ledger::{Account, CostGroup, Line};
use passerelle_domain::finance::shares::Milestone;
use passerelle_domain::money::{Currency, Money};
use passerelle_domain::people::{JourneyState, Track};
use passerelle_domain::words;
use passerelle_store::entity::{agreement, cohort, ledger_entry, proposal, trainee, tranche};
use passerelle_store::query::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use passerelle_store::{StoreError, Tx, record};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

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
    /// Claims that the reader may decide: those that she did not make.
    pub to_decide: usize,
    /// Claims that the reader may pay: those that she did not approve.
    pub to_pay: usize,
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
    /// How many claims were seen to be decided: what was claimed since is decided on another time.
    pub count: usize,
    #[serde(default)]
    pub reason: Option<String>,
}

/// Pays the approved claims of a milestone.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    pub milestone: Milestone,
    /// How many claims were seen to be paid.
    pub count: usize,
    /// Where the order of payment lies.
    pub evidence: String,
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
    let me = ctx.actor.user.0;
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
        to_decide: 0,
        to_pay: 0,
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
                one.to_decide += usize::from(row.claimed_by != Some(me));
            }
            Ok(Status::Approved) => {
                one.approved_minor += row.amount_minor;
                one.to_pay += usize::from(row.decided_by != Some(me));
            }
            Ok(Status::Paid) => one.paid_minor += row.amount_minor,
            _ => {}
        }
    }
    Ok(standing.into_values().collect())
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
    let evidence = said("evidence", &claim.evidence, MEMO_MAX)?;
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
                    agreement_id,
                    cohort_id,
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

/// The claims of a milestone that stand somewhere and are not the actor's own work, as many as were seen.
async fn at(
    tx: &Tx,
    cohort_id: Uuid,
    (milestone, status, count): (Milestone, Status, usize),
    own_work: impl Fn(&tranche::Model) -> bool,
) -> Result<Vec<tranche::Model>, AppError> {
    let here = rows(tx.conn(), cohort_id).await?.into_iter().filter(|row| row.cohort_id == cohort_id);
    let found: Vec<_> = here.filter(|row| row.milestone == milestone.as_str() && row.status == status.as_str()).collect();
    if found.is_empty() {
        return Err(AppError::invalid("milestone", "nothing-open", format!("has no claim that is {status}")));
    }
    let others: Vec<_> = found.into_iter().filter(|row| !own_work(row)).collect();
    if others.is_empty() {
        return Err(AppError::Conflict("what stands here is your own work: somebody else decides on it, or pays it".into()));
    }
    if others.len() != count { Err(AppError::Stale) } else { Ok(others) }
}

/// Approves or refuses the open claims of a milestone; how many.
///
/// # Errors
/// When there are none, the actor claimed them herself, or a refusal gives no reason.
pub async fn decide(ctx: &Ctx<'_>, cohort_id: Uuid, decision: &Decision) -> Result<usize, AppError> {
    let scope = permit(ctx.actor, Action::Decide, Subject::Tranche)?;
    let reason = match (decision.approved, decision.reason.as_deref()) {
        (true, None | Some("")) => None,
        (_, reason) => Some(said("reason", reason.unwrap_or_default(), MEMO_MAX)?),
    };
    let mut tx = ctx.begin().await?;
    held(&tx, cohort_id, &scope).await?;
    let me = ctx.actor.user.0;
    let asked = (decision.milestone, Status::Claimed, decision.count);
    let open = at(&tx, cohort_id, asked, |row| row.claimed_by == Some(me)).await?;
    let status = if decision.approved { Status::Approved } else { Status::Refused };
    let count = open.len();
    for row in open {
        let version = row.version;
        let decided = tranche::Model {
            status: status.to_string(),
            decided_on: Some(ctx.now.date()),
            decided_by: Some(me),
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
/// When there are none, or the actor approved them herself.
pub async fn pay(ctx: &Ctx<'_>, cohort_id: Uuid, payment: &Payment) -> Result<usize, AppError> {
    let books = permit(ctx.actor, Action::Create, Subject::LedgerEntry)?;
    let scope = permit(ctx.actor, Action::Decide, Subject::Tranche)?;
    let evidence = said("evidence", &payment.evidence, MEMO_MAX)?;
    let today = ctx.now.date();
    let mut tx = ctx.begin().await?;
    let (_, agreement_id) = held(&tx, cohort_id, &scope).await?;
    record::find::<agreement::Entity>(tx.conn(), &books, agreement_id).await?.ok_or(AppError::NotFound)?;
    let me = ctx.actor.user.0;
    let asked = (payment.milestone, Status::Approved, payment.count);
    let approved = at(&tx, cohort_id, asked, |row| row.decided_by == Some(me)).await?;
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
        // A tranche is a payer's part of a whole place, whatever classes it was made of.
        let amount = Money::new(rows.iter().map(|row| row.amount_minor).sum(), currency);
        let line = Line::new(Account::of(payer), places, CostGroup::Training, amount);
        let entry = ledger_entry::Model {
            memo: format!("tranche {}", payment.milestone),
            evidence: Some(evidence.clone()),
            ..ledger::row_of(&tx, agreement_id, &line, Control::Outside, today)
        };
        let entry = ledger::keep(&mut tx, entry).await?;
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
