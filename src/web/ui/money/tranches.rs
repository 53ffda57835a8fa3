//! Claims of a cohort: what each payer owes at each milestone, and the three hands that claim, approve and pay.

use crate::app::money::tranches::{self, Claim, Decision, Payment, Standing};
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::i18n::Locale;
use crate::web::extract::PathId;
use crate::web::ui::cells::{Names, word_key};
use crate::web::ui::parts::{Cell, Form, Input, Sheet, Table, mendable};
use crate::web::ui::sent::Sent;
use crate::web::ui::shell::Page;
use crate::web::ui::{Answer, see};
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::finance::shares::Milestone;
use passerelle_domain::money::Money;
use uuid::Uuid;

/// `GET /ui/cohorts/{id}/tranches`
pub async fn show(page: Page, PathId(id): PathId) -> Answer {
    shown(&page, id, &[], &Sent::default()).await
}

async fn shown(page: &Page, id: Uuid, errors: &[FieldError], sent: &Sent) -> Answer {
    let (ctx, t) = (page.ctx(), page.locale);
    let standing = tranches::standing(&ctx, id).await?;
    let title = Names::of(&ctx, "cohorts", [id]).await?.name(id);
    let columns = [
        "field-milestone",
        "field-payer",
        "tranche-people",
        "tranche-owed",
        "tranche-open",
        "tranche-status-claimed",
        "tranche-status-approved",
        "tranche-status-paid",
    ];
    let columns = columns.map(|key| t.get(key)).into();
    let rows = standing.iter().map(|one| cells(t, one)).collect();
    let mut sheet = Sheet::new(page.shell("tranches-title"))
        .crumb(format!("/ui/cohorts/{id}"), title)
        .lead(t.get("tranches-lead"))
        .action(format!("/ui/tranches?cohort_id={id}"), t.get("records-tranches"))
        .table(Table { heading: t.get("tranches-standing"), columns, rows, empty: t.get("tranches-none") });
    // What is decided is what was seen: how many claims there were goes along with the milestone.
    let milestones = |waits: &dyn Fn(&Standing) -> usize, counted: bool| -> Vec<(String, String)> {
        let options = Milestone::ALL.iter().filter_map(|known| {
            let count: usize = standing.iter().filter(|one| one.milestone == *known).map(waits).sum();
            let name = t.get(&word_key("milestone", known.as_str()));
            let label = if counted { format!("{name} ({})", formats::count(t, count)) } else { name };
            (count > 0).then(|| (format!("{known}:{count}"), label))
        });
        options.collect()
    };
    let form = |path: &str, key: &str, open: &[(String, String)]| {
        Form::new(format!("/ui/cohorts/{id}/tranches{path}"), t.get(key))
            .heading(t.get(key))
            .input(Input::new("select", "milestone", t.get("field-milestone")).options(open.to_vec()).required())
    };
    let evidence = || Input::new("text", "evidence", t.get("field-evidence")).required();
    let open = milestones(&|one| usize::from(one.open_minor > 0), false);
    if permit(&page.actor, Action::Create, Subject::Tranche).is_ok() && !open.is_empty() {
        sheet = sheet.form(form("", "tranche-claim", &open).input(evidence()).refused(t, errors, |name| sent.some(name)));
    }
    let claimed = milestones(&|one| one.to_decide, true);
    if permit(&page.actor, Action::Decide, Subject::Tranche).is_ok() && !claimed.is_empty() {
        let decisions = vec![("approve".to_owned(), t.get("tranche-approve")), ("refuse".to_owned(), t.get("tranche-refuse"))];
        let decide = form("/decision", "tranche-decide", &claimed)
            .input(Input::new("select", "decision", t.get("tranche-decision")).options(decisions).required())
            .input(Input::new("text", "reason", t.get("field-reason")).hint(t.get("tranche-reason-hint")));
        sheet = sheet.form(decide.refused(t, errors, |name| sent.some(name)));
    }
    let approved = milestones(&|one| one.to_pay, true);
    if permit(&page.actor, Action::Create, Subject::LedgerEntry).is_ok() && !approved.is_empty() {
        let pay = form("/payment", "tranche-pay", &approved).lead(t.get("tranche-pay-lead")).input(evidence());
        sheet = sheet.form(pay.refused(t, errors, |name| sent.some(name)));
    }
    sheet.answer()
}

fn cells(t: Locale, one: &Standing) -> Vec<Cell> {
    let money = |minor: i64| Cell::number(formats::money(t, Money::new(minor, one.currency)));
    vec![
        Cell::text(t.get(&word_key("milestone", one.milestone.as_str()))),
        Cell::text(t.get(&word_key("party", one.payer.as_str()))),
        Cell::number(formats::count(t, one.people)),
        money(one.owed_minor),
        money(one.open_minor),
        money(one.claimed_minor),
        money(one.approved_minor),
        money(one.paid_minor),
    ]
}

/// The milestone, and how many claims of it were seen.
fn milestone(sent: &Sent) -> Result<(Milestone, usize), AppError> {
    let (word, count) = sent.get("milestone").split_once(':').unwrap_or((sent.get("milestone"), "0"));
    let parsed = Milestone::parse(word).map_err(|error| AppError::Invalid(vec![FieldError::of("milestone", &error)]))?;
    Ok((parsed, count.parse().unwrap_or(0)))
}

async fn done(page: &Page, id: Uuid, sent: &Sent, done: Result<usize, AppError>) -> Answer {
    match done {
        Ok(_) => Ok(see(format!("/ui/cohorts/{id}/tranches?notice=saved"))),
        Err(refused) => shown(page, id, &mendable(refused)?, sent).await,
    }
}

/// `POST /ui/cohorts/{id}/tranches`
pub async fn claim(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    permit(&page.actor, Action::Create, Subject::Tranche)?;
    sent.guard(&page)?;
    let claimed = match milestone(&sent) {
        Ok((milestone, _)) => tranches::claim(&page.ctx(), id, &Claim { milestone, evidence: sent.get("evidence").to_owned() }).await,
        Err(refused) => Err(refused),
    };
    done(&page, id, &sent, claimed).await
}

/// `POST /ui/cohorts/{id}/tranches/decision`
pub async fn decide(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    permit(&page.actor, Action::Decide, Subject::Tranche)?;
    sent.guard(&page)?;
    let decided = match milestone(&sent) {
        Ok((milestone, count)) => {
            let decision = Decision { milestone, count, approved: sent.get("decision") == "approve", reason: sent.some("reason") };
            tranches::decide(&page.ctx(), id, &decision).await
        }
        Err(refused) => Err(refused),
    };
    done(&page, id, &sent, decided).await
}

/// `POST /ui/cohorts/{id}/tranches/payment`
pub async fn pay(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    permit(&page.actor, Action::Create, Subject::LedgerEntry)?;
    sent.guard(&page)?;
    let paid = match milestone(&sent) {
        Ok((milestone, count)) => {
            tranches::pay(&page.ctx(), id, &Payment { milestone, count, evidence: sent.get("evidence").to_owned() }).await
        }
        Err(refused) => Err(refused),
    };
    done(&page, id, &sent, paid).await
}
