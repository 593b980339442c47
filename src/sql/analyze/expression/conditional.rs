//! `CASE`, and the functions that come down to it.

use super::*;

impl Resolver<'_, '_> {
    pub(super) fn case(
        &mut self,
        operand: Option<&ast::Expr>,
        conditions: &[ast::CaseWhen],
        otherwise: Option<&ast::Expr>,
        position: Option<Position>,
    ) -> Result<Resolved, SqlError> {
        let operand = operand.map(|o| self.expression(o)).transpose()?;
        let mut branches = Vec::new();
        for case in conditions {
            let mut when = self.expression(&case.condition)?;
            if let Some(operand) = &operand {
                let at = when.position;
                when = self.operator("=", vec![operand.clone(), when], at)?;
            }
            branches.push((when, self.expression(&case.result)?));
        }
        let otherwise = otherwise.map(|o| self.expression(o)).transpose()?;
        let texts: Vec<(String, String)> = branches
            .iter()
            .map(|(w, t)| (w.sql.clone(), t.sql.clone()))
            .collect();
        let sql = naming::case(&texts, otherwise.as_ref().map(|o| o.sql.as_str()));
        self.branches(branches, otherwise, "casewhen", sql, position)
    }

    /// A `CASE` of these branches, their values cast to a common type.
    pub fn branches(
        &mut self,
        branches: Vec<(Resolved, Resolved)>,
        otherwise: Option<Resolved>,
        function: &str,
        sql: String,
        position: Option<Position>,
    ) -> Result<Resolved, SqlError> {
        let mode = self.analyzer.mode;
        let mismatch = |mismatch| -> SqlError {
            SqlError::from(FunctionError::DatatypeMismatch {
                sql: sql.clone(),
                mismatch,
            })
            .of_binding(position, &sql, &[])
        };
        for (when, _) in &branches {
            if !matches!(when.expr.data_type, DataType::Boolean | DataType::Null) {
                return Err(mismatch(Mismatch::UnexpectedInputType {
                    ordinal: "first",
                    required: "\"BOOLEAN\"".into(),
                    input: when.sql.clone(),
                    found: when.expr.data_type.sql(),
                }));
            }
        }
        let values = branches.iter().map(|(_, then)| then).chain(&otherwise);
        let types: Vec<DataType> = values.map(|v| v.expr.data_type.clone()).collect();
        let Some(common) = coercion::common_type(&types, mode) else {
            let quoted: Vec<String> = types.iter().map(|t| format!("\"{}\"", t.sql())).collect();
            let types = if function == "casewhen" {
                format!("[{}]", quoted.join(", "))
            } else {
                format!("({})", quoted.join(" or "))
            };
            return Err(mismatch(Mismatch::DataDiffTypes {
                function: function.into(),
                types,
            }));
        };
        let cast = |r: Resolved, to: &DataType| {
            let mut expr = r.expr;
            cast_expr(&mut expr, to, mode);
            expr
        };
        let branches: Vec<(Expr, Expr)> = branches
            .into_iter()
            .map(|(when, then)| (cast(when, &DataType::Boolean), cast(then, &common)))
            .collect();
        let otherwise = otherwise.map(|o| Box::new(cast(o, &common)));
        let nullable = branches.iter().any(|(_, then)| then.nullable)
            || otherwise.as_ref().is_none_or(|o| o.nullable);
        let expr = Expr {
            kind: ExprKind::Case {
                branches,
                otherwise,
            },
            data_type: common,
            nullable,
        };
        Ok(Resolved::new((expr, sql), position))
    }
}
