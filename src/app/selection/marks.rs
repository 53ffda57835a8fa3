//! Marks of many applicants at once: from a program, or from the list that was filled in and sent back.

use super::{Funnel, gather, seen};
use crate::app::Ctx;
use crate::app::imports::sheet;
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::text::fold;
use passerelle_domain::access::Action;
use passerelle_store::entity::selection_score;
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter};
use passerelle_store::{StoreError, record};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Marks that are entered at once: a full cohort by all its rules.
const MARKS_MAX: usize = 60_000;
/// Mistakes that are named; the rest are of the same kind.
const NAMED_MAX: usize = 100;

/// One mark.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    pub trainee_id: Uuid,
    pub rule_id: Uuid,
    /// 0 to 100.
    pub points: i64,
    /// Where it stands in the file, for whoever looks for a mistake.
    #[serde(skip)]
    pub line: Option<u32>,
}

/// What entering them did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Entered {
    pub added: usize,
    pub changed: usize,
    pub unchanged: usize,
    /// Marks that were left out because something was wrong with them.
    pub left_out: usize,
    #[serde(skip)]
    pub errors: Vec<FieldError>,
}

/// Reads the list of a cohort back: a column with the numbers of people, and one with the name of each rule. Cells left
/// empty say nothing. With the mistakes that make a cell no mark.
///
/// # Errors
/// When the file is none, or has no column of numbers or no rule's name among its titles.
pub fn read_file(funnel: &Funnel, bytes: &[u8]) -> Result<(Vec<Mark>, Vec<FieldError>), AppError> {
    let sheet = sheet::read(bytes, None)?;
    let Some((head, rows)) = sheet.rows.split_first() else { return Ok((vec![], vec![])) };
    // Rules stand behind what the list says of people: of two columns of one name the last is the rule's.
    let at = |name: &str| head.cells.iter().rposition(|cell| fold(cell.trim().trim_start_matches('\'')) == fold(name));
    let Some(number) = head.cells.iter().position(|cell| cell.trim().eq_ignore_ascii_case("id")) else {
        return Err(AppError::invalid("file", "marks-no-id", "has no column «id» with the numbers of the applicants"));
    };
    let columns: Vec<(Uuid, usize)> = funnel.rules.iter().filter_map(|rule| Some((rule.id, at(&rule.name)?))).collect();
    if columns.is_empty() {
        return Err(AppError::invalid("file", "marks-no-rule", "has no column with the name of a rule of selection"));
    }
    let (mut marks, mut errors) = (Vec::new(), Vec::new());
    for row in rows {
        let cell = |column: usize| row.cells.get(column).map(|cell| cell.trim()).unwrap_or_default();
        let Ok(trainee_id) = Uuid::try_parse(cell(number).trim_start_matches('\'')) else {
            errors.push(of_line("marks-id", "holds no number of an applicant", row.line));
            continue;
        };
        for (rule_id, column) in &columns {
            let text = cell(*column);
            if text.is_empty() {
                continue;
            }
            match formats::latin_digits(text).parse() {
                Ok(points) => marks.push(Mark { trainee_id, rule_id: *rule_id, points, line: Some(row.line) }),
                Err(_) => errors.push(of_line("marks-points", "holds a mark that is no whole number from 0 to 100", row.line)),
            }
        }
    }
    Ok((marks, errors))
}

fn of_line(code: &'static str, detail: &str, line: u32) -> FieldError {
    FieldError::new("file", code, format!("{detail} (line {line})")).with("line", line)
}

/// Enters marks. All or none, unless the good ones are asked for.
///
/// # Errors
/// Every mark that is wrong, when all or none are to be taken.
pub async fn enter(ctx: &Ctx<'_>, id: Uuid, marks: &[Mark], wrong: Vec<FieldError>, good_ones: bool) -> Result<Entered, AppError> {
    ctx.ensure_writes()?;
    if marks.len() > MARKS_MAX {
        return Err(AppError::Invalid(vec![FieldError::new("rows", "too-many", "are too many at once").with("max", MARKS_MAX)]));
    }
    let mut tx = ctx.begin().await?;
    let row = seen(ctx, tx.conn(), id, Action::Update).await?;
    // Held: marks and decisions of one cohort wait for each other.
    record::hold::<passerelle_store::entity::cohort::Entity>(&tx, id).await?;
    let funnel = gather(ctx, tx.conn(), row).await?;
    let mut entered = Entered { left_out: wrong.len(), errors: wrong, ..Entered::default() };
    let applicants: BTreeSet<Uuid> = funnel.order.iter().map(|placed| placed.person.0).collect();
    let mut sound: BTreeMap<(Uuid, Uuid), i64> = BTreeMap::new();
    let mut contradicted: BTreeSet<(Uuid, Uuid)> = BTreeSet::new();
    for mark in marks {
        let key = (mark.trainee_id, mark.rule_id);
        let refused = if !(0..=100).contains(&mark.points) {
            Some(("marks-points", "holds a mark that is no whole number from 0 to 100"))
        } else if !applicants.contains(&mark.trainee_id) {
            Some(("marks-unknown", "names nobody who has applied here"))
        } else if !funnel.rules.iter().any(|rule| rule.id == mark.rule_id) {
            Some(("marks-rule", "names no rule of this cohort"))
        } else if contradicted.contains(&key) || sound.get(&key).is_some_and(|before| *before != mark.points) {
            // Nobody knows which of two was meant: neither is taken.
            entered.left_out += usize::from(sound.remove(&key).is_some());
            contradicted.insert(key);
            Some(("marks-twice", "gives somebody two marks for one rule"))
        } else {
            sound.insert(key, mark.points);
            None
        };
        if let Some((code, detail)) = refused {
            entered.left_out += 1;
            entered.errors.push(of_line(code, detail, mark.line.unwrap_or(0)));
        }
    }
    if !entered.errors.is_empty() && !good_ones {
        entered.errors.truncate(NAMED_MAX);
        return Err(AppError::Invalid(entered.errors));
    }
    let known: BTreeMap<(Uuid, Uuid), selection_score::Model> = selection_score::Entity::find()
        .filter(selection_score::Column::RuleId.is_in(funnel.rules.iter().map(|rule| rule.id)))
        .all(tx.conn())
        .await
        .map_err(StoreError::from)?
        .into_iter()
        .map(|row| ((row.trainee_id, row.rule_id), row))
        .collect();
    let mut added = Vec::new();
    for ((trainee_id, rule_id), points) in sound {
        match known.get(&(trainee_id, rule_id)) {
            Some(row) if row.points == points => entered.unchanged += 1,
            Some(row) => {
                let next = selection_score::Model { points, ..row.clone() };
                record::update::<selection_score::Entity>(&mut tx, next, row.version, &["points"]).await?;
                entered.changed += 1;
            }
            None => added.push(selection_score::Model {
                id: Uuid::now_v7(),
                version: 1,
                created_at_ms: ctx.now.ms(),
                updated_at_ms: ctx.now.ms(),
                trainee_id,
                rule_id,
                points,
                note: None,
            }),
        }
    }
    entered.added = added.len();
    if !added.is_empty() {
        record::insert_many::<selection_score::Entity>(&mut tx, added).await?;
    }
    tx.commit().await?;
    entered.errors.truncate(NAMED_MAX);
    Ok(entered)
}
