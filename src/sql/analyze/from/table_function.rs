//! Functions that stand for a table: `range`, `read_files`.

use super::*;

impl Analyzer<'_> {
    pub(super) fn table_function(
        &mut self,
        name: &[String],
        args: &[ast::FunctionArg],
        position: Option<Position>,
    ) -> Result<Arc<Plan>, SqlError> {
        let written = name.last().map(|n| n.to_lowercase()).unwrap_or_default();
        match written.as_str() {
            "range" => self.range(args, position),
            "read_files" | "cloud_files" => self.read_files(&written, args, position),
            _ => match lookup(&written).map(|f| &f.kind) {
                Some(FunctionKind::Generator(_)) => {
                    let call = call_of(&written, args.to_vec(), position);
                    self.generate(one_row(), &call, &[], None, false)
                }
                _ => {
                    let error: SqlError = AnalysisReason::UnresolvableTableFunction {
                        name: scope::quote_parts(name),
                    }
                    .into();
                    Err(error.at(position))
                }
            },
        }
    }

    pub(super) fn range(
        &mut self,
        args: &[ast::FunctionArg],
        position: Option<Position>,
    ) -> Result<Arc<Plan>, SqlError> {
        let mut numbers = Vec::new();
        for arg in args {
            let value = match arg {
                ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(e)) => {
                    let mut collected = Collected::default();
                    let found = Resolver::new(self, &[], &mut collected).expression(e)?;
                    match found.expr.kind {
                        ExprKind::Literal(v) => v.as_i64(),
                        _ => None,
                    }
                }
                _ => None,
            };
            let Some(value) = value else {
                return Err(unsupported(format!("range over {arg}")).at(position));
            };
            numbers.push(value);
        }
        let (start, end, step) = match numbers.as_slice() {
            [end] => (0, *end, 1),
            [start, end] => (*start, *end, 1),
            [start, end, step] | [start, end, step, _] if *step != 0 => (*start, *end, *step),
            other => {
                let error: SqlError = FunctionError::WrongNumArgs {
                    function: "range".into(),
                    expected: "[1, 2, 3, 4]".into(),
                    actual: other.len(),
                }
                .into();
                return Err(error.of_binding(position, "", &[]));
            }
        };
        Ok(Arc::new(Plan {
            node: PlanNode::Range { start, end, step },
            output: vec![Attribute::new("id", DataType::Long, false)],
        }))
    }

    /// `read_files('path', format => 'json')`.
    pub(super) fn read_files(
        &mut self,
        written: &str,
        args: &[ast::FunctionArg],
        position: Option<Position>,
    ) -> Result<Arc<Plan>, SqlError> {
        let (mut path, mut format, mut options) = (None, None, Vec::new());
        for arg in args {
            let (name, value) = match arg {
                ast::FunctionArg::Named { name, arg, .. } => (Some(name.value.clone()), arg),
                ast::FunctionArg::Unnamed(arg) => (None, arg),
                ast::FunctionArg::ExprNamed { .. } => {
                    return Err(unsupported(format!("the argument {arg}")).at(position));
                }
            };
            let ast::FunctionArgExpr::Expr(e) = value else {
                return Err(unsupported(format!("the argument {arg}")).at(position));
            };
            let mut collected = Collected::default();
            let found = Resolver::new(self, &[], &mut collected).expression(e)?;
            let ExprKind::Literal(value) = &found.expr.kind else {
                return Err(unsupported(format!("the argument {arg}")).at(position));
            };
            let text = value.cast_text(&found.expr.data_type, self.catalog.time_zone());
            match name.as_deref() {
                None if path.is_none() => path = Some(text),
                None => format = Some(text.to_lowercase()),
                Some("format") => format = Some(text.to_lowercase()),
                Some(other) => options.push((other.to_owned(), text)),
            }
        }
        let (Some(path), Some(format)) = (path, format) else {
            return Err(unsupported(format!("{written} without a path and a format")).at(position));
        };
        let plan = self
            .catalog
            .files(&format, &path, &options, None)
            .map_err(|e| e.at(position))?;
        plan.map(Arc::new).ok_or_else(|| {
            let error: SqlError = AnalysisReason::DataSourceNotFound { format }.into();
            error.at(position)
        })
    }
}
