//! Who works for an organisation, and as what: inviting, ending, covering for somebody absent.

use super::links::{self, Invitation, Purpose};
use super::work::{insert, notifications};
use super::{Ctx, actors};
use crate::error::AppError;
use chrono::NaiveDate;
use passerelle_domain::access::{Action, Reach, Role, Subject, Territory, permit};
use passerelle_domain::country::{CountryCode, SubdivisionCode};
use passerelle_domain::people::OrganisationKind;
use passerelle_store::entity::{account, organisation, role_grant, trainee};
use passerelle_store::query::{ColumnTrait, Condition, EntityTrait, Expr, QueryFilter, QueryOrder, QuerySelect};
use passerelle_store::{StoreError, Tx};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Longest cover for somebody absent.
const COVER_DAYS_MAX: i64 = 92;
/// How far ahead a cover may be arranged.
const COVER_AHEAD_MAX: i64 = 183;

/// Roles that a kind of organisation has.
pub fn roles_of(kind: OrganisationKind) -> &'static [Role] {
    match kind {
        OrganisationKind::Employer => &[Role::EmployerClerk, Role::EmployerApprover],
        OrganisationKind::Institute => &[Role::InstituteClerk, Role::InstituteHead],
        OrganisationKind::OriginAuthority => &[Role::OriginOfficer, Role::OriginApprover, Role::OriginAuditor],
        OrganisationKind::DestinationAuthority => &[Role::DestinationOfficer, Role::DestinationApprover, Role::DestinationAuditor],
        OrganisationKind::RecognitionAuthority => &[Role::RecognitionOfficer],
        OrganisationKind::WorkerOrganisation => &[Role::WorkerRepresentative],
        OrganisationKind::Funder => &[Role::Funder],
    }
}

/// A grant with whose it is.
#[derive(Debug, Clone)]
pub struct Member {
    pub grant: role_grant::Model,
    pub name: String,
    pub email: String,
    pub organisation: String,
}

/// Organisations within reach of the actor's right over teams; `None` means all.
fn within(ctx: &Ctx<'_>, action: Action) -> Result<Option<Vec<Uuid>>, AppError> {
    // A lent role does the daily work. It makes and ends no roles, or it would outlive its loan.
    let mut own = ctx.actor.clone();
    if !action.looks() {
        own.grants.retain(|grant| grant.delegated_by.is_none());
    }
    let scope = permit(&own, action, Subject::Team)?;
    if scope.is_everything() {
        return Ok(None);
    }
    let own =
        scope.reaches().filter_map(|reach| if let Reach::Organisations(own) = reach { Some(own.iter().map(|id| id.0)) } else { None });
    Ok(Some(own.flatten().collect()))
}

/// The people of the actor's organisations, with grants that hold or will.
///
/// # Errors
/// When the actor may not see teams.
pub async fn list(ctx: &Ctx<'_>) -> Result<Vec<Member>, AppError> {
    let conn = ctx.state.store.read();
    let mut find = role_grant::Entity::find()
        .filter(role_grant::Column::RevokedAtMs.is_null())
        .filter(Condition::any().add(role_grant::Column::ValidTo.is_null()).add(role_grant::Column::ValidTo.gte(ctx.now.date())))
        .order_by_asc(role_grant::Column::CreatedAtMs)
        .limit(500);
    if let Some(own) = within(ctx, Action::List)? {
        find = find.filter(role_grant::Column::OrganisationId.is_in(own));
    }
    let grants = find.all(conn).await.map_err(StoreError::from)?;
    let people: BTreeMap<Uuid, account::Model> = account::Entity::find()
        .filter(account::Column::Id.is_in(grants.iter().map(|grant| grant.account_id)))
        .all(conn)
        .await
        .map_err(StoreError::from)?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let names: BTreeMap<Uuid, String> = organisation::Entity::find()
        .filter(organisation::Column::Id.is_in(grants.iter().filter_map(|grant| grant.organisation_id)))
        .all(conn)
        .await
        .map_err(StoreError::from)?
        .into_iter()
        .map(|row| (row.id, row.name))
        .collect();
    Ok(grants
        .into_iter()
        .filter_map(|grant| {
            let person = people.get(&grant.account_id)?;
            let organisation = grant.organisation_id.and_then(|id| names.get(&id)).cloned().unwrap_or_default();
            Some(Member { name: person.name.clone(), email: person.email.clone(), organisation, grant })
        })
        .collect())
}

/// A role offered to somebody by e-mail.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invite {
    pub email: String,
    pub role: Role,
    #[serde(default)]
    pub organisation: Option<Uuid>,
    #[serde(default)]
    pub countries: Vec<CountryCode>,
    #[serde(default)]
    pub subdivisions: Vec<SubdivisionCode>,
    /// The record that is this person, for the role of a trainee.
    #[serde(default)]
    pub trainee: Option<Uuid>,
    #[serde(default)]
    pub valid_to: Option<NaiveDate>,
}

/// Invites.
///
/// # Errors
/// When the role, the organisation or the territory is not the actor's to give.
pub async fn invite(ctx: &Ctx<'_>, invite: &Invite) -> Result<(), AppError> {
    let email = links::address(&invite.email)?;
    let own = within(ctx, Action::Create)?;
    if invite.valid_to.is_some_and(|end| end < ctx.now.date()) {
        return Err(AppError::invalid("valid_to", "past", "lies in the past"));
    }
    let mut tx = ctx.begin().await?;
    if invite.role == Role::Trainee {
        ensure_own_trainee(ctx, &tx, invite).await?;
    } else {
        ensure_may_give(ctx, &tx, own.as_deref(), invite).await?;
    }
    let invitation = Invitation {
        email: email.clone(),
        role: invite.role.to_string(),
        organisation: invite.organisation.filter(|_| invite.role != Role::Trainee),
        countries: joined(&invite.countries),
        subdivisions: joined(&invite.subdivisions),
        trainee: invite.trainee.filter(|_| invite.role == Role::Trainee),
        valid_to: invite.valid_to,
        by: Some(ctx.actor.user.0),
    };
    links::send(ctx.state, &tx, Purpose::Invite, (&email, "en"), None, &serde_json::to_value(&invitation)?).await?;
    tx.note("invite", "organisation", invite.organisation, json!({ "role": invite.role }));
    tx.commit().await?;
    Ok(())
}

fn joined<T: ToString>(list: &[T]) -> String {
    list.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// An institute invites the people on its own books, each to her own record.
async fn ensure_own_trainee(ctx: &Ctx<'_>, tx: &Tx, invite: &Invite) -> Result<(), AppError> {
    let scope = permit(ctx.actor, Action::Update, Subject::Trainee)?;
    let id =
        invite.trainee.ok_or_else(|| AppError::invalid("trainee", "required", "is needed: a trainee's account belongs to a record"))?;
    let found = passerelle_store::record::find::<trainee::Entity>(tx.conn(), &scope, id).await?;
    if found.is_none() {
        return Err(AppError::invalid("trainee", "reference", "does not name a record that you can see"));
    }
    let taken = account::Entity::find().filter(account::Column::TraineeId.eq(id)).one(tx.conn()).await.map_err(StoreError::from)?;
    if taken.is_some() { Err(AppError::Conflict("this person has an account already".into())) } else { Ok(()) }
}

async fn ensure_may_give(ctx: &Ctx<'_>, tx: &Tx, own: Option<&[Uuid]>, invite: &Invite) -> Result<(), AppError> {
    if invite.role == Role::Operator {
        return if own.is_none() { Ok(()) } else { Err(AppError::Forbidden) };
    }
    let id = invite.organisation.filter(|id| own.is_none_or(|own| own.contains(id)));
    let id = id.ok_or_else(|| AppError::invalid("organisation", "reference", "does not name an organisation of yours"))?;
    let row = organisation::Entity::find_by_id(id).one(tx.conn()).await.map_err(StoreError::from)?.ok_or(AppError::NotFound)?;
    let kind = OrganisationKind::parse(&row.kind).map_err(|_| StoreError::Corrupt { table: "organisation", column: "kind" })?;
    if !roles_of(kind).contains(&invite.role) {
        return Err(AppError::invalid("role", "role-elsewhere", "is not a role that this kind of organisation has"));
    }
    // An authority gives no more territory than it has; whoever is no authority gives none.
    let given =
        Territory { countries: invite.countries.iter().copied().collect(), subdivisions: invite.subdivisions.iter().cloned().collect() };
    let has = |country: CountryCode, part: Option<&SubdivisionCode>| {
        own.is_none()
            || ctx
                .actor
                .grants
                .iter()
                .any(|grant| grant.organisations().iter().any(|own| own.0 == id) && grant.territory.holds(country, part))
    };
    let beyond = given.countries.iter().any(|country| !has(*country, None))
        || given.subdivisions.iter().any(|part| !has(part.country(), Some(part)));
    if beyond {
        return Err(AppError::invalid("countries", "not-your-country", "names a territory that is not yours to give"));
    }
    Ok(())
}

/// Ends a grant at once; cover that was lent from it ends with it.
///
/// # Errors
/// When it is not in the actor's organisations, or is the last that could give it back.
pub async fn end(ctx: &Ctx<'_>, grant_id: Uuid) -> Result<(), AppError> {
    permit(ctx.actor, Action::List, Subject::Team)?;
    ctx.ensure_writes()?;
    // Whoever lent a role takes it back; all else is for those who manage the team.
    let own = within(ctx, Action::Update).unwrap_or(Some(vec![]));
    let mut tx = ctx.begin().await?;
    let row = role_grant::Entity::find_by_id(grant_id).one(tx.conn()).await.map_err(StoreError::from)?;
    let row = row.filter(|row| {
        let lent = row.delegated_by == Some(ctx.actor.user.0);
        row.revoked_at_ms.is_none() && (lent || own.as_ref().is_none_or(|own| row.organisation_id.is_some_and(|id| own.contains(&id))))
    });
    let row = row.ok_or(AppError::NotFound)?;
    if row.account_id == ctx.actor.user.0 && row.delegated_by.is_none() {
        return Err(AppError::Conflict("nobody ends the role that she acts by; ask a colleague".into()));
    }
    revoke(&tx, role_grant::Column::Id.eq(grant_id)).await?;
    tx.note("grant_ended", "account", Some(row.account_id), json!({ "role": row.role }));
    notifications::to_accounts(&mut tx, vec![row.account_id], "security", "/ui/account", &[]).await?;
    tx.commit().await?;
    Ok(())
}

async fn revoke(tx: &Tx, which: passerelle_store::query::SimpleExpr) -> Result<(), AppError> {
    role_grant::Entity::update_many()
        .col_expr(role_grant::Column::RevokedAtMs, Expr::value(tx.now_ms()))
        .filter(which)
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    Ok(())
}

/// A role lent to a colleague for the time of an absence.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cover {
    /// The role of one's own that is lent.
    pub grant: Uuid,
    pub account: Uuid,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub reason: String,
}

/// Lends one's own role to a colleague between two dates.
///
/// # Errors
/// When the role is not one's own, was itself lent, or the other is no colleague.
pub async fn cover(ctx: &Ctx<'_>, cover: &Cover) -> Result<(), AppError> {
    permit(ctx.actor, Action::List, Subject::Team)?;
    ctx.ensure_writes()?;
    let reason = cover.reason.trim();
    if reason.is_empty() || reason.chars().count() > 200 {
        return Err(AppError::invalid("reason", "required", "is needed, with at most 200 characters"));
    }
    if cover.to < cover.from {
        return Err(AppError::invalid("to", "window-reversed", "lies before the first day"));
    }
    if (cover.from - ctx.now.date()).num_days() > COVER_AHEAD_MAX {
        return Err(AppError::invalid("from", "cover-days", format!("is more than {COVER_AHEAD_MAX} days ahead")));
    }
    if cover.to < ctx.now.date() || (cover.to - cover.from).num_days() > COVER_DAYS_MAX {
        return Err(AppError::invalid(
            "to",
            "cover-days",
            format!("must lie ahead, and at most {COVER_DAYS_MAX} days after the first day"),
        ));
    }
    let mut tx = ctx.begin().await?;
    let whose = Condition::all().add(role_grant::Column::Id.eq(cover.grant)).add(role_grant::Column::AccountId.eq(ctx.actor.user.0));
    let own = actors::in_force(tx.conn(), whose, ctx.now).await?.pop().ok_or(AppError::NotFound)?;
    if own.delegated_by.is_some() || own.role == Role::Trainee.as_str() {
        return Err(AppError::invalid("grant", "lent-already", "is lent to you, or your own person: it cannot be lent on"));
    }
    let colleague = role_grant::Column::AccountId.eq(cover.account);
    let works_here = actors::in_force(tx.conn(), colleague, ctx.now).await?;
    if cover.account == ctx.actor.user.0
        || own.organisation_id.is_none()
        || !works_here.iter().any(|row| row.organisation_id == own.organisation_id)
    {
        return Err(AppError::invalid("account", "reference", "does not name a colleague"));
    }
    // Covers of one role for one colleague, a month or less apart, count as one absence.
    let near = Condition::all()
        .add(role_grant::Column::DelegatedBy.eq(ctx.actor.user.0))
        .add(role_grant::Column::AccountId.eq(cover.account))
        .add(role_grant::Column::Role.eq(own.role.as_str()))
        .add(role_grant::Column::OrganisationId.eq(own.organisation_id))
        .add(role_grant::Column::RevokedAtMs.is_null())
        .add(role_grant::Column::ValidTo.gte(cover.from - chrono::Days::new(31)))
        .add(role_grant::Column::ValidFrom.lte(cover.to + chrono::Days::new(31)));
    if role_grant::Entity::find().filter(near).one(tx.conn()).await.map_err(StoreError::from)?.is_some() {
        return Err(AppError::Conflict("this role is lent to this colleague already, or was within a month: end that cover first".into()));
    }
    let row = role_grant::Model {
        id: Uuid::now_v7(),
        account_id: cover.account,
        valid_from: cover.from,
        valid_to: Some(cover.to),
        delegated_by: Some(ctx.actor.user.0),
        reason: Some(reason.into()),
        created_at_ms: ctx.now.ms(),
        ..own
    };
    let role = row.role.clone();
    insert::<role_grant::Entity, _>(&tx, row).await?;
    tx.note("cover", "account", Some(cover.account), json!({ "role": role, "from": cover.from, "to": cover.to }));
    notifications::to_accounts(&mut tx, vec![cover.account], "security", "/ui/account", &[]).await?;
    tx.commit().await?;
    Ok(())
}
