//! `PIVOT`.

use super::*;

impl Analyzer<'_> {
    /// Each aggregate once for each value, over the rows that have it; grouped by what is left.
    pub(super) fn pivot(
        &mut self,
        input: Arc<Plan>,
        aggregates: &[ast::ExprWithAlias],
        value_column: &[ast::Expr],
        source: &ast::PivotValueSource,
    ) -> Result<Arc<Plan>, SqlError> {
        let [pivot] = value_column else {
            return Err(unsupported("PIVOT over several columns"));
        };
        let ast::PivotValueSource::List(values) = source else {
            return Err(unsupported("PIVOT without a list of values"));
        };
        let columns = input.output.clone();
        let mut parts = Parts {
            items: Vec::new(),
            having: None,
            qualify: None,
            order: Vec::new(),
            order_positions: Vec::new(),
            collected: Collected::default(),
        };
        let mut used = Vec::new();
        let mut pivoted = Vec::new();
        for value in values {
            for aggregate in aggregates {
                let mut filtered = aggregate.expr.clone();
                let ast::Expr::Function(f) = &mut filtered else {
                    return Err(
                        unsupported("PIVOT over anything but an aggregate").at(start(pivot))
                    );
                };
                let mut collected = Collected::default();
                let plain =
                    Resolver::new(self, &columns, &mut collected).expression(&aggregate.expr)?;
                used.extend(
                    collected
                        .aggregates
                        .iter()
                        .flat_map(|a| a.call.args.clone()),
                );
                f.filter = Some(Box::new(ast::Expr::BinaryOp {
                    left: Box::new(pivot.clone()),
                    op: ast::BinaryOperator::Spaceship,
                    right: Box::new(value.expr.clone()),
                }));
                let found =
                    Resolver::new(self, &columns, &mut parts.collected).expression(&filtered)?;
                let mut collected = Collected::default();
                let shown = match &value.alias {
                    Some(alias) => alias.value.clone(),
                    None => {
                        Resolver::new(self, &columns, &mut collected)
                            .expression(&value.expr)?
                            .sql
                    }
                };
                let name = match (&aggregate.alias, aggregates.len()) {
                    (Some(alias), n) if n > 1 => format!("{shown}_{}", alias.value),
                    (None, n) if n > 1 => format!("{shown}_{}", plain.sql),
                    _ => shown,
                };
                pivoted.push((name, found));
            }
        }
        let mut collected = Collected::default();
        let pivot = Resolver::new(self, &columns, &mut collected).expression(pivot)?;
        used.push(pivot.expr);
        let mut taken = std::collections::BTreeSet::new();
        for e in &used {
            columns_in(e, &mut taken);
        }
        let mut keys = Vec::new();
        for (i, a) in columns.iter().enumerate() {
            if !a.hidden && !taken.contains(&i) {
                let mut key = Resolved::new((Expr::column(i, a), a.name.clone()), None);
                key.name = Some(a.name.clone());
                parts.items.push(new_item(None, key.clone(), &columns));
                keys.push(key);
            }
        }
        for (name, value) in pivoted {
            parts.items.push(new_item(Some(name), value, &columns));
        }
        self.stack(input, parts, Some(GroupBy::new(keys)), false, None)
    }
}

pub(super) fn columns_in(e: &Expr, found: &mut std::collections::BTreeSet<usize>) {
    if let ExprKind::Column { index, .. } = e.kind {
        found.insert(index);
    }
    for child in e.children() {
        columns_in(child, found);
    }
}
