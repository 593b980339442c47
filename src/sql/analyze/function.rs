//! Calls: scalar functions, lambdas, aggregates, window functions, generators.

use sqlparser::ast::{
    self, DuplicateTreatment, FunctionArg, FunctionArgExpr, FunctionArgumentClause,
    FunctionArguments, NullTreatment,
};

use super::expression::{
    AGGREGATE, FoundAggregate, FoundGenerator, GENERATED, Resolved, Resolver, WINDOW, same,
};
use super::named_arguments::{any_named, in_order, parameters_of};
use super::update_fields::update_field;
use super::{ident_start, scope, unsupported};
use crate::sql::coercion;
use crate::sql::error::{AnalysisReason, Position, SqlError};
use crate::sql::functions::{AggregateKind, Function, FunctionError, FunctionKind, HigherOrder};
use crate::sql::naming;
use crate::sql::plan::{AggregateCall, Attribute, Expr, ExprKind, SortKey};
use crate::types::{DataType, StructField, StructType, Value};

/// An argument as the grammar has it.
enum Argument<'e> {
    Value(Resolved),
    /// Typed when the types of its parameters are known.
    Lambda(&'e ast::LambdaFunction),
}

impl Resolver<'_, '_> {
    /// Types a call.
    pub fn function(
        &mut self,
        f: &ast::Function,
        position: Option<Position>,
    ) -> Result<Resolved, SqlError> {
        let written = f
            .name
            .0
            .last()
            .and_then(|p| p.as_ident())
            .map(|i| i.value.to_lowercase())
            .unwrap_or_default();
        let (list, distinct) = match &f.args {
            FunctionArguments::None => (None, false),
            FunctionArguments::List(list) => (
                Some(list),
                list.duplicate_treatment == Some(DuplicateTreatment::Distinct),
            ),
            FunctionArguments::Subquery(_) => {
                return Err(unsupported("a subquery as the argument of a function").at(position));
            }
        };
        if written == update_field() {
            return self.field_updates(f);
        }
        if let Some(found) = self.user_function(f, list, position)? {
            return Ok(found);
        }
        if let Some(special) = self.conditional(&written, list, position)? {
            return Ok(special);
        }
        if let Some(to) = cast_function(&written)
            && let Some([one]) = list.map(|l| l.args.as_slice())
        {
            let mut values = self.values(one, &written)?;
            if let Some(child) = values.pop() {
                let name = child.column_name().to_owned();
                let mut found = self.cast(child, to, false, position)?;
                found.name = Some(name);
                return Ok(found);
            }
        }
        if matches!(written.as_str(), "grouping" | "grouping_id") {
            return self.grouping(&written, list, position);
        }
        let function = self.analyzer.routine(&written, position)?;
        let ordered;
        let list = match list {
            Some(given) if any_named(&given.args) => {
                let parameters = parameters_of(&written);
                let args = in_order(&written, parameters.as_deref(), &given.args);
                ordered = ast::FunctionArgumentList {
                    args: args.map_err(|e| e.at(position))?,
                    ..given.clone()
                };
                Some(&ordered)
            }
            list => list,
        };
        let arguments = self.arguments(list, &written)?;
        let ignore_nulls = nulls_of(f) == Some(NullTreatment::IgnoreNulls);
        if let FunctionKind::HigherOrder(higher_order) = &function.kind {
            return self.higher_order(function, higher_order, &written, arguments, position);
        }
        let mut args = Vec::new();
        for argument in arguments {
            match argument {
                Argument::Value(value) => args.push(value),
                Argument::Lambda(_) => {
                    let error: SqlError = AnalysisReason::LambdaOutsideHigherOrder {
                        function: format!("`{written}`"),
                    }
                    .into();
                    return Err(error.at(position));
                }
            }
        }
        match &function.kind {
            FunctionKind::Scalar(_) | FunctionKind::HigherOrder(_) | FunctionKind::Rewritten => {
                let syntax = match (distinct, &f.filter) {
                    (true, _) => Some("DISTINCT"),
                    (_, Some(_)) => Some("FILTER CLAUSE"),
                    _ => None,
                };
                if let Some(syntax) = syntax {
                    let error: SqlError = AnalysisReason::FunctionWithUnsupportedSyntax {
                        function: crate::types::quote(&written),
                        syntax,
                    }
                    .into();
                    return Err(error.at(position));
                }
                if f.over.is_some() {
                    let error: SqlError = AnalysisReason::UnsupportedExprForWindow {
                        expression: naming::call(&written, &texts(&args)),
                    }
                    .into();
                    return Err(error.at(position));
                }
                if written == "struct" {
                    return self.struct_of(args, position);
                }
                let sql = match written.as_str() {
                    // As calls these read like calls, unlike the operators.
                    "negative" => format!("negative({})", texts(&args).join(", ")),
                    _ => naming::call(&written, &texts(&args)),
                };
                self.bind_scalar(function, &written, args, sql, position)
            }
            FunctionKind::Generator(_) => self.generator(function, &written, args, position),
            FunctionKind::Aggregate(_) | FunctionKind::Window(_) => {
                if ignore_nulls {
                    let mut push = |value, data_type, text: &str| {
                        let value = Expr::literal(value, data_type);
                        args.push(Resolved::new((value, text.into()), position));
                    };
                    if matches!(written.as_str(), "lag" | "lead") {
                        // The flag stands behind what may be left out.
                        let given = list.map_or(0, |l| l.args.len());
                        if given < 2 {
                            push(Value::Integer(1), DataType::Integer, "1");
                        }
                        if given < 3 {
                            push(Value::Null, DataType::Null, "NULL");
                        }
                    }
                    push(Value::Boolean(true), DataType::Boolean, "true");
                }
                let args = self.within_group(function, &written, args, f, position)?;
                let call = self.call(function, &written, args, distinct, f, position)?;
                match &f.over {
                    Some(over) => self.window(call, over, position),
                    None if matches!(function.kind, FunctionKind::Window(_)) => {
                        let error: SqlError =
                            AnalysisReason::WindowFunctionWithoutOver { function: call.sql }.into();
                        Err(error.at(position))
                    }
                    None => self.aggregate(call, position),
                }
            }
        }
    }

    // Arguments.

    fn arguments<'e>(
        &mut self,
        list: Option<&'e ast::FunctionArgumentList>,
        written: &str,
    ) -> Result<Vec<Argument<'e>>, SqlError> {
        // `count(*)` counts rows, `count(DISTINCT *)` those that differ in a column.
        let is_distinct =
            list.is_some_and(|l| l.duplicate_treatment == Some(DuplicateTreatment::Distinct));
        let written = match written {
            "count" if is_distinct => "count_distinct",
            other => other,
        };
        let mut arguments = Vec::new();
        for arg in list.map(|l| l.args.as_slice()).unwrap_or_default() {
            if let FunctionArg::Unnamed(FunctionArgExpr::Expr(ast::Expr::Lambda(lambda))) = arg {
                arguments.push(Argument::Lambda(lambda));
            } else {
                arguments.extend(self.values(arg, written)?.into_iter().map(Argument::Value));
            }
        }
        Ok(arguments)
    }

    /// One argument: one value, or a star's columns.
    pub(super) fn values(
        &mut self,
        arg: &FunctionArg,
        written: &str,
    ) -> Result<Vec<Resolved>, SqlError> {
        let expr = match arg {
            FunctionArg::Unnamed(e) => e,
            FunctionArg::Named { name, .. } => {
                return Err(
                    unsupported(format!("the named argument {name} of {written}"))
                        .at(ident_start(name)),
                );
            }
            FunctionArg::ExprNamed { .. } => {
                return Err(unsupported(format!("named arguments of {written}")));
            }
        };
        let columns = self.columns;
        let star = |keep: &dyn Fn(&Attribute) -> bool| -> Vec<Resolved> {
            columns
                .iter()
                .enumerate()
                .filter(|(_, a)| !a.hidden && keep(a))
                .map(|(i, a)| {
                    let mut value = Resolved::new((Expr::column(i, a), a.name.clone()), None);
                    value.name = Some(a.name.clone());
                    value
                })
                .collect()
        };
        Ok(match expr {
            FunctionArgExpr::Expr(e) => vec![self.expression(e)?],
            FunctionArgExpr::Wildcard | FunctionArgExpr::WildcardWithOptions(_)
                if written == "count" =>
            {
                let one = Expr::literal(Value::Integer(1), DataType::Integer);
                vec![Resolved::new((one, "1".into()), None)]
            }
            FunctionArgExpr::Wildcard | FunctionArgExpr::WildcardWithOptions(_) => star(&|_| true),
            FunctionArgExpr::QualifiedWildcard(name) => {
                let parts: Vec<String> = name
                    .0
                    .iter()
                    .filter_map(|p| p.as_ident())
                    .map(|i| i.value.clone())
                    .collect();
                star(&|a| scope::has_qualifier(a, &parts))
            }
        })
    }

    // Functions that are branches or structs.

    /// `if`, `coalesce` and their kin evaluate an argument only where it counts: they are `CASE`.
    fn conditional(
        &mut self,
        written: &str,
        list: Option<&ast::FunctionArgumentList>,
        position: Option<Position>,
    ) -> Result<Option<Resolved>, SqlError> {
        let counts = match written {
            "if" | "iff" | "nvl2" => 3..=3,
            "nvl" | "ifnull" | "nullif" => 2..=2,
            "coalesce" => 1..=usize::MAX,
            _ => return Ok(None),
        };
        let mut args = Vec::new();
        for arg in list.map(|l| l.args.as_slice()).unwrap_or_default() {
            args.extend(self.values(arg, written)?);
        }
        if !counts.contains(&args.len()) {
            let error: SqlError = FunctionError::WrongNumArgs {
                function: written.to_owned(),
                expected: if written == "coalesce" {
                    "> 0".into()
                } else {
                    counts.start().to_string()
                },
                actual: args.len(),
            }
            .into();
            return Err(error.of_binding(position, "", &[]));
        }
        let sql = naming::call(if written == "iff" { "if" } else { written }, &texts(&args));
        let mut rest = args.into_iter();
        let (branches, otherwise) = match written {
            "if" | "iff" => {
                let (Some(condition), Some(then), Some(other)) =
                    (rest.next(), rest.next(), rest.next())
                else {
                    return Ok(None);
                };
                (vec![(condition, then)], Some(other))
            }
            "nvl2" => {
                let (Some(value), Some(then), Some(other)) =
                    (rest.next(), rest.next(), rest.next())
                else {
                    return Ok(None);
                };
                let there = self.operator("isnotnull", vec![value], position)?;
                (vec![(there, then)], Some(other))
            }
            "nullif" => {
                let (Some(value), Some(other)) = (rest.next(), rest.next()) else {
                    return Ok(None);
                };
                let equal = self.operator("=", vec![value.clone(), other], position)?;
                let null = Expr::literal(Value::Null, value.expr.data_type.clone());
                let null = Resolved::new((null, "NULL".into()), None);
                (vec![(equal, null)], Some(value))
            }
            _ => {
                let mut branches = Vec::new();
                let mut values: Vec<Resolved> = rest.collect();
                let last = values.pop();
                for value in values {
                    let there = self.operator("isnotnull", vec![value.clone()], position)?;
                    branches.push((there, value));
                }
                if branches.is_empty() {
                    return Ok(last.map(|mut only| {
                        only.sql = sql;
                        only.name = None;
                        only
                    }));
                }
                (branches, last)
            }
        };
        let all_nullable = branches.iter().all(|(_, then)| then.expr.nullable)
            && otherwise.as_ref().is_none_or(|o| o.expr.nullable);
        let mut found = self.branches(branches, otherwise, written, sql, position)?;
        if matches!(written, "coalesce" | "nvl" | "ifnull") {
            found.expr.nullable = all_nullable;
        }
        Ok(Some(found))
    }

    fn struct_of(
        &mut self,
        args: Vec<Resolved>,
        position: Option<Position>,
    ) -> Result<Resolved, SqlError> {
        let fields = args
            .into_iter()
            .enumerate()
            .map(|(i, value)| {
                let name = match &value.name {
                    Some(name) => name.clone(),
                    None => format!("col{}", i + 1),
                };
                (name, value)
            })
            .collect();
        self.named_struct(fields, "struct", position)
    }

    fn higher_order(
        &mut self,
        function: &'static Function,
        higher_order: &HigherOrder,
        written: &str,
        arguments: Vec<Argument<'_>>,
        position: Option<Position>,
    ) -> Result<Resolved, SqlError> {
        let context = self.analyzer.context(written);
        let mut typed: Vec<Option<Expr>> = Vec::new();
        let mut sqls: Vec<String> = Vec::new();
        for argument in &arguments {
            match argument {
                Argument::Value(value) => {
                    typed.push(Some(value.expr.clone()));
                    sqls.push(value.sql.clone());
                }
                Argument::Lambda(_) => {
                    typed.push(None);
                    sqls.push(String::new());
                }
            }
        }
        for (i, argument) in arguments.iter().enumerate() {
            let Argument::Lambda(lambda) = argument else {
                continue;
            };
            let names: Vec<&ast::Ident> = lambda.params.iter().map(|p| &p.name).collect();
            let types = (higher_order.parameters)(&typed, i, names.len(), &context)
                .map_err(|e| e.of_binding(position, written, &sqls))?;
            let parameters: Vec<_> = names
                .iter()
                .zip(types)
                .map(|(name, of)| self.new_parameter(&name.value, of))
                .collect();
            let outside = self.lambdas.len();
            self.lambdas.extend(parameters.iter().cloned());
            let body = self.expression(&lambda.body);
            self.lambdas.truncate(outside);
            let body = body?;
            let variables = vec!["namedlambdavariable()"; parameters.len()];
            if let Some(sql) = sqls.get_mut(i) {
                *sql = format!("lambdafunction({}, {})", body.sql, variables.join(", "));
            }
            let expr = Expr {
                data_type: body.expr.data_type.clone(),
                nullable: body.expr.nullable,
                kind: ExprKind::Lambda {
                    body: Box::new(body.expr),
                    parameters,
                },
            };
            if let Some(slot) = typed.get_mut(i) {
                *slot = Some(expr);
            }
        }
        let finish = matches!(written, "aggregate" | "reduce") && sqls.len() == 3;
        let args = typed
            .into_iter()
            .flatten()
            .zip(sqls)
            .map(|pair| Resolved::new(pair, position))
            .collect::<Vec<_>>();
        let mut shown = texts(&args);
        if finish {
            // Spark adds a last step that changes nothing.
            shown.push("lambdafunction(namedlambdavariable(), namedlambdavariable())".into());
        }
        let sql = naming::call(written, &shown);
        self.bind_scalar(function, written, args, sql, position)
    }

    // Calls that other nodes compute.

    /// An aggregate's or window function's call, bound.
    fn call(
        &mut self,
        function: &'static Function,
        written: &str,
        args: Vec<Resolved>,
        distinct: bool,
        f: &ast::Function,
        position: Option<Position>,
    ) -> Result<FoundAggregate, SqlError> {
        let inputs = texts(&args);
        let filter = f
            .filter
            .as_deref()
            .map(|e| self.expression(e))
            .transpose()?;
        let mut shown = inputs.clone();
        // first(a) IGNORE NULLS and first(a, true) both read first(a).
        if matches!(
            written,
            "first" | "last" | "first_value" | "last_value" | "any_value"
        ) {
            shown.truncate(1);
        }
        if matches!(written, "lag" | "lead") {
            shown.truncate(3);
        }
        let ignores = nulls_of(f) == Some(NullTreatment::IgnoreNulls);
        if ignores && written == "nth_value" {
            shown.truncate(2);
        }
        let order = within_group_text(function, &mut shown);
        let filter_sql = filter.as_ref().map(|r| r.sql.as_str());
        // Catalyst's own names, once the nulls are said.
        let shown_name = match written {
            "first_value" if ignores => "first",
            "last_value" if ignores => "last",
            name => name,
        };
        let mut sql = naming::aggregate(shown_name, &shown, distinct, filter_sql);
        if ignores && written == "nth_value" {
            sql.push_str(" ignore nulls");
        }
        sql.push_str(&order);
        let context = self.analyzer.context(written);
        let exprs = args.into_iter().map(|a| a.expr).collect();
        let bound =
            (function.bind)(exprs, &context).map_err(|e| e.of_binding(position, &sql, &inputs))?;
        let inner = bound.args.iter().find_map(inner_aggregate);
        if f.over.is_none()
            && let Some(inner) = inner
        {
            let found = self.collected.aggregates.get(inner);
            let error: SqlError = AnalysisReason::NestedAggregateFunction.into();
            return Err(error.at(found.and_then(|a| a.position)));
        }
        Ok(FoundAggregate {
            call: AggregateCall {
                function,
                args: bound.args,
                distinct,
                filter: filter.map(|r| r.expr),
                mode: self.analyzer.mode,
                data_type: bound.data_type,
                nullable: bound.nullable,
            },
            sql,
            position,
        })
    }

    /// `WITHIN GROUP (ORDER BY …)` as arguments: the value in front of percentages, and whether it descends; behind what
    /// is listed, of each key itself, whether it descends, and whether NULLs come first.
    fn within_group(
        &mut self,
        function: &Function,
        written: &str,
        mut args: Vec<Resolved>,
        f: &ast::Function,
        position: Option<Position>,
    ) -> Result<Vec<Resolved>, SqlError> {
        let FunctionKind::Aggregate(kind) = function.kind else {
            return Ok(args);
        };
        let flag = |value: bool| {
            let literal = Expr::literal(Value::Boolean(value), DataType::Boolean);
            Resolved::new((literal, value.to_string()), None)
        };
        let refuse = |condition: &'static str, text: String| -> SqlError {
            let error: SqlError = AnalysisReason::WithinGroup {
                condition,
                function: crate::types::quote(written),
                text,
            }
            .into();
            error.at(position)
        };
        let mut keys = Vec::new();
        for key in &f.within_group {
            keys.push(self.sort_key(key)?);
        }
        match (kind, keys.as_slice()) {
            (AggregateKind::ListAgg, _) => {
                if args.len() == 1 {
                    let null = Expr::literal(Value::Null, DataType::Null);
                    args.push(Resolved::new((null, "NULL".into()), None));
                }
                for (key, sql) in keys {
                    args.push(Resolved::new((key.expr, sql), None));
                    args.extend([flag(key.descending), flag(key.nulls_first)]);
                }
            }
            (AggregateKind::PercentileCont | AggregateKind::PercentileDisc, [(key, sql)]) => {
                let sql = sql.split(" NULLS ").next().unwrap_or_default();
                let sql = sql.strip_suffix(" ASC").unwrap_or(sql).to_owned();
                args.insert(0, Resolved::new((key.expr.clone(), sql), None));
                args.push(flag(key.descending));
            }
            (AggregateKind::PercentileCont | AggregateKind::PercentileDisc, []) => {
                let text = "WITHIN GROUP is required for the function.".into();
                return Err(refuse("WITHIN_GROUP_MISSING", text));
            }
            (AggregateKind::PercentileCont | AggregateKind::PercentileDisc, several) => {
                let text = format!(
                    "The function requires 1 orderings in WITHIN GROUP but got {}.",
                    several.len()
                );
                return Err(refuse("WRONG_NUM_ORDERINGS", text));
            }
            (_, []) => {}
            _ => {
                let error: SqlError = AnalysisReason::FunctionWithUnsupportedSyntax {
                    function: crate::types::quote(written),
                    syntax: "WITHIN GROUP (ORDER BY ...)",
                }
                .into();
                return Err(error.at(position));
            }
        }
        Ok(args)
    }

    fn aggregate(
        &mut self,
        found: FoundAggregate,
        position: Option<Position>,
    ) -> Result<Resolved, SqlError> {
        let known = self
            .collected
            .aggregates
            .iter()
            .position(|a| same_call(&a.call, &found.call));
        let index = known.unwrap_or(self.collected.aggregates.len());
        let sql = found.sql.clone();
        let expr = stand_in(
            AGGREGATE + index,
            &sql,
            &found.call.data_type,
            found.call.nullable,
        );
        if known.is_none() {
            self.collected.aggregates.push(found);
        }
        Ok(Resolved::new((expr, sql), position))
    }

    /// A key of `ORDER BY`, and its text.
    ///
    /// # Errors
    /// As [`sort_key_of`].
    pub fn sort_key(&mut self, key: &ast::OrderByExpr) -> Result<(SortKey, String), SqlError> {
        sort_key_of(self.expression(&key.expr)?, &key.options)
    }

    fn generator(
        &mut self,
        function: &'static Function,
        written: &str,
        args: Vec<Resolved>,
        position: Option<Position>,
    ) -> Result<Resolved, SqlError> {
        let sql = naming::call(written, &texts(&args));
        let inputs = texts(&args);
        let context = self.analyzer.context(written);
        let exprs = args.into_iter().map(|a| a.expr).collect();
        let bound =
            (function.bind)(exprs, &context).map_err(|e| e.of_binding(position, &sql, &inputs))?;
        let outer = written.ends_with("_outer");
        let mut columns = generated_columns(&bound.data_type);
        if outer {
            for field in &mut columns.fields {
                field.nullable = true;
            }
        }
        let expr = stand_in(
            GENERATED + self.collected.generators.len() * super::select::GENERATOR_COLUMNS,
            &sql,
            &bound.data_type,
            true,
        );
        self.collected.generators.push(FoundGenerator {
            function,
            args: bound.args,
            columns,
            outer,
            sql: sql.clone(),
        });
        Ok(Resolved::new((expr, sql), position))
    }

    fn grouping(
        &mut self,
        written: &str,
        list: Option<&ast::FunctionArgumentList>,
        position: Option<Position>,
    ) -> Result<Resolved, SqlError> {
        let mut args = Vec::new();
        for arg in list.map(|l| l.args.as_slice()).unwrap_or_default() {
            args.extend(self.values(arg, written)?);
        }
        let sql = naming::call(written, &texts(&args));
        let one = written == "grouping";
        let data_type = if one { DataType::Byte } else { DataType::Long };
        let index = super::grouping::GROUPING + self.collected.groupings.len();
        let exprs = args.into_iter().map(|a| a.expr).collect();
        self.collected.groupings.push((exprs, one, position));
        let expr = stand_in(index, &sql, &data_type, false);
        Ok(Resolved::new((expr, sql), position))
    }
}

/// The columns that a generator's bound type says: a struct of them, or one called `col`.
pub fn generated_columns(data_type: &DataType) -> StructType {
    match data_type {
        DataType::Struct(s) => s.clone(),
        other => StructType::new(vec![StructField::new("col", other.clone())]),
    }
}

/// Whether sorting is descending, and puts nulls first: ascending puts them first by default.
fn direction(options: &ast::OrderByOptions) -> (bool, bool) {
    let descending = matches!(options.sort, Some(ast::OrderBySort::Desc));
    (descending, options.nulls_first.unwrap_or(!descending))
}

/// A value as a key of `ORDER BY`, and its text.
///
/// # Errors
/// `DATATYPE_MISMATCH.INVALID_ORDERING_TYPE` where values of its type have no order (maps).
pub fn sort_key_of(
    value: Resolved,
    options: &ast::OrderByOptions,
) -> Result<(SortKey, String), SqlError> {
    let (descending, nulls_first) = direction(options);
    let sql = format!(
        "{} {} NULLS {}",
        value.sql,
        if descending { "DESC" } else { "ASC" },
        if nulls_first { "FIRST" } else { "LAST" }
    );
    let data_type = &value.expr.data_type;
    if !coercion::is_orderable(data_type) {
        let error: SqlError = AnalysisReason::OrderByUnorderable {
            key: sql,
            data_type: data_type.sql(),
        }
        .into();
        return Err(error.at(value.position));
    }
    let key = SortKey {
        expr: value.expr,
        descending,
        nulls_first,
    };
    Ok((key, sql))
}

/// A column that stands for what is computed elsewhere.
pub(super) fn stand_in(index: usize, sql: &str, data_type: &DataType, nullable: bool) -> Expr {
    Expr {
        kind: ExprKind::Column {
            index,
            name: sql.to_owned(),
        },
        data_type: data_type.clone(),
        nullable,
    }
}

/// How a call's `WITHIN GROUP` reads, whose arguments are taken out of the texts.
fn within_group_text(function: &Function, texts: &mut Vec<String>) -> String {
    let keys = match function.kind {
        FunctionKind::Aggregate(AggregateKind::ListAgg) => {
            let keys = texts.split_off(texts.len().min(2));
            keys.into_iter().step_by(3).collect()
        }
        FunctionKind::Aggregate(AggregateKind::PercentileCont | AggregateKind::PercentileDisc) => {
            texts.truncate(2);
            texts.drain(..texts.len().min(1)).collect::<Vec<_>>()
        }
        _ => Vec::new(),
    };
    match keys.is_empty() {
        true => String::new(),
        false => format!(" WITHIN GROUP (ORDER BY {})", keys.join(", ")),
    }
}

/// `IGNORE NULLS`, within the brackets or behind them.
fn nulls_of(f: &ast::Function) -> Option<NullTreatment> {
    f.null_treatment.or_else(|| {
        let FunctionArguments::List(list) = &f.args else {
            return None;
        };
        list.clauses.iter().find_map(|c| match c {
            FunctionArgumentClause::IgnoreOrRespectNulls(n) => Some(*n),
            _ => None,
        })
    })
}

/// Which aggregate the expression reads.
fn inner_aggregate(e: &Expr) -> Option<usize> {
    match e.kind {
        ExprKind::Column { index, .. } if (AGGREGATE..WINDOW).contains(&index) => {
            Some(index - AGGREGATE)
        }
        _ => e.children().into_iter().find_map(inner_aggregate),
    }
}

fn same_call(a: &AggregateCall, b: &AggregateCall) -> bool {
    std::ptr::eq(a.function, b.function)
        && a.distinct == b.distinct
        && a.args.len() == b.args.len()
        && a.args.iter().zip(&b.args).all(|(x, y)| same(x, y))
        && match (&a.filter, &b.filter) {
            (None, None) => true,
            (Some(x), Some(y)) => same(x, y),
            _ => false,
        }
}

pub(super) fn texts(args: &[Resolved]) -> Vec<String> {
    args.iter().map(|a| a.sql.clone()).collect()
}

/// Functions that are casts: `int('1')`.
fn cast_function(name: &str) -> Option<DataType> {
    Some(match name {
        "boolean" => DataType::Boolean,
        "tinyint" => DataType::Byte,
        "smallint" => DataType::Short,
        "int" => DataType::Integer,
        "bigint" => DataType::Long,
        "float" => DataType::Float,
        "double" => DataType::Double,
        "decimal" => DataType::decimal(10, 0),
        "string" => DataType::String,
        "binary" => DataType::Binary,
        "date" => DataType::Date,
        "timestamp" => DataType::Timestamp,
        _ => return None,
    })
}
