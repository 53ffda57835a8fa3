//! Law at the terminal: legal periods, and facts judged by the rules. JSON in, JSON out; no
//! database is asked.

use super::json::{self, pretty};
use super::{EXIT_FOUND, EXIT_INPUT, Failure};
use crate::app::law::{self, Law, Period, Question};
use crate::clock::Moment;
use crate::config::Config;
use serde_json::Value;

fn read(config: &Config) -> Result<Law, Failure> {
    Law::read(&config.law.folder).map_err(|problem| Failure::new(EXIT_INPUT, problem))
}

/// The end of legal periods.
pub(super) fn deadline(config: &Config) -> Result<(), Failure> {
    let law = read(config)?;
    json::answer_each(|period: &Period| law::period(&law, period))
}

/// A question with `facts`, or the facts alone.
pub(super) fn check(config: &Config) -> Result<(), Failure> {
    let law = read(config)?;
    let Value::Object(asked) = json::standard_input()? else {
        return Err(Failure::new(EXIT_INPUT, "standard input is not a JSON object of facts"));
    };
    let question: Question = if asked.contains_key("facts") {
        serde_json::from_value(Value::Object(asked)).map_err(|error| Failure::new(EXIT_INPUT, error))?
    } else {
        Question { facts: asked, ..Question::default() }
    };
    let answer = law::check(&law, &question, Moment::now().date())?;
    println!("{}", pretty(&serde_json::json!(answer)));
    if answer.blocked { Err(Failure::new(EXIT_FOUND, "the law forbids it, or facts are missing")) } else { Ok(()) }
}

pub(super) fn list(config: &Config) -> Result<(), Failure> {
    for rule in &read(config)?.catalogue.rules {
        let mut facts = rule.holds.facts();
        for part in [&rule.applies, &rule.advises].into_iter().flatten() {
            facts.extend(part.facts());
        }
        println!("{} v{} {:5} {:11} {}", rule.rule, rule.version, rule.severity, rule.anchor, rule.title.en);
        println!("     facts: {}", facts.into_iter().collect::<Vec<_>>().join(", "));
    }
    Ok(())
}

/// Runs the test cases that stand with the rules.
pub(super) fn test(config: &Config) -> Result<(), Failure> {
    let law = read(config)?;
    let mut failed = 0;
    for rule in &law.catalogue.rules {
        let failing = rule.failing_tests(&law.reference);
        failed += failing.len();
        println!("{} v{}: {} of {} cases", rule.rule, rule.version, rule.tests.len() - failing.len(), rule.tests.len());
        for (name, got) in failing {
            println!("  «{name}» answers {got}");
        }
    }
    if failed == 0 { Ok(()) } else { Err(Failure::new(EXIT_FOUND, format!("{failed} case(s) fail"))) }
}
