//! Pathways at the terminal: what is wrong with one, ways through it, dates and chances.

use super::json::pretty;
use super::{EXIT_FOUND, EXIT_INPUT, Failure};
use crate::app::pathways::{self, Ask};
use crate::app::{corridor_yaml, corridors};
use crate::clock::Moment;
use crate::config::Config;
use crate::i18n::{Locale, plain};
use passerelle_domain::corridor::CorridorPack;
use passerelle_engine::pathway::Severity;
use std::path::Path;

/// A file, or the identifier of a pack that comes with Passerelle.
fn pack(name: &str) -> Result<CorridorPack, Failure> {
    let complain = |errors: Vec<corridor_yaml::PackError>| {
        Failure::new(EXIT_INPUT, errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    };
    if Path::new(name).exists() {
        let text = std::fs::read_to_string(name).map_err(|error| Failure::new(EXIT_INPUT, format!("{name}: {error}")))?;
        return corridor_yaml::shape(name, &text).map_err(|error| complain(vec![error]));
    }
    let built_in = corridors::built_in().map_err(complain)?;
    let known: Vec<String> = built_in.iter().map(|pack| pack.id.to_string()).collect();
    built_in
        .into_iter()
        .find(|pack| pack.id.as_str() == name)
        .ok_or_else(|| Failure::new(EXIT_INPUT, format!("{name} is neither a file nor one of: {}", known.join(", "))))
}

pub(super) fn validate(names: &[String], json: bool) -> Result<(), Failure> {
    let packs = if names.is_empty() {
        corridors::built_in().map_err(|_| Failure::new(EXIT_INPUT, "the built-in packs cannot be read"))?
    } else {
        names.iter().map(|name| pack(name)).collect::<Result<_, _>>()?
    };
    let today = Moment::now().date();
    let mut errors = 0;
    for pack in &packs {
        let findings = pathways::findings(pack, today, None);
        errors += findings.iter().filter(|finding| finding.severity == Severity::Forbids).count();
        if json {
            println!("{}", pretty(&serde_json::json!({ "pack": pack.id, "findings": findings })));
            continue;
        }
        println!("{} version {}: {} finding(s)", pack.id, pack.version, findings.len());
        for finding in &findings {
            let (said, fix) = pathways::words(Locale::En, finding);
            println!("  {} {}: {} {}", finding.severity, finding.place, plain(&said), plain(&fix));
        }
    }
    if errors == 0 { Ok(()) } else { Err(Failure::new(EXIT_FOUND, format!("{errors} error(s)"))) }
}

/// Routes with their dates and chances.
pub(super) fn plan(config: &Config, name: &str, ask: &Ask) -> Result<(), Failure> {
    let pack = pack(name)?;
    let law = crate::app::law::Law::read(&config.law.folder).map_err(|problem| Failure::new(EXIT_INPUT, problem))?;
    let answer = pathways::plan(&pack, &law, ask, Moment::now().date())?;
    println!("{}", pretty(&serde_json::json!(answer)));
    Ok(())
}
