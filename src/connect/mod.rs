//! The PySpark API's way to a session, as messages: in the manner of Spark Connect.
//!
//! Python holds numbers of DataFrames; each call is one JSON text, and so is its reply:
//! `{"ok": …}` or `{"error": {class, condition, sqlState, message}}`. Analysis is eager, so that
//! an error comes from the call that is wrong, as in classic PySpark. The operations are those
//! of `sql::analyze::DataFrames`: one plan for Python and SQL.
//!
//! A call that waits (`sleep`, `awaitTermination`) gives [`Answer::Wait`]: who drives the session
//! moves its streams and asks again, so that nothing blocks.

mod catalog;
mod column;
mod delta;
mod error;
mod files;
mod functions;
mod relations;
mod show;
mod streams;
mod values;
mod widgets;
mod zones;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

pub use error::ConnectError;
pub use functions::JsonPython;
pub use show::{boxed, show, show_vertical};
pub use values::{value_from_json, value_to_json};
pub use widgets::Widget;

use crate::session::Session;
use crate::sql::plan::Plan;
use crate::types::Frame;

/// The DataFrames and widgets of one notebook's Python, over a session that is the caller's.
#[derive(Default)]
pub struct Connect {
    /// What Python holds by number.
    frames: BTreeMap<u64, Arc<Plan>>,
    last: u64,
    widgets: Vec<Widget>,
    /// The path of the notebook that runs, for `notebook.context`.
    notebook: String,
    shown: Vec<Shown>,
    /// What the last SQL cell shows, until Python takes it as `_sqldf`.
    sql_result: Option<Arc<Plan>>,
}

/// What a cell shows.
#[derive(Debug, Clone)]
pub enum Shown {
    /// `display(df)`: its rows, or a live result if it is streaming.
    Relation {
        plan: Arc<Plan>,
        /// `display(df, streamName=…)`
        stream_name: Option<String>,
    },
    /// `display` of rows at hand.
    Rows(Frame),
    Text(String),
    Html(String),
}

/// A call of a `foreachBatch` function or of a listener.
#[derive(Debug, Clone)]
pub struct BatchCall {
    /// `None` for an event of a `StreamingQueryListener`, which nobody waits for.
    run_id: Option<String>,
    /// The function's number in Python.
    pub function: u64,
    /// Its arguments, as `invoke` takes them.
    pub arguments: String,
}

/// What a call came to.
#[derive(Debug)]
pub enum Answer {
    /// The reply's JSON.
    Done(String),
    /// Ask [`Connect::poll`] again when the streams have moved.
    Wait(Wait),
    /// `dbutils.notebook.run`: for the notebook's runner, which replies.
    Notebook {
        path: String,
        arguments: Vec<(String, String)>,
    },
    /// `import`: a module that is a file beside the notebook. For the notebook's runner, whose reply is
    /// its source, or null.
    Module {
        name: String,
        /// Where to look, relative to the notebook's folder.
        folders: Vec<String>,
    },
}

/// What a call waits for. Times are the session clock's, in milliseconds.
#[derive(Debug, Clone)]
pub enum Wait {
    Until {
        deadline: i64,
    },
    Termination {
        run_id: String,
        deadline: Option<i64>,
    },
    AnyTermination {
        deadline: Option<i64>,
    },
    Available {
        run_id: String,
    },
}

type Reply = Result<Value, ConnectError>;

impl Connect {
    /// Takes a request.
    pub fn call(&mut self, session: &mut Session, request: &str) -> Answer {
        match self.request(session, request) {
            Ok(answer) => answer,
            Err(error) => Answer::Done(reply(Err(error))),
        }
    }

    fn request(&mut self, session: &mut Session, text: &str) -> Result<Answer, ConnectError> {
        let request: Map<String, Value> =
            serde_json::from_str(text).map_err(|e| ConnectError::Protocol {
                reason: e.to_string(),
            })?;
        let request = Request(&request);
        let op = request.text("op")?;
        if let Some(wait) = streams::wait(session, op, &request)? {
            return Ok(match Connect::poll(session, &wait) {
                Some(done) => Answer::Done(done),
                None => Answer::Wait(wait),
            });
        }
        if op == "notebook.run" {
            let arguments = request.map("arguments")?;
            let arguments = arguments.into_iter().flatten();
            return Ok(Answer::Notebook {
                path: request.text("path")?.to_owned(),
                arguments: arguments.map(|(k, v)| (k.clone(), plain_text(v))).collect(),
            });
        }
        if op == "notebook.module" {
            return Ok(Answer::Module {
                name: request.text("name")?.to_owned(),
                folders: request.texts("folders")?,
            });
        }
        let value = self.answer(session, op, &request)?;
        Ok(Answer::Done(reply(Ok(value))))
    }

    fn answer(&mut self, session: &mut Session, op: &str, request: &Request<'_>) -> Reply {
        match op.split_once('.') {
            None => self.relation_or_action(session, op, request),
            Some(("stream" | "streams", _)) => streams::answer(session, op, request),
            Some(("catalog", what)) => self.catalog(session, what, request),
            Some(("delta", what)) => self.delta(session, what, request),
            Some(("conf", what)) => catalog::conf(session, what, request),
            Some(("fs", what)) => files::answer(session, what, request),
            Some(("udf", "register")) => functions::register(session, request),
            Some(("widgets", what)) => self.widget(what, request),
            Some(("zones", what)) => zones::answer(what, request),
            Some(("notebook", "context")) => {
                Ok(json!({"path": self.notebook, "user": crate::env::USER}))
            }
            Some(("notebook", "sqlResult")) => {
                let result = self.sql_result.take();
                Ok(result.map_or(Value::Null, |plan| self.hand_out(plan)))
            }
            Some(_) => Err(ConnectError::UnknownRequest { op: op.into() }),
        }
    }

    /// Whether what a call waits for has come: its reply.
    pub fn poll(session: &Session, wait: &Wait) -> Option<String> {
        streams::poll(session, wait).map(reply)
    }

    /// A batch that waits for its `foreachBatch` function, or an event for a listener: what to call in
    /// Python. Then [`Connect::batch_done`].
    pub fn waiting_batch(&mut self, session: &mut Session) -> Option<BatchCall> {
        let Some((run_id, batch)) = session.take_foreach_batch() else {
            let (function, event) = session.take_event()?;
            return Some(BatchCall {
                run_id: None,
                function,
                arguments: event.to_string(),
            });
        };
        let frame = match Frame::concat(&batch.frames) {
            Ok(frame) => frame.unwrap_or_else(|| Frame::empty(batch.schema.clone())),
            Err(error) => {
                session.foreach_batch_done(&run_id, Err(error.to_string()));
                return None;
            }
        };
        let mut arguments = self.hand_out(Arc::new(Plan::local(frame)));
        if let Value::Object(map) = &mut arguments {
            map.insert("epoch".into(), json!(batch.batch_id));
        }
        Some(BatchCall {
            run_id: Some(run_id),
            function: batch.function,
            arguments: arguments.to_string(),
        })
    }

    /// What a `foreachBatch` function replied.
    pub fn batch_done(&mut self, session: &mut Session, call: &BatchCall, reply: &str) {
        let reply: Value = serde_json::from_str(reply).unwrap_or_default();
        let result = match reply.get("error") {
            None => Ok(()),
            Some(error) => Err(error
                .get("message")
                .map(plain_text)
                .unwrap_or_else(|| error.to_string())),
        };
        if let Some(run_id) = &call.run_id {
            session.foreach_batch_done(run_id, result);
        }
    }

    /// What the cell has shown since this was last asked.
    pub fn take_shown(&mut self) -> Vec<Shown> {
        std::mem::take(&mut self.shown)
    }

    /// The path of the notebook that runs.
    pub fn notebook(&self) -> &str {
        &self.notebook
    }

    /// Says which notebook runs.
    pub fn set_notebook(&mut self, path: &str) {
        path.clone_into(&mut self.notebook);
    }

    /// Says what a SQL cell shows: Python's `_sqldf` from now on.
    pub fn set_sql_result(&mut self, plan: Arc<Plan>) {
        self.sql_result = Some(plan);
    }

    /// The widgets, in the order they were made.
    pub fn widgets(&self) -> &[Widget] {
        &self.widgets
    }

    /// Gives a plan a number, and its reply to Python.
    pub fn hand_out(&mut self, plan: Arc<Plan>) -> Value {
        self.last += 1;
        let reply = json!({
            "df": self.last,
            "schema": plan.schema().to_json(),
            "streaming": plan.is_streaming(),
        });
        self.frames.insert(self.last, plan);
        reply
    }

    fn frame(&self, id: u64) -> Result<&Arc<Plan>, ConnectError> {
        self.frames
            .get(&id)
            .ok_or(ConnectError::NoSuchDataFrame { id })
    }

    fn plan(&self, request: &Request<'_>, name: &'static str) -> Result<Arc<Plan>, ConnectError> {
        Ok(self.frame(request.number(name)?)?.clone())
    }
}

/// A reply's JSON.
pub fn reply(value: Reply) -> String {
    match value {
        Ok(value) => json!({"ok": value}).to_string(),
        Err(error) => json!({"error": error.to_json()}).to_string(),
    }
}

/// A request's fields, with errors for those that are missing or odd.
pub(crate) struct Request<'r>(pub &'r Map<String, Value>);

impl<'r> Request<'r> {
    fn get(&self, name: &str) -> Option<&'r Value> {
        self.0.get(name).filter(|v| !v.is_null())
    }

    fn need(&self, name: &'static str) -> Result<&'r Value, ConnectError> {
        self.get(name).ok_or(ConnectError::Field { name })
    }

    fn text(&self, name: &'static str) -> Result<&'r str, ConnectError> {
        self.need(name)?
            .as_str()
            .ok_or(ConnectError::Field { name })
    }

    fn text_or(&self, name: &'static str) -> Option<&'r str> {
        self.get(name).and_then(Value::as_str)
    }

    fn number(&self, name: &'static str) -> Result<u64, ConnectError> {
        self.need(name)?
            .as_u64()
            .ok_or(ConnectError::Field { name })
    }

    fn integer(&self, name: &'static str) -> Result<i64, ConnectError> {
        self.need(name)?
            .as_i64()
            .ok_or(ConnectError::Field { name })
    }

    fn flag(&self, name: &str) -> bool {
        self.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    fn list(&self, name: &'static str) -> Result<&'r [Value], ConnectError> {
        match self.get(name) {
            None => Ok(&[]),
            Some(Value::Array(items)) => Ok(items),
            Some(_) => Err(ConnectError::Field { name }),
        }
    }

    fn texts(&self, name: &'static str) -> Result<Vec<String>, ConnectError> {
        let texts = self
            .list(name)?
            .iter()
            .map(|v| v.as_str().map(str::to_owned));
        texts
            .collect::<Option<_>>()
            .ok_or(ConnectError::Field { name })
    }

    /// Pairs of texts: options, renamed columns.
    fn pairs(&self, name: &'static str) -> Result<Vec<(String, String)>, ConnectError> {
        let pair = |v: &Value| match v.as_array()?.as_slice() {
            [a, b] => Some((a.as_str()?.to_owned(), plain_text(b))),
            _ => None,
        };
        let pairs = self.list(name)?.iter().map(pair);
        pairs
            .collect::<Option<_>>()
            .ok_or(ConnectError::Field { name })
    }

    fn map(&self, name: &'static str) -> Result<Option<&'r Map<String, Value>>, ConnectError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Object(map)) => Ok(Some(map)),
            Some(_) => Err(ConnectError::Field { name }),
        }
    }
}

/// A value's text: a string as it is.
fn plain_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
