//! The command line.
//!
//! Exit codes: 0 done; 1 failed; 2 wrong usage; 3 the input is not right; 4 the database cannot
//! be reached; 5 a check found something wrong.

mod commands;
mod credential;
mod demo;
mod instances;
mod json;
mod law;
mod output;
mod pathway;

use crate::config::Config;
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;
use uuid::Uuid;

pub const EXIT_FAILURE: u8 = 1;
pub const EXIT_INPUT: u8 = 3;
pub const EXIT_DATABASE: u8 = 4;
pub const EXIT_FOUND: u8 = 5;

/// Plan, match, track and reroute trainees between two countries.
#[derive(Debug, Parser)]
#[command(
    name = "passerelle",
    version,
    after_help = "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 input not right, 4 no database, 5 a check found something.\n\nExamples:\n  passerelle demo\n  passerelle serve --config /etc/passerelle.toml\n  passerelle import esco ESCO-v1.2.0-en.zip --language en --scheme-version 1.2.0\n  passerelle match --snapshot run.json --json"
)]
pub struct Cli {
    /// Configuration file (TOML); every key is in config/default.toml.
    #[arg(long, global = true, env = "PASSERELLE_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Load a marked demonstration world, run the match, show the summary, then serve.
    #[command(after_help = "Example: passerelle demo --no-serve")]
    Demo {
        /// Stop after the summary.
        #[arg(long)]
        no_serve: bool,
        /// Seed of the world; equal seeds give equal worlds.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Print the summary as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Answer requests, and work on jobs unless jobs.workers is 0.
    Serve,
    /// Work on jobs only.
    Worker {
        /// Stop when the queue is empty.
        #[arg(long)]
        drain: bool,
    },
    /// Bring the database schema up to date.
    Migrate,
    /// Import reference data.
    #[command(subcommand)]
    Import(Import),
    /// Corridor packs: check files, import, export, compare.
    #[command(subcommand)]
    Corridors(Corridors),
    /// Pathways: what is wrong with one, ways through it, dates and chances.
    #[command(subcommand)]
    Pathway(Pathway),
    /// The law: judge facts, list the rules, run their test cases.
    #[command(subcommand)]
    Rules(Rules),
    /// Reckon as the law does.
    #[command(subcommand)]
    Calc(Calc),
    /// Run the matching: ask for a run, replay one, or plan offline from a file.
    Match(MatchArgs),
    /// The best eligible roles of each trainee of an instance, exactly.
    #[command(after_help = "Example: passerelle candidates L --top 50 --out candidates.csv --threads 2")]
    Candidates(instances::CandidatesArgs),
    /// Solve a folder with a matching instance.
    #[command(after_help = "Example: passerelle solve L --mode stable --out matching.csv --stats stats.json")]
    Solve(instances::SolveArgs),
    /// Check a matching by the definitions; exits with 1 when something is wrong.
    #[command(after_help = "Example: passerelle check L matching.csv --mode stable")]
    Check(instances::CheckArgs),
    /// Signed credentials.
    #[command(subcommand)]
    Credential(Credential),
    /// Accounts.
    #[command(subcommand)]
    User(User),
    /// Sealed facts.
    #[command(subcommand)]
    Sealed(SealedCommand),
    /// Retention: what has been kept long enough.
    #[command(subcommand)]
    Retention(RetentionCommand),
    /// The audit chains.
    #[command(subcommand)]
    Audit(Audit),
    /// Copy the database into a file (SQLite; use pg_dump for PostgreSQL).
    Backup { file: PathBuf },
    /// Replace the database by a copy made with `backup` (SQLite). The service must be stopped.
    Restore {
        file: PathBuf,
        /// Overwrite a database that exists; it is kept beside with the ending `.before-restore`.
        #[arg(long)]
        force: bool,
    },
    /// The configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Check that everything this installation needs is there.
    Doctor {
        #[arg(long)]
        json: bool,
    },
    /// Print the description of the API (OpenAPI 3.1).
    Openapi,
}

#[derive(Debug, Subcommand)]
enum Import {
    /// The official ESCO download, a zip or a folder, any language, v1.0 to v1.2.
    #[command(
        after_help = "Example: passerelle import esco ./ESCO --language fr --scheme-version 1.1.1\nLabels and relations may be in different downloads: import both under the same version."
    )]
    Esco {
        path: PathBuf,
        #[arg(long)]
        language: String,
        /// Version of ESCO that the files belong to.
        #[arg(long, default_value = "1.2.0")]
        scheme_version: String,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
enum Corridors {
    /// Check files without touching the database.
    Check { path: PathBuf },
    /// Import a file, a folder, or without a path the packs that come with Passerelle.
    Import { path: Option<PathBuf> },
    /// Write the newest version of a pack, or of all, as YAML.
    Export {
        /// Identifier of one pack; all without it.
        pack: Option<String>,
        /// Folder to write to; one pack goes to standard output without it.
        #[arg(long)]
        to: Option<PathBuf>,
    },
    /// Compare a file with the newest imported version.
    Diff { path: PathBuf },
}

#[derive(Debug, Subcommand)]
enum Pathway {
    /// Say what is wrong with files or packs; without a name, with all that come with Passerelle.
    Validate {
        /// Files, or identifiers such as DE-NURSE-TRIPLEWIN.
        names: Vec<String>,
        #[arg(long)]
        json: bool,
    },
    /// Every way that no other beats on days, cost and chance, with dates and a forecast, as JSON.
    #[command(after_help = "Example: passerelle pathway plan DE-NURSE-TRIPLEWIN --held language_certificate --ready-by 2027-09-01")]
    Plan {
        /// A file, or an identifier.
        name: String,
        /// State to reach.
        #[arg(long, default_value = "placed", value_parser = passerelle_domain::people::JourneyState::parse)]
        to: passerelle_domain::people::JourneyState,
        /// Step to reach instead.
        #[arg(long)]
        to_step: Option<String>,
        /// A paper that is held; may be repeated.
        #[arg(long)]
        held: Vec<String>,
        /// A step that is done; may be repeated.
        #[arg(long)]
        done: Vec<String>,
        /// Day of the first step.
        #[arg(long)]
        start: Option<chrono::NaiveDate>,
        /// Day by which she has to be ready.
        #[arg(long)]
        ready_by: Option<chrono::NaiveDate>,
        #[arg(long, default_value_t = 10_000)]
        samples: u32,
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

#[derive(Debug, Subcommand)]
enum Rules {
    /// Judge the facts on standard input (JSON) and answer the verdicts (JSON).
    #[command(after_help = "Example: echo '{\"site.strike_or_lockout\": false}' | passerelle rules check")]
    Check,
    /// The rules and the facts that each reads.
    List,
    /// Run the test cases that stand with the rules.
    Test,
}

#[derive(Debug, Subcommand)]
enum Calc {
    /// The end of a legal period: JSON on standard input with anchor, months or days or business_days, calendar, roll.
    #[command(
        after_help = "Example: echo '{\"anchor\": \"2025-10-31\", \"months\": 4, \"calendar\": \"DE\", \"roll\": \"next_business_day\"}' | passerelle calc deadline"
    )]
    Deadline,
    /// What a hire is worth to the employer who pays for the training: JSON in, JSON out.
    #[command(
        after_help = "Example: echo '{\"value\": \"EUR 3700\", \"wage\": \"EUR 3000\", \"attrition\": 0.01, \"discount\": 0.004, \"months\": 48, \"upfront\": [{\"cost\": \"training\", \"amount\": \"EUR 19000\"}]}' | passerelle calc roi"
    )]
    Roi,
    /// Who bears what is lost when somebody cannot leave: JSON in, JSON out.
    #[command(
        after_help = "Example: echo '{\"cause\": \"DST.BORDER\", \"items\": [{\"item\": \"training\", \"class\": \"education_investment\", \"paid\": \"EUR 6000\", \"transferable_percent\": 90}], \"reserve\": \"EUR 100000\"}' | passerelle calc settlement"
    )]
    Settlement,
    /// What a partnership has to put aside, and the premium of a place: JSON in, JSON out.
    #[command(
        after_help = "Example: echo '{\"groups\": [{\"causes\": \"all\", \"places\": 100, \"probability\": 0.08, \"mean_loss\": \"EUR 6000\"}], \"exposure\": \"EUR 600000\"}' | passerelle calc reserve"
    )]
    Reserve,
    /// What a worker paid for the job, in months of her first pay (SDG 10.7.1): JSON in, JSON out.
    #[command(
        after_help = "Example: echo '{\"items\": [{\"class\": \"recruitment_fee\", \"paid\": \"EUR 900\", \"refunded\": \"EUR 300\"}], \"first_month\": \"EUR 2400\"}' | passerelle calc rci"
    )]
    Rci,
    /// What sending money home costs (SDG 10.c): JSON in, JSON out.
    #[command(
        after_help = "Example: echo '{\"amount\": \"USD 200\", \"fee\": \"USD 5\", \"mid_rate\": 10, \"applied_rate\": 9.8}' | passerelle calc remittance"
    )]
    Remittance,
    /// Whether months of insurance in several countries add up to a pension: JSON in, JSON out.
    #[command(
        after_help = "Example: echo '{\"qualifying_months\": 60, \"periods\": [{\"country\": \"DE\", \"months\": 48}, {\"country\": \"MA\", \"months\": 30}]}' | passerelle calc totalisation"
    )]
    Totalisation,
    /// What is open to somebody who cannot go on, and why the rest is not: JSON in, JSON out.
    #[command(
        after_help = "Example: echo '{\"cause\": \"HLT.ACUTE\", \"situation\": {\"reported_on\": \"2026-03-02\", \"lasts\": {\"typical\": 30, \"p90\": 60}, \"gate\": \"pre_departure\", \"deferral_max_days\": 365, \"lead_days\": 45, \"horizon\": \"2026-05-31\"}}' | passerelle calc options"
    )]
    Options,
    /// How many home places an agreement owes for those who left: JSON in, JSON out.
    #[command(after_help = "Example: echo '{\"ratio_percent\": 50, \"away_departed\": 7, \"home_funded\": 3}' | passerelle calc equity")]
    Equity,
}

#[derive(Debug, clap::Args)]
struct MatchArgs {
    /// Plan offline from a snapshot file; no database is touched.
    #[arg(long, conflicts_with_all = ["run", "replay"])]
    snapshot: Option<PathBuf>,
    /// A finished run.
    #[arg(long)]
    run: Option<Uuid>,
    /// Carry the run out again from its stored facts and compare the bytes.
    #[arg(long, requires = "run")]
    replay: bool,
    /// Write the run's snapshot to a file.
    #[arg(long, requires = "run")]
    export: Option<PathBuf>,
    /// Seed of the lottery for a new run.
    #[arg(long, default_value_t = 1)]
    seed: u32,
    /// How is chosen: stable, stable_seats or optimal; as the policy says without it. Pathways that are matched in this
    /// way take part in a new run.
    #[arg(long, conflicts_with = "run", value_parser = passerelle_engine::matching::policy::Mode::parse)]
    mode: Option<passerelle_engine::matching::policy::Mode>,
    /// Say for each trainee and each need why, and what would change it.
    #[arg(long)]
    explain: bool,
    /// Language of the words: en, fr, de or ar.
    #[arg(long, default_value = "en")]
    language: String,
    /// Print the whole result as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Credential {
    /// Say whether one is valid, invalid or unverifiable, and list each check. Nothing is fetched. Exits with 1 unless valid.
    #[command(
        after_help = "Example: passerelle credential verify badge.json --documents https://example.org=./example.org --at 2026-01-01T00:00:00Z"
    )]
    Verify(credential::VerifyArgs),
}

#[derive(Debug, Subcommand)]
enum User {
    /// Make an account. The password is read from the first line of standard input.
    #[command(
        after_help = "Example: echo 'a long passphrase' | passerelle user create --email a@example.org --name 'A. Officer' --role origin_officer --country MA"
    )]
    Create {
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: String,
        /// trainee, institute_clerk, institute_head, employer_clerk, employer_approver, origin_officer, …, operator
        #[arg(long)]
        role: String,
        /// Organisation that the role is held for.
        #[arg(long)]
        organisation: Option<Uuid>,
        /// Countries that the role reaches.
        #[arg(long)]
        country: Vec<String>,
        /// The trainee record that is this person.
        #[arg(long)]
        trainee: Option<Uuid>,
        #[arg(long, default_value = "en")]
        locale: String,
    },
}

#[derive(Debug, Subcommand)]
enum Audit {
    /// Walk the chains from the first event to the last and name the first broken link.
    Verify {
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
enum SealedCommand {
    /// Seal everything anew with the first of the configured keys.
    #[command(after_help = "Put a new key first in security.sealing_keys (or data_dir/sealing.keys), run this, then take the old key out.")]
    Rotate,
}

#[derive(Debug, Subcommand)]
enum RetentionCommand {
    /// Carry the schedule out now; the nightly job does the same.
    Run {
        /// Count what would be touched, and touch nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Read the configuration and name what is wrong.
    Check,
}

/// What went wrong, with the exit code that says which kind it is.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    text: String,
}

impl Failure {
    fn new(code: u8, text: impl ToString) -> Self {
        Self { code, text: text.to_string() }
    }
}

/// Reads the arguments and does what they say.
pub async fn run() -> ExitCode {
    let cli = Cli::parse();
    let config = match Config::load(cli.config.as_deref()) {
        Ok(config) => config,
        Err(error) => {
            eprintln!("passerelle: configuration: {error}");
            return ExitCode::from(EXIT_INPUT);
        }
    };
    start_logging(&config);
    match dispatch(cli.command, config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("passerelle: {}", failure.text);
            ExitCode::from(failure.code)
        }
    }
}

async fn dispatch(command: Command, config: Config) -> Result<(), Failure> {
    match command {
        Command::Demo { no_serve, seed, json } => demo::demo(config, no_serve, seed, json).await,
        Command::Serve => commands::serve(config).await,
        Command::Worker { drain } => commands::worker(config, drain).await,
        Command::Migrate => commands::migrate(config).await,
        Command::Import(Import::Esco { path, language, scheme_version, json }) => {
            commands::import_esco(config, &path, &language, &scheme_version, json).await
        }
        Command::Corridors(command) => match command {
            Corridors::Check { path } => commands::corridors_check(&path),
            Corridors::Import { path } => commands::corridors_import(config, path.as_deref()).await,
            Corridors::Export { pack, to } => commands::corridors_export(config, pack.as_deref(), to.as_deref()).await,
            Corridors::Diff { path } => commands::corridors_diff(config, &path).await,
        },
        Command::Pathway(command) => match command {
            Pathway::Validate { names, json } => pathway::validate(&names, json),
            Pathway::Plan { name, to, to_step, held, done, start, ready_by, samples, seed } => {
                let ask = crate::app::pathways::Ask {
                    to: Some(to),
                    to_step,
                    held: held.into_iter().collect(),
                    done: done.into_iter().collect(),
                    start,
                    ready_by,
                    samples: Some(samples),
                    seed: Some(seed),
                    ..crate::app::pathways::Ask::default()
                };
                pathway::plan(&config, &name, &ask)
            }
        },
        Command::Rules(command) => match command {
            Rules::Check => law::check(&config),
            Rules::List => law::list(&config),
            Rules::Test => law::test(&config),
        },
        Command::Calc(Calc::Deadline) => law::deadline(&config),
        Command::Calc(Calc::Settlement) => json::answer_each(crate::app::finance::settlement),
        Command::Calc(Calc::Reserve) => json::answer_each(crate::app::finance::reserve),
        Command::Calc(Calc::Rci) => json::answer_each(crate::app::finance::recruitment_cost),
        Command::Calc(Calc::Remittance) => json::answer_each(crate::app::finance::remittance),
        Command::Calc(Calc::Options) => json::answer_each(crate::app::contingency::estimate),
        Command::Calc(Calc::Totalisation) => json::answer_each(crate::app::finance::totalisation),
        Command::Calc(Calc::Equity) => json::answer_each(crate::app::finance::equity),
        Command::Calc(Calc::Roi) => json::answer_each(crate::app::finance::roi),
        Command::Match(args) => commands::match_run(config, args).await,
        Command::Candidates(args) => instances::candidates(&args),
        Command::Solve(args) => instances::solve(&args),
        Command::Check(args) => instances::check(&args),
        Command::Credential(Credential::Verify(args)) => credential::verify(args),
        Command::User(User::Create { email, name, role, organisation, country, trainee, locale }) => {
            let new = commands::NewUser { email, name, role, organisation, country, trainee, locale };
            commands::user_create(config, new).await
        }
        Command::Sealed(SealedCommand::Rotate) => commands::sealed_rotate(config).await,
        Command::Retention(RetentionCommand::Run { dry_run }) => commands::retention_run(config, dry_run).await,
        Command::Audit(Audit::Verify { json }) => commands::audit_verify(config, json).await,
        Command::Backup { file } => commands::backup(config, &file).await,
        Command::Restore { file, force } => commands::restore(config, &file, force).await,
        Command::Config(ConfigCommand::Check) => {
            println!("The configuration is right.");
            Ok(())
        }
        Command::Doctor { json } => commands::doctor(config, json).await,
        Command::Openapi => {
            println!("{}", json::pretty(&crate::web::openapi::document()));
            Ok(())
        }
    }
}

/// Logs go to standard error, so that standard output stays the answer.
fn start_logging(config: &Config) {
    let filter = EnvFilter::try_new(format!("{},rust_sugiyama=warn,sqlx=warn,sea_orm_migration=warn", config.log.filter))
        .unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let installed = if config.log.format == "json" { builder.json().try_init() } else { builder.try_init() };
    if let Err(error) = installed {
        eprintln!("passerelle: logging was set up before: {error}");
    }
}
