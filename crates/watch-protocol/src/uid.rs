//! The uid of an object, which tells it apart from others of the same name.

/// A uid. Nearly all are UUIDs, whose text would take three times the space.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Uid {
    /// A UUID.
    Uuid([u8; 16]),
    /// Any other text.
    Text(Box<str>),
}

impl Uid {
    /// Creates the uid that the text is.
    pub fn of(text: &str) -> Self {
        Self::parse(text).map_or_else(|| Self::Text(text.into()), Self::Uuid)
    }

    /// Parses a UUID in the form that `text` writes: lower case, with hyphens.
    fn parse(text: &str) -> Option<[u8; 16]> {
        let bytes: &[u8; 36] = text.as_bytes().try_into().ok()?;
        if [8, 13, 18, 23].iter().any(|place| bytes[*place] != b'-') {
            return None;
        }
        // An invalid digit is detected at the end: testing each one takes three times as long.
        let mut invalid = 0;
        let uuid = PAIRS.map(|place| {
            let [high, low] =
                [bytes[place], bytes[place + 1]].map(|byte| DIGITS[usize::from(byte)]);
            invalid |= high | low;
            high << 4 | low & 15
        });
        (invalid < NO_DIGIT).then_some(uuid)
    }

    /// Whether it is the empty text: the server has omitted it.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_empty())
    }

    /// Whether both are of one object. A server that omits the uid means the object of that name.
    pub fn matches(&self, other: &Self) -> bool {
        self == other || self.is_empty() || other.is_empty()
    }

    /// Returns the uid as in the API.
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) => text.to_string(),
            Self::Uuid(bytes) => {
                let digits = format!("{:032x}", u128::from_be_bytes(*bytes));
                [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| &digits[part]).join("-")
            }
        }
    }
}

/// The empty uid.
impl Default for Uid {
    fn default() -> Self {
        Self::Text(Box::default())
    }
}

impl From<&str> for Uid {
    fn from(text: &str) -> Self {
        Self::of(text)
    }
}

/// Where in a UUID's text each pair of digits begins.
const PAIRS: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const NO_DIGIT: u8 = 0x80;
/// The value of each byte as a lower-case hexadecimal digit.
const DIGITS: [u8; 256] = {
    let mut digits = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        digits[b"0123456789abcdef"[value as usize] as usize] = value;
        value += 1;
    }
    digits
};

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: &str = "8d81410b-1ab3-4aae-9917-698838ae0bb2";

    #[test]
    fn uuid_takes_sixteen_bytes() {
        assert_eq!(
            Uid::of(UUID),
            Uid::Uuid(0x8d81_410b_1ab3_4aae_9917_6988_38ae_0bb2_u128.to_be_bytes())
        );
    }

    #[test]
    fn uid_round_trips_whatever_its_text() {
        assert!(Uid::default().is_empty() && !Uid::of("u").is_empty() && !Uid::of(UUID).is_empty());
        for place in 0..UUID.len() {
            for text in ["-", "0", "f", "g", "F", "`", "/", ":", "\u{0}", "ü", ""] {
                let mut uid = UUID.to_owned();
                uid.replace_range(place..=place, text);
                assert_eq!(Uid::of(&uid).text(), uid);
                assert_eq!(Uid::of(&uid) == Uid::of(UUID), uid == UUID, "{uid}");
            }
        }
    }
}
