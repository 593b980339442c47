//! What a streaming query may do: Spark's `UnsupportedOperationChecker`.

/// A query that can't stream, or a stream that can't be read at once.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StreamingRuleError {
    #[error("Queries with streaming sources must be executed with writeStream.start()")]
    MustStart,
}
