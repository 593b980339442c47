//! `spark.catalog` and `spark.conf`.

use serde_json::{Value, json};

use super::{Connect, ConnectError, Reply, Request};
use crate::session::{Session, SessionError, is_modifiable, parse_name};
use crate::sql::functions;

impl Connect {
    pub(super) fn catalog(&mut self, session: &mut Session, what: &str, r: &Request<'_>) -> Reply {
        let state = session.state();
        match what {
            "currentDatabase" => Ok(json!(state.current_database)),
            "currentCatalog" => Ok(json!("spark_catalog")),
            "setCurrentDatabase" => {
                let name = r.text("name")?.to_lowercase();
                if !state.databases()?.contains(&name) {
                    return Err(SessionError::DatabaseNotFound {
                        name: crate::types::quote(&name),
                    }
                    .into());
                }
                session.state_mut().current_database = name;
                Ok(Value::Null)
            }
            "databaseExists" => {
                let name = r.text("name")?.to_lowercase();
                let name = name.rsplit('.').next().unwrap_or_default();
                Ok(json!(state.databases()?.iter().any(|d| d == name)))
            }
            "listDatabases" => {
                let names = state.databases()?;
                names
                    .into_iter()
                    .map(|name| {
                        let location = state.database_location(&name)?.to_string();
                        Ok(json!({
                            "name": name,
                            "catalog": "spark_catalog",
                            "description": null,
                            "locationUri": location,
                        }))
                    })
                    .collect()
            }
            "listCatalogs" => Ok(json!([{"name": "spark_catalog", "description": null}])),
            "tableExists" => {
                let name = match r.text_or("database") {
                    Some(database) => format!("{database}.{}", r.text("name")?),
                    None => r.text("name")?.to_owned(),
                };
                let found = state.find_relation(&parse_name(&name)?, None)?;
                Ok(json!(found.is_some()))
            }
            "listTables" => {
                let database = r
                    .text_or("database")
                    .unwrap_or(&state.current_database)
                    .to_lowercase();
                if !state.databases()?.contains(&database) {
                    return Err(SessionError::DatabaseNotFound {
                        name: crate::types::quote(&database),
                    }
                    .into());
                }
                let listed = |name: &str, kind: &str| {
                    json!({
                        "name": name,
                        "catalog": "spark_catalog",
                        "namespace": [database],
                        "description": null,
                        "tableType": kind,
                        "isTemporary": false,
                    })
                };
                let mut tables: Vec<Value> = state
                    .tables(&database)?
                    .into_iter()
                    .map(|table| match state.is_managed(&table) {
                        true => listed(&table.table, "MANAGED"),
                        false => listed(&table.table, "EXTERNAL"),
                    })
                    .collect();
                let views = state.persisted_views(&database);
                tables.extend(views.iter().map(|view| listed(view, "VIEW")));
                tables.sort_by_key(|t| t.get("name").map(ToString::to_string));
                tables.extend(state.views().map(|(name, _)| {
                    json!({
                        "name": name,
                        "catalog": null,
                        "namespace": [],
                        "description": null,
                        "tableType": "TEMPORARY",
                        "isTemporary": true,
                    })
                }));
                Ok(Value::Array(tables))
            }
            "listColumns" => {
                let plan = session.table(r.text("name")?)?;
                let fields = &plan.schema().fields;
                Ok(fields
                    .iter()
                    .map(|f| {
                        json!({
                            "name": f.name,
                            "description": f.metadata.get("comment"),
                            "dataType": f.data_type.simple_string(),
                            "nullable": f.nullable,
                            "isPartition": false,
                            "isBucket": false,
                            "isCluster": false,
                        })
                    })
                    .collect())
            }
            "dropTempView" => {
                let name = r.text("name")?.to_owned();
                Ok(json!(session.state_mut().drop_view(&name)))
            }
            "dropGlobalTempView" => {
                let name = r.text("name")?.to_owned();
                Ok(json!(session.state_mut().drop_global_view(&name)))
            }
            "functionExists" => Ok(json!(functions::lookup(r.text("name")?).is_some())),
            "listFunctions" => Ok(functions::functions()
                .map(|f| json!({"name": f.name, "isTemporary": true}))
                .collect()),
            _ => Err(ConnectError::UnknownRequest {
                op: format!("catalog.{what}"),
            }),
        }
    }
}

pub(super) fn conf(session: &mut Session, what: &str, r: &Request<'_>) -> Reply {
    session.state_mut().refresh_conf();
    match what {
        "get" => {
            let key = r.text("key")?;
            match session.state().conf.get(key) {
                Some(value) => Ok(json!(value)),
                None if r.0.contains_key("default") => {
                    Ok(r.get("default").cloned().unwrap_or_default())
                }
                None => Err(ConnectError::ConfNotFound { key: key.into() }),
            }
        }
        "set" => {
            let (key, value) = (r.text("key")?, r.need("value")?);
            let value = super::plain_text(value);
            session.state_mut().conf.set(key, &value)?;
            Ok(Value::Null)
        }
        "isModifiable" => Ok(json!(is_modifiable(r.text("key")?))),
        "unset" => {
            let key = r.text("key")?.to_owned();
            session.state_mut().conf.unset(&key);
            Ok(Value::Null)
        }
        "all" => Ok(session
            .state()
            .conf
            .entries()
            .into_iter()
            .map(|(k, v)| json!([k, v]))
            .collect()),
        _ => Err(ConnectError::UnknownRequest {
            op: format!("conf.{what}"),
        }),
    }
}
