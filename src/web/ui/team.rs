//! Who works for an organisation: inviting, ending a role, covering for somebody absent; and the
//! reports of the retention run.

use super::cells::word_key;
use super::parts::{Cell, Form, Input, Sheet, Table, mendable};
use super::sent::Sent;
use super::shell::Page;
use super::{Answer, see};
use crate::app::privacy::retention;
use crate::app::resource::ListRequest;
use crate::app::work::assignments;
use crate::app::{records, team};
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::web::extract::PathId;
use passerelle_domain::access::{Action, Role, Subject, permit};
use passerelle_domain::country::{CountryCode, SubdivisionCode};
use passerelle_domain::parse::ParseError;

/// `GET /ui/team`
pub async fn list(page: Page) -> Answer {
    team_page(&page, &[], &[], &Sent::default()).await
}

async fn team_page(page: &Page, invite_errors: &[FieldError], cover_errors: &[FieldError], sent: &Sent) -> Answer {
    let t = page.locale;
    let ctx = page.ctx();
    let edits = permit(ctx.actor, Action::Update, Subject::Team).is_ok();
    let members = team::list(&ctx).await?;
    let own: Vec<(String, String)> = members
        .iter()
        .filter(|member| member.grant.account_id == page.account.id && member.grant.delegated_by.is_none())
        .map(|member| (member.grant.id.to_string(), format!("{} · {}", t.get(&word_key("role", &member.grant.role)), member.organisation)))
        .collect();
    let rows = members.into_iter().map(|member| {
        let until = member.grant.valid_to.map(|day| formats::date(t, day)).unwrap_or_default();
        let kind = if member.grant.delegated_by.is_some() { t.get("team-cover") } else { String::new() };
        let lent = member.grant.delegated_by == Some(page.account.id);
        let may_end = lent || edits && (member.grant.account_id != page.account.id || member.grant.delegated_by.is_some());
        let end = if may_end { Cell::button(format!("/ui/team/{}/end", member.grant.id), t.get("team-end")) } else { Cell::default() };
        vec![
            Cell::text(member.name),
            Cell::text(member.email),
            Cell::text(t.get(&word_key("role", &member.grant.role))),
            Cell::text(member.organisation),
            Cell::text(formats::date(t, member.grant.valid_from)),
            Cell::text(until),
            Cell::text(kind),
            end,
        ]
    });
    let columns =
        ["field-name", "field-email", "access-role", "field-organisation-id", "field-valid-from", "field-valid-to", "team-basis", "action"];
    let table =
        Table { heading: String::new(), columns: columns.map(|key| t.get(key)).into(), rows: rows.collect(), empty: t.get("list-empty") };
    let mut sheet = Sheet::new(page.shell("team-title")).lead(t.get("team-lead")).table(table);
    if permit(ctx.actor, Action::Create, Subject::Team).is_ok() {
        sheet = sheet.form(invite_form(page).await?.refused(t, invite_errors, |name| sent.some(name)));
    }
    if !own.is_empty() && !ctx.actor.grants.iter().all(|grant| grant.organisation.is_none()) {
        let colleagues = assignments::colleagues(&ctx).await?.into_iter().filter(|(id, _)| *id != page.account.id);
        let cover = Form::new("/ui/team/cover", t.get("team-cover-send"))
            .heading(t.get("team-cover-title"))
            .lead(t.get("team-cover-lead"))
            .input(Input::new("select", "grant", t.get("access-role")).options(own).required())
            .input(
                Input::new("select", "account", t.get("team-colleague"))
                    .options(colleagues.map(|(id, name)| (id.to_string(), name)).collect())
                    .required(),
            )
            .input(Input::new("text", "from", t.get("field-valid-from")).hint(t.get("hint-kind-date")).required())
            .input(Input::new("text", "to", t.get("field-valid-to")).hint(t.get("hint-kind-date")).required())
            .input(Input::new("text", "reason", t.get("field-reason")).required())
            .folded();
        sheet = sheet.form(cover.refused(t, cover_errors, |name| sent.some(name)));
    }
    sheet.answer()
}

async fn invite_form(page: &Page) -> Result<Form, AppError> {
    let t = page.locale;
    let organisations = records::find("organisations").ok_or(AppError::NotFound)?;
    let listing = organisations.list(&page.ctx(), &ListRequest::new([("limit".to_owned(), "200".to_owned())].into())).await?;
    let organisations = listing.documents.into_iter().map(|document| (document.id.to_string(), document.title)).collect();
    let roles = Role::ALL.iter().map(|role| (role.to_string(), t.get(&word_key("role", role.as_str())))).collect();
    Ok(Form::new("/ui/team/invite", t.get("team-invite-send"))
        .heading(t.get("team-invite-title"))
        .lead(t.get("team-invite-lead"))
        .input(Input::new("email", "email", t.get("field-email")).required())
        .input(Input::new("select", "role", t.get("access-role")).options(roles).required())
        .input(Input::new("select", "organisation", t.get("field-organisation-id")).options(organisations))
        .input(Input::new("text", "countries", t.get("team-territory")).hint(t.get("team-territory-hint")))
        .input(Input::new("text", "trainee", t.get("exceptional-reference")).hint(t.get("team-trainee-hint")))
        .input(Input::new("text", "valid_to", t.get("field-valid-to")).hint(t.get("hint-kind-date")))
        .folded())
}

fn read_invitation(sent: &Sent) -> Result<team::Invite, Vec<FieldError>> {
    let mut errors = Vec::new();
    let role = Role::parse(sent.get("role"));
    if role.is_err() {
        errors.push(FieldError::new("role", "required", "is needed"));
    }
    let (mut countries, mut subdivisions) = (Vec::new(), Vec::new());
    for part in sent.get("countries").split([',', ' ', ';']).filter(|part| !part.is_empty()) {
        let read: Result<(), ParseError> = if part.contains('-') {
            SubdivisionCode::parse(part).map(|code| subdivisions.push(code))
        } else {
            CountryCode::parse(part).map(|code| countries.push(code))
        };
        if let Err(error) = read {
            errors.push(FieldError::of("countries", &error));
        }
    }
    if sent.date("valid_to").is_none() && !sent.get("valid_to").is_empty() {
        errors.push(FieldError::new("valid_to", "date", "is not a date such as 2027-09-01"));
    }
    match role {
        Ok(role) if errors.is_empty() => Ok(team::Invite {
            email: sent.get("email").into(),
            role,
            organisation: sent.id("organisation"),
            countries,
            subdivisions,
            trainee: sent.id("trainee"),
            valid_to: sent.date("valid_to"),
        }),
        _ => Err(errors),
    }
}

/// `POST /ui/team/invite`
pub async fn invite(page: Page, sent: Sent) -> Answer {
    sent.guard(&page)?;
    permit(&page.actor, Action::Create, Subject::Team)?;
    let invitation = match read_invitation(&sent) {
        Ok(invitation) => invitation,
        Err(errors) => return team_page(&page, &errors, &[], &sent).await,
    };
    match team::invite(&page.ctx(), &invitation).await {
        Ok(()) => Ok(see("/ui/team?notice=sent")),
        Err(error) => team_page(&page, &mendable(error)?, &[], &sent).await,
    }
}

/// `POST /ui/team/{id}/end`
pub async fn end(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    team::end(&page.ctx(), id).await?;
    Ok(see("/ui/team?notice=saved"))
}

/// `POST /ui/team/cover`
pub async fn cover(page: Page, sent: Sent) -> Answer {
    sent.guard(&page)?;
    let (Some(grant), Some(account), Some(from), Some(to)) = (sent.id("grant"), sent.id("account"), sent.date("from"), sent.date("to"))
    else {
        let missing =
            [("grant", sent.id("grant").is_none()), ("account", sent.id("account").is_none()), ("from", sent.date("from").is_none())];
        let name = missing.iter().find(|(_, missing)| *missing).map_or("to", |(name, _)| name);
        return team_page(&page, &[], &[FieldError::new(name, "required", "is needed")], &sent).await;
    };
    match team::cover(&page.ctx(), &team::Cover { grant, account, from, to, reason: sent.get("reason").into() }).await {
        Ok(()) => Ok(see("/ui/team?notice=saved")),
        Err(error) => team_page(&page, &[], &mendable(error)?, &sent).await,
    }
}

/// `GET /ui/retention`
pub async fn retention_reports(page: Page) -> Answer {
    let t = page.locale;
    let reports = retention::reports(&page.ctx()).await?;
    let word =
        |what: &retention::What| serde_json::to_value(what).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default();
    let rows = reports.iter().flat_map(|(at, lines)| {
        lines.iter().filter(|line| line.rows > 0).map(|line| {
            vec![
                Cell::text(formats::moment_ms(t, at.ms())),
                Cell::text(t.get(&word_key("retention", &word(&line.what)))),
                Cell::number(formats::count(t, line.rows)),
            ]
        })
    });
    let done = ["access-when", "access-what", "retention-rows"].map(|key| t.get(key)).into();
    let rules = page.state.retention.rule.iter().map(|rule| {
        let mark = if rule.illustrative { Cell::tag(t.get("fact-illustrative"), "warn") } else { Cell::default() };
        vec![
            Cell::text(t.get(&word_key("retention", &word(&rule.what)))),
            Cell::number(t.with1("months", "count", rule.after_months)),
            Cell::text(rule.source.clone()),
            mark,
        ]
    });
    let schedule = ["access-what", "retention-after", "retention-source", "field-status"].map(|key| t.get(key)).into();
    Sheet::new(page.shell("retention-title"))
        .lead(t.get("retention-lead"))
        .table(Table { heading: t.get("retention-schedule"), columns: schedule, rows: rules.collect(), empty: String::new() })
        .table(Table { heading: t.get("retention-done"), columns: done, rows: rows.collect(), empty: t.get("list-empty") })
        .answer()
}
