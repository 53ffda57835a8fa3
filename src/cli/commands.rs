//! What the commands do: call use cases, print their answers.

use super::json::pretty;
use super::output::{bar, table};
use super::{EXIT_DATABASE, EXIT_FAILURE, EXIT_FOUND, EXIT_INPUT, Failure, MatchArgs};
use crate::app::concepts::esco_files::{ImportOptions, Source};
use crate::app::concepts::import;
use crate::app::law::Law;
use crate::app::{accounts, corridor_yaml, corridors, match_runs};
use crate::clock::Moment;
use crate::config::Config;
use crate::error::AppError;
use crate::i18n::{Locale, plain};
use crate::jobs;
use crate::startup::{Application, StartError, open_store};

use crate::state::{AppState, load_policy};
use passerelle_domain::access::Role;
use passerelle_domain::country::CountryCode;
use passerelle_engine::matching::Totals;
use passerelle_engine::matching::policy::Mode;
use passerelle_engine::pathway::{Change, ChangeKind, Severity, diff};
use passerelle_store::Store;
use serde_json::json;
use std::io::BufRead;
use std::path::Path;
use uuid::Uuid;

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        let mut text = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            let more = cause.to_string();
            if !text.contains(&more) {
                text.push_str(": ");
                text.push_str(&more);
            }
            source = cause.source();
        }
        let code = if matches!(error, StartError::Store(_)) { EXIT_DATABASE } else { EXIT_FAILURE };
        Self::new(code, text)
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        let code = match &error {
            AppError::Invalid(errors) => {
                let lines: Vec<String> = errors.iter().map(|error| format!("{}: {}", error.field, error.detail)).collect();
                return Self::new(EXIT_INPUT, lines.join("\n"));
            }
            AppError::Malformed(_) | AppError::Conflict(_) | AppError::NotFound => EXIT_INPUT,
            AppError::Unavailable(_) => EXIT_DATABASE,
            _ => EXIT_FAILURE,
        };
        let mut text = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            source = cause.source();
        }
        Self::new(code, text)
    }
}

impl From<passerelle_store::StoreError> for Failure {
    fn from(error: passerelle_store::StoreError) -> Self {
        StartError::from(error).into()
    }
}

/// Opens the database as it is: commands other than `serve` and `migrate` do not change a schema.
pub(super) async fn state(config: Config) -> Result<AppState, Failure> {
    let store = open_store(&config, true).await?;
    Ok(AppState::new(store, config).map_err(StartError::from)?)
}

pub(super) async fn serve(config: Config) -> Result<(), Failure> {
    let state = state(config).await?;
    let application = Application::build(state)?;
    println!("Passerelle listens on {}", application.state.config.server.public_url);
    application.run().await?;
    Ok(())
}

pub(super) async fn worker(config: Config, drain: bool) -> Result<(), Failure> {
    let state = state(config).await?;
    if drain {
        let name = format!("drain-{}", Uuid::now_v7().simple());
        while jobs::work_once(&state, &name).await? {}
        return Ok(());
    }
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let working = tokio::spawn(jobs::work(state, stopped));
    wait_for_signal().await;
    // Nobody listens any more when the worker has ended by itself.
    let _ = stop.send(true);
    working.await.map_err(|error| Failure::new(EXIT_FAILURE, error))
}

async fn wait_for_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut stream) => {
                stream.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
}

pub(super) async fn migrate(config: Config) -> Result<(), Failure> {
    open_store(&config, true).await?;
    println!("The schema is up to date.");
    Ok(())
}

pub(super) async fn import_esco(config: Config, path: &Path, language: &str, version: &str, json: bool) -> Result<(), Failure> {
    let state = state(config).await?;
    let outcome = read_esco(&state.store, path, language, version, !json).await?;
    if json {
        println!("{}", pretty(&json!(outcome)));
        return Ok(());
    }
    if outcome.unchanged {
        println!("ESCO {version} in {language} stands already; nothing changed.");
    } else {
        println!(
            "ESCO {version} in {language}: {} concepts, {} labels, {} relations.",
            outcome.concepts, outcome.labels, outcome.relations
        );
    }
    for note in outcome.notes {
        println!("  note: {note}");
    }
    Ok(())
}

/// Imports one language of a download, with a bar.
pub(super) async fn read_esco(store: &Store, path: &Path, language: &str, version: &str, show: bool) -> Result<import::Imported, Failure> {
    let wrong = |error: crate::app::concepts::esco_files::EscoError| Failure::new(EXIT_INPUT, error);
    let source = Source::open(path).map_err(wrong)?;
    let parsed = import::parse(&source, language).map_err(wrong)?;
    let options = ImportOptions { scheme_version: version.into(), language: language.into() };
    let progress = show.then(|| bar(0, "ESCO"));
    let mut tell = |done, total| {
        if let Some(bar) = &progress {
            bar.set_length(total);
            bar.set_position(done);
        }
    };
    let outcome = import::write(store, Moment::now(), &options, parsed, &mut tell).await;
    if let Some(bar) = &progress {
        bar.finish_and_clear();
    }
    outcome.map_err(|error| match error {
        import::ImportError::Files(error) => wrong(error),
        import::ImportError::App(error) => error.into(),
    })
}

fn complain(errors: &[corridor_yaml::PackError]) -> Failure {
    Failure::new(EXIT_INPUT, errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

pub(super) fn corridors_check(path: &Path) -> Result<(), Failure> {
    let packs = corridor_yaml::read_path(path).map_err(|errors| complain(&errors))?;
    for pack in &packs {
        let findings = crate::app::pathways::findings(pack, Moment::now().date(), None);
        let errors: Vec<String> = findings
            .iter()
            .filter(|finding| finding.severity == Severity::Forbids)
            .map(|finding| format!("{}: {}: {}", pack.id, finding.place, plain(&crate::app::pathways::words(Locale::En, finding).0)))
            .collect();
        if !errors.is_empty() {
            return Err(Failure::new(EXIT_INPUT, errors.join("\n")));
        }
        println!("{} version {}: {} pathway(s), {} step(s), fine", pack.id, pack.version, pack.pathways().len(), pack.steps.len());
    }
    Ok(())
}

pub(super) async fn corridors_import(config: Config, path: Option<&Path>) -> Result<(), Failure> {
    let packs = match path {
        Some(path) => corridor_yaml::read_path(path),
        None => corridors::built_in(),
    };
    let packs = packs.map_err(|errors| complain(&errors))?;
    let state = state(config).await?;
    let outcome = corridors::import(&state.store, None, Moment::now(), &packs).await?;
    for (pack, imported) in packs.iter().zip(outcome) {
        let said = match imported {
            corridors::Imported::New => "imported",
            corridors::Imported::NewVersion => "new version imported",
            corridors::Imported::Unchanged => "unchanged",
        };
        println!("{} version {}: {said}", pack.id, pack.version);
    }
    Ok(())
}

pub(super) async fn corridors_export(config: Config, pack: Option<&str>, to: Option<&Path>) -> Result<(), Failure> {
    let state = state(config).await?;
    let packs = match pack {
        Some(id) => vec![corridors::latest_in(state.store.read(), id).await?.ok_or(AppError::NotFound)?],
        None => corridors::latest_all(state.store.read()).await?,
    };
    let failed = |error: &dyn std::fmt::Display| Failure::new(EXIT_FAILURE, error);
    for pack in &packs {
        let text = corridor_yaml::write(pack).map_err(|error| failed(&error))?;
        match to {
            None if packs.len() == 1 => print!("{text}"),
            None => return Err(Failure::new(EXIT_INPUT, "name one pack, or a folder with --to")),
            Some(folder) => {
                std::fs::create_dir_all(folder).map_err(|error| failed(&error))?;
                std::fs::write(folder.join(format!("{}.yaml", pack.id)), text).map_err(|error| failed(&error))?;
            }
        }
    }
    Ok(())
}

pub(super) async fn corridors_diff(config: Config, path: &Path) -> Result<(), Failure> {
    let packs = corridor_yaml::read_path(path).map_err(|errors| complain(&errors))?;
    let state = state(config).await?;
    let mut differ = false;
    for pack in &packs {
        match corridors::latest_in(state.store.read(), pack.id.as_str()).await? {
            None => {
                differ = true;
                println!("{}: not imported yet", pack.id);
            }
            Some(old) => {
                let lines: Vec<String> = diff(&old, pack).iter().map(change_line).collect();
                differ |= !lines.is_empty();
                println!(
                    "{}: {}",
                    pack.id,
                    if lines.is_empty() { "no difference".to_owned() } else { format!("{} difference(s)", lines.len()) }
                );
                lines.iter().for_each(|line| println!("  {line}"));
            }
        }
    }
    if differ { Err(Failure::new(EXIT_FOUND, "the files differ from what is imported")) } else { Ok(()) }
}

/// A difference on one line.
fn change_line(change: &Change) -> String {
    let place = match &change.step {
        Some(step) if change.place.is_empty() => format!("steps.{step}"),
        Some(step) => format!("steps.{step}.{}", change.place),
        None => change.place.clone(),
    };
    match change.kind {
        ChangeKind::Added => format!("+ {place}: {}", change.after),
        ChangeKind::Removed => format!("- {place}: {}", change.before),
        ChangeKind::Changed => format!("~ {place}: {} → {}", change.before, change.after),
    }
}

pub(super) async fn match_run(config: Config, args: MatchArgs) -> Result<(), Failure> {
    if let Some(file) = &args.snapshot {
        let text = std::fs::read_to_string(file).map_err(|error| Failure::new(EXIT_INPUT, format!("{}: {error}", file.display())))?;
        let policy = load_policy(&config.matching.policy_file).map_err(StartError::from)?;
        let policy = args.mode.map_or(policy.clone(), |mode| policy.in_mode(mode));
        let result = match_runs::plan_offline(&text, &policy)?;
        return if args.json {
            println!("{}", serde_json::to_string(&result).map_err(AppError::from)?);
            Ok(())
        } else {
            println!("{}", summary(&result.totals));
            explain(&result, &args)
        };
    }
    let state = state(config).await?;
    if let Some(run) = args.run {
        return show_run(&state, run, &args).await;
    }
    let run = start_run(&state, i64::from(args.seed), args.mode).await?;
    finish_run(&state, run, !args.json).await?;
    show_run(&state, run, &args).await
}

async fn show_run(state: &AppState, run: Uuid, args: &MatchArgs) -> Result<(), Failure> {
    if let Some(file) = &args.export {
        let snapshot = match_runs::load_snapshot(state, run).await?;
        let text = snapshot.to_json().map_err(AppError::from)?;
        std::fs::write(file, text).map_err(|error| Failure::new(EXIT_FAILURE, format!("{}: {error}", file.display())))?;
        println!("Snapshot written to {}", file.display());
        return Ok(());
    }
    let replay = match_runs::replay(state, run).await?;
    if args.json {
        println!("{}", replay.result);
    } else if args.replay {
        println!(
            "stored  {}\nreplay  {}\n{}",
            replay.stored_digest,
            replay.result_digest,
            if replay.same { "the same bytes" } else { "DIFFERENT" }
        );
    } else {
        let result: passerelle_engine::matching::RunResult = serde_json::from_str(&replay.result).map_err(AppError::from)?;
        println!("Run {run}\n{}", summary(&result.totals));
        explain(&result, args)?;
    }
    if replay.same {
        Ok(())
    } else {
        Err(Failure::new(EXIT_FOUND, "the replay differs from the stored result: was the policy changed since?"))
    }
}

/// The same words as on the pages, one line for each trainee and each need.
fn explain(result: &passerelle_engine::matching::RunResult, args: &MatchArgs) -> Result<(), Failure> {
    let t = Locale::parse(&args.language).ok_or_else(|| Failure::new(EXIT_INPUT, "--language: is not one of: en, fr, de, ar"))?;
    for outcome in result.outcomes.iter().filter(|_| args.explain) {
        let words: Vec<String> = outcome.reasons.iter().map(|reason| plain(&t.say(reason))).collect();
        println!("{} {} {}: {}", outcome.side, outcome.id, outcome.result, words.join(" · "));
    }
    Ok(())
}

/// Queues a run on behalf of the command line.
pub(super) async fn start_run(state: &AppState, seed: i64, mode: Option<Mode>) -> Result<Uuid, Failure> {
    let now = Moment::now();
    let mut tx = state.store.begin(None, now.ms()).await?;
    let run = match_runs::queue(&mut tx, None, now, match_runs::Asked { seed: Some(seed), mode: Some(mode.unwrap_or(state.policy.mode)) })
        .await?;
    tx.commit().await?;
    Ok(run.id)
}

/// Works on the queue until the run is finished, showing its progress.
pub(super) async fn finish_run(state: &AppState, run: Uuid, show: bool) -> Result<(), Failure> {
    use passerelle_store::entity::match_run::Entity;
    use passerelle_store::query::EntityTrait;
    let name = format!("cli-{}", Uuid::now_v7().simple());
    let working = {
        let state = state.clone();
        tokio::spawn(async move {
            while jobs::work_once(&state, &name).await? {}
            Ok::<(), AppError>(())
        })
    };
    let progress = show.then(|| bar(100, "matching"));
    loop {
        let found = Entity::find_by_id(run).one(state.store.read()).await.map_err(passerelle_store::StoreError::from)?;
        let found = found.ok_or(AppError::NotFound)?;
        if let Some(bar) = &progress {
            bar.set_position(u64::try_from(found.progress_percent).unwrap_or(0));
        }
        match found.status.as_str() {
            "finished" => break,
            "failed" => return Err(Failure::new(EXIT_FAILURE, found.failure.unwrap_or_else(|| "the run failed".into()))),
            _ => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
        }
    }
    if let Some(bar) = &progress {
        bar.finish_and_clear();
    }
    working.await.map_err(|error| Failure::new(EXIT_FAILURE, error))??;
    Ok(())
}

/// The totals of a run, readable in a terminal.
pub(super) fn summary(totals: &Totals) -> String {
    let t = Locale::En;
    let mut by_reason: Vec<(String, u64)> =
        totals.unmatched_by_reason.iter().map(|(code, count)| (t.get(&format!("reason-name-{code}")), *count)).collect();
    by_reason.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let mut by_corridor: Vec<(String, u64)> = totals.proposed_by_corridor.iter().map(|(name, count)| (name.clone(), *count)).collect();
    by_corridor.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let head = [
        ("Trainees".to_owned(), totals.trainees),
        ("Needs".to_owned(), totals.needs),
        ("Seats".to_owned(), totals.seats),
        ("Pairs judged".to_owned(), totals.pairs_considered),
        ("Lawful candidates".to_owned(), totals.candidates),
        ("Proposed".to_owned(), totals.proposed),
        ("Without a proposal".to_owned(), totals.trainees - totals.proposed),
    ];
    format!(
        "{}\n{}\n{}",
        table("Match run", &head),
        table("Proposed by corridor", &by_corridor),
        table("Without a proposal, by nearest reason", &by_reason)
    )
}

pub(super) struct NewUser {
    pub email: String,
    pub name: String,
    pub role: String,
    pub organisation: Option<Uuid>,
    pub country: Vec<String>,
    pub trainee: Option<Uuid>,
    pub locale: String,
}

pub(super) async fn user_create(config: Config, new: NewUser) -> Result<(), Failure> {
    let wrong = |field: &str, error: &dyn std::fmt::Display| Failure::new(EXIT_INPUT, format!("{field}: {error}"));
    let role = Role::parse(&new.role).map_err(|error| wrong("--role", &error))?;
    let countries: Result<Vec<CountryCode>, _> = new.country.iter().map(|code| CountryCode::parse(code)).collect();
    let countries = countries.map_err(|error| wrong("--country", &error))?;
    if Locale::parse(&new.locale).is_none() {
        return Err(wrong("--locale", &"is not one of: en, fr, de, ar"));
    }
    let mut password = String::new();
    std::io::stdin().lock().read_line(&mut password).map_err(|error| wrong("password", &error))?;
    let state = state(config).await?;
    let now = Moment::now();
    let account = accounts::NewAccount {
        email: new.email,
        name: new.name,
        password: password.trim_end_matches(['\r', '\n']).to_owned(),
        locale: new.locale,
        role,
        organisation: new.organisation,
        countries,
        trainee: new.trainee,
    };
    let mut tx = state.store.begin(None, now.ms()).await?;
    let id = accounts::create(&mut tx, now, &account).await?;
    tx.commit().await?;
    println!("{id}");
    Ok(())
}

pub(super) async fn sealed_rotate(config: Config) -> Result<(), Failure> {
    let state = state(config).await?;
    let done = crate::app::privacy::sealed::rotate(&state, crate::clock::Moment::now().ms()).await?;
    println!("{done} texts sealed anew with the key {}.", state.vault.current());
    Ok(())
}

pub(super) async fn retention_run(config: Config, dry: bool) -> Result<(), Failure> {
    let state = state(config).await?;
    let lines = crate::app::privacy::retention::run(&state, crate::clock::Moment::now(), dry).await?;
    println!("{}", pretty(&json!({ "dry_run": dry, "lines": lines })));
    Ok(())
}

pub(super) async fn audit_verify(config: Config, json: bool) -> Result<(), Failure> {
    let state = state(config).await?;
    let verified = passerelle_store::audit::verify(&state.store).await?;
    let broken = verified.broken.as_ref().map(|link| json!({ "chain": link.chain, "seq": link.seq, "problem": link.problem }));
    if json {
        println!("{}", pretty(&json!({ "events": verified.events, "broken": broken })));
    }
    match verified.broken {
        None if json => Ok(()),
        None => {
            println!("{} events, every link holds.", verified.events);
            Ok(())
        }
        Some(link) => Err(Failure::new(EXIT_FOUND, format!("chain {} is broken at event {}: {}", link.chain, link.seq, link.problem))),
    }
}

pub(super) async fn backup(config: Config, file: &Path) -> Result<(), Failure> {
    if !config.database.url.starts_with("sqlite:") {
        return Err(Failure::new(EXIT_INPUT, "backup copies SQLite databases; use pg_dump for PostgreSQL (docs/OPERATIONS.md)"));
    }
    if file.exists() {
        return Err(Failure::new(EXIT_INPUT, format!("{} exists already; name another file", file.display())));
    }
    let store = open_store(&config, false).await?;
    if let Err(error) = store.backup_to(file).await {
        // Half a copy must not be mistaken for one, nor stand in the way of the next.
        if let Err(left) = std::fs::remove_file(file)
            && left.kind() != std::io::ErrorKind::NotFound
        {
            eprintln!("passerelle: {} could not be removed: {left}", file.display());
        }
        return Err(error.into());
    }
    store.close().await?;
    println!("Copied to {}", file.display());
    Ok(())
}

/// Replaces a SQLite database. The copy is checked before anything is moved, and what stood there
/// is kept beside it under a name of its own.
pub(super) async fn restore(config: Config, file: &Path, force: bool) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::new(EXIT_FAILURE, error);
    let Some(target) = config.database.url.strip_prefix("sqlite://") else {
        return Err(Failure::new(EXIT_INPUT, "restore replaces SQLite databases; use pg_restore for PostgreSQL (docs/OPERATIONS.md)"));
    };
    let target = Path::new(target.split('?').next().unwrap_or(target)).to_path_buf();
    if let (Ok(a), Ok(b)) = (file.canonicalize(), target.canonicalize())
        && a == b
    {
        return Err(Failure::new(EXIT_INPUT, "the copy and the database are the same file"));
    }
    if target.exists() && !force {
        return Err(Failure::new(
            EXIT_INPUT,
            format!("{} exists; stop the service and repeat with --force to replace it", target.display()),
        ));
    }
    if let Some(folder) = target.parent() {
        std::fs::create_dir_all(folder).map_err(|error| failed(&error))?;
    }
    let stamp = Moment::now().0.format("%Y%m%dT%H%M%S%3f");
    let fresh = target.with_extension(format!("restoring-{stamp}"));
    std::fs::copy(file, &fresh).map_err(|error| Failure::new(EXIT_INPUT, format!("{}: {error}", file.display())))?;
    let checked = check_copy(&config, &fresh).await;
    if let Err(failure) = checked {
        std::fs::remove_file(&fresh).map_err(|error| failed(&error))?;
        return Err(Failure::new(EXIT_INPUT, format!("{} is no usable copy of a Passerelle database: {}", file.display(), failure.text)));
    }
    if target.exists() {
        // Opening and closing folds the log into the file, so that what is kept is whole.
        let old = open_store(&config, false).await?;
        old.close().await?;
        let kept = target.with_extension(format!("before-restore-{stamp}"));
        std::fs::rename(&target, &kept).map_err(|error| failed(&error))?;
        for ending in ["-wal", "-shm"] {
            let beside = format!("{}{ending}", target.display());
            if Path::new(&beside).exists() {
                std::fs::rename(&beside, format!("{}{ending}", kept.display())).map_err(|error| failed(&error))?;
            }
        }
        println!("The database before is kept as {}", kept.display());
    }
    std::fs::rename(&fresh, &target).map_err(|error| failed(&error))?;
    println!("Restored {}", target.display());
    Ok(())
}

/// Whether a file is a whole database with a schema of this or an earlier version.
async fn check_copy(config: &Config, file: &Path) -> Result<(), Failure> {
    let mut config = config.clone();
    config.database.url = format!("sqlite://{}", file.display());
    let store = open_store(&config, false).await?;
    store.check_integrity().await?;
    store.check_schema().await?;
    store.close().await?;
    Ok(())
}

pub(super) async fn doctor(config: Config, json: bool) -> Result<(), Failure> {
    let mut checks: Vec<(&str, Result<String, String>)> = Vec::new();
    checks.push((
        "policy",
        load_policy(&config.matching.policy_file).map(|policy| format!("version {}", policy.version)).map_err(|e| e.to_string()),
    ));
    checks.push((
        "law",
        Law::read(&config.law.folder).map(|law| format!("{} rules, {} calendars", law.catalogue.rules.len(), law.calendars.len())),
    ));
    checks.push((
        "built-in corridors",
        corridors::built_in()
            .map(|packs| format!("{} packs", packs.len()))
            .map_err(|errors| errors.iter().map(ToString::to_string).collect()),
    ));
    let probe = config.storage.data_dir.join(format!(".probe-{}", Uuid::now_v7().simple()));
    let writable = std::fs::create_dir_all(&config.storage.data_dir)
        .and_then(|()| std::fs::write(&probe, b"probe"))
        .and_then(|()| std::fs::remove_file(&probe));
    checks.push(("data folder", writable.map(|()| config.storage.data_dir.display().to_string()).map_err(|error| error.to_string())));
    match open_store(&config, false).await {
        Err(error) => checks.push(("database", Err(Failure::from(error).text))),
        Ok(store) => {
            let kind = if store.is_postgres() { "PostgreSQL" } else { "SQLite" };
            checks.push(("database", store.ping().await.map(|()| kind.to_owned()).map_err(|error| error.to_string())));
            checks.push(("schema", store.check_schema().await.map(|()| "up to date".into()).map_err(|error| error.to_string())));
        }
    }
    let sick = checks.iter().filter(|(_, outcome)| outcome.is_err()).count();
    if json {
        let list: Vec<_> = checks
            .iter()
            .map(|(name, outcome)| json!({ "check": name, "ok": outcome.is_ok(), "detail": outcome.as_ref().map_or_else(Clone::clone, Clone::clone) }))
            .collect();
        println!("{}", pretty(&json!(list)));
    } else {
        for (name, outcome) in &checks {
            match outcome {
                Ok(detail) => println!("ok    {name}: {detail}"),
                Err(problem) => println!("WRONG {name}: {problem}"),
            }
        }
    }
    if sick == 0 { Ok(()) } else { Err(Failure::new(EXIT_FOUND, format!("{sick} check(s) found something wrong"))) }
}
