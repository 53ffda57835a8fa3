//! Short forms for what nearly every table has.

use sea_orm_migration::{prelude::*, schema::*};

/// Begins a table.
pub fn table(name: &'static str) -> TableCreateStatement {
    Table::create().table(name).to_owned()
}

/// Begins a table of records that people edit: identifier, version for compare-and-swap, times.
pub fn record(name: &'static str) -> TableCreateStatement {
    table(name)
        .col(pk_uuid("id"))
        .col(big_integer("version"))
        .col(big_integer("created_at_ms"))
        .col(big_integer("updated_at_ms"))
        .to_owned()
}

/// A column that names a row of another table; the row cannot go while it is named.
pub fn belongs_to(create: &mut TableCreateStatement, column: &'static str, target: &'static str) {
    let from = create.get_table_name().cloned();
    create.col(uuid(column));
    link(create, from, column, target);
}

/// The same, where the column may be empty.
pub fn may_belong_to(create: &mut TableCreateStatement, column: &'static str, target: &'static str) {
    let from = create.get_table_name().cloned();
    create.col(uuid_null(column));
    link(create, from, column, target);
}

fn link(create: &mut TableCreateStatement, from: Option<TableRef>, column: &'static str, target: &'static str) {
    let mut key = ForeignKey::create();
    key.from_col(column).to(target, "id").on_delete(ForeignKeyAction::NoAction);
    if let Some(TableRef::Table(name, _)) = from {
        key.from_tbl(name);
    }
    create.foreign_key(&mut key);
}

pub fn index(name: &'static str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().name(name).table(table).to_owned();
    for column in columns {
        index.col(*column);
    }
    index
}

pub fn unique(name: &'static str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    index(name, table, columns).unique().to_owned()
}

/// Drops tables, the last created first.
pub async fn drop_all(manager: &SchemaManager<'_>, tables: &[&'static str]) -> Result<(), DbErr> {
    for name in tables.iter().rev() {
        manager.drop_table(Table::drop().table(*name).to_owned()).await?;
    }
    Ok(())
}
