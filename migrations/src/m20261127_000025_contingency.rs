//! What breaks, whom it strikes, what is done about it, and who bears what is lost.

use crate::table::*;
use sea_orm_migration::{prelude::*, schema::*, sea_orm::DatabaseBackend};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

/// What the ledger does not let anybody do, whatever the code says: change a line, take more from a reserve than it
/// holds, or charge a trainee for what lay outside her control.
const SQLITE: [&str; 3] = [
    "CREATE TRIGGER ledger_entry_stays BEFORE UPDATE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'ledger_entry_immutable'); END",
    "CREATE TRIGGER ledger_entry_kept BEFORE DELETE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'ledger_entry_immutable'); END",
    "CREATE TRIGGER ledger_entry_reserve BEFORE INSERT ON ledger_entry WHEN NEW.from_account = 'reserve' BEGIN
       SELECT RAISE(ABORT, 'ledger_entry_reserve') WHERE NEW.amount_minor > (
         SELECT COALESCE(SUM(CASE WHEN to_account = 'reserve' THEN amount_minor ELSE -amount_minor END), 0) FROM ledger_entry
         WHERE agreement_id = NEW.agreement_id AND currency = NEW.currency AND 'reserve' IN (from_account, to_account));
     END",
];
const POSTGRES: [&str; 4] = [
    "CREATE FUNCTION ledger_entry_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN RAISE EXCEPTION 'ledger_entry_immutable'; END $$",
    "CREATE TRIGGER ledger_entry_stays BEFORE UPDATE OR DELETE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_entry_immutable()",
    "CREATE FUNCTION ledger_entry_reserve() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
       IF NEW.amount_minor > (
         SELECT COALESCE(SUM(CASE WHEN to_account = 'reserve' THEN amount_minor ELSE -amount_minor END), 0) FROM ledger_entry
         WHERE agreement_id = NEW.agreement_id AND currency = NEW.currency AND 'reserve' IN (from_account, to_account)
       ) THEN RAISE EXCEPTION 'ledger_entry_reserve'; END IF;
       RETURN NEW;
     END $$",
    "CREATE TRIGGER ledger_entry_reserve BEFORE INSERT ON ledger_entry FOR EACH ROW
     WHEN (NEW.from_account = 'reserve') EXECUTE FUNCTION ledger_entry_reserve()",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("budget_line").add_column(string_null("cost_kind")).to_owned()).await?;

        // A run proposes one post to a person; what she chose in a case after it is proposed beside that one.
        manager.drop_index(Index::drop().name("ux_proposal_run_trainee").table("proposal").to_owned()).await?;
        manager.create_index(unique("ux_proposal_run_trainee_need", "proposal", &["run_id", "trainee_id", "need_id"])).await?;

        let mut disruption = record("disruption");
        disruption
            .col(string("name"))
            .col(string("cause"))
            .col(string("country"))
            .col(string_null("origin"))
            .col(string_null("destination"))
            .col(string_null("subdivision"))
            .col(string_null("occupation_prefix"))
            .col(string_null("pathway"))
            .col(date("begins_on"))
            .col(big_integer_null("typical_days"))
            .col(big_integer_null("p90_days"))
            .col(boolean("safety_risk"))
            .col(string_null("evidence"))
            .col(big_integer("seed"))
            .col(string("status"))
            .col(date_null("declared_on"))
            .col(date_null("ended_on"))
            .col(text_null("drill"))
            .col(date_null("drilled_on"));
        may_belong_to(&mut disruption, "organisation_id", "organisation");
        manager.create_table(disruption).await?;
        manager.create_index(index("ix_disruption_country", "disruption", &["country", "status"])).await?;

        let mut case = record("contingency_case");
        may_belong_to(&mut case, "disruption_id", "disruption");
        belongs_to(&mut case, "trainee_id", "trainee");
        belongs_to(&mut case, "journey_id", "journey");
        case.col(string("cause"))
            .col(string("control"))
            .col(boolean("safety_risk"))
            .col(string("state"))
            .col(date("reported_on"))
            .col(date_null("due_on"))
            .col(date_null("horizon_on"))
            .col(string_null("chosen"))
            .col(string_null("outcome"))
            .col(uuid_null("held_need_id"))
            .col(date_null("closed_on"))
            .col(text_null("options"))
            .col(text_null("settlement"))
            .col(text("facts"));
        manager.create_table(case).await?;
        // One case of a disruption for one person: an activation that is begun again opens none twice.
        manager.create_index(unique("ux_contingency_case", "contingency_case", &["disruption_id", "trainee_id"])).await?;
        manager.create_index(index("ix_contingency_case_trainee_id", "contingency_case", &["trainee_id"])).await?;
        manager.create_index(index("ix_contingency_case_held", "contingency_case", &["held_need_id"])).await?;
        manager.create_index(index("ix_contingency_case_state", "contingency_case", &["state", "due_on"])).await?;

        let mut plan = record("contingency_plan");
        belongs_to(&mut plan, "agreement_id", "agreement");
        plan.col(big_integer("number"))
            .col(string("status"))
            .col(text("document"))
            .col(string("digest"))
            .col(uuid_null("origin_key"))
            .col(date_null("origin_key_on"))
            .col(uuid_null("destination_key"))
            .col(date_null("destination_key_on"))
            .col(date_null("published_on"));
        manager.create_table(plan).await?;
        // Two drafts at once would be two wordings.
        manager.create_index(unique("ux_contingency_plan", "contingency_plan", &["agreement_id", "number"])).await?;

        let mut entry = record("ledger_entry");
        belongs_to(&mut entry, "agreement_id", "agreement");
        may_belong_to(&mut entry, "contingency_case_id", "contingency_case");
        may_belong_to(&mut entry, "trainee_id", "trainee");
        may_belong_to(&mut entry, "reverses_id", "ledger_entry");
        entry
            .col(date("on_date"))
            .col(string("from_account"))
            .col(string("to_account"))
            .col(string("cost_group"))
            .col(string_null("cost_class"))
            .col(string("currency"))
            .col(big_integer("amount_minor"))
            .col(string("control"))
            .col(string_null("evidence"))
            .col(string("memo"))
            .check(Expr::col("amount_minor").gt(0))
            .check(Expr::col("from_account").not_equals("to_account"))
            .check(
                Expr::col("from_account").ne("trainee").or(Expr::col("control").eq("within")).or(Expr::col("reverses_id").is_not_null()),
            );
        manager.create_table(entry).await?;
        manager.create_index(index("ix_ledger_entry_agreement_id", "ledger_entry", &["agreement_id", "currency"])).await?;
        manager.create_index(index("ix_ledger_entry_case_id", "ledger_entry", &["contingency_case_id"])).await?;
        manager.create_index(unique("ux_ledger_entry_reverses_id", "ledger_entry", &["reverses_id"])).await?;
        let conn = manager.get_connection();
        let triggers: &[&str] = if conn.get_database_backend() == DatabaseBackend::Sqlite { &SQLITE } else { &POSTGRES };
        for trigger in triggers {
            conn.execute_unprepared(trigger).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["disruption", "contingency_case", "contingency_plan", "ledger_entry"]).await?;
        let conn = manager.get_connection();
        if conn.get_database_backend() != DatabaseBackend::Sqlite {
            for name in ["ledger_entry_immutable", "ledger_entry_reserve"] {
                conn.execute_unprepared(&format!("DROP FUNCTION {name}()")).await?;
            }
        }
        manager.drop_index(Index::drop().name("ux_proposal_run_trainee_need").table("proposal").to_owned()).await?;
        manager.create_index(unique("ux_proposal_run_trainee", "proposal", &["run_id", "trainee_id"])).await?;
        manager.alter_table(Table::alter().table("budget_line").drop_column("cost_kind").to_owned()).await
    }
}
