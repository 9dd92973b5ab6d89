//! Runs the parts of a plan, and follows it as it changes.
//!
//! What is removed or changed is drained: what was read is delivered and committed. What is new, or changed, begins once
//! all of that has ended, so that a file or a checkpoint has one writer at a time. What did not change is not touched.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep, timeout_at};
use watch_protocol::backoff::Backoff;
use watch_protocol::error::one_line;

use crate::listed::Listed;
use crate::outlet::Ended;
use crate::part::Part;
use crate::plan::Plan;
use crate::shutdown::{Shutdown, ShutdownTrigger};
use crate::status::Statuses;
use crate::tenure::Tenure;

/// Runs the parts of a plan, those of a shard if there are replicas.
pub(crate) struct Supervisor {
    plan: watch::Receiver<Arc<Plan>>,
    statuses: Statuses,
    tenure: Option<Tenure>,
    listed: HashMap<Arc<str>, Listed>,
    running: HashMap<Arc<str>, Running>,
    tasks: JoinSet<()>,
}

struct Running {
    part: Arc<Part>,
    trigger: ShutdownTrigger,
    task: AbortHandle,
    is_draining: bool,
}

impl Supervisor {
    pub(crate) fn new(
        plan: watch::Receiver<Arc<Plan>>,
        statuses: Statuses,
        tenure: Option<Tenure>,
    ) -> Self {
        let (listed, running) = (HashMap::new(), HashMap::new());
        let mut supervisor =
            Self { plan, statuses, tenure, listed, running, tasks: JoinSet::new() };
        // So that what has not begun is not ready.
        let plan = Arc::clone(&supervisor.plan.borrow());
        supervisor.list(&plan);
        supervisor
    }

    /// Runs until a shutdown is requested; then drains all parts, and aborts those that still run at its deadline.
    pub(crate) async fn run(mut self, shutdown: Shutdown) {
        let deadline = loop {
            self.follow_plan();
            let ended = async {
                match self.tasks.join_next().await {
                    Some(ended) => ended.is_err(),
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                deadline = shutdown.requested() => break deadline,
                // The sender lives as long as the relay.
                Ok(()) = self.plan.changed() => {}
                has_panicked = ended => self.ended(has_panicked),
            }
        };
        for running in self.running.values() {
            running.trigger.request(deadline);
        }
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        let _ = timeout_at(deadline, ended).await;
        self.tasks.shutdown().await;
        for listed in self.listed.values_mut() {
            // A shard's go with the shard; the others show how far the relay came.
            listed.is_kept = self.tenure.is_none();
        }
    }

    fn follow_plan(&mut self) {
        let plan = Arc::clone(&self.plan.borrow_and_update());
        self.running.retain(|_, running| {
            let is_kept = plan.has(&running.part);
            if !is_kept && !running.is_draining {
                running.is_draining = true;
                running.trigger.request(Instant::now());
            }
            is_kept || !running.task.is_finished()
        });
        self.list(&plan);
        if self.running.values().any(|running| running.is_draining) {
            return;
        }
        for part in &plan.parts {
            if covers(self.tenure.as_ref(), part) && !self.running.contains_key(&part.name) {
                self.begin(part);
            }
        }
    }

    /// Lists what is planned, and what is still being drained.
    fn list(&mut self, plan: &Plan) {
        self.listed.retain(|name, _| plan.part(name).is_some() || self.running.contains_key(name));
        for part in plan.parts.iter().filter(|part| covers(self.tenure.as_ref(), part)) {
            let listed = || Listed::new(&self.statuses, part, self.tenure.as_ref());
            self.listed.entry(Arc::clone(&part.name)).or_insert_with(listed);
        }
    }

    fn begin(&mut self, part: &Arc<Part>) {
        let Some(listed) = self.listed.get(&part.name) else { return };
        let (trigger, shutdown) = Shutdown::new();
        let (name, status) = (Arc::clone(&listed.name), Arc::clone(&listed.status));
        let (made_of, tenure) = (Arc::clone(part), self.tenure.clone());
        let task = self.tasks.spawn(async move {
            let part = made_of;
            let (mut backoff, mut rng) = (Backoff::default(), fastrand::Rng::new());
            loop {
                let began = Instant::now();
                let started = part.start(&name, &status, tenure.clone(), shutdown.clone());
                let started = tokio::select! {
                    started = started => started,
                    _ = shutdown.requested() => return,
                };
                let failure = match started {
                    Ok(instance) => match instance.run().await {
                        Ended::ShutDown => return,
                        Ended::Fenced(error) => error,
                        Ended::Failed(error) => one_line(&error),
                    },
                    Err(error) => error,
                };
                backoff.reset_if_healthy(began.elapsed());
                let wait = backoff.next(None, &mut rng);
                if status.begins_again(&failure) {
                    tracing::error!(pipeline = &*name, "{failure}; beginning again");
                }
                tokio::select! {
                    () = sleep(wait) => {}
                    _ = shutdown.requested() => return,
                }
            }
        });
        let running = Running { part: Arc::clone(part), trigger, task, is_draining: false };
        self.running.insert(Arc::clone(&part.name), running);
    }

    /// A task has ended: it was drained, or has panicked. One that has panicked is not begun again before it changes.
    fn ended(&mut self, has_panicked: bool) {
        let listed = &self.listed;
        self.running.retain(|name, running| {
            let is_panicked = has_panicked && running.task.is_finished() && !running.is_draining;
            if let (true, Some(listed)) = (is_panicked, listed.get(name)) {
                listed.status.failed("a fault of the relay has ended it; the log says which");
            }
            is_panicked || !running.task.is_finished()
        });
    }
}

/// Whether there is something of a part in the shard. Without one, there is all of it.
fn covers(tenure: Option<&Tenure>, part: &Part) -> bool {
    tenure.is_none_or(|tenure| tenure.covers(part.cluster.name.as_deref()))
}
