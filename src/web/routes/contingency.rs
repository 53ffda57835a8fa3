//! What happens when somebody who was trained cannot leave.

use super::{Access, Body, Entry};
use crate::web::ui::plans::forms;
use crate::web::{api, ui};
use actix_web::http::Method;
use actix_web::{Route, web};
use passerelle_domain::access::{Action, Subject};

pub(super) fn entries() -> Vec<Entry> {
    use Access::Needs;
    use Action::{Create, Decide, Export, List, Read, Update};
    use Subject::{Agreement, ContingencyCase, Disruption, Journey, LedgerEntry};
    let named = Body::Named;
    let route = |method: Method, path: &str, access: Access, mount: fn() -> Route| Entry::new(method, path, access, mount);
    vec![
        route(Method::GET, "/api/v1/contingency-cases/{id}/events", Needs(Read, ContingencyCase), || {
            web::route().to(api::contingency::course)
        })
        .says(
            "A case with what is open to its person, why other responses are not, who bears what, and what the actor may bring",
            Body::None,
            named("ContingencyCourse"),
        ),
        route(Method::POST, "/api/v1/contingency-cases/{id}/events", Needs(Read, ContingencyCase), || {
            web::route().to(api::contingency::bring)
        })
        .says(
            "Bring an event to a case; it is judged by the state machine, and done in one transaction with journey and books",
            named("ContingencyEvent"),
            named("ContingencyCourse"),
        ),
        route(Method::POST, "/api/v1/disruptions/{id}/drill", Needs(Update, Disruption), || web::route().to(api::contingency::drill)).says(
            "Work out whom a disruption strikes today and what is open to them, without writing anything of anybody",
            Body::None,
            named("Drill"),
        ),
        route(Method::GET, "/api/v1/disruptions/{id}/drill", Needs(Read, Disruption), || web::route().to(api::contingency::last_drill))
            .says("The last drill of a disruption, and how its cases stand", Body::None, named("DisruptionStanding")),
        route(Method::POST, "/api/v1/disruptions/{id}/declaration", Needs(Decide, Disruption), || {
            web::route().to(api::contingency::declare)
        })
        .says("Declare a disruption: a job opens a case for everybody whom it strikes", Body::None, named("DisruptionStatus")),
        route(Method::POST, "/api/v1/disruptions/{id}/messages", Needs(Update, Disruption), || web::route().to(api::contingency::tell_all))
            .says("Tell everybody with an open case of a disruption", named("DisruptionMessage"), named("MessagesSent")),
        route(Method::POST, "/ui/disruptions/{id}/messages", Needs(Update, Disruption), || web::route().to(ui::disruptions::tell_all)),
        route(Method::POST, "/api/v1/disruptions/{id}/carried-out", Needs(Read, Disruption), || {
            web::route().to(api::contingency::carry_out_chosen)
        })
        .says(
            "Carries out what was chosen in the cases of a disruption that are the actor's to move, 200 at most at a time",
            Body::None,
            named("CarriedOut"),
        ),
        route(Method::POST, "/api/v1/disruptions/{id}/end", Needs(Decide, Disruption), || web::route().to(api::contingency::end)).says(
            "End a disruption; its cases run on",
            Body::None,
            named("DisruptionStatus"),
        ),
        route(Method::GET, "/api/v1/ready-register", Needs(List, ContingencyCase), || web::route().to(api::contingency::ready)).says(
            "Everybody who is trained and paid for and has not left, with the readiness that is left and the money that waits",
            Body::None,
            named("ReadyRegister"),
        ),
        route(Method::GET, "/api/v1/agreements/{id}/ledger", Needs(Read, LedgerEntry), || web::route().to(api::contingency::balances))
            .says("What each account of an agreement has taken on", Body::None, named("LedgerBalances")),
        route(Method::POST, "/api/v1/agreements/{id}/ledger", Needs(Create, LedgerEntry), || web::route().to(api::contingency::book)).says(
            "Book an amount between two accounts of an agreement",
            named("LedgerLine"),
            named("LedgerBooked"),
        ),
        route(Method::POST, "/api/v1/ledger-entries/{id}/reversal", Needs(Create, LedgerEntry), || {
            web::route().to(api::contingency::reverse)
        })
        .says("Take a line back by its reversal", named("LedgerReversal"), named("LedgerBooked")),
        route(Method::GET, "/api/v1/agreements/{id}/contingency-plan", Needs(Read, Agreement), || web::route().to(api::contingency::plan))
            .says(
                "The contingency plan in force, the one that is being written, and what a check finds",
                Body::None,
                named("ContingencyPlans"),
            ),
        route(Method::PUT, "/api/v1/agreements/{id}/contingency-plan", Needs(Update, Agreement), || {
            web::route().to(api::contingency::save_plan)
        })
        .says(
            "Write the plan of an agreement: responses to each cause in order, periods, stipend",
            named("ContingencyPlan"),
            named("ContingencyPlans"),
        ),
        route(Method::POST, "/api/v1/agreements/{id}/contingency-plan/key", Needs(Update, Agreement), || {
            web::route().to(api::contingency::turn_key)
        })
        .says("Turn the key of your side for a wording; with both the plan is in force", named("PlanKey"), named("PlanKeyTurned")),
        route(Method::GET, "/ui/agreements/{id}/contingency-plan", Needs(Read, Agreement), || web::route().to(ui::plans::show)),
        route(Method::POST, "/ui/agreements/{id}/contingency-plan", Needs(Update, Agreement), || web::route().to(ui::plans::save)),
        route(Method::POST, "/ui/agreements/{id}/contingency-plan/key", Needs(Update, Agreement), || web::route().to(ui::plans::turn_key)),
        route(Method::POST, "/api/v1/case-letters/{id}/receipt", Needs(Read, ContingencyCase), || {
            web::route().to(api::contingency::receive)
        })
        .says(
            "Note that a letter was received: in the application, signed for on paper, or read out",
            named("LetterReceived"),
            Body::None,
        ),
        route(Method::GET, "/api/v1/case-letters/{id}/text", Needs(Read, ContingencyCase), || web::route().to(api::contingency::letter))
            .says("What a letter says, in no language yet", Body::None, named("CaseLetterText")),
        route(Method::POST, "/ui/case-letters/{id}/receipt", Needs(Read, ContingencyCase), || web::route().to(ui::letters::receive)),
        route(Method::GET, "/ui/case-letters/{id}/paper", Needs(Read, ContingencyCase), || web::route().to(ui::letters::paper)),
        route(Method::GET, "/ui/disruptions/{id}/letters", Needs(Read, Disruption), || web::route().to(ui::letters::papers)),
        route(Method::GET, "/ui/agreements/{id}/contingency-plan/answers/{cause}", Needs(Update, Agreement), || {
            web::route().to(forms::answers::show)
        }),
        route(Method::POST, "/ui/agreements/{id}/contingency-plan/answers/{cause}", Needs(Update, Agreement), || {
            web::route().to(forms::answers::save)
        }),
        route(Method::GET, "/ui/agreements/{id}/contingency-plan/terms", Needs(Update, Agreement), || web::route().to(forms::terms::show)),
        route(Method::POST, "/ui/agreements/{id}/contingency-plan/terms", Needs(Update, Agreement), || web::route().to(forms::terms::save)),
        route(Method::GET, "/ui/agreements/{id}/contingency-plan/shares/{class}", Needs(Update, Agreement), || {
            web::route().to(forms::shares::show)
        }),
        route(Method::POST, "/ui/agreements/{id}/contingency-plan/shares/{class}", Needs(Update, Agreement), || {
            web::route().to(forms::shares::save)
        }),
        route(Method::GET, "/ui/agreements/{id}/contingency-plan/waiting-list", Needs(Update, Agreement), || {
            web::route().to(forms::waiting_list::show)
        }),
        route(Method::POST, "/ui/agreements/{id}/contingency-plan/waiting-list", Needs(Update, Agreement), || {
            web::route().to(forms::waiting_list::save)
        }),
        route(Method::GET, "/ui/agreements/{id}/contingency-plan/switches", Needs(Update, Agreement), || {
            web::route().to(forms::switches::show)
        }),
        route(Method::POST, "/ui/agreements/{id}/contingency-plan/switches", Needs(Update, Agreement), || {
            web::route().to(forms::switches::save)
        }),
        route(Method::POST, "/ui/contingency-cases/{id}/events", Needs(Read, ContingencyCase), || {
            web::route().to(ui::events::contingency_act)
        }),
        route(Method::POST, "/ui/contingency-cases/{id}/choice", Needs(Read, ContingencyCase), || web::route().to(ui::contingency::choose)),
        route(Method::POST, "/ui/disruptions/{id}/drill", Needs(Update, Disruption), || web::route().to(ui::disruptions::drill)),
        route(Method::GET, "/ui/disruptions/{id}/drill.csv", Needs(Export, Disruption), || web::route().to(ui::disruptions::file)),
        route(Method::POST, "/ui/disruptions/{id}/declaration", Needs(Decide, Disruption), || web::route().to(ui::disruptions::declare)),
        route(Method::POST, "/ui/disruptions/{id}/carried-out", Needs(Read, Disruption), || {
            web::route().to(ui::disruptions::carry_out_chosen)
        }),
        route(Method::POST, "/ui/disruptions/{id}/end", Needs(Decide, Disruption), || web::route().to(ui::disruptions::end)),
        route(Method::GET, "/ui/ready-register", Needs(List, ContingencyCase), || web::route().to(ui::ready::show)),
        route(Method::GET, "/ui/ready-register.csv", Needs(Export, ContingencyCase), || web::route().to(ui::ready::file)),
        route(Method::GET, "/ui/agreements/{id}/ledger", Needs(Read, LedgerEntry), || web::route().to(ui::ledger::show)),
        route(Method::POST, "/ui/agreements/{id}/ledger", Needs(Create, LedgerEntry), || web::route().to(ui::ledger::book)),
        route(Method::POST, "/ui/ledger-entries/{id}/reversal", Needs(Create, LedgerEntry), || web::route().to(ui::ledger::reverse)),
        route(Method::GET, "/ui/my/emergency", Needs(Read, Journey), || web::route().to(ui::emergency::show)),
        route(Method::POST, "/ui/my/emergency", Needs(Read, Journey), || web::route().to(ui::emergency::report)),
    ]
}
