//! Forms for the parts of a plan, each of one idea: what is done about a cause, periods and money, who pays which part of
//! a class of costs, the waiting list, other occupations. Each is saved into the draft that it was read from.

pub mod answers;
pub mod shares;
pub mod switches;
pub mod terms;
pub mod waiting_list;

use super::super::parts::{Form, Sheet, mendable_event};
use super::super::sent::Sent;
use super::super::shell::Page;
use super::super::{Answer, see};
use crate::app::contingency::plans;
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::i18n::Locale;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::contingency::plan::Plan;
use passerelle_domain::money::Money;
use passerelle_domain::parse::ParseError;
use uuid::Uuid;

/// The longest that any period may be on a form; the check of the plan is stricter where it has to be.
const PERIOD_MOST: u32 = 3_650;

/// A part of a plan that has a form.
trait Section {
    /// What follows the address of the plan.
    fn path(&self) -> String;

    fn heading(&self, t: Locale) -> String;

    fn lead(&self, t: Locale) -> String;

    /// The inputs, as the plan stands.
    fn fill(&self, t: Locale, form: Form, plan: &Plan) -> Form;

    /// Changes the part of the plan to what was sent, and notes what is wrong with it.
    fn read(&self, read: &mut Reading<'_>, plan: &mut Plan);

    /// What was sent in a field, all of it where more can be ticked.
    fn typed(&self, sent: &Sent, name: &str) -> Option<String> {
        sent.some(name)
    }
}

/// The page of a form: for whoever writes the plan of the agreement.
async fn show(page: &Page, id: Uuid, section: &impl Section) -> Answer {
    let (plan, digest) = written(page, id).await?;
    sheet(page, id, section, form(page.locale, id, section, &plan, digest))
}

/// Saves what was sent, or shows the form again with what was typed and what is wrong with it.
async fn save(page: &Page, id: Uuid, section: &impl Section, sent: &Sent) -> Answer {
    let (plan, digest) = written(page, id).await?;
    sent.guard(page)?;
    let t = page.locale;
    let (mut changed, mut read) = (plan.clone(), Reading { t, sent, errors: vec![] });
    section.read(&mut read, &mut changed);
    let done = match read.errors {
        errors if errors.is_empty() => plans::save(&page.ctx(), id, &changed, Some(sent.get("digest"))).await,
        errors => Err(AppError::Invalid(errors)),
    };
    match done {
        Ok(()) => Ok(see(format!("{}?notice=saved", plan_of(id)))),
        Err(refused) => {
            let form = form(t, id, section, &plan, digest);
            sheet(page, id, section, form.refused(t, &mendable_event(refused)?, |name| section.typed(sent, name)))
        }
    }
}

/// Whoever writes no plans is told so before anything is said of what there is to write.
fn ensure_writes(page: &Page) -> Result<(), AppError> {
    permit(&page.actor, Action::Update, Subject::Agreement)?;
    Ok(())
}

/// The plan that a form begins with, and the draft that it was read from; an empty digest where none is being written.
async fn written(page: &Page, id: Uuid) -> Result<(Plan, String), AppError> {
    ensure_writes(page)?;
    let found = plans::of(&page.ctx(), id).await?;
    let digest = found.draft.as_ref().map_or_else(String::new, |draft| draft.digest.clone());
    let plan = found.draft.or(found.published).map_or_else(Plan::standard, |version| version.plan);
    Ok((plan, digest))
}

fn plan_of(id: Uuid) -> String {
    format!("/ui/agreements/{id}/contingency-plan")
}

fn form(t: Locale, id: Uuid, section: &impl Section, plan: &Plan, digest: String) -> Form {
    let form = Form::new(format!("{}/{}", plan_of(id), section.path()), t.get("contingency-plan-save"));
    section.fill(t, form.lead(section.lead(t)).hidden("digest", digest), plan)
}

fn sheet(page: &Page, id: Uuid, section: &impl Section, form: Form) -> Answer {
    let t = page.locale;
    Sheet::new(page.shell_titled(section.heading(t))).crumb(plan_of(id), t.get("contingency-plan-title")).form(form).answer()
}

/// What was sent, read with the field that is wrong.
struct Reading<'a> {
    t: Locale,
    sent: &'a Sent,
    errors: Vec<FieldError>,
}

impl Reading<'_> {
    fn money(&mut self, name: &str) -> Option<Money> {
        let text = self.sent.get(name);
        if text.is_empty() {
            return None;
        }
        let read = Money::parse(&formats::read_money(self.t, text));
        read.map_err(|error| self.errors.push(FieldError::of(name, &error))).ok()
    }

    fn number(&mut self, name: &str, most: u32) -> u32 {
        let number = self.sent.number(name).and_then(|number| u32::try_from(number).ok()).filter(|number| *number <= most);
        if number.is_none() {
            self.errors.push(FieldError::new(name, "range", format!("must be from 0 to {most}")).with("min", 0).with("max", most));
        }
        number.unwrap_or(0)
    }

    /// A part of a hundred; nothing where the field is empty.
    fn percent(&mut self, name: &str) -> Option<u8> {
        if self.sent.get(name).is_empty() {
            return None;
        }
        let percent = self.sent.number(name).and_then(|number| u8::try_from(number).ok()).filter(|number| (1..=100).contains(number));
        if percent.is_none() {
            self.errors.push(FieldError::new(name, "range", "must be from 1 to 100").with("min", 1).with("max", 100));
        }
        percent
    }

    /// A word or a code; nothing where the field is empty.
    fn parsed<V: TryFrom<String, Error = ParseError>>(&mut self, name: &str) -> Option<V> {
        let text = self.sent.get(name);
        if text.is_empty() {
            return None;
        }
        V::try_from(text.to_owned()).map_err(|error| self.errors.push(FieldError::of(name, &error))).ok()
    }
}
