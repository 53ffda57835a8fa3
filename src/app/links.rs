//! Links sent by e-mail: to confirm an address, set a new password, accept an invitation. Each works
//! once and for a while; only its hash is kept. What is answered never tells who has an account.

use super::work::{insert, notifications};
use super::{mail, sessions};
use crate::auth::{password, secret};
use crate::clock::Moment;
use crate::error::AppError;
use crate::state::AppState;
use passerelle_store::entity::{account, api_token, one_time_link, role_grant};
use passerelle_store::query::{ColumnTrait, EntityTrait, Expr, ExprTrait, QueryFilter};
use passerelle_store::{StoreError, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

const HOUR_MS: i64 = 3_600_000;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Confirm,
    Reset,
    Invite,
}

impl Purpose {
    const fn word(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Reset => "reset",
            Self::Invite => "invite",
        }
    }

    const fn hours(self) -> i64 {
        match self {
            Self::Confirm => 48,
            Self::Reset => 1,
            Self::Invite => 14 * 24,
        }
    }
}

/// A role that an invitation offers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Invitation {
    pub email: String,
    pub role: String,
    pub organisation: Option<Uuid>,
    pub countries: String,
    pub subdivisions: String,
    pub trainee: Option<Uuid>,
    pub valid_to: Option<chrono::NaiveDate>,
    /// Who gave it: it falls with the right to give.
    #[serde(default)]
    pub by: Option<Uuid>,
}

/// Makes a link and puts its letter into the outbox.
///
/// # Errors
/// When the database refuses.
pub async fn send(
    state: &AppState,
    tx: &Tx,
    purpose: Purpose,
    to: (&str, &str),
    account: Option<Uuid>,
    payload: &serde_json::Value,
) -> Result<(), AppError> {
    let token = secret::random();
    let row = one_time_link::Model {
        id: Uuid::now_v7(),
        purpose: purpose.word().into(),
        token_hash: secret::hash(&token),
        account_id: account,
        payload: payload.to_string(),
        created_at_ms: tx.now_ms(),
        expires_at_ms: tx.now_ms() + purpose.hours() * HOUR_MS,
        used_at_ms: None,
    };
    insert::<one_time_link::Entity, _>(tx, row).await?;
    let link = format!("{}/ui/{}/{token}", state.config.server.public_url.trim_end_matches('/'), purpose.word());
    let letter = match purpose {
        Purpose::Confirm => mail::Letter::Confirm { link: &link },
        Purpose::Reset => mail::Letter::Reset { link: &link },
        Purpose::Invite => mail::Letter::Invite { link: &link },
    };
    mail::queue(tx, to.0, to.1, letter).await
}

/// The link behind a token, if it still works.
///
/// # Errors
/// [`AppError::NotFound`] when it was used, has expired, or never was.
pub async fn find(state: &AppState, now: Moment, purpose: Purpose, token: &str) -> Result<one_time_link::Model, AppError> {
    if token.len() != 64 {
        return Err(AppError::NotFound);
    }
    let found = one_time_link::Entity::find()
        .filter(one_time_link::Column::TokenHash.eq(secret::hash(token)))
        .filter(one_time_link::Column::Purpose.eq(purpose.word()))
        .filter(one_time_link::Column::UsedAtMs.is_null())
        .filter(one_time_link::Column::ExpiresAtMs.gt(now.ms()))
        .one(state.store.read())
        .await
        .map_err(StoreError::from)?;
    found.ok_or(AppError::NotFound)
}

/// Uses a link up. Of two who use it at once, one does.
async fn use_up(tx: &Tx, link: &one_time_link::Model) -> Result<(), AppError> {
    let done = one_time_link::Entity::update_many()
        .col_expr(one_time_link::Column::UsedAtMs, Expr::value(tx.now_ms()))
        .filter(one_time_link::Column::Id.eq(link.id))
        .filter(one_time_link::Column::UsedAtMs.is_null())
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    if done.rows_affected == 1 { Ok(()) } else { Err(AppError::NotFound) }
}

async fn by_email(conn: &impl passerelle_store::query::ConnectionTrait, email: &str) -> Result<Option<account::Model>, AppError> {
    Ok(account::Entity::find().filter(account::Column::Email.eq(email)).one(conn).await.map_err(StoreError::from)?)
}

async fn by_id(conn: &impl passerelle_store::query::ConnectionTrait, id: Uuid) -> Result<Option<account::Model>, AppError> {
    Ok(account::Entity::find_by_id(id).one(conn).await.map_err(StoreError::from)?)
}

/// An address as it is kept.
///
/// # Errors
/// When it is none.
pub fn address(email: &str) -> Result<String, AppError> {
    let email = email.trim().to_lowercase();
    let fine = email.parse::<lettre::Address>().is_ok() && email.len() <= 254 && !email.contains(char::is_whitespace);
    if fine { Ok(email) } else { Err(AppError::invalid("email", "email", "is not an e-mail address")) }
}

/// Who signs up.
#[derive(Debug, Clone)]
pub struct SignUp {
    pub email: String,
    pub name: String,
    pub password: String,
    pub locale: String,
}

/// Signs up: an account without any role, which opens when the address is confirmed. Somebody who
/// has an account already gets a letter that says so, and the page says the same as ever.
///
/// # Errors
/// When the form is not right.
pub async fn sign_up(state: &AppState, now: Moment, new: &SignUp) -> Result<(), AppError> {
    let email = address(&new.email)?;
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 120 {
        return Err(AppError::invalid("name", "required", "is needed, with at most 120 characters"));
    }
    password::ensure_strong(&new.password, &email)?;
    count_letter(state, now, &email).await?;
    // Hashed in any case: the time must not tell whether the address is known.
    let hash = password::hash(new.password.clone()).await?;
    let typed = json!(Typed { name: name.into(), password_hash: hash, locale: new.locale.clone() });
    let mut tx = state.store.begin(None, now.ms()).await?;
    match by_email(tx.conn(), &email).await? {
        Some(known) if known.status != "unconfirmed" => {
            send(state, &tx, Purpose::Reset, (&email, &known.locale), Some(known.id), &json!({})).await?;
        }
        // Whoever began it may have been somebody else: each link opens the account with the name and
        // the password that were typed with it, and only the newest link opens it at all.
        Some(known) => {
            end_links(&tx, Purpose::Confirm, known.id).await?;
            send(state, &tx, Purpose::Confirm, (&email, &new.locale), Some(known.id), &typed).await?;
        }
        None => {
            let id = Uuid::now_v7();
            let row = account::Model {
                id,
                version: 1,
                created_at_ms: now.ms(),
                updated_at_ms: now.ms(),
                email: email.clone(),
                name: name.into(),
                password_hash: None,
                status: "unconfirmed".into(),
                locale: new.locale.clone(),
                trainee_id: None,
                totp: None,
                totp_last_step: None,
                confirmed_at_ms: None,
            };
            insert::<account::Entity, _>(&tx, row).await?;
            tx.note("sign_up", "account", Some(id), json!({}));
            send(state, &tx, Purpose::Confirm, (&email, &new.locale), Some(id), &typed).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// What was typed with a sign-up: it becomes the account's when its own link is followed.
#[derive(Debug, Serialize, Deserialize)]
struct Typed {
    name: String,
    password_hash: String,
    locale: String,
}

/// Ends the links of one kind that an account has.
async fn end_links(tx: &Tx, purpose: Purpose, account: Uuid) -> Result<(), AppError> {
    one_time_link::Entity::update_many()
        .col_expr(one_time_link::Column::UsedAtMs, Expr::value(tx.now_ms()))
        .filter(one_time_link::Column::AccountId.eq(account))
        .filter(one_time_link::Column::Purpose.eq(purpose.word()))
        .filter(one_time_link::Column::UsedAtMs.is_null())
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    Ok(())
}

/// Confirms an address.
///
/// # Errors
/// When the link does not work any more.
pub async fn confirm(state: &AppState, now: Moment, token: &str) -> Result<(), AppError> {
    let link = find(state, now, Purpose::Confirm, token).await?;
    let account_id = link.account_id.ok_or(AppError::NotFound)?;
    let typed: Typed = serde_json::from_str(&link.payload).map_err(|_| AppError::NotFound)?;
    let mut tx = state.store.begin(None, now.ms()).await?;
    use_up(&tx, &link).await?;
    account::Entity::update_many()
        .col_expr(account::Column::Status, Expr::value("active"))
        .col_expr(account::Column::Name, Expr::value(typed.name))
        .col_expr(account::Column::PasswordHash, Expr::value(typed.password_hash))
        .col_expr(account::Column::Locale, Expr::value(typed.locale))
        .col_expr(account::Column::ConfirmedAtMs, Expr::value(now.ms()))
        .filter(account::Column::Id.eq(account_id))
        .filter(account::Column::Status.eq("unconfirmed"))
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    tx.note("confirmed", "account", Some(account_id), json!({}));
    tx.commit().await?;
    Ok(())
}

/// Known or not: nobody's letter box is filled, and the answer tells nothing.
async fn count_letter(state: &AppState, now: Moment, email: &str) -> Result<(), AppError> {
    let key = (format!("letter:{}", secret::hash(email)), state.config.security.sign_in_failures_per_account);
    super::accounts::count_attempts(&state.store, now, &[key]).await
}

/// Asks for a new password. The answer is the same whether the address is known or not.
///
/// # Errors
/// When the database refuses.
pub async fn ask_reset(state: &AppState, now: Moment, email: &str) -> Result<(), AppError> {
    let email = address(email)?;
    count_letter(state, now, &email).await?;
    let tx = state.store.begin(None, now.ms()).await?;
    if let Some(known) = by_email(tx.conn(), &email).await?.filter(|account| account.status == "active") {
        send(state, &tx, Purpose::Reset, (&email, &known.locale), Some(known.id), &json!({})).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Sets a new password and ends every session: whoever had the old one is out.
///
/// # Errors
/// When the link does not work any more, or the password is not good enough.
pub async fn reset(state: &AppState, now: Moment, token: &str, new: &str) -> Result<(), AppError> {
    let link = find(state, now, Purpose::Reset, token).await?;
    let account_id = link.account_id.ok_or(AppError::NotFound)?;
    let found =
        account::Entity::find_by_id(account_id).one(state.store.read()).await.map_err(StoreError::from)?.ok_or(AppError::NotFound)?;
    password::ensure_strong(new, &found.email)?;
    let hash = password::hash(new.to_owned()).await?;
    let mut tx = state.store.begin(None, now.ms()).await?;
    use_up(&tx, &link).await?;
    account::Entity::update_many()
        .col_expr(account::Column::PasswordHash, Expr::value(hash))
        .filter(account::Column::Id.eq(account_id))
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    // Whoever knew the old password may have made tokens, or asked for other links.
    sessions::end_all(&tx, account_id, None).await?;
    end_links(&tx, Purpose::Reset, account_id).await?;
    api_token::Entity::update_many()
        .col_expr(api_token::Column::RevokedAtMs, Expr::value(now.ms()))
        .filter(api_token::Column::AccountId.eq(account_id))
        .filter(api_token::Column::RevokedAtMs.is_null())
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    tx.note("password_reset", "account", Some(account_id), json!({}));
    notifications::to_accounts(&mut tx, vec![account_id], "security", "/ui/account", &[]).await?;
    tx.commit().await?;
    Ok(())
}

/// What an invitation offers, and whether its address has an account already.
///
/// # Errors
/// When the link does not work any more.
pub async fn invitation(state: &AppState, now: Moment, token: &str) -> Result<(Invitation, bool), AppError> {
    let link = find(state, now, Purpose::Invite, token).await?;
    let invitation: Invitation = serde_json::from_str(&link.payload)?;
    let known = by_email(state.store.read(), &invitation.email).await?.is_some_and(|account| account.status != "unconfirmed");
    Ok((invitation, known))
}

/// Accepts an invitation: the account that has the address gets the role; where there is none it is
/// made. Whoever reads the letter owns the address, so nothing is left to confirm.
///
/// # Errors
/// When the link does not work any more, or name or password are not right.
pub async fn accept(state: &AppState, now: Moment, token: &str, new: Option<&SignUp>) -> Result<(), AppError> {
    let link = find(state, now, Purpose::Invite, token).await?;
    let invitation: Invitation = serde_json::from_str(&link.payload)?;
    let known = by_email(state.store.read(), &invitation.email).await?.filter(|account| account.status != "unconfirmed");
    let hash = match (&known, new) {
        (Some(_), _) => None,
        (None, Some(new)) => {
            if new.name.trim().is_empty() || new.name.chars().count() > 120 {
                return Err(AppError::invalid("name", "required", "is needed, with at most 120 characters"));
            }
            password::ensure_strong(&new.password, &invitation.email)?;
            Some(password::hash(new.password.clone()).await?)
        }
        (None, None) => return Err(AppError::invalid("password", "required", "is needed")),
    };
    let mut tx = state.store.begin(None, now.ms()).await?;
    use_up(&tx, &link).await?;
    if let Some(giver) = invitation.by {
        let whose = role_grant::Column::AccountId.eq(giver).and(role_grant::Column::DelegatedBy.is_null());
        let held = super::actors::in_force(tx.conn(), whose, now).await?;
        let standing = by_id(tx.conn(), giver).await?.is_some_and(|account| account.status == "active");
        let gives = |row: &role_grant::Model| {
            row.organisation_id.is_none() || invitation.organisation.is_none() || row.organisation_id == invitation.organisation
        };
        if !standing || !held.iter().any(gives) {
            return Err(AppError::NotFound);
        }
    }
    if let Some(person) = invitation.trainee {
        let taken = account::Entity::find().filter(account::Column::TraineeId.eq(person)).one(tx.conn()).await.map_err(StoreError::from)?;
        let other = known.as_ref().is_some_and(|account| account.trainee_id.is_some());
        if taken.is_some() || other {
            return Err(AppError::Conflict("this person has an account already, or this account is another person's".into()));
        }
    }
    let id = match known {
        Some(account) => {
            if let Some(person) = invitation.trainee {
                account::Entity::update_many()
                    .col_expr(account::Column::TraineeId, Expr::value(person))
                    .filter(account::Column::Id.eq(account.id))
                    .exec(tx.conn())
                    .await
                    .map_err(StoreError::from)?;
            }
            account.id
        }
        None => {
            // An account that was begun and never confirmed gives way to the one that is.
            account::Entity::delete_many()
                .filter(account::Column::Email.eq(invitation.email.as_str()))
                .filter(account::Column::Status.eq("unconfirmed"))
                .exec(tx.conn())
                .await
                .map_err(StoreError::from)?;
            let id = Uuid::now_v7();
            let row = account::Model {
                id,
                version: 1,
                created_at_ms: now.ms(),
                updated_at_ms: now.ms(),
                email: invitation.email.clone(),
                name: new.map(|new| new.name.trim().to_owned()).unwrap_or_default(),
                password_hash: hash,
                status: "active".into(),
                locale: new.map_or_else(|| "en".into(), |new| new.locale.clone()),
                trainee_id: invitation.trainee,
                totp: None,
                totp_last_step: None,
                confirmed_at_ms: Some(now.ms()),
            };
            insert::<account::Entity, _>(&tx, row).await?;
            id
        }
    };
    let grant = role_grant::Model {
        id: Uuid::now_v7(),
        account_id: id,
        role: invitation.role.clone(),
        organisation_id: invitation.organisation,
        countries: invitation.countries.clone(),
        subdivisions: invitation.subdivisions.clone(),
        valid_from: now.date(),
        valid_to: invitation.valid_to,
        delegated_by: None,
        reason: None,
        revoked_at_ms: None,
        created_at_ms: now.ms(),
    };
    insert::<role_grant::Entity, _>(&tx, grant).await?;
    tx.note("invitation_accepted", "account", Some(id), json!({ "role": invitation.role }));
    tx.commit().await?;
    Ok(())
}
