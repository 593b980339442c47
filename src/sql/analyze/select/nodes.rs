//! The nodes that a `SELECT` becomes above its `FROM`: generators, windows, the projection, the order.

use super::*;

pub(super) fn generator_of(e: &Expr) -> Option<usize> {
    match e.kind {
        ExprKind::Column { index, .. } if (GENERATED..OUTPUT).contains(&index) => {
            Some((index - GENERATED) / GENERATOR_COLUMNS)
        }
        _ => None,
    }
}

pub(super) fn generated_items(
    generator: usize,
    aliases: &[&ast::Ident],
    collected: &Collected,
    position: Option<Position>,
) -> Result<Vec<Item>, SqlError> {
    let Some(found) = collected.generators.get(generator) else {
        return Ok(Vec::new());
    };
    let fields = &found.columns.fields;
    if fields.len() >= GENERATOR_COLUMNS {
        return Err(unsupported("a generator of so many columns").at(position));
    }
    if !aliases.is_empty() && aliases.len() != fields.len() {
        let names: Vec<&str> = aliases.iter().map(|a| a.value.as_str()).collect();
        let error: SqlError = AnalysisReason::GeneratorAliases {
            expected: fields.len(),
            aliases: names.join(","),
        }
        .into();
        return Err(error.at(position));
    }
    Ok(fields
        .iter()
        .enumerate()
        .map(|(c, field)| {
            let name = aliases.get(c).map_or(&field.name, |a| &a.value).clone();
            let expr = Expr {
                kind: ExprKind::Column {
                    index: GENERATED + generator * GENERATOR_COLUMNS + c,
                    name: name.clone(),
                },
                data_type: field.data_type.clone(),
                nullable: field.nullable,
            };
            Item {
                value: Resolved::new((expr, name.clone()), position),
                name,
                qualifier: Vec::new(),
                metadata: field.metadata.clone(),
                aliased: true,
            }
        })
        .collect())
}

pub(super) fn window_node(input: Arc<Plan>, parts: &mut Parts) -> Arc<Plan> {
    if parts.collected.windows.is_empty() {
        return input;
    }
    let base = input.output.len();
    let mut output = input.output.clone();
    let windows = std::mem::take(&mut parts.collected.windows);
    for (window, sql) in &windows {
        let call = &window.call;
        output.push(Attribute::new(sql, call.data_type.clone(), call.nullable));
    }
    replace_all(parts, &mut |e| match &e.kind {
        ExprKind::Column { index, name } if (WINDOW..GENERATED).contains(index) => Some(Expr {
            kind: ExprKind::Column {
                index: base + (index - WINDOW),
                name: name.clone(),
            },
            ..e.clone()
        }),
        _ => None,
    });
    Arc::new(Plan {
        node: PlanNode::Window {
            input,
            calls: windows.into_iter().map(|(call, _)| call).collect(),
        },
        output,
    })
}

pub(super) fn generate_nodes(input: Arc<Plan>, parts: &mut Parts) -> Arc<Plan> {
    let mut plan = input;
    for (g, found) in std::mem::take(&mut parts.collected.generators)
        .into_iter()
        .enumerate()
    {
        let base = plan.output.len();
        let mut output = plan.output.clone();
        output.extend(
            found
                .columns
                .fields
                .iter()
                .map(|f| Attribute::new(&f.name, f.data_type.clone(), f.nullable)),
        );
        let first = GENERATED + g * GENERATOR_COLUMNS;
        replace_all(parts, &mut |e| match &e.kind {
            ExprKind::Column { index, name }
                if (first..first + GENERATOR_COLUMNS).contains(index) =>
            {
                Some(Expr {
                    kind: ExprKind::Column {
                        index: base + (index - first),
                        name: name.clone(),
                    },
                    ..e.clone()
                })
            }
            _ => None,
        });
        plan = Arc::new(Plan {
            node: PlanNode::Generate {
                input: plan,
                generator: found.function,
                args: found.args,
                outer: found.outer,
            },
            output,
        });
    }
    plan
}

/// The list, and the order: what the order needs beyond the list rides along and is dropped.
pub(super) fn project_and_sort(
    input: Arc<Plan>,
    parts: Parts,
    is_distinct: bool,
) -> Result<Arc<Plan>, SqlError> {
    let Parts {
        items,
        mut order,
        order_positions,
        ..
    } = parts;
    let mut exprs: Vec<Expr> = items.iter().map(|i| i.value.expr.clone()).collect();
    let mut output: Vec<Attribute> = items
        .iter()
        .map(|item| Attribute {
            name: item.name.clone(),
            data_type: item.value.expr.data_type.clone(),
            nullable: item.value.expr.nullable,
            metadata: item.metadata.clone(),
            qualifier: item.qualifier.clone(),
            hidden: false,
        })
        .collect();
    let visible = output.len();
    for (k, key) in order.iter_mut().enumerate() {
        // An item written again is the item.
        replace(&mut key.expr, &mut |e| {
            let i = items.iter().position(|item| same(&item.value.expr, e))?;
            (!matches!(e.kind, ExprKind::Literal(_)))
                .then(|| items.get(i).map(|item| output_column(i, item)))?
        });
        if !holds_input(&key.expr) {
            replace(&mut key.expr, &mut |e| match &e.kind {
                ExprKind::Column { index, .. } if *index >= OUTPUT => output
                    .get(index - OUTPUT)
                    .map(|a| Expr::column(index - OUTPUT, a)),
                _ => None,
            });
            continue;
        }
        if is_distinct {
            let name = first_input(&key.expr).unwrap_or_default();
            let error = scope::unresolved(&[name], output.get(..visible).unwrap_or_default());
            return Err(error.at(order_positions.get(k).copied().flatten()));
        }
        let mut extra = key.expr.clone();
        replace(&mut extra, &mut |e| match &e.kind {
            ExprKind::Column { index, .. } if *index >= OUTPUT => {
                items.get(index - OUTPUT).map(|i| i.value.expr.clone())
            }
            _ => None,
        });
        let attribute = Attribute {
            hidden: true,
            ..Attribute::new("_order", extra.data_type.clone(), extra.nullable)
        };
        key.expr = Expr::column(exprs.len(), &attribute);
        exprs.push(extra);
        output.push(attribute);
    }
    let mut plan = Arc::new(Plan {
        node: PlanNode::Project { input, exprs },
        output,
    });
    if is_distinct {
        plan = distinct(plan);
    }
    if !order.is_empty() {
        plan = sort(plan, order);
    }
    if plan.output.len() > visible {
        let kept: Vec<Attribute> = plan.output.iter().take(visible).cloned().collect();
        plan = Arc::new(Plan {
            node: PlanNode::Project {
                exprs: kept
                    .iter()
                    .enumerate()
                    .map(|(i, a)| Expr::column(i, a))
                    .collect(),
                input: plan,
            },
            output: kept,
        });
    }
    Ok(plan)
}
