//! A choice of track, written down: what hangs on it moves in one transaction.

use super::seats::{convert_seat, hold_cohort};
use super::{Barrier, Books, Cost, Standing, hand, prospect, seen};
use crate::app::{Ctx, journeys, proposals};
use crate::error::{AppError, FieldError};
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::corridor::Party;
use passerelle_domain::equity::TrackReason;
use passerelle_domain::machine::journey::{Event, EventKind};
use passerelle_domain::people::{DeclineReason, Track};
use passerelle_store::entity::{track_change, trainee};
use passerelle_store::{Tx, record};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Her word on a track.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choose {
    pub track: Track,
    pub reason: TrackReason,
    /// Whoever writes it down for her has it from her, in writing.
    #[serde(default)]
    pub her_word: bool,
}

/// What a change moved, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// Whether a seat of the undecided became one of the new track.
    pub undecided_seat: bool,
    pub match_given_back: bool,
    pub costs: BTreeMap<String, Cost>,
}

/// Writes down a choice and moves what hangs on it.
///
/// # Errors
/// When it is not the actor's to write, changed meanwhile, or a barrier stands before it.
pub async fn choose(ctx: &Ctx<'_>, id: Uuid, version: i64, choose: &Choose) -> Result<track_change::Model, AppError> {
    permit(ctx.actor, Action::Read, Subject::Trainee)?;
    ctx.ensure_writes()?;
    let mut tx = ctx.begin().await?;
    let found = seen(ctx, tx.conn(), id).await?;
    let by = hand(ctx, tx.conn(), id).await?.ok_or(AppError::Forbidden)?;
    if by != Party::Trainee && !choose.her_word {
        return Err(AppError::invalid("her_word", "her-word", "is needed: the choice is hers, and nobody makes it for her"));
    }
    let (held_cohort, binding) = hold_cohort(&tx, found.cohort_id).await?;
    let person = record::hold::<trainee::Entity>(&tx, id).await?.ok_or(AppError::NotFound)?;
    if person.version != version || person.cohort_id != found.cohort_id {
        return Err(AppError::Stale);
    }
    if person.erased_at_ms.is_some() || person.merged_into.is_some() {
        return Err(AppError::NotFound);
    }
    let mut standing = Standing::of(tx.conn(), person).await?;
    standing.cohort = held_cohort;
    let books = Books::of(tx.conn(), &standing).await?;
    let prospect = prospect(ctx, tx.conn(), &standing, &books, choose.track).await?;
    if let Some(barrier) = &prospect.barrier {
        return Err(said(barrier));
    }
    if prospect.mine && choose.reason != TrackReason::Confirmed {
        return Err(AppError::invalid("track", "track-same", "is the track that she has: confirm it, or choose another"));
    }
    if choose.track == Track::Home && !prospect.mine {
        give_back(ctx, &mut tx, &standing).await?;
    }
    if prospect.takes_undecided_seat
        && let Some(cohort) = &standing.cohort
    {
        convert_seat(&mut tx, cohort.clone(), choose.track).await?;
    }
    let row = track_change::Model {
        id: Uuid::now_v7(),
        version: 1,
        created_at_ms: ctx.now.ms(),
        updated_at_ms: ctx.now.ms(),
        trainee_id: id,
        cohort_id: standing.person.cohort_id,
        agreement_id: binding,
        from_track: standing.track.to_string(),
        to_track: choose.track.to_string(),
        reason: choose.reason.to_string(),
        party: by.to_string(),
        account_id: tx.actor(),
        on_date: ctx.now.date(),
        moved: serde_json::to_string(&Moved {
            undecided_seat: prospect.takes_undecided_seat,
            match_given_back: prospect.gives_back_match,
            costs: prospect.costs,
        })?,
    };
    record::insert::<track_change::Entity>(&mut tx, row.clone()).await?;
    if !prospect.mine {
        // Giving back a match has moved the person's row on.
        let mut now = record::hold::<trainee::Entity>(&tx, id).await?.ok_or(AppError::NotFound)?;
        let version = now.version;
        now.track = choose.track.to_string();
        record::update::<trainee::Entity>(&mut tx, now, version, &["track"]).await?;
    }
    tx.commit().await?;
    Ok(row)
}

/// Gives back what was proposed and agreed abroad: seats and quotas are free for others.
async fn give_back(ctx: &Ctx<'_>, tx: &mut Tx, standing: &Standing) -> Result<(), AppError> {
    let person = standing.person.id;
    let today = ctx.now.date();
    proposals::decline_pending(tx, person, DeclineReason::TrackChanged).await?;
    if journeys::takes(tx, person, EventKind::Release).await? {
        let event = Event::Release { reason: "track_changed".into() };
        journeys::by_system(ctx.state, tx, person, &event, today).await?;
    }
    Ok(())
}

/// A barrier as the caller is told it.
fn said(barrier: &Barrier) -> AppError {
    let error = |code, detail: String| FieldError::new("track", code, detail);
    AppError::Invalid(vec![match barrier {
        Barrier::PastChoice { state } => {
            error("track-past", format!("can no longer be chosen: the journey is {state}")).with("state", state)
        }
        Barrier::OnHold => error("track-held", "waits for the contingency case, which holds her place meanwhile".into()),
        Barrier::TooLate { until } => {
            error("track-late", format!("could be changed until {until} under the agreement")).with("until", until)
        }
        Barrier::NoSeat { seats, taken } => error("track-full", format!("has no free seat in the cohort: {taken} of {seats} are taken"))
            .with("seats", seats)
            .with("taken", taken),
        Barrier::Equity { home_needed, home_funded } => {
            error("track-equity", format!("takes nobody new while {home_funded} of {home_needed} home places are funded (R24)"))
                .with("needed", home_needed)
                .with("funded", home_funded)
        }
        Barrier::EquityMoney => {
            error("track-equity-money", "takes nobody new while the home track has not its share of the money (R24)".into())
        }
        Barrier::AgreementShut { status } => {
            error("track-agreement", format!("takes nobody new: the agreement is {status}")).with("status", status)
        }
    }])
}
