//! Views: temporary ones, global ones under `global_temp`, and those that the catalog keeps as
//! text.

use std::sync::Arc;

use super::{not_found, nothing};
use crate::session::catalog::CatalogView;
use crate::session::state::{GLOBAL_TEMP, TableName};
use crate::session::{Session, SessionError, SessionState};
use crate::sql::SqlError;
use crate::sql::analyze::{Catalog, Relation, analyze, refuse_duplicates};
use crate::sql::command::{CreateView, Name, SqlFunction, Statement, TimeTravel, ViewKind};
use crate::sql::parse::parse_one;
use crate::sql::plan::{Plan, PlanNode};
use crate::sql::python::PythonUdf;
use crate::types::Frame;

/// How deep views may read views (`spark.sql.view.maxNestedViewDepth` is 100; ours is analysed
/// on a browser's stack).
const MAX_DEPTH: usize = 25;

impl Session {
    pub(super) fn create_view(&mut self, view: CreateView) -> Result<Frame, SessionError> {
        match (view.kind, view.name.as_slice()) {
            (ViewKind::Temporary, [name]) => {
                if !may_create(self.state.view(name).is_some(), &view, || {
                    SessionError::TemporaryViewExists {
                        name: crate::types::quote(name),
                    }
                })? {
                    return Ok(nothing());
                }
                self.state.set_view(name, view.plan);
            }
            (ViewKind::GlobalTemporary, [.., name]) => {
                let exists = self.state.catalog.global_temporary(name).is_some();
                if !may_create(exists, &view, || SessionError::TemporaryViewExists {
                    name: format!("`{GLOBAL_TEMP}`.{}", crate::types::quote(name)),
                })? {
                    return Ok(nothing());
                }
                self.state.catalog.set_global_temporary(name, view.plan);
            }
            (ViewKind::Persisted, _) => return self.create_persisted_view(view),
            _ => {
                return Err(SessionError::Unsupported {
                    statement: "A qualified name for a temporary view".into(),
                });
            }
        }
        Ok(nothing())
    }

    fn create_persisted_view(&mut self, view: CreateView) -> Result<Frame, SessionError> {
        let name = self.state.table_name(&view.name)?;
        self.state.require_database(&name.database)?;
        let is_view = self.state.catalog.view(&name.key()).is_some();
        let exists = || SessionError::RelationExists {
            name: name.quoted(),
        };
        if self.state.table_exists(&name)? {
            return match view.if_not_exists {
                true => Ok(nothing()),
                false => Err(exists()),
            };
        }
        if !may_create(is_view, &view, exists)? {
            return Ok(nothing());
        }
        if let Some(temporary) = temporary_in(&self.state, &view.plan) {
            return Err(SessionError::TemporaryInPersisted {
                object: name.quoted(),
                temporary: crate::types::quote(&temporary),
            });
        }
        if reads_view(&view.plan, &name.full()) {
            return Err(SessionError::RecursiveView {
                name: name.quoted(),
            });
        }
        let mut schema = view.plan.schema().as_ref().clone();
        for (field, (_, comment)) in schema.fields.iter_mut().zip(&view.columns) {
            if let Some(comment) = comment {
                field.metadata = field.metadata.with("comment", comment.as_str().into());
            }
        }
        // What the query calls them, where the view gives names of its own.
        let own = view.plan.inputs().first().map(|input| input.schema());
        let own = own.filter(|own| !view.columns.is_empty() && own.len() == schema.len());
        let own = own.unwrap_or_else(|| Arc::new(schema.clone()));
        let query_columns = own.names().iter().map(|n| (*n).to_owned()).collect();
        refuse_duplicates(&schema)?;
        let entry = CatalogView {
            query_columns,
            text: view.text,
            columns: view.columns,
            schema,
            comment: view.comment,
            properties: view.properties,
            database: self.state.current_database.clone(),
            created_ms: self.state.env.clock.now_ms(),
        };
        self.state.catalog.set_view(name.key(), entry);
        Ok(nothing())
    }

    pub(super) fn drop_view(
        &mut self,
        name: &Name,
        if_exists: bool,
    ) -> Result<Frame, SessionError> {
        let dropped = match name.as_slice() {
            [view] => self.state.drop_view(view),
            [database, view] if database.eq_ignore_ascii_case(GLOBAL_TEMP) => {
                self.state.catalog.remove_global_temporary(view)
            }
            _ => false,
        };
        if dropped {
            return Ok(nothing());
        }
        let table = self.state.table_name(name)?;
        if self.state.catalog.remove_view(&table.key()).is_some() {
            return Ok(nothing());
        }
        if self.state.table_exists(&table)? {
            let managed = self.state.entry(&table).is_none_or(|t| t.is_managed);
            return Err(SessionError::WrongKind {
                operation: "DROP VIEW",
                wanted: "VIEW",
                name: table.full(),
                found: if managed { "MANAGED" } else { "EXTERNAL" },
                other: "DROP TABLE",
            });
        }
        match if_exists {
            true => Ok(nothing()),
            false => Err(SessionError::RelationNotFound {
                name: table.quoted(),
            }),
        }
    }
}

/// Whether a view is to be made: not where it is there and `IF NOT EXISTS`.
fn may_create(
    exists: bool,
    view: &CreateView,
    refusal: impl FnOnce() -> SessionError,
) -> Result<bool, SessionError> {
    match (exists, view.if_not_exists, view.replace) {
        (true, true, _) => Ok(false),
        (true, false, false) => Err(refusal()),
        _ => Ok(true),
    }
}

/// A temporary view that a plan reads.
fn temporary_in(state: &SessionState, plan: &Plan) -> Option<String> {
    if let PlanNode::View { name, .. } = &plan.node {
        if name.starts_with("global_temp.") {
            return Some(name.clone());
        }
        // What a view that the catalog keeps reads was looked at when it was made.
        if name.starts_with("spark_catalog.") {
            return None;
        }
        if state.view(name).is_some() {
            return Some(name.clone());
        }
    }
    plan.inputs().iter().find_map(|p| temporary_in(state, p))
}

fn reads_view(plan: &Plan, full: &str) -> bool {
    matches!(&plan.node, PlanNode::View { name, .. } if name == full)
        || plan.inputs().iter().any(|p| reads_view(p, full))
}

/// What a view gives now.
pub(in crate::session) fn view_query(
    state: &SessionState,
    name: &TableName,
    view: &CatalogView,
    depth: usize,
) -> Result<Arc<Plan>, SessionError> {
    if depth >= MAX_DEPTH {
        return Err(SessionError::ViewTooDeep {
            name: name.quoted(),
            depth: MAX_DEPTH,
        });
    }
    let scope = ViewScope {
        state,
        database: view.database.clone(),
        depth: depth + 1,
    };
    let plan = match analyze(&parse_one(&view.text)?, &scope)? {
        Statement::Query(plan) => plan,
        Statement::Command(_) => return Err(not_found(&vec![name.full()])),
    };
    // `SELECT *` gives what it gave when the view was made.
    let mut exprs = Vec::new();
    let mut output = Vec::new();
    for (i, (column, field)) in view
        .query_columns
        .iter()
        .zip(&view.schema.fields)
        .enumerate()
    {
        let found = match plan.output.get(i) {
            Some(a) if a.name.eq_ignore_ascii_case(column) => Some(i),
            _ => plan
                .output
                .iter()
                .position(|a| !a.hidden && a.name.eq_ignore_ascii_case(column)),
        };
        let Some((at, attribute)) = found.and_then(|i| Some((i, plan.output.get(i)?))) else {
            return Err(SessionError::ViewChanged {
                view: name.quoted(),
                column: crate::types::quote(column),
            });
        };
        exprs.push(crate::sql::plan::Expr::column(at, attribute));
        output.push(crate::sql::plan::Attribute {
            name: field.name.clone(),
            qualifier: Vec::new(),
            metadata: field.metadata.clone(),
            ..attribute.clone()
        });
    }
    Ok(Arc::new(Plan {
        node: PlanNode::Project { input: plan, exprs },
        output,
    }))
}

/// The catalog as a view sees it: without temporary views, in its own database.
struct ViewScope<'a> {
    state: &'a SessionState,
    database: String,
    depth: usize,
}

impl Catalog for ViewScope<'_> {
    fn relation(
        &self,
        name: &[String],
        at: Option<&TimeTravel>,
    ) -> Result<Option<Relation>, SqlError> {
        self.state
            .persisted_relation(name, at, &self.database, self.depth)
            .map_err(SqlError::from)
    }

    fn files(
        &self,
        format: &str,
        path: &str,
        options: &[(String, String)],
        at: Option<&TimeTravel>,
    ) -> Result<Option<Plan>, SqlError> {
        Catalog::files(self.state, format, path, options, at)
    }

    fn python_udf(&self, name: &str) -> Option<Arc<PythonUdf>> {
        Catalog::python_udf(self.state, name)
    }

    fn function(&self, name: &[String]) -> Option<(String, SqlFunction)> {
        Catalog::function(self.state, name)
    }

    fn table_changes(
        &self,
        name: &[String],
        from: &TimeTravel,
        to: Option<&TimeTravel>,
    ) -> Result<Option<Plan>, SqlError> {
        Catalog::table_changes(self.state, name, from, to)
    }

    fn told(&self, command: &str) -> Result<Frame, SqlError> {
        Catalog::told(self.state, command)
    }

    fn current_database(&self) -> String {
        self.database.clone()
    }

    fn ansi(&self) -> bool {
        self.state.ansi()
    }

    fn time_zone(&self) -> chrono_tz::Tz {
        self.state.conf.time_zone()
    }
}
