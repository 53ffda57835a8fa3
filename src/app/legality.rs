//! What the law says of a need before anybody is proposed for it, and which needs no pathway can serve.

use super::Ctx;
use super::match_runs::gather_needs;
use crate::error::AppError;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::corridor::QuotaSide;
use passerelle_domain::matching::ReasonCode;
use passerelle_domain::people::NeedStatus;
use passerelle_engine::matching::panel::{Way, is_served, panel};
use passerelle_store::entity::need;
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use passerelle_store::{StoreError, record};
use serde::Serialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Needs that are looked at for the report; it says when there are more.
const MOST: u64 = 20_000;
/// Reasons that a line of the report names.
const NAMED: usize = 3;

/// The pathways to the need's country, and what stands in the way of each. Empty for a need at home,
/// which no pathway serves.
///
/// # Errors
/// When the need is not the actor's to read.
pub async fn of_need(ctx: &Ctx<'_>, id: Uuid) -> Result<Vec<Way>, AppError> {
    let scope = permit(ctx.actor, Action::Read, Subject::Need)?;
    let conn = ctx.state.store.read();
    let row = record::find::<need::Entity>(conn, &scope, id).await?.ok_or(AppError::NotFound)?;
    let day = ctx.now.date();
    let law = gather_needs(conn, ctx.state, day, vec![row]).await?;
    Ok(law.needs.first().map(|need| panel(need, &law.pathways, &law.quotas, &law.book, day)).unwrap_or_default())
}

/// Demand of one occupation in one country that no pathway can serve today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unmet {
    pub country: String,
    pub occupation: String,
    pub needs: usize,
    pub positions: u64,
    /// What stands in the way most often on the nearest pathway, with how many needs it stops; none where no pathway leads there.
    pub reasons: Vec<(ReasonCode, usize)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    pub looked_at: usize,
    /// More needs than were looked at.
    pub more: bool,
    pub unmet: Vec<Unmet>,
}

/// Demand that no pathway can serve, for those who make pathways. No employer is named, and lines are
/// sums over all of them.
///
/// # Errors
/// When the actor makes no pathways.
pub async fn unmet(ctx: &Ctx<'_>) -> Result<Report, AppError> {
    permit(ctx.actor, Action::List, Subject::PathwayDraft)?;
    let conn = ctx.state.store.read();
    let day = ctx.now.date();
    let open = [NeedStatus::Forecast, NeedStatus::Validated, NeedStatus::Open].map(NeedStatus::as_str);
    let mut rows = need::Entity::find()
        .filter(need::Column::Status.is_in(open))
        .filter(need::Column::Side.eq(QuotaSide::Destination.as_str()))
        .filter(need::Column::StartTo.gte(day))
        .order_by_asc(need::Column::Id)
        .limit(MOST + 1)
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let more = rows.len() > most;
    rows.truncate(most);
    let positions: BTreeMap<Uuid, u64> = rows.iter().map(|row| (row.id, u64::try_from(row.positions).unwrap_or(0))).collect();
    let law = gather_needs(conn, ctx.state, day, rows).await?;
    let work = move || {
        let mut lines: BTreeMap<(String, String), Unmet> = BTreeMap::new();
        for need in law.needs.iter().filter(|need| !is_served(need, &law.pathways, &law.quotas, &law.book, day)) {
            let (country, occupation) = (need.country.to_string(), need.occupation.to_string());
            let line = lines.entry((country.clone(), occupation.clone())).or_insert_with(|| Unmet {
                country,
                occupation,
                needs: 0,
                positions: 0,
                reasons: vec![],
            });
            line.needs += 1;
            line.positions += positions.get(&need.id.0).copied().unwrap_or(0);
            let nearest = panel(need, &law.pathways, &law.quotas, &law.book, day).into_iter().next();
            for reason in nearest.into_iter().flat_map(|way| way.reasons) {
                match line.reasons.iter_mut().find(|(code, _)| *code == reason.code) {
                    Some((_, count)) => *count += 1,
                    None => line.reasons.push((reason.code, 1)),
                }
            }
        }
        let mut unmet: Vec<Unmet> = lines.into_values().collect();
        for line in &mut unmet {
            line.reasons.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
            line.reasons.truncate(NAMED);
        }
        unmet.sort_by(|a, b| b.positions.cmp(&a.positions).then_with(|| (&a.country, &a.occupation).cmp(&(&b.country, &b.occupation))));
        Report { looked_at: law.needs.len(), more, unmet }
    };
    tokio::task::spawn_blocking(work).await.map_err(AppError::internal)
}
