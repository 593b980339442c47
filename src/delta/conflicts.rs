//! Whether another writer's commit forbids ours. Delta documentation, "Concurrency control";
//! the order of the checks is that of Delta's `ConflictChecker`.

use std::collections::BTreeSet;

use super::actions::{Action, RemoveFile, SetTransaction};
use super::error::DeltaError;
use super::snapshot::FileKey;
use super::transaction::describe_commit;

/// What a transaction read and changes, as far as conflicts go.
pub(super) struct Attempt<'a> {
    /// False for a blind append: nothing that it writes depends on what the table holds.
    pub(super) reads_table: bool,
    /// Whether rows come or go; false if they are only rearranged.
    pub(super) data_change: bool,
    pub(super) sets_protocol: bool,
    pub(super) removes: &'a [RemoveFile],
    pub(super) txns: &'a [SetTransaction],
}

/// Checks our `attempt` against `actions`, which another writer committed as `version` since the
/// attempt began.
pub(super) fn check(
    attempt: &Attempt<'_>,
    version: u64,
    actions: &[Action],
) -> Result<(), DeltaError> {
    let conflicting_commit = || {
        let info = actions.iter().find_map(|action| match action {
            Action::CommitInfo(info) => Some(info),
            _ => None,
        });
        describe_commit(version, info)
    };
    let has = |test: fn(&Action) -> bool| actions.iter().any(test);
    if attempt.sets_protocol && has(|a| matches!(a, Action::Protocol(_))) {
        return Err(DeltaError::ProtocolChanged {
            conflicting_commit: conflicting_commit(),
        });
    }
    if has(|a| matches!(a, Action::Metadata(_))) {
        return Err(DeltaError::MetadataChanged {
            conflicting_commit: conflicting_commit(),
        });
    }
    // A rearrangement reads its own files alone: it doesn't mind what is new beside them.
    let reads_all = attempt.reads_table && attempt.data_change;
    if reads_all && has(|a| matches!(a, Action::Add(add) if add.data_change)) {
        return Err(DeltaError::ConcurrentAppend {
            conflicting_commit: conflicting_commit(),
        });
    }
    let ours: BTreeSet<FileKey> = attempt.removes.iter().map(FileKey::of_remove).collect();
    for action in actions {
        let Action::Remove(removed) = action else {
            continue;
        };
        if ours.contains(&FileKey::of_remove(removed)) {
            return Err(DeltaError::ConcurrentDeleteDelete {
                file: removed.path.clone(),
                conflicting_commit: conflicting_commit(),
            });
        }
        if reads_all {
            return Err(DeltaError::ConcurrentDeleteRead {
                file: removed.path.clone(),
                conflicting_commit: conflicting_commit(),
            });
        }
    }
    let same_app = |txn: &SetTransaction| attempt.txns.iter().any(|t| t.app_id == txn.app_id);
    if actions
        .iter()
        .any(|a| matches!(a, Action::Txn(txn) if same_app(txn)))
    {
        return Err(DeltaError::ConcurrentTransaction {
            conflicting_commit: conflicting_commit(),
        });
    }
    Ok(())
}
