//! Letters by e-mail: written into an outbox in the transaction that gives the reason for them, sent
//! by a job. A letter that cannot be sent stays with its failure and is tried again.

use crate::config::MailBy;
use crate::error::AppError;
use crate::i18n::{Locale, plain};
use crate::state::AppState;
use lettre::message::Mailbox;
use lettre::transport::file::AsyncFileTransport;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use passerelle_store::entity::mail;
use passerelle_store::query::{ColumnTrait, EntityTrait, Expr, QueryFilter, QueryOrder, QuerySelect};
use passerelle_store::{StoreError, Tx, job};
use serde_json::json;
use uuid::Uuid;

pub const JOB: &str = "mail";
const ATTEMPTS_MAX: i64 = 8;
const BATCH: u64 = 50;

/// What a letter says. The words are in the catalogues; letters carry no personal facts, only a
/// link to the page that has them.
#[derive(Debug, Clone, Copy)]
pub enum Letter<'a> {
    Confirm {
        link: &'a str,
    },
    Reset {
        link: &'a str,
    },
    Invite {
        link: &'a str,
    },
    Notification {
        kind: &'a str,
        href: &'a str,
    },
    /// An employer is not let in; the word of the reason.
    Refused {
        reason: &'a str,
    },
}

impl Letter<'_> {
    fn kind(&self) -> &str {
        match self {
            Self::Confirm { .. } => "confirm",
            Self::Reset { .. } => "reset",
            Self::Invite { .. } => "invite",
            Self::Notification { .. } => "notification",
            Self::Refused { .. } => "refused",
        }
    }
}

/// Puts a letter into the outbox.
///
/// # Errors
/// When the database refuses.
pub async fn queue(tx: &Tx, recipient: &str, locale: &str, letter: Letter<'_>) -> Result<(), AppError> {
    let t = Locale::parse(locale).unwrap_or_default();
    let (title, body) = match letter {
        Letter::Confirm { link } | Letter::Reset { link } | Letter::Invite { link } => {
            (t.get(&format!("mail-{}-title", letter.kind())), t.with1(&format!("mail-{}-body", letter.kind()), "link", link))
        }
        Letter::Refused { reason } => {
            let reason = t.get(&format!("registration-refusal-{}", reason.replace('_', "-")));
            (t.get("mail-refused-title"), t.with1("mail-refused-body", "reason", reason))
        }
        // The address is put before the path when the letter is sent.
        Letter::Notification { kind, href } => {
            let what = t.get(&format!("notification-{}", kind.replace('_', "-")));
            let body = t.with1("mail-notification-body", "link", format!("{{address}}{href}"));
            (what.clone(), format!("{what}\n\n{body}"))
        }
    };
    let row = mail::Model {
        id: Uuid::now_v7(),
        recipient: recipient.into(),
        locale: t.code().into(),
        kind: letter.kind().into(),
        title: plain(&title),
        body: plain(&body),
        state: "ready".into(),
        attempts: 0,
        created_at_ms: tx.now_ms(),
        sent_at_ms: None,
        failure: None,
    };
    super::work::insert::<mail::Entity, _>(tx, row).await?;
    if !job::waits(tx, JOB).await? {
        job::enqueue(tx, JOB, &json!({})).await?;
    }
    Ok(())
}

/// The job: sends what waits.
///
/// # Errors
/// When the database refuses, or the transport cannot be set up.
pub async fn carry_out(state: &AppState, now_ms: i64) -> Result<usize, AppError> {
    let mut sent = 0;
    loop {
        let waiting = mail::Entity::find()
            .filter(mail::Column::State.eq("ready"))
            .order_by_asc(mail::Column::Attempts)
            .order_by_asc(mail::Column::CreatedAtMs)
            .limit(BATCH)
            .all(state.store.read())
            .await
            .map_err(StoreError::from)?;
        let mut progress = false;
        for row in waiting {
            let outcome = send(state, &row).await;
            progress |= outcome.is_ok();
            sent += usize::from(outcome.is_ok());
            write_down(state, now_ms, &row, outcome).await?;
        }
        if !progress {
            return Ok(sent);
        }
    }
}

async fn write_down(state: &AppState, now_ms: i64, row: &mail::Model, outcome: Result<(), String>) -> Result<(), AppError> {
    let tx = state.store.begin(None, now_ms).await?;
    let attempts = row.attempts + 1;
    let (state_word, sent_at, failure) = match outcome {
        Ok(()) => ("sent", Some(now_ms), None),
        Err(why) if attempts >= ATTEMPTS_MAX => ("failed", None, Some(why)),
        Err(why) => ("ready", None, Some(why)),
    };
    // A letter that was sent keeps neither its text nor, with it, the link that it carried.
    let body = if state_word == "sent" { String::new() } else { row.body.clone() };
    mail::Entity::update_many()
        .col_expr(mail::Column::State, Expr::value(state_word))
        .col_expr(mail::Column::Attempts, Expr::value(attempts))
        .col_expr(mail::Column::SentAtMs, Expr::value(sent_at))
        .col_expr(mail::Column::Failure, Expr::value(failure))
        .col_expr(mail::Column::Body, Expr::value(body))
        .filter(mail::Column::Id.eq(row.id))
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    tx.commit().await?;
    Ok(())
}

async fn send(state: &AppState, row: &mail::Model) -> Result<(), String> {
    let config = &state.config.mail;
    let said = |error: &dyn std::fmt::Display| error.to_string();
    let from: Mailbox = config.from.parse().map_err(|error: lettre::address::AddressError| said(&error))?;
    let to: Mailbox = row.recipient.parse().map_err(|error: lettre::address::AddressError| said(&error))?;
    let body = row.body.replace("{address}", state.config.server.public_url.trim_end_matches('/'));
    let message = Message::builder().from(from).to(to).subject(row.title.as_str()).body(body).map_err(|error| said(&error))?;
    match config.by {
        MailBy::File => {
            let folder = state.config.storage.data_dir.join("mail");
            tokio::fs::create_dir_all(&folder).await.map_err(|error| said(&error))?;
            AsyncFileTransport::<Tokio1Executor>::new(folder).send(message).await.map(|_| ()).map_err(|error| said(&error))
        }
        MailBy::Smtp => {
            let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&config.smtp_url).map_err(|error| said(&error))?.build();
            transport.send(message).await.map(|_| ()).map_err(|error| said(&error))
        }
    }
}
