//! Who can see what of a person, and why: the access rule asked about one record for everybody who
//! holds a role. Answers by role and organisation; people are not named to each other.

use super::resource::{Document, Kind};
use super::{Ctx, actors, records};
use crate::error::AppError;
use passerelle_domain::access::{Action, Actor, Because, FieldGroup, Role, RowFacts, Shared, Subject, permit, sees};
use passerelle_domain::country::{CountryCode, SubdivisionCode};
use passerelle_domain::ids::{OrganisationId, TraineeId, UserId};
use passerelle_domain::people::{AgreementStatus, Decision, RecognitionState, TransferKind, TransferStatus};
use passerelle_domain::privacy::ConsentPurpose;
use passerelle_store::entity::*;
use passerelle_store::query::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use passerelle_store::{StoreError, record, tree};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Grants looked at for one answer.
const GRANTS_MAX: u64 = 2_000;

/// A role at an organisation that sees something of the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Onlooker {
    pub role: Role,
    pub organisation: Option<Uuid>,
    pub organisation_name: String,
    pub people: usize,
    /// Groups of fields with the grounds on which they are seen.
    pub groups: BTreeMap<FieldGroup, BTreeSet<Because>>,
}

/// Everybody who sees something of a person.
///
/// # Errors
/// When the actor does not see the person's name: whoever knows less does not ask about others.
pub async fn of_trainee(ctx: &Ctx<'_>, id: Uuid) -> Result<Vec<Onlooker>, AppError> {
    permit(ctx.actor, Action::Read, Subject::Trainee)?;
    let scope = passerelle_domain::access::permit_group(ctx.actor, Action::Read, Subject::Trainee, FieldGroup::Journey);
    let scope = scope.map_err(|_| AppError::NotFound)?;
    let conn = ctx.state.store.read();
    let row = record::find::<trainee::Entity>(conn, &scope, id).await?.ok_or(AppError::NotFound)?;
    let facts = facts_of(conn, &row).await?;
    onlookers(ctx, conn, &facts).await
}

/// What the access rule needs to know of a trainee's record.
///
/// # Errors
/// When the database refuses.
pub async fn facts_of(conn: &impl ConnectionTrait, row: &trainee::Model) -> Result<RowFacts, AppError> {
    let institute = organisation::Entity::find_by_id(row.institute_id).one(conn).await.map_err(StoreError::from)?;
    let place = |country: &str, part: Option<&String>| {
        let part = part.and_then(|part| SubdivisionCode::parse(part).ok());
        CountryCode::parse(country).ok().map(|country| (country, part))
    };
    let proposals = of_person::<proposal::Entity>(conn, proposal::Column::TraineeId, row.id).await?;
    let consents = of_person::<consent::Entity>(conn, consent::Column::TraineeId, row.id).await?;
    let transfers = of_person::<case_transfer::Entity>(conn, case_transfer::Column::TraineeId, row.id).await?;
    let cases = of_person::<recognition_case::Entity>(conn, recognition_case::Column::TraineeId, row.id).await?;
    let mut facts = RowFacts {
        person: Some(TraineeId(row.id)),
        owners: [OrganisationId(row.institute_id)].into(),
        origin: place(&row.training_country, institute.as_ref().and_then(|institute| institute.subdivision.as_ref())),
        stage: row.journey.clone(),
        ..RowFacts::default()
    };
    facts.referred_to = transfers
        .iter()
        .filter(|row| row.kind == TransferKind::Referral.as_str() && row.status == TransferStatus::Accepted.as_str())
        .map(|row| OrganisationId(row.to_id))
        .collect();
    facts.filed_in = cases
        .iter()
        .filter(|row| row.state != RecognitionState::Draft.as_str())
        .filter_map(|row| place(&row.destination, row.subdivision.as_ref()))
        .collect();
    let agrees = |purpose: ConsentPurpose, to: Option<Uuid>| {
        consents.iter().any(|row| {
            row.purpose == purpose.as_str() && row.withdrawn_at_ms.is_none() && (row.recipient_id.is_none() || row.recipient_id == to)
        })
    };
    let accepted = Decision::Accepted.as_str();
    let declined = Decision::Declined.as_str();
    let mut matched = Vec::new();
    for row in proposals.iter().filter(|row| row.trainee_decision != declined && row.employer_decision != declined) {
        let groups = facts.disclosed.entry(OrganisationId(row.employer_id)).or_default();
        groups.insert(FieldGroup::General);
        if row.trainee_decision == accepted && row.employer_decision == accepted {
            if agrees(ConsentPurpose::EmployerDisclosure, Some(row.employer_id)) {
                groups.insert(FieldGroup::Name);
                if row.offered_at_ms.is_some() {
                    groups.insert(FieldGroup::Papers);
                }
            }
            matched.push((row.pathway.clone(), row.destination.clone()));
        }
    }
    if agrees(ConsentPurpose::PartnerSharing, None) {
        facts.annexed = annexes(conn, &matched).await?;
    }
    Ok(facts)
}

async fn of_person<E: EntityTrait>(conn: &impl ConnectionTrait, column: impl ColumnTrait, id: Uuid) -> Result<Vec<E::Model>, AppError> {
    Ok(E::find().filter(column.eq(id)).all(conn).await.map_err(StoreError::from)?)
}

async fn annexes(conn: &impl ConnectionTrait, matched: &[(String, String)]) -> Result<Vec<Shared>, AppError> {
    if matched.is_empty() {
        return Ok(vec![]);
    }
    let agreements = agreement::Entity::find().all(conn).await.map_err(StoreError::from)?;
    let shares = shared_group::Entity::find().all(conn).await.map_err(StoreError::from)?;
    let covers = |row: &agreement::Model| AgreementStatus::parse(&row.status).is_ok_and(AgreementStatus::covers_open_cases);
    Ok(matched
        .iter()
        .filter_map(|(pathway, destination)| {
            let agreement = agreements.iter().find(|row| format!("{}/{}", row.pack, row.origin) == *pathway && covers(row))?;
            let groups = shares.iter().filter(|share| share.agreement_id == agreement.id);
            let groups: BTreeSet<FieldGroup> = groups.filter_map(|share| FieldGroup::parse(&share.field_group).ok()).collect();
            Some(Shared { destination: CountryCode::parse(destination).ok()?, groups })
        })
        .collect())
}

async fn onlookers(ctx: &Ctx<'_>, conn: &impl ConnectionTrait, facts: &RowFacts) -> Result<Vec<Onlooker>, AppError> {
    let concerned: BTreeSet<Uuid> = facts.owners.iter().chain(&facts.referred_to).chain(facts.disclosed.keys()).map(|id| id.0).collect();
    let branches = tree::branches(conn, &concerned.iter().copied().collect::<Vec<_>>()).await?;
    let with_above: BTreeSet<Uuid> =
        concerned.iter().copied().chain(branches.values().flat_map(|branch| branch.above.iter().copied())).collect();
    let places: BTreeSet<String> = facts
        .origin
        .iter()
        .chain(&facts.filed_in)
        .map(|(country, _)| country.to_string())
        .chain(facts.annexed.iter().map(|shared| shared.destination.to_string()))
        .collect();
    let mut whose = Condition::any().add(role_grant::Column::OrganisationId.is_in(with_above));
    for code in places {
        // Territories are kept as text: `MA,TN`, `DE-BY`. What is found too much the rule lets fall.
        whose = whose.add(role_grant::Column::Countries.contains(&code)).add(role_grant::Column::Subdivisions.contains(&code));
    }
    let today = ctx.now.date();
    let grants = role_grant::Entity::find()
        .filter(whose)
        .filter(role_grant::Column::RevokedAtMs.is_null())
        .filter(role_grant::Column::ValidFrom.lte(today))
        .filter(Condition::any().add(role_grant::Column::ValidTo.is_null()).add(role_grant::Column::ValidTo.gte(today)))
        .limit(GRANTS_MAX)
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let roots: BTreeSet<Uuid> = grants.iter().filter_map(|grant| grant.organisation_id).collect();
    let below = tree::branches(conn, &roots.iter().copied().collect::<Vec<_>>()).await?;
    let names: BTreeMap<Uuid, String> = organisation::Entity::find()
        .filter(organisation::Column::Id.is_in(roots))
        .all(conn)
        .await
        .map_err(StoreError::from)?
        .into_iter()
        .map(|row| (row.id, row.name))
        .collect();
    let rules = access_rule::Entity::find()
        .filter(access_rule::Column::ValidFrom.lte(today))
        .filter(Condition::any().add(access_rule::Column::ValidTo.is_null()).add(access_rule::Column::ValidTo.gte(today)))
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let restrictions = rules.iter().map(actors::restriction_of).collect::<Result<Vec<_>, _>>()?;
    let mut found: BTreeMap<(Role, Option<Uuid>), Onlooker> = BTreeMap::new();
    for row in &grants {
        let branch = row.organisation_id.and_then(|id| below.get(&id));
        if branch.is_some_and(|branch| branch.suspended) {
            continue;
        }
        let mut grant = actors::grant_of(row)?;
        grant.below = branch.map(|branch| branch.below.iter().copied().map(OrganisationId).collect()).unwrap_or_default();
        let actor = Actor { restrictions: restrictions.clone(), ..Actor::new(UserId(row.account_id), vec![grant.clone()], None) };
        let groups = groups_seen(&actor, facts);
        if groups.is_empty() {
            continue;
        }
        let name = row.organisation_id.and_then(|id| names.get(&id)).cloned().unwrap_or_default();
        let onlooker = found.entry((grant.role, row.organisation_id)).or_insert_with(|| Onlooker {
            role: grant.role,
            organisation: row.organisation_id,
            organisation_name: name,
            people: 0,
            groups: BTreeMap::new(),
        });
        onlooker.people += 1;
        for (group, because) in groups {
            onlooker.groups.entry(group).or_default().extend(because);
        }
    }
    Ok(found.into_values().collect())
}

fn groups_seen(actor: &Actor, facts: &RowFacts) -> BTreeMap<FieldGroup, BTreeSet<Because>> {
    let shown = FieldGroup::ALL.iter().map(|group| (*group, sees(actor, Action::Read, Subject::Trainee, *group, facts)));
    shown.filter(|(_, because)| !because.is_empty()).collect()
}

/// The record as a role would see it: only what that role sees and the actor sees too.
///
/// # Errors
/// When the actor may not read the record, or no such role sees anything of it.
pub async fn as_role(ctx: &Ctx<'_>, id: Uuid, role: Role, organisation: Option<Uuid>) -> Result<Document, AppError> {
    permit(ctx.actor, Action::Read, Subject::Trainee)?;
    let onlookers = of_trainee(ctx, id).await?;
    let onlooker = onlookers.iter().find(|one| one.role == role && one.organisation == organisation).ok_or(AppError::NotFound)?;
    let resource = records::find("trainees").ok_or(AppError::NotFound)?;
    let mut document = resource.get(ctx, id).await?;
    let hidden: Vec<FieldGroup> = FieldGroup::ALL.iter().copied().filter(|group| !onlooker.groups.contains_key(group)).collect();
    for field in resource.fields().iter().filter(|field| hidden.contains(&field.group) && field.kind != Kind::Reasons) {
        document.data.remove(field.name);
    }
    if hidden.contains(&FieldGroup::Name) {
        document.title = super::resource::short_reference(id);
    }
    document.withheld = hidden.into_iter().filter(|group| *group != FieldGroup::General).collect();
    Ok(document)
}
