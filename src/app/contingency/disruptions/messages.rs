//! What is told to everybody whom a disruption strikes: by a letter, and in the application to whoever has an account.

use super::super::letters;
use crate::app::Ctx;
use crate::app::work::notifications;
use crate::error::AppError;
use passerelle_domain::access::{Action, Scope, Subject, permit};
use passerelle_domain::contingency::letter::LetterKind;
use passerelle_domain::machine::contingency::State;
use passerelle_store::entity::{account, case_letter, contingency_case, disruption, notification};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait};
use passerelle_store::record::Record;
use passerelle_store::{StoreError, record};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

/// How far a message has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Accounts that were told in the application.
    pub sent: u64,
    pub read: u64,
    /// People who were written to, with an account or without.
    pub letters: u64,
}

/// Where a person reads about a disruption, and by what its messages are counted.
fn place(id: Uuid) -> String {
    format!("/ui/contingency-cases?disruption_id={id}")
}

/// Tells everybody with an open case of a disruption, as far as the actor may see them: each by a letter, and whoever has
/// an account in the application as well.
///
/// # Errors
/// When the disruption is not the actor's, or the text is empty or too long.
pub async fn tell_all(ctx: &Ctx<'_>, id: Uuid, text: &str) -> Result<Told, AppError> {
    let scope = permit(ctx.actor, Action::Update, Subject::Disruption)?;
    let people = permit(ctx.actor, Action::List, Subject::ContingencyCase)?;
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 500 || text.chars().any(crate::app::resource::is_invisible) {
        return Err(AppError::invalid("text", "message-text", "is empty, longer than 500 characters, or holds what cannot be seen"));
    }
    let conn = ctx.state.store.read();
    record::find::<disruption::Entity>(conn, &scope, id).await?.ok_or(AppError::NotFound)?;
    let cases: Vec<Uuid> = contingency_case::Entity::find()
        .select_only()
        .column(contingency_case::Column::Id)
        .filter(contingency_case::Entity::visible(&people))
        .filter(contingency_case::Column::DisruptionId.eq(id))
        .filter(contingency_case::Column::State.ne(State::Closed.as_str()))
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let mut told = Told::default();
    for part in cases.chunks(500) {
        let mut tx = ctx.begin().await?;
        let find = contingency_case::Entity::find().filter(contingency_case::Column::Id.is_in(part.iter().copied()));
        let rows = find.all(tx.conn()).await.map_err(StoreError::from)?;
        letters::write_to_all(&mut tx, &rows, text, ctx.now.date()).await?;
        told.letters += u64::try_from(rows.len()).unwrap_or(0);
        let accounts: Vec<Uuid> = account::Entity::find()
            .select_only()
            .column(account::Column::Id)
            .filter(account::Column::TraineeId.is_in(rows.iter().map(|row| row.trainee_id)))
            .filter(account::Column::Status.eq("active"))
            .into_tuple()
            .all(tx.conn())
            .await
            .map_err(StoreError::from)?;
        told.sent += u64::try_from(accounts.len()).unwrap_or(0);
        notifications::to_accounts(&mut tx, accounts, "disruption_message", &place(id), &[("text", text.to_owned())]).await?;
        tx.note("disruption_message", "disruption", Some(id), json!({ "people": part.len() }));
        tx.commit().await?;
    }
    Ok(told)
}

/// How many messages about a disruption were sent in the application, and how many of them were read.
pub(super) async fn told(conn: &impl ConnectionTrait, scope: &Scope, id: Uuid) -> Result<Told, AppError> {
    let people = contingency_case::Entity::find()
        .select_only()
        .column(contingency_case::Column::TraineeId)
        .filter(contingency_case::Entity::visible(scope))
        .filter(contingency_case::Column::DisruptionId.eq(id))
        .into_query();
    let accounts =
        || account::Entity::find().select_only().column(account::Column::Id).filter(account::Column::TraineeId.in_subquery(people.clone()));
    let sent = || {
        notification::Entity::find()
            .filter(notification::Column::Kind.eq("disruption_message"))
            .filter(notification::Column::Href.eq(place(id)))
            .filter(notification::Column::AccountId.in_subquery(accounts().into_query()))
    };
    let read = sent().filter(notification::Column::ReadAtMs.is_not_null()).count(conn).await.map_err(StoreError::from)?;
    let letters = case_letter::Entity::find()
        .filter(case_letter::Entity::visible(scope))
        .filter(case_letter::Column::Kind.eq(LetterKind::Message.as_str()))
        .filter(case_letter::Column::DisruptionId.eq(id));
    let letters = letters.count(conn).await.map_err(StoreError::from)?;
    Ok(Told { sent: sent().count(conn).await.map_err(StoreError::from)?, read, letters })
}
