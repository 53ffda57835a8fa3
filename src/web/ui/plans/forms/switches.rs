//! Other occupations of the same field that both states let somebody go over to where recognition of the first one fails.

use super::{Reading, Section};
use crate::error::FieldError;
use crate::formats;
use crate::i18n::Locale;
use crate::web::extract::PathId;
use crate::web::ui::Answer;
use crate::web::ui::parts::{Form, Input};
use crate::web::ui::sent::Sent;
use crate::web::ui::shell::Page;
use passerelle_domain::contingency::plan::{Plan, SWITCHES_MAX, Switch};

/// Empty rows below those that a plan names.
const SPARE: usize = 4;

struct Switches;

fn rows(plan: &Plan) -> usize {
    Ord::min(plan.switches.len() + SPARE, SWITCHES_MAX)
}

impl Section for Switches {
    fn path(&self) -> String {
        "switches".into()
    }

    fn heading(&self, t: Locale) -> String {
        t.get("contingency-plan-switches")
    }

    fn lead(&self, t: Locale) -> String {
        t.get("contingency-plan-switches-lead")
    }

    fn fill(&self, t: Locale, mut form: Form, plan: &Plan) -> Form {
        for row in 0..rows(plan) {
            let switch = plan.switches.get(row);
            let (from, to) = switch.map_or_else(Default::default, |one| (one.from.to_string(), one.to.to_string()));
            for (name, key, code) in [("from", "contingency-plan-switch-from", from), ("to", "contingency-plan-switch-to", to)] {
                let label = t.with1(key, "row", formats::count(t, row + 1));
                form = form.input(Input::new("text", &format!("{name}{row}"), label).hint(t.get("contingency-plan-isco-hint")).value(code));
            }
        }
        form
    }

    fn read(&self, read: &mut Reading<'_>, plan: &mut Plan) {
        let mut switches = Vec::new();
        for row in 0..rows(plan) {
            let [from, to] = ["from", "to"].map(|name| format!("{name}{row}"));
            for (name, other) in [(&from, &to), (&to, &from)] {
                if read.sent.get(name).is_empty() && !read.sent.get(other).is_empty() {
                    read.errors.push(FieldError::new(name, "required", "is needed"));
                }
            }
            if let (Some(left), Some(right)) = (read.parsed(&from), read.parsed(&to)) {
                let switch = Switch { from: left, to: right };
                if switch.from == switch.to || switches.contains(&switch) {
                    read.errors.push(FieldError::new(&to, "plan-switch", "is the same occupation, or stands twice"));
                }
                switches.push(switch);
            }
        }
        plan.switches = switches;
    }
}

/// `GET /ui/agreements/{id}/contingency-plan/switches`
pub async fn show(page: Page, PathId(id): PathId) -> Answer {
    super::show(&page, id, &Switches).await
}

/// `POST /ui/agreements/{id}/contingency-plan/switches`
pub async fn save(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    super::save(&page, id, &Switches, &sent).await
}
