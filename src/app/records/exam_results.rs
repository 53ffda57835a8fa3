//! Attempts at language examinations, by skill; what is passed becomes a certificate.

use super::*;
use crate::app::Ctx;
use crate::error::{AppError, FieldError};
use async_trait::async_trait;
use passerelle_domain::training::{ExamResult, SkillResult, overall};
use passerelle_store::entity::{exam_result, exam_session, language_certificate};
use passerelle_store::query::{ColumnTrait, EntityTrait, Expr, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait, Select};
use passerelle_store::{Tx, record};

#[derive(Debug)]
pub struct ExamResults;

#[async_trait]
impl Spec for ExamResults {
    type Entity = exam_result::Entity;
    const NAME: &'static str = "exam-results";
    const TITLE_GROUP: FieldGroup = FieldGroup::Training;
    const FIELDS: &'static [Field] = &[
        Field::reference("trainee_id", "trainees").required().listed().filters().fixed(),
        Field::reference("session_id", "exam-sessions").required().listed().filters().fixed().labelled("exam_session"),
        Field::new("attempt", Kind::Number { min: 1, max: 99 }).required().listed().fixed().group(FieldGroup::Training),
        Field::choice("listening_result", "skill-result", SkillResult::WORDS).required().group(FieldGroup::Training),
        Field::choice("reading_result", "skill-result", SkillResult::WORDS).required().group(FieldGroup::Training),
        Field::choice("speaking_result", "skill-result", SkillResult::WORDS).required().group(FieldGroup::Training),
        Field::choice("writing_result", "skill-result", SkillResult::WORDS).required().group(FieldGroup::Training),
        Field::choice("overall", "exam-result", ExamResult::WORDS)
            .listed()
            .filters()
            .derived()
            .group(FieldGroup::Training)
            .labelled("assessment_result"),
        Field::new("expires_on", Kind::Date).group(FieldGroup::Training),
        Field::reference("certificate_id", "language-certificates").derived().group(FieldGroup::Training).labelled("certificate"),
    ];

    fn read(r: &mut Reader<'_>, base: Base, before: Option<&RowOf<Self>>) -> RowOf<Self> {
        let skill = |r: &mut Reader<'_>, name| SkillResult::parse(&r.choice(name)).unwrap_or(SkillResult::NotTaken);
        let skills = ["listening_result", "reading_result", "speaking_result", "writing_result"].map(|name| skill(r, name));
        let [listening, reading, speaking, writing] = skills.map(|skill| skill.to_string());
        exam_result::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            trainee_id: r.reference("trainee_id"),
            session_id: r.reference("session_id"),
            attempt: r.number("attempt"),
            listening_result: listening,
            reading_result: reading,
            speaking_result: speaking,
            writing_result: writing,
            overall: overall(&skills).to_string(),
            expires_on: r.date_or_none("expires_on"),
            certificate_id: before.and_then(|row| row.certificate_id),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("trainee_id", row.trainee_id.to_string().into()),
            ("session_id", row.session_id.to_string().into()),
            ("attempt", row.attempt.into()),
            ("listening_result", row.listening_result.as_str().into()),
            ("reading_result", row.reading_result.as_str().into()),
            ("speaking_result", row.speaking_result.as_str().into()),
            ("writing_result", row.writing_result.as_str().into()),
            ("overall", row.overall.as_str().into()),
            ("expires_on", shown(&row.expires_on)),
            ("certificate_id", shown(&row.certificate_id)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.attempt.to_string()
    }

    async fn check(
        ctx: &Ctx<'_>,
        tx: &Tx,
        row: &RowOf<Self>,
        before: Option<&RowOf<Self>>,
        errors: &mut Vec<FieldError>,
    ) -> Result<(), AppError> {
        // Held, so that the last seat is given once.
        let Some(session) = record::hold::<exam_session::Entity>(tx, row.session_id).await? else { return Ok(()) };
        let today = ctx.now.date();
        let registers = row.overall == ExamResult::Registered.as_str();
        if !registers && session.held_on > today {
            errors.push(FieldError::new("session_id", "future", "lies ahead: results are entered when the examination was held"));
        }
        if row.expires_on.is_some_and(|end| end < session.held_on) {
            errors.push(FieldError::new("expires_on", "window-reversed", "lies before the day of the examination"));
        }
        if before.is_some_and(|before| before.certificate_id.is_some()) {
            errors.push(FieldError::new("session_id", "exam-certified", "gave a certificate: correct the certificate instead"));
        }
        if before.is_some() {
            return Ok(());
        }
        if registers && session.register_by < today {
            errors.push(FieldError::new("session_id", "exam-closed", "takes no more people: registration is over"));
        }
        let here = exam_result::Entity::find().filter(exam_result::Column::SessionId.eq(row.session_id)).count(tx.conn());
        if i64::try_from(here.await.map_err(StoreError::from)?).unwrap_or(i64::MAX) >= session.seats {
            errors.push(FieldError::new("session_id", "exam-full", "is full"));
        }
        let before_this = attempts(row.trainee_id, &session).count(tx.conn()).await.map_err(StoreError::from)?;
        let next = i64::try_from(before_this).unwrap_or(i64::MAX).saturating_add(1);
        if row.attempt != next {
            errors.push(FieldError::new("attempt", "attempt-order", format!("is not the next one: that is {next}")).with("next", next));
        }
        Ok(())
    }

    /// What gave a certificate stays, and so does an attempt that others were counted after.
    async fn check_delete(_: &Ctx<'_>, tx: &Tx, row: &RowOf<Self>) -> Result<(), AppError> {
        if row.certificate_id.is_some() {
            return Err(AppError::Conflict("a certificate was made of this result: withdraw the certificate instead".into()));
        }
        let session = exam_session::Entity::find_by_id(row.session_id).one(tx.conn()).await.map_err(StoreError::from)?;
        let Some(session) = session else { return Ok(()) };
        match attempts(row.trainee_id, &session)
            .filter(exam_result::Column::Attempt.gt(row.attempt))
            .count(tx.conn())
            .await
            .map_err(StoreError::from)?
        {
            0 => Ok(()),
            _ => Err(AppError::Conflict("another attempt was entered after this one: take that back first".into())),
        }
    }

    /// What is passed becomes a certificate in her record, once.
    async fn after_write(_: &Ctx<'_>, tx: &mut Tx, row: &RowOf<Self>, _: Option<&RowOf<Self>>) -> Result<(), AppError> {
        if row.overall != ExamResult::Passed.as_str() || row.certificate_id.is_some() {
            return Ok(());
        }
        let session = exam_session::Entity::find_by_id(row.session_id).one(tx.conn()).await.map_err(StoreError::from)?;
        let session = session.ok_or(AppError::NotFound)?;
        let reached = |result: &str| (result == SkillResult::Passed.as_str()).then(|| session.level.clone());
        let certificate = language_certificate::Model {
            id: Uuid::now_v7(),
            version: 1,
            created_at_ms: tx.now_ms(),
            updated_at_ms: tx.now_ms(),
            trainee_id: row.trainee_id,
            language: session.language.clone(),
            scale: session.scale.clone(),
            level: session.level.clone(),
            listening: reached(&row.listening_result),
            reading: reached(&row.reading_result),
            speaking: reached(&row.speaking_result),
            writing: reached(&row.writing_result),
            issuer: session.issuer.clone(),
            issued_on: session.held_on,
            expires_on: row.expires_on,
        };
        let certificate_id = certificate.id;
        record::insert::<language_certificate::Entity>(tx, certificate).await?;
        exam_result::Entity::update_many()
            .col_expr(exam_result::Column::CertificateId, Expr::value(certificate_id))
            .filter(exam_result::Column::Id.eq(row.id))
            .exec(tx.conn())
            .await
            .map_err(StoreError::from)?;
        Ok(())
    }
}

/// Her attempts at examinations of the language and level of a session.
fn attempts(person: Uuid, session: &exam_session::Model) -> Select<exam_result::Entity> {
    let same = exam_session::Entity::find()
        .select_only()
        .column(exam_session::Column::Id)
        .filter(exam_session::Column::Language.eq(session.language.as_str()))
        .filter(exam_session::Column::Scale.eq(session.scale.as_str()))
        .filter(exam_session::Column::Level.eq(session.level.as_str()))
        .into_query();
    exam_result::Entity::find().filter(exam_result::Column::TraineeId.eq(person)).filter(exam_result::Column::SessionId.in_subquery(same))
}
