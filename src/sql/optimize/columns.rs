//! Columns that nobody reads are left out, down to the files.

use std::sync::Arc;

use super::expressions::{each_column, remapped};
use crate::sql::event_time::event_times;
use crate::sql::plan::{Expr, Plan, PlanNode};
use crate::types::{Frame, StructType};

/// The plan without columns that its visible ones don't need.
pub(super) fn prune(plan: &Plan) -> Plan {
    let needed: Vec<bool> = plan.output.iter().map(|a| !a.hidden).collect();
    exactly(plan, &needed)
}

/// A plan that lost columns, and where each column went.
struct Pruned {
    plan: Plan,
    places: Vec<Option<usize>>,
}

impl Pruned {
    fn place(&self, index: usize) -> usize {
        self.places.get(index).copied().flatten().unwrap_or(index)
    }

    fn expr(&self, expr: &Expr) -> Expr {
        remapped(expr, &|i| self.place(i))
    }
}

/// The needed columns and no others, in their order.
fn exactly(plan: &Plan, needed: &[bool]) -> Plan {
    let pruned = pruned(plan, needed);
    let wanted: Vec<usize> = (0..needed.len())
        .filter(|i| needed.get(*i) == Some(&true))
        .map(|i| pruned.place(i))
        .collect();
    let same = wanted.iter().enumerate().all(|(i, place)| i == *place)
        && wanted.len() == pruned.plan.output.len();
    if same {
        return pruned.plan;
    }
    let below = &pruned.plan.output;
    let columns: Vec<_> = wanted
        .iter()
        .filter_map(|i| below.get(*i).map(|a| (Expr::column(*i, a), a.clone())))
        .collect();
    let (exprs, output) = columns.into_iter().unzip();
    Plan {
        node: PlanNode::Project {
            input: Arc::new(pruned.plan),
            exprs,
        },
        output,
    }
}

fn mark(exprs: &[&Expr], needed: &mut [bool]) {
    for expr in exprs {
        each_column(expr, &mut |i| {
            if let Some(slot) = needed.get_mut(i) {
                *slot = true;
            }
        });
    }
}

/// The places of the columns that stay.
fn places(needed: &[bool]) -> Vec<Option<usize>> {
    let mut next = 0;
    needed
        .iter()
        .map(|needed| {
            needed.then(|| {
                next += 1;
                next - 1
            })
        })
        .collect()
}

fn kept<T: Clone>(all: &[T], needed: &[bool]) -> Vec<T> {
    let pairs = all.iter().zip(needed);
    pairs.filter(|(_, n)| **n).map(|(t, _)| t.clone()).collect()
}

/// The plan with at least the needed columns.
fn pruned(plan: &Plan, needed: &[bool]) -> Pruned {
    let leaf = |node: PlanNode, needed: &[bool]| Pruned {
        plan: Plan {
            node,
            output: kept(&plan.output, needed),
        },
        places: places(needed),
    };
    let unchanged = |plan: Plan| Pruned {
        places: (0..plan.output.len()).map(Some).collect(),
        plan,
    };
    let all = |input: &Plan| exactly(input, &vec![true; input.output.len()]);
    match &plan.node {
        PlanNode::Local(frame) => match select(frame, needed) {
            Some(frame) => leaf(PlanNode::Local(frame), needed),
            None => unchanged(plan.clone()),
        },
        PlanNode::FileScan(scan) => {
            let mut scan = scan.clone();
            scan.projection = Some(project(scan.projection.as_ref(), needed));
            leaf(PlanNode::FileScan(scan), needed)
        }
        PlanNode::DeltaScan(scan) => {
            let mut scan = scan.clone();
            scan.projection = Some(project(scan.projection.as_ref(), needed));
            leaf(PlanNode::DeltaScan(scan), needed)
        }
        PlanNode::OneRow
        | PlanNode::Range { .. }
        | PlanNode::StreamSource(_)
        | PlanNode::Recursion { .. } => unchanged(plan.clone()),
        // A step reads what the steps before it made: each column is of use.
        PlanNode::Recursive { anchor, step, .. } => {
            unchanged(plan.with_inputs(vec![Arc::new(all(anchor)), Arc::new(all(step))]))
        }
        PlanNode::Batch { input, ordinal } => {
            let input = pruned(input, needed);
            let node = PlanNode::Batch {
                input: Arc::new(input.plan.clone()),
                ordinal: *ordinal,
            };
            over(plan, node, input)
        }
        PlanNode::SubqueryAlias { input, .. } | PlanNode::View { input, .. } => {
            let input = pruned(input, needed);
            let node = plan.with_inputs(vec![Arc::new(input.plan.clone())]).node;
            over(plan, node, input)
        }
        PlanNode::Project { input, exprs } => {
            let exprs = kept(exprs, needed);
            let mut below = vec![false; input.output.len()];
            mark(&exprs.iter().collect::<Vec<_>>(), &mut below);
            let input = pruned(input, &below);
            let node = PlanNode::Project {
                exprs: exprs.iter().map(|e| input.expr(e)).collect(),
                input: Arc::new(input.plan),
            };
            leaf(node, needed)
        }
        PlanNode::Filter { input, predicate } => {
            let mut below = needed.to_vec();
            mark(&[predicate], &mut below);
            let input = pruned(input, &below);
            let node = PlanNode::Filter {
                predicate: input.expr(predicate),
                input: Arc::new(input.plan.clone()),
            };
            over(plan, node, input)
        }
        PlanNode::Sort { input, keys } => {
            let mut below = needed.to_vec();
            mark(
                &keys.iter().map(|k| &k.expr).collect::<Vec<_>>(),
                &mut below,
            );
            let input = pruned(input, &below);
            let mut keys = keys.clone();
            for key in &mut keys {
                key.expr = input.expr(&key.expr);
            }
            let node = PlanNode::Sort {
                input: Arc::new(input.plan.clone()),
                keys,
            };
            over(plan, node, input)
        }
        PlanNode::Limit {
            input,
            limit,
            offset,
        } => {
            let input = pruned(input, needed);
            let node = PlanNode::Limit {
                input: Arc::new(input.plan.clone()),
                limit: *limit,
                offset: *offset,
            };
            over(plan, node, input)
        }
        PlanNode::Distinct {
            input,
            on: Some(on),
            within_watermark,
        } => {
            let mut below = needed.to_vec();
            if *within_watermark {
                let times = event_times(input);
                for (slot, time) in below.iter_mut().zip(times) {
                    *slot |= time.is_some();
                }
            }
            for i in on {
                if let Some(slot) = below.get_mut(*i) {
                    *slot = true;
                }
            }
            let input = pruned(input, &below);
            let node = PlanNode::Distinct {
                on: Some(on.iter().map(|i| input.place(*i)).collect()),
                within_watermark: *within_watermark,
                input: Arc::new(input.plan.clone()),
            };
            over(plan, node, input)
        }
        PlanNode::Watermark {
            input,
            column,
            delay_ms,
        } => {
            let mut below = needed.to_vec();
            if let Some(slot) = below.get_mut(*column) {
                *slot = true;
            }
            let input = pruned(input, &below);
            let node = PlanNode::Watermark {
                column: input.place(*column),
                input: Arc::new(input.plan.clone()),
                delay_ms: *delay_ms,
            };
            over(plan, node, input)
        }
        PlanNode::Join {
            left,
            right,
            kind,
            condition,
        } => {
            let width = left.output.len();
            let mut below = needed.to_vec();
            below.resize(width + right.output.len(), false);
            mark(&condition.iter().collect::<Vec<_>>(), &mut below);
            let (left_needed, right_needed) = below.split_at(width);
            let left = pruned(left, left_needed);
            let right = pruned(right, right_needed);
            let new_width = left.plan.output.len();
            let place = |i: usize| {
                if i < width {
                    left.place(i)
                } else {
                    new_width + right.place(i - width)
                }
            };
            // A semi join's output is the left side.
            let old_to_new = (0..plan.output.len()).map(|i| {
                let side = if i < width { &left } else { &right };
                let own = if i < width { i } else { i - width };
                side.places.get(own).copied().flatten().map(|_| place(i))
            });
            let places: Vec<Option<usize>> = old_to_new.collect();
            let mut output = left.plan.output.clone();
            if plan.output.len() > width {
                output.extend(right.plan.output.iter().cloned());
            }
            name(&mut output, plan, &places);
            Pruned {
                plan: Plan {
                    node: PlanNode::Join {
                        condition: condition.as_ref().map(|c| remapped(c, &place)),
                        left: Arc::new(left.plan.clone()),
                        right: Arc::new(right.plan.clone()),
                        kind: *kind,
                    },
                    output,
                },
                places,
            }
        }
        PlanNode::Aggregate {
            input,
            keys,
            aggregates,
        } => {
            // A stream's state has all aggregates.
            let mut needed = needed.to_vec();
            let streaming = plan.is_streaming();
            for (i, slot) in needed.iter_mut().enumerate() {
                *slot |= streaming || i < keys.len();
            }
            let aggregates = kept(aggregates, needed.get(keys.len()..).unwrap_or_default());
            let mut below = vec![false; input.output.len()];
            mark(&keys.iter().collect::<Vec<_>>(), &mut below);
            for call in &aggregates {
                mark(&call.args.iter().collect::<Vec<_>>(), &mut below);
                mark(&call.filter.iter().collect::<Vec<_>>(), &mut below);
            }
            let input = pruned(input, &below);
            let mut aggregates = aggregates;
            for call in &mut aggregates {
                call.args = call.args.iter().map(|a| input.expr(a)).collect();
                call.filter = call.filter.as_ref().map(|f| input.expr(f));
            }
            let node = PlanNode::Aggregate {
                keys: keys.iter().map(|k| input.expr(k)).collect(),
                aggregates,
                input: Arc::new(input.plan),
            };
            leaf(node, &needed)
        }
        PlanNode::Generate {
            input,
            generator,
            args,
            outer,
        } => {
            let width = input.output.len();
            let mut below: Vec<bool> = needed.iter().take(width).copied().collect();
            mark(&args.iter().collect::<Vec<_>>(), &mut below);
            let input = pruned(input, &below);
            let new_width = input.plan.output.len();
            let places: Vec<Option<usize>> = (0..plan.output.len())
                .map(|i| match i.checked_sub(width) {
                    None => input.places.get(i).copied().flatten(),
                    Some(made) => Some(new_width + made),
                })
                .collect();
            let mut output = input.plan.output.clone();
            output.extend(plan.output.iter().skip(width).cloned());
            name(&mut output, plan, &places);
            let args = args.iter().map(|a| input.expr(a)).collect();
            Pruned {
                plan: Plan {
                    node: PlanNode::Generate {
                        input: Arc::new(input.plan),
                        generator,
                        args,
                        outer: *outer,
                    },
                    output,
                },
                places,
            }
        }
        PlanNode::Union { inputs } => {
            let inputs = inputs
                .iter()
                .map(|input| Arc::new(exactly(input, needed)))
                .collect();
            leaf(PlanNode::Union { inputs }, needed)
        }
        PlanNode::Window { input, .. }
        | PlanNode::Distinct {
            input, on: None, ..
        } => unchanged(plan.with_inputs(vec![Arc::new(all(input))])),
        PlanNode::SetOperation { left, right, .. } => {
            let inputs = vec![Arc::new(all(left)), Arc::new(all(right))];
            unchanged(plan.with_inputs(inputs))
        }
    }
}

/// A node that passes its input's columns on.
fn over(plan: &Plan, node: PlanNode, input: Pruned) -> Pruned {
    let mut output = input.plan.output;
    name(&mut output, plan, &input.places);
    Pruned {
        plan: Plan { node, output },
        places: input.places,
    }
}

/// Gives the columns that stayed the plan's names and nullability.
fn name(output: &mut [crate::sql::plan::Attribute], plan: &Plan, places: &[Option<usize>]) {
    for (attribute, place) in plan.output.iter().zip(places) {
        if let Some(slot) = place.and_then(|i| output.get_mut(i)) {
            *slot = attribute.clone();
        }
    }
}

fn position(projection: Option<&Vec<usize>>, index: usize) -> usize {
    match projection {
        Some(positions) => positions.get(index).copied().unwrap_or(usize::MAX),
        None => index,
    }
}

fn project(projection: Option<&Vec<usize>>, needed: &[bool]) -> Vec<usize> {
    (0..needed.len())
        .filter(|i| needed.get(*i) == Some(&true))
        .map(|i| position(projection, i))
        .collect()
}

fn select(frame: &Frame, needed: &[bool]) -> Option<Frame> {
    if frame.columns().len() != needed.len() {
        return None;
    }
    let schema = StructType::new(kept(&frame.schema().fields, needed));
    let columns = kept(frame.columns(), needed);
    let selected = Frame::new(Arc::new(schema), columns, frame.height()).ok()?;
    Some(selected.with_origin(frame.origin().cloned()))
}
