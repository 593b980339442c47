//! Streams that notebooks start appear in Flow: in the pipeline that declares the table they
//! write, or in one of their own.

use super::Engine;
use super::flow::{PipelineRun, QueryRun, target_of};
use crate::pipeline::{Lineage, Pipeline};
use crate::session::{Session, SessionError, parse_name};

/// The pipeline of streams that no pipeline declares.
const NOTEBOOK: &str = "notebook";

impl Engine {
    /// Finds a place in Flow for the streams that were started since the last call.
    pub(super) fn adopt_streams(&mut self) {
        let mut strangers = Vec::new();
        for (query, writer) in self.session.started().skip(self.adopted) {
            self.adopted += 1;
            // A stream to memory is shown where it was started.
            let Some(target) = target_of(writer) else {
                continue;
            };
            let known = self
                .pipelines
                .iter_mut()
                .flat_map(|run| &mut run.queries)
                .find(|known| is_same_table(&self.session, &known.key, &target));
            match known {
                Some(known) => known.adopt(query.run_id(), &self.session),
                None => strangers.push((
                    target,
                    writer.clone(),
                    query.plan().clone(),
                    query.run_id().to_owned(),
                )),
            }
            self.flow_is_stale = true;
        }
        for (target, writer, plan, run_id) in strangers {
            let is_own = |run: &&mut PipelineRun| run.pipeline.id == NOTEBOOK;
            if !self.pipelines.iter_mut().any(|run| is_own(&run)) {
                self.pipelines.push(notebook_pipeline());
            }
            let Some(run) = self.pipelines.iter_mut().find(is_own) else {
                continue;
            };
            run.lineage.add_stream(&target, &plan);
            let mut query = QueryRun::new(&target, &format!("Write {target}"), writer);
            query.run_id = Some(run_id);
            run.queries.push(query);
        }
    }
}

fn notebook_pipeline() -> PipelineRun {
    let pipeline = Pipeline {
        id: NOTEBOOK.into(),
        title: "Notebook".into(),
        start: Vec::new(),
        update: Vec::new(),
        landing: Vec::new(),
        sample: None,
    };
    PipelineRun {
        lineage: Lineage::default(),
        ..PipelineRun::new(pipeline, true)
    }
}

/// Whether two names, or paths, mean one table.
fn is_same_table(session: &Session, a: &str, b: &str) -> bool {
    let location = |name: &str| -> Result<_, SessionError> {
        if name.contains('/') {
            return Ok(crate::storage::DbfsPath::parse(name)?);
        }
        let state = session.state();
        state.location(&state.table_name(&parse_name(name)?)?)
    };
    match (location(a), location(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}
