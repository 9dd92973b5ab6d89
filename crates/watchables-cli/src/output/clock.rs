//! When events were received.

use std::time::Instant;

use jiff::Timestamp;

use crate::args::Stamp;

/// Of times that are aligned to the right: enough for a day.
const WIDTH: usize = 9;

/// Makes the texts of times.
#[derive(Debug)]
pub(crate) struct Clock {
    form: Option<Stamp>,
    start: Instant,
    last: Instant,
}

impl Clock {
    pub(crate) fn new(form: Option<Stamp>) -> Self {
        let start = Instant::now();
        Self { form, start, last: start }
    }

    /// Returns the time of an event that was received now, if times are printed.
    pub(crate) fn stamp(&mut self) -> Option<String> {
        self.stamp_at(Instant::now(), Timestamp::now())
    }

    /// Returns how far lines below an event are indented, so that they do not begin left of it: times that are aligned to
    /// the right begin with blanks.
    pub(crate) fn indent(&self) -> usize {
        match self.form {
            Some(Stamp::Relative | Stamp::Delta) => WIDTH + 1,
            Some(Stamp::Absolute) | None => 0,
        }
    }

    fn stamp_at(&mut self, now: Instant, time: Timestamp) -> Option<String> {
        let last = std::mem::replace(&mut self.last, now);
        let since = |other| now.saturating_duration_since(other).as_secs_f64();
        Some(match self.form? {
            Stamp::Absolute => format!("{time:.3}"),
            Stamp::Relative => format!("{:>WIDTH$.3}", since(self.start)),
            Stamp::Delta => format!("{:>WIDTH$.3}", since(last)),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_are_absolute_or_since_something() {
        let time: Timestamp = "2026-01-02T03:04:05.6789Z".parse().unwrap();
        let stamps = |form| {
            let mut clock = Clock::new(form);
            let start = clock.start;
            [1_500, 2_250].map(|ms| clock.stamp_at(start + Duration::from_millis(ms), time))
        };
        assert_eq!(stamps(None), [None, None]);
        let texts = |form| stamps(Some(form)).map(|text| text.unwrap().trim_start().to_owned());
        assert_eq!(texts(Stamp::Absolute)[0], "2026-01-02T03:04:05.678Z");
        assert_eq!(texts(Stamp::Relative), ["1.500", "2.250"]);
        assert_eq!(texts(Stamp::Delta), ["1.500", "0.750"]);
    }
}
