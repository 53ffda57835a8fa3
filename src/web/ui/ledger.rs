//! The books of an agreement: what each account holds, and a form to book.

use super::cells::{Names, choices, word_key};
use super::parts::{Cell, Form, Input, Sheet, Table, mendable};
use super::sent::Sent;
use super::shell::Page;
use super::{Answer, see};
use crate::app::money::ledger::{self, Book};
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::web::extract::PathId;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::corridor::CostClass;
use passerelle_domain::finance::ledger::{Account, CostGroup};
use passerelle_domain::money::Money;
use uuid::Uuid;

/// `GET /ui/agreements/{id}/ledger`
pub async fn show(page: Page, PathId(id): PathId) -> Answer {
    shown(&page, id, &[], &Sent::default()).await
}

async fn shown(page: &Page, id: Uuid, errors: &[FieldError], sent: &Sent) -> Answer {
    let (ctx, t) = (page.ctx(), page.locale);
    let balances = ledger::balances(&ctx, id).await?;
    let title = Names::of(&ctx, "agreements", [id]).await?.name(id);
    let rows = balances
        .iter()
        .map(|one| {
            let account = t.get(&word_key("account", one.account.as_str()));
            vec![Cell::text(account), Cell::number(formats::money(t, one.balance))]
        })
        .collect();
    let by_group = ledger::by_group(&ctx, id).await?;
    let groups = by_group.iter().map(|one| {
        let class = one.class.map_or_else(|| "—".to_owned(), |class| t.get(&word_key("cost-class", class.as_str())));
        vec![
            Cell::text(t.get(&word_key("cost-group", one.group.as_str()))),
            Cell::text(class),
            Cell::number(formats::money(t, one.places)),
            Cell::number(formats::money(t, one.lost)),
        ]
    });
    let of_groups = Table {
        heading: t.get("ledger-groups"),
        columns: ["field-cost-group", "field-cost-class", "ledger-on-places", "ledger-lost"].map(|key| t.get(key)).into(),
        rows: groups.collect(),
        empty: t.get("list-empty"),
    };
    let columns = vec![t.get("ledger-account"), t.get("ledger-balance")];
    let mut sheet = Sheet::new(page.shell("ledger-title"))
        .crumb(format!("/ui/agreements/{id}"), title)
        .lead(t.get("ledger-lead"))
        .action(format!("/ui/ledger-entries?agreement_id={id}"), t.get("records-ledger-entries"))
        .action(format!("/ui/recovery-claims?agreement_id={id}"), t.get("records-recovery-claims"))
        .table(Table { heading: t.get("ledger-balances"), columns, rows, empty: t.get("list-empty") })
        .table(of_groups);
    if permit(&page.actor, Action::Create, Subject::LedgerEntry).is_ok() {
        // Nobody books on a trainee by hand.
        let accounts: Vec<&str> = Account::WORDS.iter().copied().filter(|word| *word != Account::Trainee.as_str()).collect();
        let form = Form::new(format!("/ui/agreements/{id}/ledger"), t.get("ledger-book"))
            .heading(t.get("ledger-book"))
            .input(Input::new("select", "from", t.get("field-from-account")).options(choices(t, "account", &accounts)).required())
            .input(Input::new("select", "to", t.get("field-to-account")).options(choices(t, "account", &accounts)).required())
            .input(Input::new("select", "group", t.get("field-cost-group")).options(choices(t, "cost-group", CostGroup::WORDS)).required())
            .input(Input::new("select", "class", t.get("field-cost-class")).options(choices(t, "cost-class", CostClass::WORDS)))
            .input(Input::new("text", "amount", t.get("field-ledger-amount")).hint(t.get("hint-kind-money")).required())
            .input(Input::new("text", "memo", t.get("field-memo")).required())
            .input(Input::new("text", "evidence", t.get("field-evidence")))
            .refused(t, errors, |name| sent.some(name));
        sheet = sheet.form(form);
    }
    sheet.answer()
}

/// `POST /ui/agreements/{id}/ledger`
pub async fn book(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    permit(&page.actor, Action::Create, Subject::LedgerEntry)?;
    sent.guard(&page)?;
    let done = match read(&page, &sent) {
        Ok(line) => ledger::book(&page.ctx(), id, &line).await.map(|_| ()),
        Err(errors) => Err(AppError::Invalid(errors)),
    };
    match done {
        Ok(()) => Ok(see(format!("/ui/agreements/{id}/ledger?notice=saved"))),
        Err(refused) => shown(&page, id, &mendable(refused)?, &sent).await,
    }
}

fn read(page: &Page, sent: &Sent) -> Result<Book, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut parsed = |name: &str| Account::parse(sent.get(name)).map_err(|error| errors.push(FieldError::of(name, &error))).ok();
    let (from, to) = (parsed("from"), parsed("to"));
    let group = CostGroup::parse(sent.get("group")).map_err(|error| errors.push(FieldError::of("group", &error))).ok();
    let class = match sent.some("class") {
        Some(word) => CostClass::parse(&word).map_err(|error| errors.push(FieldError::of("class", &error))).ok(),
        None => None,
    };
    let written = formats::read_money(page.locale, sent.get("amount"));
    let amount = Money::parse(&written).map_err(|error| errors.push(FieldError::of("amount", &error))).ok();
    match (from, to, group, amount) {
        (Some(from), Some(to), Some(group), Some(amount)) if errors.is_empty() => {
            Ok(Book { from, to, group, class, amount, on: None, memo: sent.get("memo").to_owned(), evidence: sent.some("evidence") })
        }
        _ => Err(errors),
    }
}

/// `POST /ui/ledger-entries/{id}/reversal`
pub async fn reverse(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    permit(&page.actor, Action::Create, Subject::LedgerEntry)?;
    sent.guard(&page)?;
    match ledger::reverse(&page.ctx(), id, sent.get("reason")).await {
        Ok(row) => Ok(see(format!("/ui/ledger-entries/{}?notice=saved", row.id))),
        Err(refused) => {
            let t = page.locale;
            let form = reversal(&page, id).refused(t, &mendable(refused)?, |name| sent.some(name));
            Sheet::new(page.shell("ledger-reverse"))
                .crumb(format!("/ui/ledger-entries/{id}"), t.get("form-cancel"))
                .form(Form { heading: String::new(), folded: false, ..form })
                .answer()
        }
    }
}

/// The form that takes a line back, on the page of the line.
pub fn reversal(page: &Page, id: Uuid) -> Form {
    let t = page.locale;
    Form::new(format!("/ui/ledger-entries/{id}/reversal"), t.get("ledger-reverse"))
        .heading(t.get("ledger-reverse"))
        .input(Input::new("text", "reason", t.get("field-reason")).required())
        .folded()
}
