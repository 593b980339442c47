//! Loops that can be interrupted.
//!
//! In the browser nothing can reach the interpreter while it computes, so it must look for itself. A cell's loops,
//! functions and comprehensions call a builtin now and then, [`NAME`], which asks the host.

use ruff_python_ast::visitor::transformer::{self, Transformer};
use ruff_python_ast::{self as ast, AtomicNodeIndex, Expr, ExprContext, Stmt};
use ruff_text_size::{Ranged, TextRange};

/// The builtin that cells call. It returns True, or raises KeyboardInterrupt.
pub(super) const NAME: &str = "__tick__";

/// The builtin that takes the value of a cell's last expression.
pub(super) const RESULT: &str = "__result__";

/// Hands the value of the last statement on, if it is an expression.
pub(super) fn show_last(module: &mut ast::ModModule) {
    if let Some(Stmt::Expr(last)) = module.body.last_mut() {
        let range = last.range;
        let value = std::mem::replace(&mut *last.value, call(RESULT, Vec::new(), range));
        *last.value = call(RESULT, vec![value], range);
    }
}

/// Adds the calls to a parsed cell.
pub(super) fn add(module: &mut ast::ModModule) {
    Ticks.visit_body(&mut module.body);
}

struct Ticks;

impl Transformer for Ticks {
    fn visit_stmt(&self, stmt: &mut Stmt) {
        transformer::walk_stmt(self, stmt);
        let range = stmt.range();
        match stmt {
            Stmt::For(node) => node.body.insert(0, tick_statement(range)),
            Stmt::While(node) => node.body.insert(0, tick_statement(range)),
            Stmt::FunctionDef(node) => {
                let documented = node.body.first().is_some_and(
                    |first| matches!(first, Stmt::Expr(e) if e.value.is_string_literal_expr()),
                );
                node.body
                    .insert(usize::from(documented), tick_statement(range));
            }
            _ => {}
        }
    }

    fn visit_comprehension(&self, comprehension: &mut ast::Comprehension) {
        transformer::walk_comprehension(self, comprehension);
        comprehension.ifs.insert(0, tick(comprehension.range));
    }
}

fn tick_statement(range: TextRange) -> Stmt {
    Stmt::Expr(ast::StmtExpr {
        node_index: AtomicNodeIndex::NONE,
        range,
        value: Box::new(tick(range)),
    })
}

fn tick(range: TextRange) -> Expr {
    call(NAME, Vec::new(), range)
}

fn call(name: &'static str, arguments: Vec<Expr>, range: TextRange) -> Expr {
    Expr::Call(ast::ExprCall {
        node_index: AtomicNodeIndex::NONE,
        range_start: range.start(),
        func: Box::new(Expr::Name(ast::ExprName {
            node_index: AtomicNodeIndex::NONE,
            range,
            id: ast::name::Name::new_static(name),
            ctx: ExprContext::Load,
        })),
        arguments: ast::Arguments {
            node_index: AtomicNodeIndex::NONE,
            range,
            args: arguments.into(),
            keywords: Default::default(),
            runtime_args: None,
            runtime_bases: None,
        },
    })
}
