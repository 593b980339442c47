//! Notices: what happened, told once, and gone when its cause is.

use crate::protocol::{ErrorInfo, FlowState, QueryState};

/// Something that people should know.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    pub id: u32,
    pub content: Content,
    /// The query that failed, if that is what it tells of.
    pub query: Option<String>,
}

/// What a notice says.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// It went well; leaves by itself.
    Done(String),
    /// It went wrong; stays until it is dismissed or its cause is gone.
    Error(ErrorInfo),
}

/// The notices on screen.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Notices {
    last: u32,
    pub items: Vec<Notice>,
}

/// Notices kept at once: the oldest leave first.
const MOST: usize = 5;

impl Notices {
    /// Shows a notice, and gives its id. The same error isn't shown twice; a query has one
    /// notice, its latest.
    pub fn add(&mut self, content: Content, query: Option<String>) -> u32 {
        self.last += 1;
        let is_same = |notice: &Notice| {
            (query.is_some() && notice.query == query)
                || (matches!(content, Content::Error(_)) && notice.content == content)
        };
        self.items.retain(|notice| !is_same(notice));
        self.items.push(Notice {
            id: self.last,
            content,
            query,
        });
        if self.items.len() > MOST {
            self.items.remove(0);
        }
        self.last
    }

    pub fn dismiss(&mut self, id: u32) {
        self.items.retain(|notice| notice.id != id);
    }

    /// Whether a notice is about a query that no longer is in the failed state.
    pub fn has_stale(&self, flow: &FlowState) -> bool {
        self.items.iter().any(|notice| is_stale(notice, flow))
    }

    /// Removes those notices.
    pub fn settle(&mut self, flow: &FlowState) {
        self.items.retain(|notice| !is_stale(notice, flow));
    }
}

fn is_stale(notice: &Notice, flow: &FlowState) -> bool {
    let Some(key) = &notice.query else {
        return false;
    };
    !flow
        .pipelines
        .iter()
        .flat_map(|pipeline| &pipeline.queries)
        .any(|query| &query.key == key && query.state == QueryState::Failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::flow::sample;

    fn error(message: &str) -> Content {
        Content::Error(ErrorInfo {
            condition: None,
            class: "StreamingQueryException".to_owned(),
            message: message.to_owned(),
            hint: None,
            details: String::new(),
            file: None,
            line: None,
            column: None,
        })
    }

    #[test]
    fn a_failed_stream_has_one_notice_and_it_goes_when_the_stream_runs_again() {
        let mut notices = Notices::default();
        notices.add(error("first"), Some("orders_bronze".to_owned()));
        notices.add(error("second"), Some("orders_bronze".to_owned()));
        assert_eq!(notices.items.len(), 1);
        let mut flow = sample::flow();
        flow.pipelines[0].queries[0].state = QueryState::Failed;
        assert!(!notices.has_stale(&flow));
        flow.pipelines[0].queries[0].state = QueryState::Running;
        assert!(notices.has_stale(&flow));
        notices.settle(&flow);
        assert!(notices.items.is_empty());
    }

    #[test]
    fn the_same_error_is_told_once_and_old_notices_make_room() {
        let mut notices = Notices::default();
        notices.add(error("a"), None);
        notices.add(error("a"), None);
        assert_eq!(notices.items.len(), 1);
        for at in 0..9 {
            notices.add(Content::Done(at.to_string()), None);
        }
        assert_eq!(notices.items.len(), MOST);
        let last = notices.items[MOST - 1].id;
        notices.dismiss(last);
        assert_eq!(notices.items.len(), MOST - 1);
    }
}
