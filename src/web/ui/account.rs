//! One's own account: second factor, sessions, API tokens, and how one wants to be told.

use super::cells::word_key;
use super::parts::{Cell, Form, Input, Part, Sheet, Table, mendable};
use super::sent::Sent;
use super::shell::Page;
use super::{Answer, see};
use crate::app::work::notifications;
use crate::app::{accounts, second_factor, sessions};
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::web::extract::PathId;
use passerelle_domain::access::TokenScope;
use passerelle_store::entity::api_token;
use std::collections::BTreeMap;

/// What a page of the account shows besides what is always there.
#[derive(Default)]
struct News {
    token: Option<String>,
    codes: Vec<String>,
    token_errors: Vec<FieldError>,
    typed: Sent,
    factor_errors: Vec<FieldError>,
    offer: Option<second_factor::Offer>,
    passkey_errors: Vec<FieldError>,
}

/// `GET /ui/account`
pub async fn account(page: Page) -> Answer {
    account_page(&page, News::default()).await
}

async fn account_page(page: &Page, news: News) -> Answer {
    let t = page.locale;
    let grants = page.actor.grants.iter().map(|grant| t.get(&word_key("role", grant.role.as_str()))).collect::<Vec<_>>().join(", ");
    let facts = vec![
        (t.get("field-name"), Cell::text(page.account.name.clone())),
        (t.get("field-email"), Cell::text(page.account.email.clone())),
        (t.get("account-roles"), Cell::text(grants)),
    ];
    let mut sheet = Sheet::new(page.shell("account-title"))
        .action("/ui/my/data", t.get("my-data-title"))
        .action("/ui/notifications", t.get("notifications-title"))
        .part(Part::Facts { heading: String::new(), facts });
    if !news.codes.is_empty() {
        sheet =
            sheet.part(Part::Text { heading: t.get("recovery-title"), paragraphs: vec![t.get("recovery-lead"), news.codes.join("  ")] });
    }
    sheet = factor_part(sheet, page, &news)?;
    sheet = super::keys::parts(sheet, page, &news.passkey_errors).await?;
    let rows = sessions::list(&page.ctx()).await?.into_iter().map(|row| {
        let end = row.id.map_or_else(Cell::default, |id| Cell::button(format!("/ui/account/sessions/{id}/end"), t.get("session-end")));
        vec![Cell::text(row.device.unwrap_or_else(|| t.get("session-unknown"))), Cell::text(formats::moment_ms(t, row.created_at_ms)), end]
    });
    let columns = ["session-device", "session-began", "action"].map(|key| t.get(key)).into();
    sheet = sheet.table(Table { heading: t.get("sessions-title"), columns, rows: rows.collect(), empty: t.get("list-empty") });
    if let Some(token) = &news.token {
        sheet = sheet.part(Part::Notice { text: format!("{} {token}", t.get("token-made")), kind: "good" });
    }
    let rows = accounts::tokens(&page.ctx()).await?.into_iter().map(|token| token_row(page, token)).collect();
    let columns = ["field-name", "token-scopes", "token-expires", "field-status", "action"].map(|key| t.get(key)).into();
    sheet = sheet.table(Table { heading: t.get("tokens-title"), columns, rows, empty: t.get("tokens-lead") });
    let scopes = TokenScope::WORDS.iter().map(|word| ((*word).to_owned(), t.get(&word_key("token-scope", word)))).collect();
    let form = Form::new("/ui/account/tokens", t.get("token-make"))
        .heading(t.get("token-make"))
        .lead(t.get("tokens-lead"))
        .input(Input::new("text", "name", t.get("token-name")).required())
        .input(Input::new("number", "days", t.get("token-days")).value("30").required())
        .input(Input::new("choices", "scopes", t.get("token-scopes")).options(scopes).value("read").required())
        .folded()
        .refused(t, &news.token_errors, |name| news.typed.some(name));
    sheet.form(form).answer()
}

/// The page with what was wrong with a new passkey.
pub(super) async fn with_passkey_errors(page: &Page, passkey_errors: Vec<FieldError>) -> Answer {
    account_page(page, News { passkey_errors, ..News::default() }).await
}

fn factor_part(sheet: Sheet, page: &Page, news: &News) -> Result<Sheet, AppError> {
    let t = page.locale;
    let code = || Input::new("text", "code", t.get("factor-code")).autocomplete("one-time-code").required();
    if page.account.totp.is_some() {
        let off =
            Form::new("/ui/account/second-factor/off", t.get("factor-off")).heading(t.get("factor-title")).lead(t.get("factor-is-on"));
        return Ok(sheet.form(off.input(code()).danger().refused(t, &news.factor_errors, |_| None)));
    }
    if let Some(offer) = &news.offer {
        let secret = Cell::text(offer.secret.clone());
        let on = Form::new("/ui/account/second-factor/on", t.get("factor-on")).hidden("secret", offer.secret.clone()).input(code());
        return Ok(sheet
            .part(Part::Picture {
                heading: t.get("factor-title"),
                svg: offer.picture.clone(),
                columns: vec![t.get("factor-secret")],
                rows: vec![vec![offer.secret.clone()]],
            })
            .part(Part::Facts { heading: String::new(), facts: vec![(t.get("factor-secret"), secret)] })
            .form(on.lead(t.get("factor-scan")).refused(t, &news.factor_errors, |_| None)));
    }
    Ok(sheet.form(Form::new("/ui/account/second-factor", t.get("factor-begin")).heading(t.get("factor-title")).lead(t.get("factor-lead"))))
}

fn token_row(page: &Page, token: api_token::Model) -> Vec<Cell> {
    let t = page.locale;
    let live = token.revoked_at_ms.is_none() && token.expires_at_ms > page.now.ms();
    let state = if token.revoked_at_ms.is_some() {
        "token-revoked"
    } else if live {
        "token-live"
    } else {
        "token-expired"
    };
    let scopes = token.scopes.split(',').map(|word| t.get(&word_key("token-scope", word))).collect::<Vec<_>>().join(", ");
    let revoke =
        if live { Cell::button(format!("/ui/account/tokens/{}/revoke", token.id), t.get("token-revoke")) } else { Cell::default() };
    vec![
        Cell::text(token.name),
        Cell::text(scopes),
        Cell::text(formats::moment_ms(t, token.expires_at_ms)),
        Cell::tag(t.get(state), if live { "pass" } else { "closed" }),
        revoke,
    ]
}

/// `POST /ui/account/tokens`
pub async fn create_token(page: Page, sent: Sent) -> Answer {
    sent.guard(&page)?;
    let scopes = sent.all("scopes").into_iter().filter_map(|word| TokenScope::parse(word).ok()).collect();
    match accounts::create_token(&page.ctx(), sent.get("name"), sent.number("days").unwrap_or(0), &scopes).await {
        Ok((_, token)) => account_page(&page, News { token: Some(token), ..News::default() }).await,
        Err(error) => account_page(&page, News { token_errors: mendable(error)?, typed: sent, ..News::default() }).await,
    }
}

/// `POST /ui/account/tokens/{id}/revoke`
pub async fn revoke_token(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    accounts::revoke_token(&page.ctx(), id).await?;
    Ok(see("/ui/account?notice=saved"))
}

/// `POST /ui/account/sessions/{id}/end`
pub async fn end_session(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    sessions::end(&page.ctx(), id).await?;
    Ok(see("/ui/account?notice=saved"))
}

/// `POST /ui/account/second-factor`: a secret to scan.
pub async fn begin_factor(page: Page, sent: Sent) -> Answer {
    sent.guard(&page)?;
    let offer = second_factor::offer(&page.account.email)?;
    account_page(&page, News { offer: Some(offer), ..News::default() }).await
}

/// `POST /ui/account/second-factor/on`
pub async fn enable_factor(page: Page, sent: Sent) -> Answer {
    sent.guard(&page)?;
    let secret = sent.get("secret");
    match second_factor::enable(&page.ctx(), &page.account.email, secret, sent.get("code")).await {
        Ok(codes) => {
            let mut page = page;
            page.account.totp = Some(String::new());
            account_page(&page, News { codes, ..News::default() }).await
        }
        Err(error) => {
            let offer = Some(second_factor::offer_of(&page.account.email, secret)?);
            account_page(&page, News { offer, factor_errors: mendable(error)?, ..News::default() }).await
        }
    }
}

/// `POST /ui/account/second-factor/off`
pub async fn disable_factor(page: Page, sent: Sent) -> Answer {
    sent.guard(&page)?;
    match second_factor::disable(&page.ctx(), &page.account, sent.get("code")).await {
        Ok(()) => Ok(see("/ui/account?notice=saved")),
        Err(error) => account_page(&page, News { factor_errors: mendable(error)?, ..News::default() }).await,
    }
}

/// `GET /ui/notifications`
pub async fn notification_list(page: Page) -> Answer {
    let t = page.locale;
    let ctx = page.ctx();
    let rows = notifications::list(&ctx).await?.into_iter().map(|row| {
        let mut text = t.get(&format!("notification-{}", row.kind.replace('_', "-")));
        // What somebody wrote stands after what it is.
        let args: std::collections::BTreeMap<String, String> = serde_json::from_str(&row.args).unwrap_or_default();
        if let Some(said) = args.get("text") {
            text = format!("{text}: {said}");
        }
        let state = if row.read_at_ms.is_none() { Cell::tag(t.get("notification-new"), "warn") } else { Cell::default() };
        vec![Cell::link(text, row.href), Cell::text(formats::moment_ms(t, row.created_at_ms)), state]
    });
    let columns = ["access-what", "access-when", "field-status"].map(|key| t.get(key)).into();
    let mut form = Form::new("/ui/notifications/choices", t.get("form-save"))
        .heading(t.get("notification-choices"))
        .lead(t.get("notification-choices-lead"));
    for (kind, (in_app, by_mail)) in notifications::choices(&ctx).await? {
        if notifications::ALWAYS.contains(&kind) {
            continue;
        }
        let chosen = [(in_app, "in_app"), (by_mail, "by_mail")]
            .into_iter()
            .filter(|(on, _)| *on)
            .map(|(_, word)| word)
            .collect::<Vec<_>>()
            .join(",");
        let options = ["in_app", "by_mail"].map(|word| (word.to_owned(), t.get(&word_key("notification-by", word)))).into();
        let label = t.get(&format!("notification-{}", kind.replace('_', "-")));
        form = form.input(Input::new("choices", kind, label).options(options).value(chosen).required());
    }
    Sheet::new(page.shell("notifications-title"))
        .table(Table { heading: String::new(), columns, rows: rows.collect(), empty: t.get("list-empty") })
        .form(Form::new("/ui/notifications/read", t.get("notifications-read-all")))
        .form(form.folded())
        .answer()
}

/// `POST /ui/notifications/read`
pub async fn read_notifications(page: Page, sent: Sent) -> Answer {
    sent.guard(&page)?;
    notifications::read_all(&page.ctx()).await?;
    Ok(see("/ui/notifications?notice=saved"))
}

/// `POST /ui/notifications/choices`
pub async fn choose_notifications(page: Page, sent: Sent) -> Answer {
    sent.guard(&page)?;
    let chosen: BTreeMap<String, (bool, bool)> = notifications::KINDS
        .iter()
        .map(|kind| {
            let words = sent.all(kind);
            ((*kind).to_owned(), (words.contains(&"in_app"), words.contains(&"by_mail")))
        })
        .collect();
    notifications::choose(&page.ctx(), &chosen).await?;
    Ok(see("/ui/notifications?notice=saved"))
}
