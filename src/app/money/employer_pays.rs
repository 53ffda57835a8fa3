//! The employer pays (rule R02): what workers say they paid for the job, what came back, and who may not leave before it
//! has. Beside it the pair of SDG indicator 10.7.1: what the job cost a worker, and her own first month's pay.

use crate::app::{Ctx, law};
use crate::error::{AppError, FieldError};
use crate::state::AppState;
use chrono::NaiveDate;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::corridor::CostClass;
use passerelle_domain::finance::worker::{CostQuestion, Paid, recruitment_cost};
use passerelle_domain::law::{Facts, Outcome, Reference, RuleId, Value};
use passerelle_domain::money::{Currency, Money};
use passerelle_domain::people::CostMode;
use passerelle_store::StoreError;
use passerelle_store::entity::{agreement, cohort, first_pay, journey, trainee, worker_payment};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use passerelle_store::record::Record;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Rows of one kind that one answer is made from.
const ROWS_MAX: u64 = 20_000;
/// People by whom one statement asks.
const CHUNK: usize = 5_000;

/// What one worker paid for the job.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Worker {
    pub trainee: Uuid,
    pub origin: String,
    pub destination: Option<String>,
    /// What counts for the indicator, by currency as it was paid, in minor units.
    pub paid: BTreeMap<String, i64>,
    /// What has not come back.
    pub owed: BTreeMap<String, i64>,
    pub first_month: Option<Money>,
    /// Months of her own first pay; nothing while the pay, or a rate of exchange, is not written down.
    pub months: Option<f64>,
    /// A currency that nobody has published a rate for on the day of the payment.
    pub without_rate: Vec<String>,
    /// Rule R02, in the mode of her agreement.
    pub verdict: Outcome,
}

/// One corridor: the indicator over those with a first pay.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Corridor {
    pub origin: String,
    pub destination: Option<String>,
    pub workers: usize,
    /// Workers with both figures of the pair.
    pub pairs: usize,
    /// Mean of what the job cost, in months of pay (SDG 10.7.1); nothing without a pair.
    pub mean_months: Option<f64>,
    /// Workers to whom something is owed.
    pub owed: usize,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Monitor {
    /// There are more rows than one answer is made from: ask by corridor.
    pub more: bool,
    pub workers: Vec<Worker>,
    pub corridors: Vec<Corridor>,
}

/// What the workers whom the actor may see have paid.
///
/// # Errors
/// When the actor may list no payments.
pub async fn monitor(ctx: &Ctx<'_>) -> Result<Monitor, AppError> {
    let scope = permit(ctx.actor, Action::List, Subject::WorkerPayment)?;
    let conn = ctx.state.store.read();
    let payments = worker_payment::Entity::find()
        .filter(worker_payment::Entity::visible(&scope))
        .order_by_asc(worker_payment::Column::Id)
        .limit(ROWS_MAX + 1)
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let pays = first_pay::Entity::find()
        .filter(first_pay::Entity::visible(&scope))
        .order_by_asc(first_pay::Column::Id)
        .limit(ROWS_MAX + 1)
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let most = usize::try_from(ROWS_MAX).unwrap_or(usize::MAX);
    let more = payments.len() > most || pays.len() > most;
    let mut by_person: BTreeMap<Uuid, (Vec<worker_payment::Model>, Option<first_pay::Model>)> = BTreeMap::new();
    for row in payments.into_iter().take(most) {
        by_person.entry(row.trainee_id).or_default().0.push(row);
    }
    for row in pays.into_iter().take(most) {
        let person = row.trainee_id;
        by_person.entry(person).or_default().1 = Some(row);
    }
    let law = law::current(ctx.state, conn).await?;
    let ids: Vec<Uuid> = by_person.keys().copied().collect();
    let (mut people, mut destinations) = (BTreeMap::new(), BTreeMap::new());
    for chunk in ids.chunks(CHUNK) {
        let find = trainee::Entity::find().filter(trainee::Column::Id.is_in(chunk.iter().copied()));
        people.extend(find.all(conn).await.map_err(StoreError::from)?.into_iter().map(|row| (row.id, row)));
        let find = journey::Entity::find()
            .select_only()
            .columns([journey::Column::TraineeId, journey::Column::Destination])
            .filter(journey::Column::TraineeId.is_in(chunk.iter().copied()));
        let rows: Vec<(Uuid, Option<String>)> = find.into_tuple().all(conn).await.map_err(StoreError::from)?;
        destinations.extend(rows);
    }
    let modes = modes(conn, people.values()).await?;
    let mut monitor = Monitor { more, ..Monitor::default() };
    let today = ctx.now.date();
    for (id, (payments, pay)) in by_person {
        let Some(person) = people.get(&id) else { continue };
        let mode = person.cohort_id.and_then(|cohort| modes.get(&cohort).copied()).unwrap_or(CostMode::Strict);
        let verdict = judged(&law, &payments, mode, today)?;
        let (months, without_rate, first_month) = indicator(&law.reference, &payments, pay.as_ref())?;
        let sum = |of: &dyn Fn(&worker_payment::Model) -> i64| {
            let mut sums = BTreeMap::new();
            for row in payments.iter().filter(|row| counts(row)) {
                *sums.entry(row.currency.clone()).or_insert(0) += of(row);
            }
            sums
        };
        monitor.workers.push(Worker {
            trainee: id,
            origin: person.training_country.clone(),
            destination: destinations.get(&id).cloned().flatten(),
            paid: sum(&|row| row.amount_minor),
            owed: sum(&|row| row.amount_minor - row.refunded_minor),
            first_month,
            months,
            without_rate,
            verdict,
        });
    }
    // Whoever is owed most, in months of her pay, stands first.
    monitor.workers.sort_by(|a, b| {
        let weight = |one: &Worker| one.months.unwrap_or(0.0);
        (b.verdict == Outcome::Block).cmp(&(a.verdict == Outcome::Block)).then(weight(b).total_cmp(&weight(a)))
    });
    monitor.corridors = corridors(&monitor.workers);
    Ok(monitor)
}

fn corridors(workers: &[Worker]) -> Vec<Corridor> {
    let mut corridors: BTreeMap<(String, Option<String>), (Corridor, f64)> = BTreeMap::new();
    for one in workers {
        let (corridor, sum) = corridors.entry((one.origin.clone(), one.destination.clone())).or_default();
        corridor.workers += 1;
        corridor.owed += usize::from(one.owed.values().any(|minor| *minor > 0));
        if let Some(months) = one.months {
            corridor.pairs += 1;
            *sum += months;
        }
    }
    let told = |((origin, destination), (corridor, sum)): (_, (Corridor, f64))| Corridor {
        origin,
        destination,
        mean_months: (corridor.pairs > 0).then(|| sum / corridor.pairs as f64),
        ..corridor
    };
    corridors.into_iter().map(told).collect()
}

/// Fees, related costs, and what nobody may ask for: training, living and family are hers.
fn counts(row: &worker_payment::Model) -> bool {
    [CostClass::RecruitmentFee, CostClass::RelatedCost, CostClass::Illegitimate].iter().any(|class| class.as_str() == row.cost_class)
}

fn money(minor: i64, currency: &str) -> Result<Money, AppError> {
    let currency = Currency::parse(currency).map_err(|_| StoreError::Corrupt { table: "worker_payment", column: "currency" })?;
    Ok(Money::new(minor, currency))
}

/// Months of the first pay, at the rates of the days on which she paid; the currencies that have none.
type Indicator = (Option<f64>, Vec<String>, Option<Money>);

fn indicator(reference: &Reference, payments: &[worker_payment::Model], pay: Option<&first_pay::Model>) -> Result<Indicator, AppError> {
    let Some(pay) = pay else { return Ok((None, vec![], None)) };
    let first_month = money(pay.amount_minor, &pay.currency)?;
    let (mut items, mut without) = (Vec::new(), BTreeSet::new());
    for row in payments {
        let class = CostClass::parse(&row.cost_class).map_err(|_| StoreError::Corrupt { table: "worker_payment", column: "cost_class" })?;
        let converted = |minor: i64| -> Result<Option<Money>, AppError> {
            let amount = money(minor, &row.currency)?;
            let rate = || reference.exchange(amount, first_month.currency, row.paid_on).map(|conversion| conversion.converted);
            Ok(if amount.currency == first_month.currency { Some(amount) } else { rate() })
        };
        match (converted(row.amount_minor)?, converted(row.refunded_minor)?) {
            (Some(paid), refunded) => items.push(Paid { class, paid, refunded }),
            (None, _) => {
                without.insert(row.currency.clone());
            }
        }
    }
    if !without.is_empty() {
        return Ok((None, without.into_iter().collect(), Some(first_month)));
    }
    let mut months = 0.0;
    // A question has at most two hundred items; months add up.
    for items in items.chunks(200) {
        // One account that cannot be reckoned with keeps nobody else's from being looked at.
        match recruitment_cost(&CostQuestion { items: items.to_vec(), first_month }) {
            Ok(cost) => months += cost.months,
            Err(_) => return Ok((None, vec![], Some(first_month))),
        }
    }
    Ok((Some(months), vec![], Some(first_month)))
}

/// The mode of the agreements of some people's cohorts; strict where none binds them.
async fn modes<'a>(
    conn: &impl ConnectionTrait,
    people: impl Iterator<Item = &'a trainee::Model>,
) -> Result<BTreeMap<Uuid, CostMode>, AppError> {
    let cohorts: BTreeSet<Uuid> = people.filter_map(|person| person.cohort_id).collect();
    let find = cohort::Entity::find()
        .select_only()
        .columns([cohort::Column::Id, cohort::Column::AgreementId])
        .filter(cohort::Column::Id.is_in(cohorts))
        .filter(cohort::Column::AgreementId.is_not_null());
    let bound: Vec<(Uuid, Uuid)> = find.into_tuple().all(conn).await.map_err(StoreError::from)?;
    let agreements: BTreeSet<Uuid> = bound.iter().map(|(_, agreement)| *agreement).collect();
    let find = agreement::Entity::find()
        .select_only()
        .columns([agreement::Column::Id, agreement::Column::CostMode])
        .filter(agreement::Column::Id.is_in(agreements));
    let rows: Vec<(Uuid, String)> = find.into_tuple().all(conn).await.map_err(StoreError::from)?;
    let rows: BTreeMap<Uuid, String> = rows.into_iter().collect();
    let mode = |(cohort, agreement): (Uuid, Uuid)| Some((cohort, CostMode::parse(rows.get(&agreement)?).ok()?));
    Ok(bound.into_iter().filter_map(mode).collect())
}

/// Rule R02 over what a person paid, one currency after the other: the strictest counts.
fn judged(law: &law::Law, payments: &[worker_payment::Model], mode: CostMode, on: NaiveDate) -> Result<Outcome, AppError> {
    let Some(rule) = law.catalogue.on(RuleId::R02, on, false) else { return Ok(Outcome::Pass) };
    let currencies: BTreeSet<&str> = payments.iter().map(|row| row.currency.as_str()).collect();
    let mut verdict = Outcome::Pass;
    for currency in currencies {
        let sum = |illegitimate: bool, of: &dyn Fn(&worker_payment::Model) -> i64| {
            let own = payments.iter().filter(|row| row.currency == currency && counts(row));
            own.filter(|row| (row.cost_class == CostClass::Illegitimate.as_str()) == illegitimate).map(of).sum::<i64>()
        };
        let of = |minor| money(minor, currency).map(Value::Money);
        let facts = Facts::from([
            ("costs.illegitimate_paid".to_owned(), of(sum(true, &|row| row.amount_minor - row.refunded_minor))?),
            ("costs.trainee_paid_recruitment".to_owned(), of(sum(false, &|row| row.amount_minor))?),
            ("costs.trainee_refunded".to_owned(), of(sum(false, &|row| row.refunded_minor))?),
            ("agreement.mode".to_owned(), Value::Text(mode.to_string())),
        ]);
        let found = rule.judge(&facts, &law.reference).verdict;
        verdict = match (verdict, found) {
            (Outcome::Block, _) | (_, Outcome::Block) => Outcome::Block,
            (Outcome::Unknown, _) | (_, Outcome::Unknown) => Outcome::Unknown,
            (Outcome::Warn, _) | (_, Outcome::Warn) => Outcome::Warn,
            _ => Outcome::Pass,
        };
    }
    Ok(verdict)
}

/// Refuses a departure while something that the employer had to pay is still with the worker.
///
/// # Errors
/// What is owed to her, as a field error with the rule.
pub async fn ensure_borne(state: &AppState, conn: &impl ConnectionTrait, person: &trainee::Model, on: NaiveDate) -> Result<(), AppError> {
    let find = worker_payment::Entity::find().filter(worker_payment::Column::TraineeId.eq(person.id));
    let payments = find.all(conn).await.map_err(StoreError::from)?;
    if payments.is_empty() {
        return Ok(());
    }
    let law = law::current(state, conn).await?;
    let modes = modes(conn, std::iter::once(person)).await?;
    let mode = person.cohort_id.and_then(|cohort| modes.get(&cohort).copied()).unwrap_or(CostMode::Strict);
    if !matches!(judged(&law, &payments, mode, on)?, Outcome::Block | Outcome::Unknown) {
        return Ok(());
    }
    // No amount: whoever brings the event may be whoever was paid.
    let detail = "keeps her from leaving: she has paid what the employer or a state pays, and it has not come back (rule R02)";
    Err(AppError::Invalid(vec![FieldError::new("R02", "worker-paid", detail).with("rule", RuleId::R02)]))
}
