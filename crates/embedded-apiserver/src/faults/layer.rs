//! The layer around the request handlers that injects faults.

use std::sync::Arc;

use http::{Request, Response};
use hyper::body::Incoming;

use super::body::{self, Body, Disconnect};
use super::registered::Faults;
use crate::requests::{self, Context, ShuffleInitialEvents};
use crate::transport::ListenerHandle;

/// Handles requests, with the faults that hit them.
#[derive(Clone)]
pub(crate) struct FaultLayer {
    pub(crate) context: Arc<Context>,
    pub(crate) faults: Faults,
    pub(crate) listener: ListenerHandle,
}

impl FaultLayer {
    /// Responds to a request.
    ///
    /// # Errors
    ///
    /// A fault closes the connection instead of a response.
    pub(crate) async fn handle(
        &self,
        mut request: Request<Incoming>,
    ) -> Result<Response<Body>, Disconnect> {
        let plan = self.faults.match_request(&request);
        tokio::time::sleep(plan.delay).await;
        if plan.compact {
            self.context.store.compact();
        }
        if let Some(time) = plan.refuse_connections {
            self.listener.refuse_connections(time);
        }
        if let Some(down) = plan.restart {
            self.listener.restart(&self.context.store, down);
        }
        if plan.disconnect || plan.restart.is_some() {
            return Err(Disconnect);
        }
        if let Some(seed) = plan.shuffle {
            request.extensions_mut().insert(ShuffleInitialEvents(seed));
        }
        let response = match plan.rejection {
            Some(error) => {
                let form = requests::ErrorForm::of(&request, self.context.release);
                requests::error_response(&error, form)
            }
            None => requests::handle(&self.context, request).await,
        };
        Ok(body::apply_faults(response, plan.body, self.context.release))
    }
}
