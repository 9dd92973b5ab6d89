//! Random scalars: edge cases that API servers write, and distinct plain values.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fastrand::Rng;
use serde_json::{Value, json};

/// Strings that a faulty decoder or encoder corrupts.
const TEXTS: [&str; 10] = [
    "",
    "plain",
    "größe – ✓ 日本語",
    "\u{1d11e}\u{10ffff}",
    "line\nend\r\n\ttab",
    "\"quotes\" and \\backslashes\\ and /slashes/",
    "\u{0}\u{1}\u{1f}\u{7f}\u{2028}\u{feff}",
    "null",
    "0",
    " \u{e9} e\u{301} ",
];

const KEYS: [&str; 6] = ["a", "app.kubernetes.io/name", "größe", "", "a\"b\\c\n", "kind"];

const QUANTITIES: [&str; 12] = [
    "0",
    "1",
    "100m",
    "0.5Gi",
    "1.50",
    "12e6",
    "1E3",
    "-250m",
    "+3",
    ".5",
    "9223372036854775807",
    "1n",
];

const TIMES: [&str; 5] = [
    "2026-11-22T13:35:49Z",
    "0001-01-01T00:00:00Z",
    "9999-12-30T21:59:59Z",
    "2024-02-29T00:00:00.5Z",
    "1969-12-31T23:59:59.999999999Z",
];

const MICRO_TIMES: [&str; 4] = [
    "2026-11-22T13:35:49.000000Z",
    "2026-11-22T13:35:49.123456Z",
    "0001-01-01T00:00:00.000000Z",
    "2026-11-22T13:35:49.000000001Z",
];

/// A generator of values.
pub(crate) struct Values {
    pub(crate) random: Rng,
    /// Whether each value differs from its type's default and from the values before it.
    distinct: bool,
    count: i32,
}

impl Values {
    pub(crate) fn new(seed: u64, distinct: bool) -> Self {
        Self { random: Rng::with_seed(seed), distinct, count: 0 }
    }

    /// Returns `true` with a probability in percent.
    pub(crate) fn chance(&mut self, percent: u8) -> bool {
        self.random.u8(0..100) < percent
    }

    fn one_of<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.random.usize(0..values.len())]
    }

    /// Returns a number that was not returned before; never 0.
    fn next(&mut self) -> i32 {
        self.count += 1;
        self.count
    }

    pub(crate) fn bool(&mut self) -> Value {
        (self.distinct || self.random.bool()).into()
    }

    pub(crate) fn text(&mut self) -> Value {
        self.string().into()
    }

    fn string(&mut self) -> String {
        let text = self.one_of(&TEXTS);
        if self.distinct { format!("{}-{text}", self.next()) } else { text.to_owned() }
    }

    pub(crate) fn key(&mut self) -> String {
        let key = self.one_of(&KEYS);
        if self.distinct { format!("{key}{}", self.next()) } else { key.to_owned() }
    }

    pub(crate) fn int32(&mut self) -> Value {
        let any = self.random.i32(..);
        let edge_case = self.one_of(&[i32::MIN, i32::MAX, 0, 1, -1, any]);
        if self.distinct { self.next().into() } else { edge_case.into() }
    }

    pub(crate) fn int64(&mut self) -> Value {
        let any = self.random.i64(..);
        let edge_case = self.one_of(&[i64::MIN, i64::MAX, 0, -1, (1 << 53) + 1, any]);
        // More than 32 bits, to detect a narrower type.
        if self.distinct {
            ((1_i64 << 53) + i64::from(self.next())).into()
        } else {
            edge_case.into()
        }
    }

    pub(crate) fn double(&mut self) -> Value {
        let any = f64::from_bits(self.random.u64(..));
        let edge_case = [
            0.0,
            1.0,
            -2.5,
            0.1,
            1e21,
            1e300,
            5e-324,
            f64::MAX,
            f64::MIN_POSITIVE,
            9_007_199_254_740_993.0,
            any,
        ];
        let edge_case = self.one_of(&edge_case);
        if self.distinct {
            (f64::from(self.next()) + 0.25).into()
        } else if edge_case.is_finite() {
            edge_case.into()
        } else {
            3.into()
        }
    }

    pub(crate) fn bytes(&mut self) -> Value {
        let length = self.random.usize(usize::from(self.distinct)..9);
        let bytes: Vec<u8> = (0..length).map(|_| self.random.u8(..)).collect();
        STANDARD.encode(bytes).into()
    }

    pub(crate) fn quantity(&mut self) -> Value {
        if self.distinct {
            format!("{}m", self.next()).into()
        } else {
            self.one_of(&QUANTITIES).into()
        }
    }

    pub(crate) fn time(&mut self) -> Value {
        if self.distinct {
            format!("2026-11-22T13:{:02}:{:02}Z", self.next() / 60 % 60, self.count % 60).into()
        } else {
            self.one_of(&TIMES).into()
        }
    }

    pub(crate) fn micro_time(&mut self) -> Value {
        if self.distinct {
            format!("2026-11-22T13:35:49.{:06}Z", self.next()).into()
        } else {
            self.one_of(&MICRO_TIMES).into()
        }
    }

    pub(crate) fn int_or_string(&mut self) -> Value {
        if self.random.bool() { self.int32() } else { self.text() }
    }

    /// Returns any JSON except `null`, which counts as absent.
    pub(crate) fn json(&mut self) -> Value {
        match self.random.u8(0..6) {
            0 => self.bool(),
            1 => self.int64(),
            2 => self.text(),
            3 => json!([null, self.double(), {}, [], self.text()]),
            _ => {
                json!({self.key(): self.text(), "nothing": null, "f:metadata": {"f:name": {}}, "list": [self.int64()]})
            }
        }
    }
}
