//! `*`, `t.*` and what `EXCEPT` leaves out of them.
//!
//! Source: Databricks SQL reference, "Star clause"; Catalyst's `UnresolvedStarExceptOrReplace`.

use sqlparser::ast;

use super::expression::{Collected, Resolved, Resolver};
use super::select::{Item, new_item};
use super::{Analyzer, ident_start, scope, unsupported};
use crate::sql::error::{AnalysisReason, SqlError};
use crate::sql::parse::name_parts;
use crate::sql::plan::{Attribute, Expr};
use crate::types::DataType;

impl Analyzer<'_> {
    /// The visible columns that `keep` is true of, without what `EXCEPT` names: columns, or fields of structs.
    pub(super) fn star(
        &mut self,
        columns: &[Attribute],
        keep: &dyn Fn(&Attribute) -> bool,
        options: &ast::WildcardAdditionalOptions,
    ) -> Result<Vec<Item>, SqlError> {
        let is_replaced = options.opt_replace.is_some() || options.opt_rename.is_some();
        if is_replaced || options.opt_ilike.is_some() {
            return Err(unsupported("* REPLACE"));
        }
        let kept = columns.iter().enumerate();
        let (places, kept): (Vec<usize>, Vec<Attribute>) = kept
            .filter(|(_, a)| !a.hidden && keep(a))
            .map(|(i, a)| (i, a.clone()))
            .unzip();
        // The fields to leave out of each column; an empty path is the column itself.
        let mut dropped: Vec<Vec<Vec<String>>> = vec![Vec::new(); kept.len()];
        let except = options.opt_except.iter();
        let except =
            except.flat_map(|e| std::iter::once(&e.first_element).chain(&e.additional_elements));
        for ident in except {
            let name = name_parts(&ident.value).unwrap_or_else(|| vec![ident.value.clone()]);
            let found = scope::find(&name, &kept).map_err(|e| e.at(ident_start(ident)))?;
            let paths = found
                .as_ref()
                .and_then(|found| dropped.get_mut(found.index));
            let (Some(found), Some(paths)) = (&found, paths) else {
                return Err(scope::unresolved(&name, &kept).at(ident_start(ident)));
            };
            paths.push(name.into_iter().skip(found.parts).collect());
        }
        let mut items = Vec::new();
        for ((place, attribute), paths) in places.into_iter().zip(&kept).zip(dropped) {
            if paths.iter().any(Vec::is_empty) {
                continue;
            }
            let mut value = Resolved::new(
                (Expr::column(place, attribute), attribute.name.clone()),
                None,
            );
            value.name = Some(attribute.name.clone());
            if paths.is_empty() {
                items.push(new_item(None, value, columns));
                continue;
            }
            if !matches!(attribute.data_type, DataType::Struct(_)) {
                return Err(AnalysisReason::InvalidExtractBaseFieldType {
                    base: attribute.name.clone(),
                    actual: attribute.data_type.clone(),
                }
                .into());
            }
            let mut collected = Collected::default();
            let mut resolver = Resolver::new(self, columns, &mut collected);
            let value = resolver.without_fields(value, paths)?;
            items.push(new_item(Some(attribute.name.clone()), value, columns));
        }
        Ok(items)
    }
}
