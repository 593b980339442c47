//! Table functions in `FROM`: `range`, `read_files`, `table_changes`, generators.

use std::sync::Arc;

use sqlparser::ast;

use super::expression::{Collected, Resolver};
use super::from::{one_row, subquery_alias};
use super::{Analyzer, scope, unsupported};
use crate::formats::csv::INFER_SCHEMA;
use crate::formats::json::PRIMITIVES_AS_STRING;
use crate::formats::{INFER_COLUMN_TYPES, OptionSpec, RESCUED_DATA_COLUMN, option_table};
use crate::sql::command::TimeTravel;
use crate::sql::error::{AnalysisReason, Position, SqlError};
use crate::sql::functions::{FunctionError, FunctionKind, lookup};
use crate::sql::parse::TOLD;
use crate::sql::plan::{Attribute, ExprKind, Plan, PlanNode};
use crate::types::{DataType, Value};

option_table! {
    /// What `read_files` takes besides the options of the files' format.
    pub READ_FILES_OPTIONS {
        FORMAT = OptionSpec::new(
            "format",
            "",
            "`parquet`, `json`, `csv`, `text` or `binaryFile`; by default what the first file looks like.",
        );
        SCHEMA = OptionSpec::new(
            "schema",
            "",
            "The columns and their types, as in `id BIGINT, day DATE`; by default they are inferred.",
        );
    }
}

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
            "table_changes" => self.table_changes(args, position),
            TOLD => self.told(args),
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

    /// A command in brackets, as `tokens` has rewritten it.
    fn told(&self, args: &[ast::FunctionArg]) -> Result<Arc<Plan>, SqlError> {
        let text = match args {
            [ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(ast::Expr::Value(value)))] => {
                value.clone().into_string()
            }
            _ => None,
        };
        let frame = self.catalog.told(&text.unwrap_or_default())?;
        Ok(Arc::new(Plan::local(frame)))
    }

    /// `table_changes('t', from [, to])`: versions, or timestamps as text.
    fn table_changes(
        &mut self,
        args: &[ast::FunctionArg],
        position: Option<Position>,
    ) -> Result<Arc<Plan>, SqlError> {
        let mut values = Vec::new();
        for arg in args {
            let ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(e)) = arg else {
                return Err(unsupported(format!("the argument {arg}")).at(position));
            };
            let mut collected = Collected::default();
            let found = Resolver::new(self, &[], &mut collected).expression(e)?;
            let ExprKind::Literal(value) = found.expr.kind else {
                return Err(unsupported(format!("table_changes over {arg}")).at(position));
            };
            values.push((value, found.expr.data_type));
        }
        let zone = self.catalog.time_zone();
        let place = |(value, data_type): &(Value, DataType)| match value.as_i64() {
            Some(version) if data_type.is_integral() => u64::try_from(version)
                .map(TimeTravel::Version)
                .map_err(|_| unsupported(format!("the version {version}")).at(position)),
            _ => Ok(TimeTravel::Timestamp(value.cast_text(data_type, zone))),
        };
        let (Some((Value::String(name), _)), Some(from), true) =
            (values.first(), values.get(1), values.len() <= 3)
        else {
            let error: SqlError = AnalysisReason::IncorrectNumberOfArguments {
                function: "table_changes".into(),
                least: 2,
                most: 3,
            }
            .into();
            return Err(error.at(position));
        };
        let (from, to) = (place(from)?, values.get(2).map(place).transpose()?);
        let parts: Vec<String> = name.split('.').map(str::to_owned).collect();
        match self.catalog.table_changes(&parts, &from, to.as_ref())? {
            Some(plan) => Ok(subquery_alias(Arc::new(plan), vec!["table_changes".into()])),
            None => {
                let error: SqlError = AnalysisReason::TableOrViewNotFound {
                    name: scope::quote_parts(&parts),
                }
                .into();
                Err(error.at(position))
            }
        }
    }

    fn range(
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
    fn read_files(
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
                Some(name) if FORMAT.is_named(name) => format = Some(text.to_lowercase()),
                Some(other) => options.push((other.to_owned(), text)),
            }
        }
        // Without a format it is the files' own: `read_files` looks at them.
        let is_read_files = written == "read_files";
        let format = format.or_else(|| is_read_files.then(|| "automatic".to_owned()));
        let (Some(path), Some(format)) = (path, format) else {
            return Err(unsupported(format!("{written} without a path and a format")).at(position));
        };
        // Types are inferred, unless Auto Loader's option says that all are texts.
        let given = |option: OptionSpec| {
            let found = options.iter().find(|(key, _)| option.is_named(key));
            found.map(|(_, value)| value.clone())
        };
        let infers = given(INFER_COLUMN_TYPES).or_else(|| given(INFER_SCHEMA));
        let infers = infers.is_none_or(|value| !value.eq_ignore_ascii_case("false"));
        let has_schema = given(SCHEMA).is_some();
        if is_read_files && !has_schema && given(RESCUED_DATA_COLUMN).is_none() {
            options.push((RESCUED_DATA_COLUMN.name.into(), "_rescued_data".into()));
        }
        options.push((INFER_SCHEMA.name.into(), infers.to_string()));
        options.push((PRIMITIVES_AS_STRING.name.into(), (!infers).to_string()));
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

/// The call that a table function or `LATERAL` names, as an expression.
pub(super) fn call_of(
    name: &str,
    args: Vec<ast::FunctionArg>,
    position: Option<Position>,
) -> ast::Expr {
    let mut ident = ast::Ident::new(name);
    if let Some(p) = position {
        let place = sqlparser::tokenizer::Location::new(u64::from(p.line), u64::from(p.column) + 1);
        ident.span = sqlparser::tokenizer::Span::new(place, place);
    }
    ast::Expr::Function(ast::Function {
        name: ast::ObjectName(vec![ast::ObjectNamePart::Identifier(ident)]),
        uses_odbc_syntax: false,
        parameters: ast::FunctionArguments::None,
        args: ast::FunctionArguments::List(ast::FunctionArgumentList {
            duplicate_treatment: None,
            args,
            clauses: Vec::new(),
        }),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: Vec::new(),
    })
}
