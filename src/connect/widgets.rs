//! `dbutils.widgets`: a notebook's parameters.

use serde_json::{Value, json};

use super::{Connect, ConnectError, Reply, Request};

/// A widget and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Widget {
    /// `text`, `dropdown`, `combobox`, `multiselect`.
    pub kind: String,
    pub name: String,
    pub label: Option<String>,
    pub choices: Vec<String>,
    pub value: String,
}

impl Connect {
    pub(super) fn widget(&mut self, what: &str, r: &Request<'_>) -> Reply {
        match what {
            "create" => {
                let name = r.text("name")?;
                let (kind, value) = (r.text("kind")?, r.text_or("default").unwrap_or_default());
                let choices = r.texts("choices")?;
                if matches!(kind, "dropdown" | "multiselect") && !choices.iter().any(|c| c == value)
                {
                    return Err(ConnectError::WidgetChoice {
                        name: name.to_owned(),
                        given: value.to_owned(),
                        choices: choices.join(", "),
                    });
                }
                let widget = Widget {
                    kind: kind.to_owned(),
                    name: name.to_owned(),
                    label: r.text_or("label").map(str::to_owned),
                    choices,
                    value: value.to_owned(),
                };
                // A widget that is there keeps its value.
                match self.widgets.iter_mut().find(|w| w.name == name) {
                    Some(known) => {
                        let value = std::mem::take(&mut known.value);
                        *known = Widget { value, ..widget };
                    }
                    None => self.widgets.push(widget),
                }
                Ok(Value::Null)
            }
            "get" => {
                let name = r.text("name")?;
                let found = self.widgets.iter().find(|w| w.name == name);
                match found {
                    Some(widget) => Ok(json!(widget.value)),
                    None => Err(ConnectError::NoSuchWidget {
                        name: name.to_owned(),
                    }),
                }
            }
            "getAll" => {
                let all = self
                    .widgets
                    .iter()
                    .map(|w| (w.name.clone(), json!(w.value)));
                Ok(Value::Object(all.collect()))
            }
            "remove" => {
                let name = r.text("name")?;
                self.widgets.retain(|w| w.name != name);
                Ok(Value::Null)
            }
            "removeAll" => {
                self.widgets.clear();
                Ok(Value::Null)
            }
            _ => Err(ConnectError::UnknownRequest {
                op: format!("widgets.{what}"),
            }),
        }
    }

    /// Has these widgets from now on. Gives those it had.
    pub fn set_widgets(&mut self, widgets: Vec<Widget>) -> Vec<Widget> {
        std::mem::replace(&mut self.widgets, widgets)
    }

    /// Gives a widget a value, as a person or a notebook that runs this one does.
    pub fn set_widget(&mut self, name: &str, value: &str) {
        match self.widgets.iter_mut().find(|w| w.name == name) {
            Some(widget) => value.clone_into(&mut widget.value),
            None => self.widgets.push(Widget {
                kind: "text".into(),
                name: name.to_owned(),
                label: None,
                choices: Vec::new(),
                value: value.to_owned(),
            }),
        }
    }
}
