//! Notebooks that run others: in their place (`%run`), or apart (`dbutils.notebook.run`).

use std::rc::Rc;

use serde_json::{Value, json};

use super::{End, Runner, Steps, notebook_failed};
use crate::notebook::{CellError, MAX_RUN_DEPTH, NotebookError, Output};

impl Runner {
    /// `%run`: another notebook's cells in this one's place.
    pub(super) fn run(
        self: &Rc<Self>,
        from: &str,
        target: &str,
        arguments: &[(String, String)],
    ) -> Steps {
        match self.cells_of(from, target, arguments, |_| ()) {
            // An exit ends that notebook, not this one.
            Err(End::Exited(_)) => Ok(()),
            other => other,
        }
    }

    /// `dbutils.notebook.run`: with a Python and widgets of its own. Gives its reply.
    pub(super) fn notebook_run(
        self: &Rc<Self>,
        path: &str,
        arguments: &[(String, String)],
    ) -> String {
        let python = self.python.take();
        let (from, widgets) = {
            let mut connect = self.connect.borrow_mut();
            (
                connect.notebook().to_owned(),
                connect.set_widgets(Vec::new()),
            )
        };
        let ended = self.cells_of(&from, path, arguments, |path| {
            self.connect.borrow_mut().set_notebook(path);
        });
        self.python.replace(python);
        {
            let mut connect = self.connect.borrow_mut();
            connect.set_notebook(&from);
            connect.set_widgets(widgets);
        }
        match ended {
            Ok(()) => json!({"ok": Value::Null}).to_string(),
            Err(End::Exited(value)) => json!({"ok": value}).to_string(),
            Err(End::Failed(error)) => json!({"error": {
                "class": "Py4JJavaError",
                "condition": error.condition,
                "message": format!("com.databricks.WorkflowException: {}", error.message),
            }})
            .to_string(),
        }
    }

    /// Runs another notebook's cells; `begin` hears its path first.
    fn cells_of(
        self: &Rc<Self>,
        from: &str,
        target: &str,
        arguments: &[(String, String)],
        begin: impl FnOnce(&str),
    ) -> Steps {
        let resolved = self
            .workspace
            .resolve(from, target)
            .map_err(notebook_failed)?;
        if let Some(note) = resolved.note {
            self.show(Output::Text { text: note });
        }
        let Some(notebook) = self.workspace.get(&resolved.path) else {
            return Ok(());
        };
        if self.depth.get() >= MAX_RUN_DEPTH {
            return Err(notebook_failed(NotebookError::TooDeep {
                path: resolved.path,
                depth: MAX_RUN_DEPTH,
            }));
        }
        begin(&resolved.path);
        for (name, value) in arguments {
            self.connect.borrow_mut().set_widget(name, value);
        }
        self.depth.set(self.depth.get() + 1);
        let ended = notebook.cells.iter().enumerate().try_for_each(|(i, cell)| {
            self.steps(&resolved.path, notebook, i, cell)
                .map_err(|end| match end {
                    // Lines are those of the notebook that the person looks at.
                    End::Failed(error) => End::Failed(CellError {
                        line: None,
                        ..error
                    }),
                    exited => exited,
                })?;
            self.settle();
            Ok(())
        });
        self.depth.set(self.depth.get() - 1);
        ended
    }
}
