//! `passerelle demo`: the main job, end to end, on the embedded database.

use super::commands::{finish_run, start_run, state, summary};
use super::json::pretty;
use super::{EXIT_FAILURE, Failure};
use crate::app::demo::{self, PASSWORD};
use crate::clock::Moment;
use crate::config::Config;
use crate::error::AppError;
use crate::startup::Application;
use passerelle_engine::matching::Totals;
use passerelle_store::entity::match_run;
use passerelle_store::query::EntityTrait;
use serde_json::json;
use std::time::Instant;

/// Loads the world, runs the match, prints the summary, then serves.
pub(super) async fn demo(config: Config, no_serve: bool, seed: u64, json: bool) -> Result<(), Failure> {
    let begun = Instant::now();
    let state = state(config).await?;
    if !json {
        println!("Loading corridors, concepts and the demonstration world …");
    }
    let people = demo::load(&state, Moment::now(), seed).await?;
    let loaded = begun.elapsed();
    let run = start_run(&state, 1, None).await?;
    finish_run(&state, run, !json).await?;
    let matched = begun.elapsed() - loaded;
    let row = match_run::Entity::find_by_id(run).one(state.store.read()).await.map_err(passerelle_store::StoreError::from)?;
    let text = row.and_then(|row| row.summary).ok_or_else(|| Failure::new(EXIT_FAILURE, "the run has no summary"))?;
    let totals: Totals = serde_json::from_str(&text).map_err(AppError::from)?;
    let address = state.config.server.public_url.clone();
    if json {
        println!("{}", pretty(&json!({ "run": run, "totals": totals, "sign_ins": people, "address": address })));
    } else {
        println!("\n{}", summary(&totals));
        println!("Loaded in {:.1} s, matched in {:.1} s. Run {run}", loaded.as_secs_f64(), matched.as_secs_f64());
        println!("\nAddress: {address}\nSign in with the password {PASSWORD} as:");
        for person in &people {
            println!("  {:<24} {:<42} {}", person.role.as_str(), person.email, person.name);
        }
    }
    if no_serve {
        return Ok(());
    }
    let application = Application::build(state)?;
    if !json {
        println!("\nServing. Stop with Ctrl-C.");
    }
    application.run().await?;
    Ok(())
}
