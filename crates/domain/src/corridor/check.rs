//! What a corridor pack must satisfy beyond the shape of its parts.

use super::pack::{CorridorPack, CostClass, Party};
use std::collections::{BTreeMap, BTreeSet};

/// Something wrong with a pack: where it stands and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Key path into the file, such as `steps[3].after`.
    pub key: String,
    pub problem: String,
    pub fix: String,
}

/// Lists everything wrong with a pack; empty means that it may be loaded.
pub fn check(pack: &CorridorPack) -> Vec<Finding> {
    let mut findings = Vec::new();
    if pack.format != 1 {
        add(&mut findings, "format", format!("format {} is not known here", pack.format), "write format: 1");
    }
    if pack.version == 0 {
        add(&mut findings, "version", "versions count from 1".into(), "write version: 1");
    }
    if pack.valid_to.is_some_and(|end| end < pack.valid_from) {
        add(&mut findings, "valid_to", "the pack ends before it starts".into(), "put valid_to on or after valid_from");
    }
    // Packs of the United Kingdom are named UK, as people know it; its code is GB.
    let prefix = if pack.destination.as_str() == "GB" { "UK" } else { pack.destination.as_str() };
    if !pack.id.as_str().starts_with(prefix) {
        add(
            &mut findings,
            "id",
            format!("the id does not start with the destination {}", pack.destination),
            "start the id with the destination's code",
        );
    }
    if pack.origins.contains(&pack.destination) {
        add(&mut findings, "origins", "the destination is among the origins".into(), "remove it from the origins");
    }
    check_subdivisions(pack, &mut findings);
    check_sources(pack, &mut findings);
    check_ages_and_levels(pack, &mut findings);
    check_costs(pack, &mut findings);
    check_steps(pack, &mut findings);
    findings
}

fn add(findings: &mut Vec<Finding>, key: impl Into<String>, problem: String, fix: &str) {
    findings.push(Finding { key: key.into(), problem, fix: fix.into() });
}

fn check_subdivisions(pack: &CorridorPack, findings: &mut Vec<Finding>) {
    for (index, subdivision) in pack.destination_subdivisions.iter().enumerate() {
        if subdivision.country() != pack.destination {
            let problem = format!("{subdivision} does not lie in {}", pack.destination);
            add(findings, format!("destination_subdivisions[{index}]"), problem, "use a subdivision of the destination");
        }
    }
    for (index, subdivision) in pack.origin_subdivisions.iter().enumerate() {
        if !pack.origins.contains(&subdivision.country()) {
            let problem = format!("{subdivision} does not lie in an origin of the pack");
            add(findings, format!("origin_subdivisions[{index}]"), problem, "add its country to origins, or remove it");
        }
    }
}

/// Every source that is named must be described, and validity must not be reversed.
fn check_sources(pack: &CorridorPack, findings: &mut Vec<Finding>) {
    let mut note = |key: String, source: &str, reversed: bool| {
        if !pack.sources.contains_key(source) {
            add(
                findings,
                format!("{key}.source"),
                format!("source {source} is not described"),
                "add it under sources, with title and kind",
            );
        }
        if reversed {
            add(findings, format!("{key}.valid_to"), "the fact ends before it starts".into(), "put valid_to on or after valid_from");
        }
    };
    macro_rules! one {
        ($field:ident) => {
            note(stringify!($field).into(), &pack.$field.source, pack.$field.valid_to.is_some_and(|end| end < pack.$field.valid_from));
        };
    }
    macro_rules! each {
        ($field:ident) => {
            for (index, fact) in pack.$field.iter().enumerate() {
                note(format!("{}[{index}]", stringify!($field)), &fact.source, fact.valid_to.is_some_and(|end| end < fact.valid_from));
            }
        };
    }
    one!(occupations);
    one!(permit);
    one!(age);
    one!(safeguards_list);
    one!(return_rule);
    one!(days_total);
    each!(instruments);
    each!(qualification);
    each!(language);
    each!(recognition);
    each!(fees);
    each!(quotas);
    each!(wage_floors);
    each!(labour_market_test);
    each!(family);
    each!(social_security);
    each!(pays);
    each!(protection);
    each!(evidence);
    for (index, step) in pack.steps.iter().enumerate() {
        note(format!("steps[{index}]"), &step.source, false);
    }
}

fn check_ages_and_levels(pack: &CorridorPack, findings: &mut Vec<Finding>) {
    let age = &pack.age.value;
    if age.min < 18 {
        add(findings, "age.value.min", "nobody departs below 18".into(), "write 18 or more; training may start earlier, departure may not");
    }
    if age.max.is_some_and(|max| max < age.min) {
        add(findings, "age.value.max", "the highest age is below the lowest".into(), "raise max, or leave it out");
    }
    for (index, rule) in pack.language.iter().enumerate() {
        if rule.value.any_of.is_empty() {
            add(
                findings,
                format!("language[{index}].value.any_of"),
                "no level is named".into(),
                "name a level such as CEFR B1, or leave the entry out",
            );
        }
    }
    for (index, floor) in pack.wage_floors.iter().enumerate() {
        if floor.value.amount.is_some() != floor.value.per.is_some() {
            let key = format!("wage_floors[{index}].value");
            add(findings, key, "an amount and its period belong together".into(), "give both amount and per, or neither");
        }
    }
}

/// The worker never pays for a job: recruitment fees and related costs are never the trainee's.
fn check_costs(pack: &CorridorPack, findings: &mut Vec<Finding>) {
    let pack_fees = pack.fees.iter().enumerate().map(|(index, fee)| (format!("fees[{index}].value"), &fee.value));
    let step_fees = pack
        .steps
        .iter()
        .enumerate()
        .flat_map(|(step, s)| s.costs.iter().enumerate().map(move |(index, fee)| (format!("steps[{step}].costs[{index}]"), fee)));
    for (key, fee) in pack_fees.chain(step_fees) {
        if fee.class == CostClass::Illegitimate {
            add(
                findings,
                format!("{key}.class"),
                format!("{} is an illegitimate cost", fee.item),
                "remove it; no party may be asked for it",
            );
        }
        if fee.class == CostClass::RecruitmentFee && fee.percent_of(Party::Trainee) > 0 {
            add(
                findings,
                format!("{key}.payer"),
                "a recruitment fee is put on the trainee".into(),
                "name the employer or a state as payer",
            );
        }
        if fee.payer.is_none() && fee.shares.is_empty() {
            add(findings, format!("{key}.payer"), format!("nobody pays for {}", fee.item), "name a payer, or shares that add up to 100");
        }
        if let (Some(low), Some(high)) = (fee.amount, fee.amount_max)
            && (low.currency != high.currency || high.minor < low.minor)
        {
            add(
                findings,
                format!("{key}.amount_max"),
                "the range is reversed or mixes currencies".into(),
                "give both ends in one currency, the larger last",
            );
        }
    }
}

/// Steps have distinct names, follow steps that exist, and form no circle.
fn check_steps(pack: &CorridorPack, findings: &mut Vec<Finding>) {
    if pack.steps.is_empty() {
        add(findings, "steps", "a pathway needs steps".into(), "describe at least offer, visa, travel and start of work");
    }
    let mut position = BTreeMap::new();
    for (index, step) in pack.steps.iter().enumerate() {
        if position.insert(step.id.as_str(), index).is_some() {
            add(findings, format!("steps[{index}].id"), format!("step {} stands twice", step.id), "give each step its own id");
        }
        if step.actor.is_none() {
            add(findings, format!("steps[{index}].actor"), format!("nobody does {}", step.id), "name the party that does it");
        }
        if step.chance_percent.is_some_and(|chance| chance > 100) {
            add(findings, format!("steps[{index}].chance_percent"), "a chance is above 100 percent".into(), "write 0 to 100");
        }
    }
    for (index, step) in pack.steps.iter().enumerate() {
        for before in step.after.iter().filter(|before| !position.contains_key(before.as_str())) {
            add(findings, format!("steps[{index}].after"), format!("step {before} is not in the pack"), "name an id of this list");
        }
    }
    let mut done: BTreeSet<&str> = BTreeSet::new();
    loop {
        let ready: Vec<&str> = pack
            .steps
            .iter()
            .filter(|step| !done.contains(step.id.as_str()))
            .filter(|step| step.after.iter().all(|b| done.contains(b.as_str()) || !position.contains_key(b.as_str())))
            .map(|step| step.id.as_str())
            .collect();
        if ready.is_empty() {
            break;
        }
        done.extend(ready);
    }
    for (index, step) in pack.steps.iter().enumerate().filter(|(_, step)| !done.contains(step.id.as_str())) {
        add(findings, format!("steps[{index}].after"), format!("step {} waits for itself", step.id), "remove one edge of the circle");
    }
}
