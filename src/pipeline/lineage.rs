//! What a pipeline's statements say of who feeds whom: directories, views and tables in lanes,
//! joined by edges.

use std::ops::ControlFlow;

use sqlparser::ast::{self, visit_relations};
use sqlparser::dialect::DatabricksDialect;
use sqlparser::parser::Parser;

use super::{Declared, Pipeline};
use crate::protocol::{Lane, NodeKind};
use crate::session::{ReadFrom, Statement, WriteTo};

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
        self.edges.push(Edge {
            from: from.into(),
            to: to.into(),
            query,
        });
    }
}

fn last_part(name: &ast::ObjectName) -> String {
    name.0
        .last()
        .and_then(|part| part.as_ident())
        .map(|ident| ident.value.clone())
        .unwrap_or_default()
}
