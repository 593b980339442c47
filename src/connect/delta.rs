//! `DeltaTable`: its changes of rows, with columns where SQL has texts.

use serde_json::{Value as Json, json};

use super::column::Columns;
use super::{Connect, ConnectError, Reply, Request};
use crate::session::{Session, SessionError, parse_name};
use crate::sql::analyze::{ColumnAction, ColumnClause, DataFrames};
use crate::sql::column::Column;
use crate::sql::command::{MergeWhen, Name};
use crate::sql::plan::Plan;
use crate::storage::DbfsPath;
use crate::types::Frame;

impl Connect {
    pub(super) fn delta(&mut self, session: &mut Session, what: &str, r: &Request<'_>) -> Reply {
        if what == "isDeltaTable" {
            return is_delta_table(session, r);
        }
        let (table, alias) = (target(r)?, r.text_or("targetAlias"));
        let columns = Columns {
            connect: self,
            inputs: &[],
            operator: "",
        };
        let condition = columns.optional(r.get("condition"))?;
        let dataframes = DataFrames::new(session.state());
        let done = match what {
            "delete" => {
                let bound = dataframes.delete(&table, alias, condition.as_ref())?;
                session.delete(&bound)?
            }
            "update" => {
                let set = columns.assignments(r.list("assignments")?)?;
                let bound = dataframes.update(&table, alias, condition.as_ref(), &set)?;
                session.update(&bound)?
            }
            "merge" => {
                let source = self.plan(r, "source")?;
                let condition = condition.ok_or(ConnectError::Field { name: "condition" })?;
                let clauses = r
                    .list("clauses")?
                    .iter()
                    .map(|clause| columns.clause(clause));
                let clauses = clauses.collect::<Result<Vec<_>, _>>()?;
                let evolves = r.flag("schemaEvolution");
                let bound =
                    dataframes.merge(&table, alias, &source, &condition, &clauses, evolves)?;
                session.merge(&bound)?
            }
            _ => {
                return Err(ConnectError::UnknownRequest {
                    op: format!("delta.{what}"),
                });
            }
        };
        Ok(self.counts(done))
    }

    /// What a change tells, as a DataFrame.
    fn counts(&mut self, done: Frame) -> Json {
        self.hand_out(std::sync::Arc::new(Plan::local(done)))
    }
}

fn is_delta_table(session: &Session, r: &Request<'_>) -> Reply {
    let state = session.state();
    let location = match r.text_or("table") {
        Some(name) => state.location(&state.table_name(&parse_name(name)?)?)?,
        None => DbfsPath::parse(r.text("path")?)?,
    };
    let log = state.deltas.open(&location);
    Ok(json!(log.exists().map_err(SessionError::from)?))
}

/// The table's name: its own, or that of its path.
fn target(r: &Request<'_>) -> Result<Name, ConnectError> {
    let target = r
        .map("target")?
        .ok_or(ConnectError::Field { name: "target" })?;
    let target = Request(target);
    match target.text_or("table") {
        Some(name) => Ok(parse_name(name)?),
        None => Ok(vec!["delta".into(), target.text("path")?.to_owned()]),
    }
}

impl Columns<'_> {
    fn optional(&self, column: Option<&Json>) -> Result<Option<Column>, ConnectError> {
        column.map(|column| self.column(column)).transpose()
    }

    /// `[[column, value]…]`
    fn assignments(&self, pairs: &[Json]) -> Result<Vec<(String, Column)>, ConnectError> {
        let pair = |pair: &Json| match pair.as_array().map(Vec::as_slice) {
            Some([Json::String(name), value]) => Ok((name.clone(), self.column(value)?)),
            _ => Err(ConnectError::Field {
                name: "assignments",
            }),
        };
        pairs.iter().map(pair).collect()
    }

    fn clause(&self, clause: &Json) -> Result<ColumnClause, ConnectError> {
        let clause = clause
            .as_object()
            .ok_or(ConnectError::Field { name: "clauses" })?;
        let r = Request(clause);
        let set = || self.assignments(r.list("assignments")?);
        Ok(ColumnClause {
            when: match r.text("when")? {
                "matched" => MergeWhen::Matched,
                "notMatched" => MergeWhen::NotMatched,
                "notMatchedBySource" => MergeWhen::NotMatchedBySource,
                _ => return Err(ConnectError::Field { name: "when" }),
            },
            condition: self.optional(r.get("condition"))?,
            action: match r.text("action")? {
                "delete" => ColumnAction::Delete,
                "update" => ColumnAction::Update(set()?),
                "updateAll" => ColumnAction::UpdateAll,
                "insert" => ColumnAction::Insert(set()?),
                "insertAll" => ColumnAction::InsertAll,
                _ => return Err(ConnectError::Field { name: "action" }),
            },
        })
    }
}
