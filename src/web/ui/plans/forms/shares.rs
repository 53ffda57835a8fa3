//! Who pays which part of one class of costs, up to which cap, and what has to be reached before it falls due.

use super::{Reading, Section};
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::i18n::Locale;
use crate::web::ui::Answer;
use crate::web::ui::cells::word_key;
use crate::web::ui::parts::{Form, Input};
use crate::web::ui::sent::Sent;
use crate::web::ui::shell::Page;
use actix_web::web;
use passerelle_domain::contingency::plan::Plan;
use passerelle_domain::corridor::{CostClass, Party};
use passerelle_domain::finance::shares::{Milestone, Share, ShareFault, faults, may_bear};
use uuid::Uuid;

/// Payers of one class that the form asks for, where a plan names no more of them.
const PAYERS: usize = 4;

/// Classes that somebody may be asked to pay.
pub fn classes() -> impl Iterator<Item = CostClass> {
    CostClass::ALL.iter().copied().filter(|class| Party::ALL.iter().any(|party| may_bear(*party, *class)))
}

struct Class(CostClass);

impl Class {
    fn own<'p>(&self, plan: &'p Plan) -> Vec<&'p Share> {
        plan.shares.iter().filter(|share| share.class == self.0).collect()
    }

    fn payers(&self, plan: &Plan) -> usize {
        self.own(plan).len().max(PAYERS)
    }
}

impl Section for Class {
    fn path(&self) -> String {
        format!("shares/{}", self.0)
    }

    fn heading(&self, t: Locale) -> String {
        let class = t.get(&word_key("cost-class", self.0.as_str()));
        t.with1("contingency-plan-share-of", "class", class)
    }

    fn lead(&self, t: Locale) -> String {
        t.get("contingency-plan-share-lead")
    }

    fn fill(&self, t: Locale, mut form: Form, plan: &Plan) -> Form {
        let word = |kind: &str, word: &str| (word.to_owned(), t.get(&word_key(kind, word)));
        let parties: Vec<_> =
            Party::ALL.iter().filter(|party| may_bear(**party, self.0)).map(|party| word("party", party.as_str())).collect();
        let milestones: Vec<_> = Milestone::ALL.iter().map(|due| word("milestone", due.as_str())).collect();
        let own = self.own(plan);
        for row in 0..self.payers(plan) {
            let share = own.get(row);
            let label =
                |key: &str| t.with_all("contingency-plan-share-field", [("row", formats::count(t, row + 1)), ("field", t.get(key))]);
            let said = |value: Option<String>| value.unwrap_or_default();
            let payer = Input::new("select", &format!("payer{row}"), label("field-payer")).options(parties.clone());
            let percent = Input::new("number", &format!("percent{row}"), label("contingency-plan-percent"));
            let cap = Input::new("text", &format!("cap{row}"), label("contingency-plan-cap")).hint(t.get("hint-kind-money"));
            let due = Input::new("select", &format!("due{row}"), label("field-milestone")).options(milestones.clone());
            form = form
                .input(payer.value(said(share.map(|share| share.payer.to_string()))))
                .input(percent.value(said(share.map(|share| share.percent.to_string()))))
                .input(cap.value(said(share.and_then(|share| share.cap).map(String::from))))
                .input(due.value(said(share.map(|share| share.due.to_string()))));
        }
        form
    }

    fn read(&self, read: &mut Reading<'_>, plan: &mut Plan) {
        let mut rows = Vec::new();
        for row in 0..self.payers(plan) {
            let [payer, percent, cap, due] = ["payer", "percent", "cap", "due"].map(|name| format!("{name}{row}"));
            if [&payer, &percent, &cap, &due].iter().all(|name| read.sent.get(name).is_empty()) {
                continue;
            }
            let before = read.errors.len();
            let share = (read.parsed(&payer), read.percent(&percent), read.money(&cap), read.parsed(&due));
            for name in [&payer, &percent, &due].into_iter().filter(|name| read.sent.get(name).is_empty()) {
                read.errors.push(FieldError::new(name, "required", "is needed"));
            }
            if let (Some(payer), Some(percent), cap, Some(due)) = share
                && read.errors.len() == before
            {
                rows.push(Share { class: self.0, payer, percent, cap, due });
            }
        }
        if read.errors.is_empty() {
            for (_, fault) in faults(&rows) {
                read.errors.push(FieldError::new("percent0", code(fault), "does not fit the rest of its class"));
            }
        }
        plan.shares.retain(|share| share.class != self.0);
        plan.shares.extend(rows);
    }
}

/// Message for what is wrong with the rows of a class.
fn code(fault: ShareFault) -> &'static str {
    match fault {
        ShareFault::NotWhole => "share-not-whole",
        ShareFault::NotHers => "cost-not-hers",
        ShareFault::AllCapped => "share-all-capped",
        ShareFault::Empty => "share-empty",
    }
}

fn known(word: &str) -> Result<Class, AppError> {
    classes().find(|class| class.as_str() == word).map(Class).ok_or(AppError::NotFound)
}

/// `GET /ui/agreements/{id}/contingency-plan/shares/{class}`
pub async fn show(page: Page, path: web::Path<(Uuid, String)>) -> Answer {
    super::ensure_writes(&page)?;
    let (id, class) = path.into_inner();
    super::show(&page, id, &known(&class)?).await
}

/// `POST /ui/agreements/{id}/contingency-plan/shares/{class}`
pub async fn save(page: Page, path: web::Path<(Uuid, String)>, sent: Sent) -> Answer {
    super::ensure_writes(&page)?;
    let (id, class) = path.into_inner();
    super::save(&page, id, &known(&class)?, &sent).await
}
