//! The form of one step of a pathway in the making. Papers and costs are written a line each.

use super::parts::{Form, Input, Sheet, mendable};
use super::pathways::{step_label, words};
use super::sent::Sent;
use super::shell::Page;
use super::{Answer, charts, see};
use crate::app::pathway_drafts::{self, Draft};
use crate::error::{AppError, FieldError};
use actix_web::web;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::corridor::{Clock, CostClass, CostShare, DayRange, Fee, Join, LocalText, Paper, Party, Repeat, Step, StepKind};
use passerelle_domain::money::Money;
use passerelle_domain::people::JourneyState;
use passerelle_engine::contingency::CAUSES;
use uuid::Uuid;
/// `GET /ui/pathway-drafts/{id}/steps/{step}`; `new` adds one.
pub async fn show(page: Page, path: web::Path<(Uuid, String)>) -> Answer {
    let (id, name) = path.into_inner();
    let draft = pathway_drafts::get(&page.ctx(), id).await?;
    let known = draft.pack.steps.iter().find(|step| step.id == name);
    if known.is_none() && name != "new" {
        return Err(AppError::NotFound);
    }
    step_page(&page, &draft, &name, known, &[], &Sent::default())
}

fn step_page(page: &Page, draft: &Draft, name: &str, known: Option<&Step>, errors: &[FieldError], sent: &Sent) -> Answer {
    let t = page.locale;
    let base = format!("/ui/pathway-drafts/{}", draft.row.id);
    let of = |read: &dyn Fn(&Step) -> String| known.map(read).unwrap_or_default();
    let shown = |value: Option<String>| value.unwrap_or_default();
    let number = |value: Option<u32>| shown(value.map(|n| n.to_string()));
    let input = |kind: &'static str, field: &str| Input::new(kind, field, t.get(&format!("step-{}", field.replace('_', "-"))));
    let clock = |read: &dyn Fn(&Clock) -> String| of(&|step| step.clock.as_ref().map(read).unwrap_or_default());
    let causes = CAUSES.iter().map(|cause| (cause.code.to_owned(), cause.code.to_owned())).collect();
    let others: Vec<(String, String)> =
        draft.pack.steps.iter().filter(|step| step.id != name).map(|step| (step.id.clone(), step_label(page, draft, &step.id))).collect();
    let mut form = Form::new(format!("{base}/steps/{name}"), t.get("form-save")).hidden("version", draft.row.version.to_string());
    for one in [
        input("text", "id").hint(t.get("step-id-hint")).value(of(&|s| s.id.clone())).required(),
        input("text", "name_en").value(of(&|s| shown(s.name.as_ref().map(|n| n.en.clone())))),
        input("text", "name_fr").value(of(&|s| shown(s.name.as_ref().and_then(|n| n.fr.clone())))),
        input("text", "name_de").value(of(&|s| shown(s.name.as_ref().and_then(|n| n.de.clone())))),
        input("text", "name_ar").value(of(&|s| shown(s.name.as_ref().and_then(|n| n.ar.clone())))),
        input("select", "kind").options(words(page, "step-kind", StepKind::WORDS)).value(of(&|s| s.kind.to_string())).required(),
        input("select", "actor").options(words(page, "party", Party::WORDS)).value(of(&|s| shown(s.actor.map(|a| a.to_string())))),
        input("choices", "after").options(others.clone()).value(of(&|s| s.after.join(","))),
        input("select", "join")
            .options(words(page, "join", Join::WORDS))
            .value(known.map_or_else(|| "all".into(), |s| s.join.to_string()))
            .required(),
        input("number", "days_min").value(known.map_or_else(|| "1".into(), |s| s.days.min.to_string())).required(),
        input("number", "days_typical").value(known.map_or_else(|| "7".into(), |s| s.days.typical.to_string())).required(),
        input("number", "days_max").value(known.map_or_else(|| "30".into(), |s| s.days.max.to_string())).required(),
        input("number", "chance_percent").value(of(&|s| number(s.chance_percent.map(u32::from)))),
        input("number", "attempts_max").value(of(&|s| number(s.attempts_max.map(u32::from)))),
        input("text", "needs").hint(t.get("step-needs-hint")).value(of(&|s| s.needs.join(", "))),
        input("textarea", "gives")
            .hint(t.get("step-gives-hint"))
            .value(of(&|s| s.gives.iter().map(paper_line).collect::<Vec<_>>().join("\n"))),
        input("textarea", "costs")
            .hint(t.get("step-costs-hint"))
            .value(of(&|s| s.costs.iter().map(cost_line).collect::<Vec<_>>().join("\n"))),
        input("text", "clock_anchor").hint(t.get("step-clock-anchor-hint")).value(clock(&|c| c.anchor.clone())),
        input("number", "clock_months").value(clock(&|c| number(c.months))),
        input("number", "clock_days").value(clock(&|c| number(c.days))),
        input("text", "clock_calendar").hint(t.get("step-clock-calendar-hint")).value(clock(&|c| shown(c.calendar.clone()))),
        input("checkbox", "clock_extendable_once").value(clock(&|c| c.extendable_once.to_string())),
        input("checkbox", "clock_pausable").value(clock(&|c| c.pausable.to_string())),
        input("checkbox", "clock_binding").value(clock(&|c| c.binding.to_string())),
        input("select", "on_failure").options(causes).value(of(&|s| shown(s.on_failure.clone()))),
        input("select", "repeat_from").options(others).value(of(&|s| shown(s.repeat.as_ref().map(|r| r.from.clone())))),
        input("number", "repeat_limit").value(of(&|s| number(s.repeat.as_ref().and_then(|r| r.limit).map(u32::from)))),
        input("select", "reaches")
            .options(words(page, "journey-state", JourneyState::WORDS))
            .value(of(&|s| shown(s.reaches.map(|r| r.to_string())))),
        input("text", "closes_on").hint(t.get("hint-kind-date")).value(of(&|s| shown(s.closes_on.map(|d| d.to_string())))),
        input("text", "source").hint(t.get("step-source-hint")).value(of(&|s| s.source.clone())).required(),
    ] {
        form = form.input(one);
    }
    Sheet::new(page.shell_titled(known.map_or_else(|| t.get("drafts-add-step"), |step| charts::step_name(t, step))))
        .crumb(base, draft.pack.name.in_language(t.code()))
        .form(form.refused(t, errors, |field| sent.some(field)))
        .answer()
}

/// `language_certificate; 12; renewable`
fn paper_line(paper: &Paper) -> String {
    let mut line = paper.paper.clone();
    if let Some(months) = paper.valid_months {
        line.push_str(&format!("; {months}"));
    }
    match paper.renewable {
        Some(true) => line.push_str("; renewable"),
        Some(false) => line.push_str("; final"),
        None => {}
    }
    line
}

/// `Recognition; EUR 100 - EUR 600; related_cost; employer`, and `; employer 60, origin_authority 40` where several share it.
fn cost_line(fee: &Fee) -> String {
    let amount = match (fee.amount, fee.amount_max) {
        (Some(low), Some(high)) => format!("{low} - {high}"),
        (Some(low), None) => low.to_string(),
        _ => String::new(),
    };
    let line = format!("{}; {amount}; {}; {}", fee.item, fee.class, fee.payer.map(|payer| payer.to_string()).unwrap_or_default());
    let shares: Vec<String> = fee.shares.iter().map(|share| format!("{} {}", share.payer, share.percent)).collect();
    if shares.is_empty() { line } else { format!("{line}; {}", shares.join(", ")) }
}

fn read_paper(line: &str) -> Result<Paper, FieldError> {
    let wrong = || FieldError::new("gives", "paper-line", format!("«{line}» is not a paper such as «language_certificate; 12; renewable»"));
    let mut parts = line.split(';').map(str::trim);
    let paper = parts.next().filter(|name| !name.is_empty()).ok_or_else(wrong)?.to_owned();
    let (mut valid_months, mut renewable) = (None, None);
    for part in parts {
        match part {
            "renewable" => renewable = Some(true),
            "final" => renewable = Some(false),
            months => valid_months = Some(months.parse().map_err(|_| wrong())?),
        }
    }
    Ok(Paper { paper, valid_months, renewable })
}

fn read_cost(line: &str) -> Result<Fee, FieldError> {
    let wrong = |_| FieldError::new("costs", "cost-line", format!("«{line}» is not a cost such as «Visa; EUR 75; related_cost; employer»"));
    let parts: Vec<&str> = line.split(';').map(str::trim).collect();
    let (item, amount, class, payer, shares) = match parts[..] {
        [item, amount, class, payer] => (item, amount, class, payer, ""),
        [item, amount, class, payer, shares] => (item, amount, class, payer, shares),
        _ => return Err(wrong(())),
    };
    let share = |text: &str| -> Option<CostShare> {
        let (payer, percent) = text.trim().trim_end_matches('%').trim_end().rsplit_once(char::is_whitespace)?;
        Some(CostShare { payer: Party::parse(payer.trim()).ok()?, percent: percent.parse().ok().filter(|percent| *percent <= 100)? })
    };
    let shares: Option<Vec<CostShare>> = shares.split(',').filter(|text| !text.trim().is_empty()).map(share).collect();
    let unshared = || FieldError::new("costs", "share-line", format!("«{line}» does not share as «employer 60, origin_authority 40» does"));
    let (low, high) = amount.split_once(" - ").map_or((amount, None), |(low, high)| (low, Some(high)));
    let money = |text: &str| text.parse::<Money>().map_err(|_| wrong(()));
    Ok(Fee {
        item: item.to_owned(),
        amount: (!low.is_empty()).then(|| money(low)).transpose()?,
        amount_max: high.map(money).transpose()?,
        class: CostClass::parse(class).map_err(|_| wrong(()))?,
        payer: (!payer.is_empty()).then(|| Party::parse(payer)).transpose().map_err(|_| wrong(()))?,
        shares: shares.ok_or_else(unshared)?,
    })
}

/// A step as the form sent it.
fn read_step(sent: &Sent) -> Result<Step, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut number = |name: &str, most: u32| -> Option<u32> {
        if sent.get(name).is_empty() {
            return None;
        }
        let read = sent.number(name).and_then(|n| u32::try_from(n).ok()).filter(|n| *n <= most);
        if read.is_none() {
            errors.push(FieldError::new(name, "range", format!("must be from 0 to {most}")).with("min", 0).with("max", most));
        }
        read
    };
    let days = [number("days_min", 36_500), number("days_typical", 36_500), number("days_max", 36_500)].map(Option::unwrap_or_default);
    let (chance, attempts) = (number("chance_percent", 100), number("attempts_max", 99));
    let (months, clock_days, limit) = (number("clock_months", 240), number("clock_days", 3_650), number("repeat_limit", 99));
    let small = |n: Option<u32>| n.and_then(|n| u8::try_from(n).ok());
    let days = DayRange::try_from(days).map_err(|error| vec![FieldError::of("days_typical", &error)]);
    let kind = StepKind::parse(sent.get("kind")).map_err(|error| vec![FieldError::of("kind", &error)]);
    let mut parsed = |name: &str, result: Result<(), passerelle_domain::parse::ParseError>| {
        if let Err(error) = result {
            errors.push(FieldError::of(name, &error));
        }
    };
    let actor = sent.some("actor").and_then(|word| match Party::parse(&word) {
        Ok(party) => Some(party),
        Err(error) => {
            parsed("actor", Err(error));
            None
        }
    });
    let reaches = sent.some("reaches").and_then(|word| match JourneyState::parse(&word) {
        Ok(state) => Some(state),
        Err(error) => {
            parsed("reaches", Err(error));
            None
        }
    });
    let closes_on = sent.date("closes_on");
    if closes_on.is_none() && !sent.get("closes_on").is_empty() {
        errors.push(FieldError::new("closes_on", "date", "is not a date such as 2027-09-01"));
    }
    let lines =
        |name: &str| -> Vec<String> { sent.get(name).lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect() };
    let (gives, costs): (Vec<_>, Vec<_>) =
        (lines("gives").iter().map(|line| read_paper(line)).collect(), lines("costs").iter().map(|line| read_cost(line)).collect());
    let mut kept = (Vec::new(), Vec::new());
    for paper in gives {
        match paper {
            Ok(paper) => kept.0.push(paper),
            Err(error) => errors.push(error),
        }
    }
    for cost in costs {
        match cost {
            Ok(cost) => kept.1.push(cost),
            Err(error) => errors.push(error),
        }
    }
    let clock = sent.some("clock_anchor").map(|anchor| Clock {
        anchor,
        months,
        days: clock_days,
        calendar: sent.some("clock_calendar"),
        extendable_once: sent.get("clock_extendable_once") == "true",
        pausable: sent.get("clock_pausable") == "true",
        binding: sent.get("clock_binding") == "true",
    });
    if clock.is_none() && (months.is_some() || clock_days.is_some()) {
        errors.push(FieldError::new("clock_anchor", "required", "is needed with a period"));
    }
    let (days, kind) = match (days, kind) {
        (Ok(days), Ok(kind)) if errors.is_empty() => (days, kind),
        (days, kind) => {
            errors.extend(days.err().into_iter().flatten());
            errors.extend(kind.err().into_iter().flatten());
            return Err(errors);
        }
    };
    let name =
        sent.some("name_en").map(|en| LocalText { en, fr: sent.some("name_fr"), de: sent.some("name_de"), ar: sent.some("name_ar") });
    Ok(Step {
        id: sent.get("id").to_owned(),
        name,
        kind,
        actor,
        after: sent.all("after").into_iter().map(str::to_owned).collect(),
        join: Join::parse(sent.get("join")).unwrap_or(Join::All),
        days,
        chance_percent: small(chance),
        attempts_max: small(attempts),
        needs: sent.get("needs").split([',', ' ']).filter(|part| !part.is_empty()).map(str::to_owned).collect(),
        gives: kept.0,
        clock,
        costs: kept.1,
        on_failure: sent.some("on_failure"),
        repeat: sent.some("repeat_from").map(|from| Repeat { from, limit: small(limit) }),
        reaches,
        closes_on,
        source: sent.get("source").to_owned(),
    })
}

/// `POST /ui/pathway-drafts/{id}/steps/{step}`
pub async fn save(page: Page, path: web::Path<(Uuid, String)>, sent: Sent) -> Answer {
    sent.guard(&page)?;
    permit(&page.actor, Action::Update, Subject::PathwayDraft)?;
    let (id, name) = path.into_inner();
    let ctx = page.ctx();
    let draft = pathway_drafts::get(&ctx, id).await?;
    let known = draft.pack.steps.iter().find(|step| step.id == name);
    if known.is_none() && name != "new" {
        return Err(AppError::NotFound);
    }
    let result = match read_step(&sent) {
        Ok(step) => pathway_drafts::put_step(&ctx, id, sent.version()?, known.map(|step| step.id.as_str()), step).await,
        Err(errors) => Err(AppError::Invalid(errors)),
    };
    match result {
        Ok(_) => Ok(see(format!("/ui/pathway-drafts/{id}?notice=saved"))),
        Err(error) => step_page(&page, &draft, &name, known, &mendable(error)?, &sent),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_costs_come_back_as_they_went() {
        for line in [
            "Visa; EUR 75.00; related_cost; employer",
            "Course; EUR 900.00 - EUR 1200.00; education_investment; employer; employer 60, origin_authority 40",
            "Medical; ; related_cost; ; employer 50, destination_authority 50",
        ] {
            let fee = read_cost(line).unwrap();
            assert_eq!(read_cost(&cost_line(&fee)).unwrap(), fee, "{line}");
        }
        let fee = read_cost("Course; EUR 900; education_investment; employer; employer 60 %, origin_authority 40%").unwrap();
        assert_eq!((fee.percent_of(Party::Employer), fee.percent_of(Party::OriginAuthority)), (60, 40));
        for (line, code) in [
            ("Visa; EUR 75; related_cost", "cost-line"),
            ("Visa; EUR 75; related_cost; employer; employer", "share-line"),
            ("Visa; EUR 75; related_cost; employer; employer 101", "share-line"),
            ("Visa; EUR 75; related_cost; employer; nobody 50", "share-line"),
            ("Visa; EUR 75; related_cost; employer; employer 50; x", "cost-line"),
        ] {
            assert_eq!(read_cost(line).unwrap_err().code, code, "{line}");
        }
    }
}
