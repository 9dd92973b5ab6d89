//! The server's rejections, and what proxies answer in its place.

use std::time::Duration;

use crate::link::Link;
use crate::wire;
use crate::world::World;

impl World {
    pub(crate) fn reject(
        &mut self,
        code: u16,
        retry_after: Option<u64>,
        reason: &str,
        message: &str,
    ) {
        self.head(code, retry_after.map(Duration::from_secs));
        self.not_before = retry_after.map(|seconds| self.now + Duration::from_secs(seconds));
        self.link = Link::Body(self.writer().rejection(&wire::status(code, reason, message)));
    }

    pub(crate) fn reject_transiently(&mut self, watch: bool) {
        let seconds = Some(self.random.u64(..5));
        match self.random.u8(..8) {
            0 => self.reject(429, seconds, "TooManyRequests", "later"),
            1 => self.reject(503, seconds, "ServiceUnavailable", "later"),
            2 => self.reject(502, None, "", "<html>"),
            3 => self.reject(
                504,
                seconds,
                "Timeout",
                "Timeout: Too large resource version: 9, current: 7",
            ),
            4 if !self.resource_was_missing => {
                self.resource_was_missing = true;
                self.reject(404, None, "NotFound", "not yet");
            }
            // Before the first list, such an answer would end the stream.
            5 if watch => self.answer_with_something_else(),
            _ => {
                let codes = [302, 400, 401, 403, 404, 405, 408, 421, 422, 425, 500, 520];
                let code = codes[self.random.usize(..codes.len())];
                self.reject(code, None, "", "not yet");
            }
        }
    }

    /// A proxy answers with a success, but neither with a list nor with events.
    fn answer_with_something_else(&mut self) {
        let body = [
            "<html>sign in</html>\n",
            "null",
            "{\"items\":[",
            "{\"kind\":\"Status\",\"code\":503}",
        ];
        let body = body[self.random.usize(..body.len())];
        self.head(200, None);
        self.link = Link::Body(body.as_bytes().to_vec());
    }

    /// Responds with a 410, in one of its forms.
    pub(crate) fn gone(&mut self, version: u64) {
        let reason = if self.random.bool() { "Expired" } else { "Gone" };
        let tells_oldest = self.random.u8(..4) > 0;
        let oldest = self.oddities.versions.of_list(self.server.compacted);
        let oldest = oldest.filter(|_| tells_oldest).map(|oldest| format!(" ({oldest})"));
        let oldest = oldest.unwrap_or_default();
        let message = format!("too old resource version: {version}{oldest}");
        if self.random.bool() {
            return self.reject(410, None, reason, &message);
        }
        self.accept();
        let event = self.writer().error_event(&wire::status(410, reason, &message));
        self.link = Link::Body(event);
    }
}
