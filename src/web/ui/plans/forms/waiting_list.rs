//! Who is asked next where somebody gives up her place: how long a turn lasts, and the least share of a group.

use super::{PERIOD_MOST, Reading, Section};
use crate::error::FieldError;
use crate::formats;
use crate::i18n::Locale;
use crate::web::extract::PathId;
use crate::web::ui::Answer;
use crate::web::ui::cells::word_key;
use crate::web::ui::parts::{Form, Input};
use crate::web::ui::sent::Sent;
use crate::web::ui::shell::Page;
use passerelle_domain::contingency::plan::Plan;
use passerelle_domain::contingency::waiting_list::{Group, LeastShare};
use passerelle_domain::people::Sex;

/// Regions that the form asks for, where a plan names no more of them.
const REGIONS: usize = 4;
/// Sexes that a plan may hold a share for: what nobody disclosed is not counted.
const SEXES: [Sex; 3] = [Sex::Female, Sex::Male, Sex::Other];

struct Turns;

/// How long a turn lasts, by name, with its value in a plan.
fn turns(plan: &mut Plan) -> [(&'static str, &mut u32); 2] {
    let list = &mut plan.waiting_list;
    [("first_refusal_months", &mut list.first_refusal_months), ("re_entry_months", &mut list.re_entry_months)]
}

fn regions(plan: &Plan) -> Vec<&LeastShare> {
    plan.waiting_list.shares.iter().filter(|share| matches!(share.of, Group::Region(_))).collect()
}

impl Section for Turns {
    fn path(&self) -> String {
        "waiting-list".into()
    }

    fn heading(&self, t: Locale) -> String {
        t.get("contingency-plan-waiting-list")
    }

    fn lead(&self, t: Locale) -> String {
        t.get("contingency-plan-waiting-list-lead")
    }

    fn fill(&self, t: Locale, mut form: Form, plan: &Plan) -> Form {
        for (name, value) in turns(&mut plan.clone()) {
            form = form.input(Input::new("number", name, t.get(&word_key("plan", name))).value(value.to_string()).required());
        }
        let least = |group: String| t.with1("contingency-plan-least", "group", group);
        for sex in SEXES {
            let held = plan.waiting_list.shares.iter().find(|share| share.of == Group::Sex(sex));
            let label = least(t.get(&word_key("sex", sex.as_str())));
            form = form
                .input(Input::new("number", sex.as_str(), label).value(held.map_or_else(String::new, |share| share.percent.to_string())));
        }
        let known = regions(plan);
        for row in 0..known.len().max(REGIONS) {
            let (region, percent) = match known.get(row) {
                Some(LeastShare { of: Group::Region(region), percent }) => (region.to_string(), percent.to_string()),
                _ => (String::new(), String::new()),
            };
            let row_label = t.with1("contingency-plan-region", "row", formats::count(t, row + 1));
            form = form
                .input(
                    Input::new("text", &format!("region{row}"), row_label.clone())
                        .hint(t.get("contingency-plan-region-hint"))
                        .value(region),
                )
                .input(Input::new("number", &format!("percent{row}"), least(row_label)).value(percent));
        }
        form
    }

    fn read(&self, read: &mut Reading<'_>, plan: &mut Plan) {
        let rows = regions(plan).len().max(REGIONS);
        for (name, value) in turns(plan) {
            *value = read.number(name, PERIOD_MOST);
        }
        let mut shares: Vec<LeastShare> =
            SEXES.into_iter().filter_map(|sex| Some(LeastShare { of: Group::Sex(sex), percent: read.percent(sex.as_str())? })).collect();
        for row in 0..rows {
            let [region, percent] = ["region", "percent"].map(|name| format!("{name}{row}"));
            match (read.parsed(&region), read.percent(&percent)) {
                (Some(region), Some(percent)) => shares.push(LeastShare { of: Group::Region(region), percent }),
                _ => {
                    // One without the other; a field that cannot be read has been named already.
                    let lacks = |name: &String, other: &String| read.sent.get(name).is_empty() && !read.sent.get(other).is_empty();
                    let missing = [(&region, &percent), (&percent, &region)].into_iter().find(|(name, other)| lacks(name, other));
                    if let Some((name, _)) = missing {
                        read.errors.push(FieldError::new(name, "required", "is needed"));
                    }
                }
            }
        }
        plan.waiting_list.shares = shares;
        if read.errors.is_empty() && !plan.waiting_list.is_sound() {
            let field = if plan.waiting_list.shares.is_empty() { "first_refusal_months" } else { "percent0" };
            read.errors.push(FieldError::new(field, "plan-waiting-list", "cannot be kept"));
        }
    }
}

/// `GET /ui/agreements/{id}/contingency-plan/waiting-list`
pub async fn show(page: Page, PathId(id): PathId) -> Answer {
    super::show(&page, id, &Turns).await
}

/// `POST /ui/agreements/{id}/contingency-plan/waiting-list`
pub async fn save(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    super::save(&page, id, &Turns, &sent).await
}
