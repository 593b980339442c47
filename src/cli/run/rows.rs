//! SQL and `%fs` in the runner, and the rows that they show.

use std::rc::Rc;
use std::sync::Arc;

use serde_json::Value;

use super::{End, Runner, Steps, session_failed};
use crate::notebook::{CellError, FsCommand, FsShown, Output, SqlStatement, WidgetStatement, bind};
use crate::session::{Ran, SessionError};
use crate::sql::SqlError;
use crate::sql::plan::Plan;
use crate::types::Frame;

impl Runner {
    pub(super) fn sql(self: &Rc<Self>, statement: &SqlStatement, is_shown: bool) -> Steps {
        let text = {
            let session = self.session.borrow();
            bind(
                &statement.text,
                self.connect.borrow().widgets(),
                &session.state().conf,
            )
        };
        let failed = |error: SessionError| {
            let mut failed = session_failed(&error);
            if let Some(line) = failed.line.as_mut() {
                *line += statement.line.saturating_sub(1);
            }
            End::Failed(failed)
        };
        if let Some(widget) = WidgetStatement::read(&text) {
            let reply = widget.run(
                &mut self.session.borrow_mut(),
                &mut self.connect.borrow_mut(),
            );
            return answered(&reply.map_err(failed)?).map(|_| ());
        }
        let ran = self.session.borrow_mut().sql_one(&text).map_err(failed)?;
        match &ran {
            Ran::Rows(plan) if is_shown => self.connect.borrow_mut().set_sql_result(plan.clone()),
            Ran::Frame(frame) if is_shown => {
                let plan = Arc::new(Plan::local(frame.clone()));
                self.connect.borrow_mut().set_sql_result(plan);
            }
            _ => {}
        }
        let output = match ran {
            Ran::Rows(plan) if is_shown => Some(self.table(&plan, None).map_err(failed)?),
            Ran::Rows(plan) => {
                self.session
                    .borrow()
                    .collect(&plan, Some(1))
                    .map_err(failed)?;
                None
            }
            Ran::Frame(frame) if is_shown && !frame.schema().is_empty() => {
                Some(self.output(&frame, false).map_err(failed)?)
            }
            Ran::Frame(_) | Ran::Started { .. } => None,
        };
        if let Some(output) = output {
            self.show(output);
        }
        Ok(())
    }

    /// A relation's rows; those of a streaming one as a live result would show them.
    pub(super) fn table(
        self: &Rc<Self>,
        plan: &Arc<Plan>,
        name: Option<&str>,
    ) -> Result<Output, SessionError> {
        if plan.is_streaming() {
            return self.live(plan, name);
        }
        let limit = self.max_rows.saturating_add(1);
        let frame = self.session.borrow().collect(plan, Some(limit))?;
        self.output(&frame, false)
    }

    pub(super) fn output(&self, frame: &Frame, streaming: bool) -> Result<Output, SessionError> {
        let zone = self.session.borrow().state().conf.time_zone();
        Ok(Output::table(frame, zone, self.max_rows, streaming).map_err(SqlError::from)?)
    }

    /// Runs a streaming relation until its sources are drained, and stops it, unless the notebook
    /// gave it a name: then it is the notebook's to stop.
    fn live(self: &Rc<Self>, plan: &Arc<Plan>, name: Option<&str>) -> Result<Output, SessionError> {
        let run_id = self
            .session
            .borrow_mut()
            .start_display(plan.clone(), name)?;
        self.settle();
        let mut session = self.session.borrow_mut();
        if name.is_none() {
            session.stop(&run_id)?;
        }
        let failed = session
            .query_of_run(&run_id)
            .and_then(|q| q.error())
            .map(ToString::to_string);
        if let Some(message) = failed {
            return Err(SessionError::StreamEnded { message });
        }
        let rows = session.memory_rows(&run_id).map(|rows| rows.frames());
        drop(session);
        let frame = Frame::concat(&rows.unwrap_or_default()).map_err(SqlError::from)?;
        let frame = frame.unwrap_or_else(|| Frame::empty(plan.schema()));
        self.output(&frame, true)
    }

    pub(super) fn fs(self: &Rc<Self>, command: &FsCommand) -> Steps {
        let value = answered(&self.call(&command.request().to_string()))?;
        let failed = |error: SessionError| End::Failed(session_failed(&error));
        let output = match command.shown(value).map_err(SqlError::from) {
            Ok(FsShown::Rows(frame)) => self.output(&frame, false).map_err(failed)?,
            Ok(FsShown::Text(text)) => Output::Text { text },
            Err(error) => return Err(failed(error.into())),
        };
        self.show(output);
        Ok(())
    }
}

/// The value of a reply, or what was refused.
fn answered(reply: &str) -> Steps<Value> {
    let mut reply: Value = serde_json::from_str(reply).unwrap_or_default();
    let Some(error) = reply.get("error") else {
        return Ok(reply.get_mut("ok").map(Value::take).unwrap_or_default());
    };
    let text = |name: &str| error.get(name).and_then(Value::as_str).map(str::to_owned);
    Err(End::Failed(CellError {
        class: text("class").unwrap_or_default(),
        condition: text("condition"),
        message: text("message").unwrap_or_default(),
        ..CellError::default()
    }))
}
