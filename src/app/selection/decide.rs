//! What the selection does with each applicant, first as a dry run: seats by the order, a place in the list where no seat
//! is left, and a refusal with its reason where a least mark was not reached. A person presses the button.

use super::{Funnel, gather, seen};
use crate::app::case_events::Act;
use crate::app::work::bulk::refusal;
use crate::app::work::notifications;
use crate::app::{Ctx, journeys, tracks};
use crate::error::{AppError, FieldError};
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::ids::TraineeId;
use passerelle_domain::machine::journey::Event;
use passerelle_domain::people::Track;
use passerelle_domain::selection::{Placed, Verdict, decide as verdicts};
use passerelle_store::entity::{journey, waiting_place};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter};
use passerelle_store::record::Record;
use passerelle_store::{StoreError, Tx, record};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// People for whom something changes in one transaction; who comes after them comes with the next press.
pub const AT_ONCE: usize = 300;
/// Admissions that gates refuse in one transaction.
const REFUSED_AT_ONCE: usize = 1_000;

/// What whoever decides states for everybody who is admitted, as with one event of admission.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    #[serde(default)]
    pub dry_run: bool,
    #[serde(default)]
    pub eligible: bool,
    #[serde(default)]
    pub informed_consent: bool,
    #[serde(default)]
    pub contingency_plan: bool,
    #[serde(default)]
    pub early_sign_off: bool,
    /// Who falls short of a least mark is turned away now; otherwise she stays an applicant.
    #[serde(default)]
    pub reject: bool,
}

/// What was done with somebody.
#[derive(Debug, Clone, Serialize)]
pub struct Did {
    pub person: Uuid,
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Why an admission was refused: the gates that are shut. Her seat goes to who comes next.
    #[serde(skip)]
    pub refused: Option<FieldError>,
}

/// Everything that was done, and whether there is more.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Decided {
    pub did: Vec<Did>,
    pub admitted: usize,
    pub waiting: usize,
    pub rejected: usize,
    pub refused: usize,
    /// People for whom the next press does something.
    pub left: usize,
}

/// One selection on its way.
struct Run<'a> {
    ctx: &'a Ctx<'a>,
    funnel: Funnel,
    journeys: BTreeMap<Uuid, journey::Model>,
    wish: Decide,
    free: BTreeMap<Track, u32>,
    made: Decided,
}

/// Carries out the selection, or shows what it would do.
///
/// # Errors
/// When the cohort is not the actor's, or somebody changed it meanwhile.
pub async fn decide(ctx: &Ctx<'_>, id: Uuid, wish: Decide) -> Result<Decided, AppError> {
    ctx.ensure_writes()?;
    let mut tx = ctx.begin().await?;
    let row = seen(ctx, tx.conn(), id, Action::Update).await?;
    tracks::in_line(&tx, id).await?;
    let funnel = gather(ctx, tx.conn(), row).await?;
    let journeys = journeys_of(ctx, &tx, &funnel).await?;
    let free = funnel.free.clone();
    let mut run = Run { ctx, funnel, journeys, wish, free, made: Decided::default() };
    let mut tried = BTreeSet::new();
    // An admission that a gate refuses gives the seat to who comes next, so the order is asked again.
    loop {
        let order: Vec<Placed> = run.funnel.order.iter().filter(|placed| !tried.contains(&placed.person)).cloned().collect();
        let admits: Vec<&Placed> = verdicts(&order, &run.free, run.funnel.highest)
            .into_iter()
            .zip(&order)
            .filter(|((_, verdict), _)| *verdict == Verdict::Admit)
            .map(|(_, one)| one)
            .collect();
        if admits.is_empty() || run.is_full() {
            run.made.left += admits.len();
            run.settle(&mut tx, &order).await?;
            break;
        }
        for placed in admits {
            if run.is_full() {
                break;
            }
            tried.insert(placed.person);
            run.admit(&mut tx, placed).await?;
        }
    }
    if !wish.dry_run {
        tx.commit().await?;
    }
    Ok(run.made)
}

impl Run<'_> {
    /// Refusals change nobody, and do not keep those behind them from their turn; they are bounded all the same.
    fn is_full(&self) -> bool {
        self.made.did.len() - self.made.refused >= AT_ONCE || self.made.refused >= REFUSED_AT_ONCE
    }

    fn did(&mut self, person: TraineeId, verdict: Verdict, refused: Option<FieldError>) {
        match (&verdict, &refused) {
            (_, Some(_)) => self.made.refused += 1,
            (Verdict::Admit, None) => self.made.admitted += 1,
            (Verdict::Wait { .. }, None) => self.made.waiting += 1,
            (Verdict::Reject { .. }, None) => self.made.rejected += 1,
            (Verdict::Leave, None) => {}
        }
        self.made.did.push(Did { person: person.0, verdict, refused });
    }

    async fn admit(&mut self, tx: &mut Tx, placed: &Placed) -> Result<(), AppError> {
        let event = Event::Admit {
            eligible: self.wish.eligible,
            informed_consent: self.wish.informed_consent,
            place_free: true,
            contingency_plan: self.wish.contingency_plan,
            early_sign_off: self.wish.early_sign_off,
        };
        let refused = self.bring(tx, placed.person, event).await?;
        if refused.is_none()
            && let Some(seats) = self.free.get_mut(&placed.track)
        {
            *seats = seats.saturating_sub(1);
        }
        self.did(placed.person, Verdict::Admit, refused);
        Ok(())
    }

    /// The list of those who wait, and the refusals, once nobody more can be admitted.
    async fn settle(&mut self, tx: &mut Tx, order: &[Placed]) -> Result<(), AppError> {
        for ((person, verdict), placed) in verdicts(order, &self.free, self.funnel.highest).into_iter().zip(order) {
            let changes = match verdict {
                Verdict::Wait { .. } => placed.place.is_none(),
                Verdict::Reject { .. } => self.wish.reject,
                Verdict::Admit | Verdict::Leave => false,
            };
            if changes && self.is_full() {
                self.made.left += 1;
            } else if changes {
                let refused = match &verdict {
                    Verdict::Wait { place } => {
                        self.wait(tx, placed, *place).await?;
                        None
                    }
                    Verdict::Reject { rule, points, least } => {
                        let known = self.funnel.rules.iter().find(|known| known.id == *rule);
                        let reason = format!("{}: {points} < {least}", known.map_or("", |known| known.name.as_str()));
                        self.bring(tx, person, Event::Reject { reason }).await?
                    }
                    Verdict::Admit | Verdict::Leave => None,
                };
                self.did(person, verdict, refused);
            }
        }
        Ok(())
    }

    async fn wait(&self, tx: &mut Tx, placed: &Placed, place: u32) -> Result<(), AppError> {
        let row = waiting_place::Model {
            id: Uuid::now_v7(),
            version: 1,
            created_at_ms: self.ctx.now.ms(),
            updated_at_ms: self.ctx.now.ms(),
            trainee_id: placed.person.0,
            cohort_id: self.funnel.cohort.id,
            track: placed.track.to_string(),
            place: i64::from(place),
            since_on: self.ctx.now.date(),
            ended_on: None,
            ended_for: None,
        };
        record::insert::<waiting_place::Entity>(tx, row).await?;
        notifications::to_person(tx, placed.person.0, "waiting_list", "/ui/waiting-places", &[]).await
    }

    /// Brings an event to a journey; what the journey refuses is told and leaves everything as it was.
    async fn bring(&self, tx: &mut Tx, person: TraineeId, event: Event) -> Result<Option<FieldError>, AppError> {
        let Some(row) = self.journeys.get(&person.0) else { return refusal(AppError::NotFound).map(Some) };
        let mut part = tx.part().await?;
        match journeys::act_in(self.ctx, &mut part, row.clone(), &Act { event, on: None }).await {
            Ok(_) => {
                tx.take(part).await?;
                Ok(None)
            }
            Err(error) => {
                part.give_up().await?;
                refusal(error).map(Some)
            }
        }
    }
}

/// The journeys of everybody in the order, of those that the actor sees.
async fn journeys_of(ctx: &Ctx<'_>, tx: &Tx, funnel: &Funnel) -> Result<BTreeMap<Uuid, journey::Model>, AppError> {
    let scope = permit(ctx.actor, Action::Read, Subject::Journey)?;
    let people: Vec<Uuid> = funnel.order.iter().map(|placed| placed.person.0).collect();
    let mut found = BTreeMap::new();
    for chunk in people.chunks(5_000) {
        let rows = journey::Entity::find()
            .filter(journey::Entity::visible(&scope))
            .filter(journey::Column::TraineeId.is_in(chunk.iter().copied()))
            .all(tx.conn())
            .await
            .map_err(StoreError::from)?;
        found.extend(rows.into_iter().map(|row| (row.trainee_id, row)));
    }
    Ok(found)
}
