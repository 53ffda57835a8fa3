//! "I cannot go on": three taps on a phone. What kind of thing, what exactly, send.

use super::cells::word_key;
use super::events::cause;
use super::parts::{Cell, Part, Sheet, Table};
use super::sent::Sent;
use super::shell::Page;
use super::{Answer, see};
use crate::app::case_events::Act;
use crate::app::{contingency, journeys};
use crate::error::AppError;
use crate::web::extract::Params;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::contingency::{CAUSES, is_cause};
use passerelle_domain::machine::journey::Event;
use uuid::Uuid;

/// Kinds of causes, as the codes begin.
const GROUPS: [&str; 9] = ["PER", "FAM", "HLT", "ORI", "DST", "EMP", "VIS", "REC", "PRT"];

/// `GET /ui/my/emergency`
pub async fn show(page: Page, Params(params): Params) -> Answer {
    permit(&page.actor, Action::Read, Subject::Journey)?;
    let t = page.locale;
    let sheet = Sheet::new(page.shell("emergency-title")).crumb("/ui", t.get("home-title"));
    let Some((_, version)) = own(&page).await? else {
        return sheet.part(Part::Notice { text: t.get("emergency-none"), kind: "warn" }).answer();
    };
    if let Some(case) = contingency::my_open(&page.ctx()).await? {
        let links = vec![(format!("/ui/contingency-cases/{case}"), t.get("emergency-open"))];
        return sheet.part(Part::Links { heading: String::new(), links }).answer();
    }
    let group = params.get("group").map(String::as_str).filter(|group| GROUPS.contains(group));
    let Some(group) = group else {
        let links = GROUPS.map(|group| {
            let name = t.get(&word_key("cause-group", &group.to_lowercase()));
            (format!("/ui/my/emergency?group={group}"), name)
        });
        return sheet.lead(t.get("emergency-lead")).part(Part::Links { heading: t.get("emergency-what"), links: links.into() }).answer();
    };
    let rows = CAUSES.iter().filter(|known| known.code.starts_with(group)).map(|known| {
        let mut send = Cell::button("/ui/my/emergency", t.get("emergency-send"));
        if let Some(button) = &mut send.button {
            button.hidden = vec![("version".into(), version.to_string()), ("cause".into(), known.code.into())];
        }
        vec![Cell::text(cause(t, known.code)), send]
    });
    let columns = vec![t.get("field-cause"), t.get("action")];
    sheet
        .lead(t.get("emergency-free"))
        .table(Table {
            heading: t.get(&word_key("cause-group", &group.to_lowercase())),
            columns,
            rows: rows.collect(),
            empty: String::new(),
        })
        .part(Part::Links { heading: String::new(), links: vec![("/ui/my/emergency".into(), t.get("emergency-other"))] })
        .answer()
}

/// Her journey and its version.
async fn own(page: &Page) -> Result<Option<(Uuid, i64)>, AppError> {
    let ctx = page.ctx();
    let Some(id) = journeys::my_own(&ctx).await? else { return Ok(None) };
    Ok(Some((id, journeys::course(&ctx, id).await?.row.version)))
}

/// `POST /ui/my/emergency`
pub async fn report(page: Page, sent: Sent) -> Answer {
    permit(&page.actor, Action::Read, Subject::Journey)?;
    sent.guard(&page)?;
    let (journey, _) = own(&page).await?.ok_or(AppError::NotFound)?;
    let code = sent.get("cause");
    if !is_cause(code) {
        return Err(AppError::invalid("cause", "cause-unknown", "is no cause of the taxonomy, such as DST.BORDER"));
    }
    let event = Event::Emergency { cause: code.to_owned() };
    journeys::act(&page.ctx(), journey, sent.version()?, &Act { event, on: None }).await?;
    match contingency::my_open(&page.ctx()).await? {
        Some(case) => Ok(see(format!("/ui/contingency-cases/{case}?notice=saved"))),
        None => Ok(see("/ui?notice=saved")),
    }
}
