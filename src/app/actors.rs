//! Resolves an account to what it may do at this moment: its grants with the tree below them, what
//! authorities have restricted, and what is open to it for a short while. Nothing is kept between
//! requests, so that a suspension, a revocation or the end of a delegation counts at once.

use crate::clock::Moment;
use crate::error::AppError;
use passerelle_domain::access::{Actor, Effect, FieldGroup, Grant, Restriction, Role, Subject, Territory};
use passerelle_domain::country::{CountryCode, SubdivisionCode};
use passerelle_domain::ids::{OrganisationId, TraineeId, UserId};
use passerelle_domain::parse::ParseError;
use passerelle_store::entity::{access_rule, account, exceptional_access, role_grant};
use passerelle_store::query::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use passerelle_store::{StoreError, tree};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What the account may do now.
///
/// # Errors
/// When the database refuses, or a grant cannot be read by this version.
pub async fn resolve(conn: &impl ConnectionTrait, account: &account::Model, now: Moment) -> Result<Actor, AppError> {
    let rows = in_force(conn, role_grant::Column::AccountId.eq(account.id), now).await?;
    let rows = without_idle_delegations(conn, rows, now).await?;
    let roots: BTreeSet<Uuid> = rows.iter().filter_map(|row| row.organisation_id).collect();
    let branches = tree::branches(conn, &roots.into_iter().collect::<Vec<_>>()).await?;
    let mut grants = Vec::new();
    for row in rows {
        let branch = row.organisation_id.and_then(|id| branches.get(&id));
        // Whoever works for a suspended organisation works for nobody.
        if row.organisation_id.is_some() && branch.is_none_or(|branch| branch.suspended) {
            continue;
        }
        let below = branch.map(|branch| branch.below.iter().copied().map(OrganisationId).collect()).unwrap_or_default();
        grants.push(Grant { below, ..grant_of(&row)? });
    }
    let mut actor = Actor::new(UserId(account.id), grants, account.trainee_id.map(TraineeId));
    actor.restrictions = restrictions(conn, &actor, now).await?;
    actor.exceptional = exceptional(conn, &actor, now).await?;
    Ok(actor)
}

/// Grants that hold today, among those meant.
///
/// # Errors
/// When the database refuses.
pub async fn in_force(
    conn: &impl ConnectionTrait,
    whose: impl passerelle_store::query::IntoCondition,
    now: Moment,
) -> Result<Vec<role_grant::Model>, AppError> {
    use role_grant::Column::{RevokedAtMs, ValidFrom, ValidTo};
    let today = now.date();
    let find = role_grant::Entity::find()
        .filter(Condition::all().add(whose.into_condition()))
        .filter(RevokedAtMs.is_null())
        .filter(ValidFrom.lte(today))
        .filter(Condition::any().add(ValidTo.is_null()).add(ValidTo.gte(today)));
    Ok(find.all(conn).await.map_err(StoreError::from)?)
}

/// A lent role counts while the lender holds it.
async fn without_idle_delegations(
    conn: &impl ConnectionTrait,
    rows: Vec<role_grant::Model>,
    now: Moment,
) -> Result<Vec<role_grant::Model>, AppError> {
    let lenders: BTreeSet<Uuid> = rows.iter().filter_map(|row| row.delegated_by).collect();
    if lenders.is_empty() {
        return Ok(rows);
    }
    let whose = Condition::all().add(role_grant::Column::AccountId.is_in(lenders)).add(role_grant::Column::DelegatedBy.is_null());
    let held = in_force(conn, whose, now).await?;
    let holds = |row: &role_grant::Model, lender: Uuid| {
        held.iter().any(|own| own.account_id == lender && own.role == row.role && own.organisation_id == row.organisation_id)
    };
    Ok(rows.into_iter().filter(|row| row.delegated_by.is_none_or(|lender| holds(row, lender))).collect())
}

/// A grant as stored, without the tree below it.
///
/// # Errors
/// When a word of it is unknown to this version.
pub fn grant_of(row: &role_grant::Model) -> Result<Grant, AppError> {
    let corrupt = |column| AppError::from(StoreError::Corrupt { table: "role_grant", column });
    Ok(Grant {
        role: Role::parse(&row.role).map_err(|_| corrupt("role"))?,
        organisation: row.organisation_id.map(OrganisationId),
        below: BTreeSet::new(),
        territory: Territory {
            countries: listed(&row.countries, CountryCode::parse).map_err(|_| corrupt("countries"))?,
            subdivisions: listed(&row.subdivisions, SubdivisionCode::parse).map_err(|_| corrupt("subdivisions"))?,
        },
        delegated_by: row.delegated_by.map(UserId),
    })
}

fn listed<T: Ord>(text: &str, parse: impl Fn(&str) -> Result<T, ParseError>) -> Result<BTreeSet<T>, ParseError> {
    text.split(',').filter(|part| !part.is_empty()).map(parse).collect()
}

async fn restrictions(conn: &impl ConnectionTrait, actor: &Actor, now: Moment) -> Result<Vec<Restriction>, AppError> {
    use access_rule::Column::{Role as RoleColumn, ValidFrom, ValidTo};
    let roles: BTreeSet<&str> = actor.grants.iter().map(|grant| grant.role.as_str()).collect();
    if roles.is_empty() {
        return Ok(vec![]);
    }
    let today = now.date();
    let rows = access_rule::Entity::find()
        .filter(RoleColumn.is_in(roles))
        .filter(ValidFrom.lte(today))
        .filter(Condition::any().add(ValidTo.is_null()).add(ValidTo.gte(today)))
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    rows.iter().map(restriction_of).collect()
}

/// A rule as stored.
///
/// # Errors
/// When a word of it is unknown to this version.
pub fn restriction_of(row: &access_rule::Model) -> Result<Restriction, AppError> {
    let corrupt = |column| AppError::from(StoreError::Corrupt { table: "access_rule", column });
    Ok(Restriction {
        role: Role::parse(&row.role).map_err(|_| corrupt("role"))?,
        subject: Subject::parse(&row.subject).map_err(|_| corrupt("subject"))?,
        group: FieldGroup::parse(&row.field_group).map_err(|_| corrupt("field_group"))?,
        stages: row.stages.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect(),
        effect: Effect::parse(&row.effect).map_err(|_| corrupt("effect"))?,
        countries: listed(&row.countries, CountryCode::parse).map_err(|_| corrupt("countries"))?,
    })
}

/// What was opened by exception stays open while the role by which it was opened is held.
async fn exceptional(conn: &impl ConnectionTrait, actor: &Actor, now: Moment) -> Result<BTreeSet<TraineeId>, AppError> {
    let rows = exceptional_access::Entity::find()
        .filter(exceptional_access::Column::AccountId.eq(actor.user.0))
        .filter(exceptional_access::Column::EndsAtMs.gt(now.ms()))
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let held = |row: &exceptional_access::Model| {
        actor.grants.iter().any(|grant| grant.role.as_str() == row.role && grant.organisation.map(|id| id.0) == row.organisation_id)
    };
    Ok(rows.into_iter().filter(held).map(|row| TraineeId(row.trainee_id)).collect())
}
