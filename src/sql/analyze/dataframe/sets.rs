//! Set operations of DataFrames.

use std::sync::Arc;

use sqlparser::ast::{SetOperator, SetQuantifier};

use super::{DataFrames, Result};
use crate::sql::analyze::{Analyzer, scope};
use crate::sql::error::AnalysisReason;
use crate::sql::functions::cast_expr;
use crate::sql::plan::{Attribute, Expr, Plan, PlanNode};
use crate::types::{DataType, Value};

impl DataFrames<'_> {
    /// `left.union(right)`: by position.
    ///
    /// # Errors
    /// `NUM_COLUMNS_MISMATCH`, `INCOMPATIBLE_COLUMN_TYPE`.
    pub fn union(&self, left: &Arc<Plan>, right: &Arc<Plan>) -> Result<Arc<Plan>> {
        self.combine(left, right, SetOperator::Union, true)
    }

    /// `left.unionByName(right, allowMissingColumns)`.
    ///
    /// # Errors
    /// A column that only one side has, unless that is allowed.
    pub fn union_by_name(
        &self,
        left: &Arc<Plan>,
        right: &Arc<Plan>,
        allow_missing: bool,
    ) -> Result<Arc<Plan>> {
        let (left, right) = (Plan::visible_only(left), Plan::visible_only(right));
        let has = |plan: &Plan, name: &str| {
            let found = plan.output.iter().position(|a| a.name == name);
            found.or_else(|| {
                let mut columns = plan.output.iter();
                columns.position(|a| scope::same_name(&a.name, name))
            })
        };
        let mut names: Vec<&Attribute> = left.output.iter().collect();
        for a in &right.output {
            if has(&left, &a.name).is_some() {
                continue;
            }
            if !allow_missing {
                if left.output.len() == right.output.len() {
                    continue;
                }
                return Err(AnalysisReason::NumColumnsMismatch {
                    operator: "UNION".into(),
                    first: left.output.len(),
                    input: 2,
                    actual: right.output.len(),
                }
                .into());
            }
            names.push(a);
        }
        let arranged = |plan: &Arc<Plan>| -> Result<Arc<Plan>> {
            let mut exprs = Vec::new();
            let mut output = Vec::new();
            for wanted in &names {
                match has(plan, &wanted.name).and_then(|i| Some((i, plan.output.get(i)?))) {
                    Some((i, a)) => {
                        exprs.push(Expr::column(i, a));
                        output.push(a.clone());
                    }
                    None if allow_missing => {
                        let mut null = Expr::literal(Value::Null, DataType::Null);
                        let mode = crate::sql::plan::EvalMode::Legacy;
                        cast_expr(&mut null, &wanted.data_type, mode);
                        exprs.push(null);
                        output.push(Attribute::new(&wanted.name, wanted.data_type.clone(), true));
                    }
                    None => {
                        return Err(AnalysisReason::UnresolvedColumnAmongFieldNames {
                            name: wanted.name.clone(),
                            fields: plan.output.iter().map(|a| a.name.clone()).collect(),
                        }
                        .into());
                    }
                }
            }
            Ok(Arc::new(Plan {
                node: PlanNode::Project {
                    input: plan.clone(),
                    exprs,
                },
                output,
            }))
        };
        self.union(&arranged(&left)?, &arranged(&right)?)
    }

    /// `left.intersect(right)`, `left.intersectAll(right)`.
    ///
    /// # Errors
    /// As for `union`.
    pub fn intersect(&self, left: &Arc<Plan>, right: &Arc<Plan>, all: bool) -> Result<Arc<Plan>> {
        self.combine(left, right, SetOperator::Intersect, all)
    }

    /// `left.subtract(right)`, `left.exceptAll(right)`.
    ///
    /// # Errors
    /// As for `union`.
    pub fn except(&self, left: &Arc<Plan>, right: &Arc<Plan>, all: bool) -> Result<Arc<Plan>> {
        self.combine(left, right, SetOperator::Except, all)
    }

    fn combine(
        &self,
        left: &Arc<Plan>,
        right: &Arc<Plan>,
        operator: SetOperator,
        all: bool,
    ) -> Result<Arc<Plan>> {
        let quantifier = if all {
            SetQuantifier::All
        } else {
            SetQuantifier::None
        };
        let mut analyzer = Analyzer::new(self.catalog);
        analyzer.combine(
            Plan::visible_only(left),
            Plan::visible_only(right),
            operator,
            quantifier,
            None,
        )
    }
}
