//! Streaming queries: starting, waiting, telling.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{ConnectError, Reply, Request, Wait};
use crate::session::{Session, SessionError, StreamWriter, TriggerSpec, WriteTo};
use crate::sql::plan::Plan;
use crate::streaming::{StreamError, StreamingQuery};

/// `df.writeStream.….start()`.
pub(super) fn write(session: &mut Session, plan: Arc<Plan>, r: &Request<'_>) -> Reply {
    let trigger = match r.map("trigger")? {
        None => None,
        Some(trigger) => {
            let trigger = Request(trigger);
            if let Some(interval) = trigger.text_or("processingTime") {
                Some(TriggerSpec::ProcessingTime(interval.to_owned()))
            } else if trigger.flag("availableNow") {
                Some(TriggerSpec::AvailableNow)
            } else if trigger.flag("once") {
                Some(TriggerSpec::Once)
            } else {
                return Err(ConnectError::Other {
                    class: "AnalysisException",
                    message:
                        "Continuous processing does not support StreamingRelation operations.;"
                            .into(),
                });
            }
        }
    };
    let mut options = r.pairs("options")?;
    let path = options
        .iter()
        .position(|(name, _)| name.eq_ignore_ascii_case("path"));
    let path = path.map(|i| options.remove(i).1);
    let to = if r.get("foreachBatch").is_some() {
        WriteTo::ForeachBatch(r.number("foreachBatch")?)
    } else if let Some(name) = r.text_or("table") {
        WriteTo::Table(name.to_owned())
    } else {
        match r.text_or("path").map(str::to_owned).or(path) {
            Some(path) => WriteTo::Path(path),
            None => WriteTo::Nowhere,
        }
    };
    let writer = StreamWriter {
        format: r.text_or("format").map(str::to_owned),
        output_mode: r.text_or("outputMode").map(str::to_owned),
        options,
        trigger,
        query_name: r.text_or("queryName").map(str::to_owned),
        partition_by: r.texts("partitionBy")?,
        to,
    };
    let run_id = session.write_stream(plan, &writer)?;
    let query = query(session, &run_id)?;
    Ok(named(query))
}

fn named(query: &StreamingQuery) -> Value {
    json!({"id": query.id(), "runId": query.run_id(), "name": query.name()})
}

fn query<'s>(session: &'s Session, run_id: &str) -> Result<&'s StreamingQuery, ConnectError> {
    Ok(session
        .query_of_run(run_id)
        .ok_or_else(|| SessionError::NoSuchQuery {
            name: run_id.to_owned(),
        })?)
}

pub(super) fn answer(session: &mut Session, op: &str, r: &Request<'_>) -> Reply {
    if op == "streams.active" {
        return Ok(session.active().map(named).collect());
    }
    if op == "streams.addListener" {
        session.add_listener(r.number("function")?);
        return Ok(Value::Null);
    }
    if op == "streams.removeListener" {
        session.remove_listener(r.number("function")?);
        return Ok(Value::Null);
    }
    if op == "streams.resetTerminated" {
        session.reset_terminated();
        return Ok(Value::Null);
    }
    if op == "stream.get" {
        let id = r.text("id")?;
        let found = session.active().find(|q| q.id() == id);
        return Ok(found.map(named).unwrap_or(Value::Null));
    }
    let run_id = r.text("runId")?.to_owned();
    match op {
        "stream.stop" => {
            session.stop(&run_id)?;
            Ok(Value::Null)
        }
        "stream.state" => {
            let query = query(session, &run_id)?;
            let status = query.status();
            let exception = query.error().map(|e| stream_failed(e).to_json());
            Ok(json!({
                "active": query.is_active(),
                "id": query.id(),
                "name": query.name(),
                "status": {
                    "message": status.message,
                    "isDataAvailable": status.is_data_available,
                    "isTriggerActive": status.is_trigger_active,
                },
                "exception": exception,
            }))
        }
        "stream.progress" => {
            let query = query(session, &run_id)?;
            let all = query.recent_progress();
            let last = r
                .number("last")
                .map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX));
            let mut progress: Vec<Value> = all
                .rev()
                .take(last)
                .map(|p| serde_json::to_value(p).unwrap_or_default())
                .collect();
            progress.reverse();
            Ok(Value::Array(progress))
        }
        "stream.explain" => {
            let query = query(session, &run_id)?;
            Ok(json!(crate::sql::explain::explain(query.plan())))
        }
        _ => Err(ConnectError::UnknownRequest { op: op.into() }),
    }
}

/// What a request waits for, if it is one that does.
pub(super) fn wait(
    session: &Session,
    op: &str,
    r: &Request<'_>,
) -> Result<Option<Wait>, ConnectError> {
    let now = session.state().env.clock.now_ms();
    let deadline = r
        .get("timeoutMs")
        .map(|_| r.integer("timeoutMs"))
        .transpose()?
        .map(|ms| now.saturating_add(ms));
    let run_id = || -> Result<String, ConnectError> {
        let run_id = r.text("runId")?.to_owned();
        query(session, &run_id)?;
        Ok(run_id)
    };
    Ok(Some(match op {
        "sleep" => Wait::Until {
            deadline: now.saturating_add(r.integer("ms")?),
        },
        "stream.await" => Wait::Termination {
            run_id: run_id()?,
            deadline,
        },
        "streams.awaitAny" => Wait::AnyTermination { deadline },
        "stream.processAllAvailable" => Wait::Available { run_id: run_id()? },
        _ => return Ok(None),
    }))
}

/// The reply, if what was waited for has come.
pub(super) fn poll(session: &Session, wait: &Wait) -> Option<Reply> {
    let now = session.state().env.clock.now_ms();
    let is_over = |deadline: Option<i64>| deadline.is_some_and(|d| now >= d);
    match wait {
        Wait::Until { deadline } => (now >= *deadline).then_some(Ok(Value::Null)),
        Wait::Termination { run_id, deadline } => {
            let query = match query(session, run_id) {
                Ok(query) => query,
                Err(error) => return Some(Err(error)),
            };
            if let Some(error) = query.error() {
                return Some(Err(stream_failed(error)));
            }
            if !query.is_active() {
                return Some(Ok(json!(true)));
            }
            is_over(*deadline).then_some(Ok(json!(false)))
        }
        Wait::AnyTermination { deadline } => {
            if let Some(error) = session.terminated().find_map(StreamingQuery::error) {
                return Some(Err(stream_failed(error)));
            }
            if session.terminated().next().is_some() {
                return Some(Ok(json!(true)));
            }
            is_over(*deadline).then_some(Ok(json!(false)))
        }
        Wait::Available { run_id } => {
            let query = match query(session, run_id) {
                Ok(query) => query,
                Err(error) => return Some(Err(error)),
            };
            if let Some(error) = query.error() {
                return Some(Err(stream_failed(error)));
            }
            (!query.is_active() || query.is_idle()).then_some(Ok(Value::Null))
        }
    }
}

/// Why a query ended.
fn stream_failed(error: &StreamError) -> ConnectError {
    ConnectError::Other {
        class: "StreamingQueryException",
        message: error.to_string(),
    }
}
