//! A caseload for benchmarks: people of the demonstration, many times over, each on a real pathway and at every stage from
//! training to departure.

use passerelle::app::{corridors, journeys};
use passerelle::clock::Moment;
use passerelle::state::AppState;
use passerelle_domain::corridor::Actual;
use passerelle_domain::machine::journey::{Held, Journey, RecognitionRegion};
use passerelle_domain::people::JourneyState;
use passerelle_store::entity::{journey, trainee};
use passerelle_store::query::EntityTrait;
use passerelle_store::record;
use uuid::Uuid;

const PACKS: [&str; 4] = ["DE-NURSE-TRIPLEWIN", "DE-NAFR-THAMM", "IT-ART23", "JP-SSW"];
const STAGES: [JourneyState; 6] = [
    JourneyState::InTraining,
    JourneyState::Certified,
    JourneyState::Offered,
    JourneyState::Recognition,
    JourneyState::Visa,
    JourneyState::PreDeparture,
];

/// Copies of the demonstration's people, each on the way.
pub async fn fill(state: &AppState, people: usize) {
    let models = trainee::Entity::find().all(state.store.read()).await.expect("trainees");
    let packs = corridors::latest_all(state.store.read()).await.expect("packs");
    let packs: Vec<_> = PACKS.iter().filter_map(|id| packs.iter().find(|pack| pack.id.as_str() == *id)).collect();
    let today = Moment::now().date();
    let mut made = models.len();
    while made < people {
        let mut tx = state.store.begin(None, Moment::now().ms()).await.expect("a transaction");
        let copies: Vec<trainee::Model> =
            models.iter().take(people - made).map(|model| trainee::Model { id: Uuid::now_v7(), ..model.clone() }).collect();
        let rows = copies.iter().enumerate().map(|(at, person)| {
            let (pack, stage) = (packs[(made + at) % packs.len()], STAGES[(made + at) % STAGES.len()]);
            let person = std::slice::from_ref(person);
            let mut row = journeys::beginnings(&state.law, person, today, 1).expect("a journey").remove(0);
            let mut journey: Journey = serde_json::from_str(&row.facts).expect("facts");
            let ago = i64::try_from((made + at) % 60).expect("days");
            let day = today - chrono::TimeDelta::days(ago);
            (journey.state, journey.since) = (stage, day);
            journey.pathway = Some((pack.id.to_string(), pack.version));
            journey.recognition = RecognitionRegion::Ready;
            for step in pack.steps.iter().take(STAGES.iter().position(|known| *known == stage).unwrap_or(0)) {
                journey.actuals.insert(step.id.clone(), Actual { finished_on: Some(day), ..Actual::default() });
            }
            let held = Held { since: day, valid_to: day.checked_add_days(chrono::Days::new(180)), renewable: true };
            journey.papers.insert("language_certificate".into(), held);
            row.facts = serde_json::to_string(&journey).expect("facts");
            row.state = stage.to_string();
            (row.pathway, row.pathway_version) = (Some(pack.id.to_string()), Some(1));
            row.destination = Some(pack.destination.to_string());
            row
        });
        let rows: Vec<journey::Model> = rows.collect();
        made += copies.len();
        record::insert_many::<trainee::Entity>(&mut tx, copies).await.expect("people");
        record::insert_many::<journey::Entity>(&mut tx, rows).await.expect("journeys");
        tx.commit().await.expect("a commit");
    }
}
