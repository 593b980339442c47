//! What a pipeline's statements say of who feeds whom: directories, views and tables in lanes,
//! joined by edges.

use std::ops::ControlFlow;

use sqlparser::ast::{self, visit_relations};
use sqlparser::dialect::DatabricksDialect;
use sqlparser::parser::Parser;

use super::{Declared, Pipeline};
use crate::protocol::{Lane, NodeKind};
use crate::session::{ReadFrom, Statement, WriteTo};
use crate::sql::plan::{Plan, PlanNode, StreamSourceSpec};
use crate::storage::DbfsPath;

/// A directory, view or table.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// A directory's path, a view's or table's name: unique in the pipeline.
    pub id: String,
    pub lane: Lane,
    pub kind: NodeKind,
    /// A directory's file format.
    pub format: Option<String>,
}

/// Data goes from one node to another.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    pub from: String,
    pub to: String,
    /// The table that a streaming query writes, if one moves the data.
    pub query: Option<String>,
}

/// A pipeline's graph.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lineage {
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
}

impl Lineage {
    /// Reads the statements of a pipeline.
    ///
    /// A view stands in the lane of the table that is written next: lanes go from one written
    /// table to the next.
    pub fn of(pipeline: &Pipeline) -> Lineage {
        let mut lineage = Lineage::default();
        let mut lanes = [Lane::Bronze, Lane::Silver, Lane::Gold]
            .into_iter()
            .peekable();
        for Declared { statement, .. } in pipeline.statements() {
            let lane = lanes.peek().copied().unwrap_or(Lane::Gold);
            match statement {
                Statement::Read { reader, view } | Statement::ReadStream { reader, view } => {
                    let is_stream = matches!(statement, Statement::ReadStream { .. });
                    match &reader.from {
                        ReadFrom::Path(path) => {
                            let format = reader
                                .options
                                .iter()
                                .find(|(name, _)| name.eq_ignore_ascii_case("cloudFiles.format"))
                                .map(|(_, value)| value.clone())
                                .or_else(|| reader.format.clone());
                            lineage.node(path, Lane::Source, NodeKind::Directory, format);
                            lineage.edge(path, view, None);
                        }
                        ReadFrom::Paths(_) => {}
                        ReadFrom::Table(table) => lineage.edge(table, view, None),
                    }
                    let kind = if is_stream {
                        NodeKind::StreamingView
                    } else {
                        NodeKind::View
                    };
                    lineage.node(view, lane, kind, None);
                }
                Statement::Sql(text) => lineage.views(text, lane),
                Statement::WriteStream { from, writer } => {
                    let (WriteTo::Table(target) | WriteTo::Path(target)) = &writer.to else {
                        continue;
                    };
                    lineage.node(target, lane, NodeKind::Table, None);
                    lineage.edge(from, target, Some(target.clone()));
                    lanes.next();
                }
            }
        }
        lineage
    }

    /// Adds a stream that no pipeline declares: the table or path `target` and what its plan reads,
    /// view by view. A table stands a lane behind the tables that it is made of.
    pub fn add_stream(&mut self, target: &str, plan: &Plan) {
        let lane = self.lane_after(plan);
        let from = self.add_inputs(plan, lane);
        self.node(target, lane, NodeKind::Table, None);
        for from in from {
            self.edge(&from, target, Some(target.into()));
        }
    }

    fn lane_after(&self, plan: &Plan) -> Lane {
        let tables = tables_of(plan);
        let lanes = tables
            .iter()
            .map(|table| self.find(table).map_or(Lane::Bronze, |node| node.lane));
        match lanes.max() {
            None => Lane::Bronze,
            Some(Lane::Source | Lane::Bronze) => Lane::Silver,
            Some(Lane::Silver | Lane::Gold) => Lane::Gold,
        }
    }

    /// Adds what a plan reads. Gives the nodes that are nearest.
    fn add_inputs(&mut self, plan: &Plan, lane: Lane) -> Vec<String> {
        match &plan.node {
            PlanNode::View { input, name } => {
                let from = self.add_inputs(input, lane);
                let kind = if plan.is_streaming() {
                    NodeKind::StreamingView
                } else {
                    NodeKind::View
                };
                self.node(name, lane, kind, None);
                for from in from {
                    self.edge(&from, name, None);
                }
                vec![name.clone()]
            }
            PlanNode::StreamSource(source) => match &source.spec {
                StreamSourceSpec::CloudFiles { path, format }
                | StreamSourceSpec::Files { path, format } => {
                    vec![self.directory(path, format.name())]
                }
                StreamSourceSpec::Delta { table, name } => vec![self.table(table, name.as_deref())],
                StreamSourceSpec::Rate => Vec::new(),
            },
            PlanNode::DeltaScan(scan) => vec![self.table(&scan.table, scan.name.as_deref())],
            PlanNode::FileScan(scan) => match scan.paths.first() {
                Some(path) => vec![self.directory(path, scan.format.name())],
                None => Vec::new(),
            },
            _ => {
                let mut from: Vec<String> = Vec::new();
                for input in plan.inputs() {
                    for id in self.add_inputs(input, lane) {
                        if !from.contains(&id) {
                            from.push(id);
                        }
                    }
                }
                from
            }
        }
    }

    fn directory(&mut self, path: &DbfsPath, format: &str) -> String {
        let id = path.to_string();
        self.node(&id, Lane::Source, NodeKind::Directory, Some(format.into()));
        id
    }

    fn table(&mut self, path: &DbfsPath, name: Option<&str>) -> String {
        let id = table_id(path, name);
        self.node(&id, Lane::Bronze, NodeKind::Table, None);
        id
    }

    /// The node of that id.
    pub fn find(&self, id: &str) -> Option<&Node> {
        self.nodes.iter().find(|n| n.id == id)
    }

    /// The views that a text creates.
    fn views(&mut self, text: &str, lane: Lane) {
        let Ok(statements) = Parser::parse_sql(&DatabricksDialect {}, text) else {
            return; // Running it says what is wrong with it.
        };
        for statement in statements {
            let ast::Statement::CreateView(view) = &statement else {
                continue;
            };
            let name = last_part(&view.name);
            let mut inputs = Vec::new();
            let _: ControlFlow<()> = visit_relations(&view.query, |relation| {
                let input = last_part(relation);
                if !inputs.contains(&input) {
                    inputs.push(input);
                }
                ControlFlow::Continue(())
            });
            inputs.retain(|input| self.find(input).is_some());
            let is_streaming = inputs.iter().any(|input| {
                self.find(input)
                    .is_some_and(|n| n.kind == NodeKind::StreamingView)
            });
            let kind = if is_streaming {
                NodeKind::StreamingView
            } else {
                NodeKind::View
            };
            self.node(&name, lane, kind, None);
            for input in inputs {
                self.edge(&input, &name, None);
            }
        }
    }

    fn node(&mut self, id: &str, lane: Lane, kind: NodeKind, format: Option<String>) {
        if self.find(id).is_none() {
            self.nodes.push(Node {
                id: id.into(),
                lane,
                kind,
                format,
            });
        }
    }

    fn edge(&mut self, from: &str, to: &str, query: Option<String>) {
        let edge = Edge {
            from: from.into(),
            to: to.into(),
            query,
        };
        if !self.edges.contains(&edge) {
            self.edges.push(edge);
        }
    }
}

/// The tables that a plan reads.
fn tables_of(plan: &Plan) -> Vec<String> {
    match &plan.node {
        PlanNode::StreamSource(source) => match &source.spec {
            StreamSourceSpec::Delta { table, name } => vec![table_id(table, name.as_deref())],
            _ => Vec::new(),
        },
        PlanNode::DeltaScan(scan) => vec![table_id(&scan.table, scan.name.as_deref())],
        _ => plan.inputs().iter().flat_map(|i| tables_of(i)).collect(),
    }
}

/// A table as people call it: its name in the default database, or its path.
fn table_id(path: &DbfsPath, name: Option<&str>) -> String {
    match name {
        None => path.to_string(),
        Some(name) => {
            let name = name.strip_prefix("spark_catalog.").unwrap_or(name);
            name.strip_prefix("default.").unwrap_or(name).to_owned()
        }
    }
}

fn last_part(name: &ast::ObjectName) -> String {
    name.0
        .last()
        .and_then(|part| part.as_ident())
        .map(|ident| ident.value.clone())
        .unwrap_or_default()
}
