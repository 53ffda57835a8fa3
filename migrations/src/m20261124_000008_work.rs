//! Daily work: assignments, saved views, bulk changes, drafts, notifications, comments, attachments, help, labels.

use crate::table::*;
use sea_orm_migration::{prelude::*, schema::*};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 10] = [
    "assignment",
    "saved_view",
    "bulk_change",
    "draft",
    "notification",
    "notification_choice",
    "comment",
    "attachment",
    "help_text",
    "label",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut assignment = record("assignment");
        assignment
            .col(string("kind"))
            .col(uuid("record_id"))
            .col(uuid_null("organisation_id"))
            .col(uuid_null("account_id"))
            .col(date_null("due_on"))
            .col(string_null("waiting_for"))
            .col(string_null("blocked_by"));
        manager.create_table(assignment).await?;
        manager.create_index(unique("ux_assignment_kind", "assignment", &["kind", "record_id", "organisation_id"])).await?;
        manager.create_index(index("ix_assignment_account_id", "assignment", &["account_id"])).await?;

        let mut saved_view = table("saved_view").col(pk_uuid("id")).to_owned();
        belongs_to(&mut saved_view, "account_id", "account");
        saved_view.col(string("resource")).col(string("name")).col(text("query")).col(big_integer("created_at_ms"));
        manager.create_table(saved_view).await?;
        manager.create_index(unique("ux_saved_view_account_id", "saved_view", &["account_id", "resource", "name"])).await?;

        let mut bulk_change = table("bulk_change").col(pk_uuid("id")).to_owned();
        belongs_to(&mut bulk_change, "account_id", "account");
        bulk_change
            .col(string("resource"))
            .col(string("field"))
            .col(string("value"))
            .col(big_integer("rows"))
            .col(text("before"))
            .col(big_integer("at_ms"))
            .col(big_integer_null("undone_at_ms"));
        manager.create_table(bulk_change).await?;
        manager.create_index(index("ix_bulk_change_account_id", "bulk_change", &["account_id"])).await?;

        let mut draft = table("draft").col(pk_uuid("id")).to_owned();
        belongs_to(&mut draft, "account_id", "account");
        draft.col(string("form")).col(text("body")).col(big_integer("updated_at_ms"));
        manager.create_table(draft).await?;
        manager.create_index(unique("ux_draft_account_id", "draft", &["account_id", "form"])).await?;

        let mut notification = table("notification").col(pk_uuid("id")).to_owned();
        belongs_to(&mut notification, "account_id", "account");
        notification
            .col(string("kind"))
            .col(string("href"))
            .col(text("args"))
            .col(big_integer("created_at_ms"))
            .col(big_integer_null("read_at_ms"));
        manager.create_table(notification).await?;
        manager.create_index(index("ix_notification_account_id", "notification", &["account_id", "read_at_ms"])).await?;

        let mut notification_choice = table("notification_choice").col(pk_uuid("id")).to_owned();
        belongs_to(&mut notification_choice, "account_id", "account");
        notification_choice.col(string("kind")).col(boolean("in_app")).col(boolean("by_mail"));
        manager.create_table(notification_choice).await?;
        manager.create_index(unique("ux_notification_choice_account_id", "notification_choice", &["account_id", "kind"])).await?;

        let mut comment = table("comment").col(pk_uuid("id")).to_owned();
        comment.col(string("kind")).col(uuid("record_id"));
        belongs_to(&mut comment, "account_id", "account");
        comment
            .col(uuid_null("organisation_id"))
            .col(string("audience"))
            .col(text("body"))
            .col(big_integer("created_at_ms"))
            .col(big_integer_null("removed_at_ms"));
        manager.create_table(comment).await?;
        manager.create_index(index("ix_comment_kind", "comment", &["kind", "record_id"])).await?;

        let mut attachment = table("attachment").col(pk_uuid("id")).to_owned();
        attachment.col(string("kind")).col(uuid("record_id"));
        belongs_to(&mut attachment, "account_id", "account");
        attachment
            .col(uuid_null("organisation_id"))
            .col(string("audience"))
            .col(string("name"))
            .col(string("media_type"))
            .col(big_integer("size"))
            .col(string("sha256"))
            .col(big_integer("created_at_ms"))
            .col(big_integer_null("removed_at_ms"));
        manager.create_table(attachment).await?;
        manager.create_index(index("ix_attachment_kind", "attachment", &["kind", "record_id"])).await?;

        let mut help_text = record("help_text");
        help_text.col(string("stage")).col(string("country")).col(string("language")).col(text("body"));
        manager.create_table(help_text).await?;
        manager.create_index(unique("ux_help_text_stage", "help_text", &["stage", "country", "language"])).await?;

        let mut label = record("label");
        label.col(string("country")).col(string("source")).col(string("language")).col(string("body")).col(string("search"));
        manager.create_table(label).await?;
        manager.create_index(unique("ux_label_country", "label", &["country", "source", "language"])).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &TABLES).await?;
        Ok(())
    }
}
