//! The service behind the listener: the control endpoint, and requests with their faults.

use http::{Request, Response};
use hyper::body::Incoming;

use super::control;
use crate::faults::{Body, Disconnect, FaultLayer, apply_faults};
use crate::requests::{ErrorForm, error_response};
use crate::transport::{Encoded, encode};

/// Handles all requests of a server.
#[derive(Clone)]
pub(super) struct Service {
    pub(super) faults: FaultLayer,
    /// Whether the control endpoint is enabled.
    pub(super) control: bool,
}

impl Service {
    /// Responds to a request.
    ///
    /// # Errors
    ///
    /// A fault closes the connection instead of a response.
    pub(super) async fn handle(
        &self,
        request: Request<Incoming>,
    ) -> Result<Response<Encoded<Body>>, Disconnect> {
        if self.control && control::is_addressed(&request) {
            let form = ErrorForm::of(&request, self.faults.context.release);
            let response = control::handle(&self.faults, request).await;
            let response = response.unwrap_or_else(|error| error_response(&error, form));
            return Ok(encode(apply_faults(response, Vec::new(), self.faults.context.release)));
        }
        self.faults.handle(request).await.map(encode)
    }
}
