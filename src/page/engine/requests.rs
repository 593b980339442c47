//! Requests by the reply that they get.

use js_sys::Uint8Array;

use super::client::{Engine, page_error};
use crate::protocol::{
    CatalogEntry, Cell, ErrorInfo, FileInfo, HistoryEntry, RelationRef, RelationView, Reply,
    Request,
};

impl Engine {
    /// Does something that has nothing to say.
    pub async fn run(self, request: Request) -> Result<(), ErrorInfo> {
        self.call(request).await.map(|_| ())
    }

    /// What a request answers in text; empty if it has nothing to say.
    pub async fn text(self, request: Request) -> Result<String, ErrorInfo> {
        match self.call(request).await?.reply {
            Reply::Text { text } => Ok(text),
            Reply::Done => Ok(String::new()),
            _ => Err(unexpected()),
        }
    }

    /// A query's recent progress, newest first.
    pub async fn progress(self, query: String) -> Result<Vec<String>, ErrorInfo> {
        match self.call(Request::Progress { query }).await?.reply {
            Reply::Texts { texts } => Ok(texts),
            _ => Err(unexpected()),
        }
    }

    /// Opens a relation to its rows.
    pub async fn open(self, relation: RelationRef) -> Result<RelationView, ErrorInfo> {
        self.relation(Request::OpenRelation { relation }).await
    }

    /// A request that opens a relation.
    pub async fn relation(self, request: Request) -> Result<RelationView, ErrorInfo> {
        match self.call(request).await?.reply {
            Reply::Relation { relation } => Ok(relation),
            _ => Err(unexpected()),
        }
    }

    /// Frees an opened relation.
    pub fn close(self, handle: u32) {
        drop(self.call(Request::CloseRelation { handle }));
    }

    /// `limit` rows from `offset`, and how many there are in all, if that is known.
    pub async fn rows(
        self,
        handle: u32,
        offset: f64,
        limit: u32,
    ) -> Result<(Vec<Vec<Cell>>, Option<f64>), ErrorInfo> {
        match self
            .call(Request::FetchRows {
                handle,
                offset,
                limit,
            })
            .await?
            .reply
        {
            Reply::Rows { rows, total, .. } => Ok((rows, total)),
            _ => Err(unexpected()),
        }
    }

    /// A table's commits, newest first.
    pub async fn history(self, table: String) -> Result<Vec<HistoryEntry>, ErrorInfo> {
        match self.call(Request::History { table }).await?.reply {
            Reply::History { entries } => Ok(entries),
            _ => Err(unexpected()),
        }
    }

    /// Files: of a relation, or of a directory of the file system.
    pub async fn files(self, request: Request) -> Result<Vec<FileInfo>, ErrorInfo> {
        match self.call(request).await?.reply {
            Reply::Files { files } => Ok(files),
            _ => Err(unexpected()),
        }
    }

    /// All tables and views.
    pub async fn catalog(self) -> Result<Vec<CatalogEntry>, ErrorInfo> {
        match self.call(Request::Catalog).await?.reply {
            Reply::Catalog { relations } => Ok(relations),
            _ => Err(unexpected()),
        }
    }

    /// A file's bytes.
    pub async fn read_file(self, path: String) -> Result<Uint8Array, ErrorInfo> {
        let answer = self.call(Request::ReadFile { path }).await?;
        answer.bytes.ok_or_else(unexpected)
    }
}

/// The engine broke the protocol. What it answered isn't told: to name each kind of reply would take room in the page.
fn unexpected() -> ErrorInfo {
    page_error(
        "UnexpectedReply",
        "The engine answered something else than was asked.",
    )
}
