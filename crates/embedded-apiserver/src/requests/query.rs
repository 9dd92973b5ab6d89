//! The query parameters of a request.

use crate::error::ApiError;

/// Query parameters. The first of repeated parameters counts, as on real servers.
#[derive(Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(text: &str) -> Result<Self, ApiError> {
        let mut pairs = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decoded = (percent_decode(name, true), percent_decode(value, true));
            let (Some(name), Some(value)) = decoded else {
                let message = format!("the parameter {pair:?} is not percent-encoded UTF-8");
                return Err(ApiError::bad_request(message));
            };
            pairs.push((name, value));
        }
        Ok(Self(pairs))
    }

    /// Returns the value of a parameter; an empty one counts as absent.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.raw(name).filter(|value| !value.is_empty())
    }

    /// Returns whether a flag is set: to anything but `false` and `0`, as on real servers.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.optional_flag(name).unwrap_or_default()
    }

    pub(crate) fn optional_flag(&self, name: &str) -> Option<bool> {
        self.raw(name).map(|value| !(value.eq_ignore_ascii_case("false") || value == "0"))
    }

    /// Returns the value of an integer; 0 if it is absent or negative.
    ///
    /// # Errors
    ///
    /// The value is not an integer.
    pub(crate) fn number(&self, name: &str) -> Result<u64, ApiError> {
        let Some(value) = self.get(name) else { return Ok(0) };
        match value.parse::<i64>() {
            Ok(number) => Ok(u64::try_from(number).unwrap_or_default()),
            Err(_) => Err(ApiError::bad_request(format!(
                "strconv.ParseInt: parsing {value:?}: invalid syntax"
            ))),
        }
    }

    fn raw(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// Decodes percent-encoding; `None` if it is malformed or not UTF-8.
pub(crate) fn percent_decode(text: &str, plus_is_space: bool) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16);
                let (high, low) = (digit()?, digit()?);
                u8::try_from(high * 16 + low).ok()?
            }
            b'+' if plus_is_space => b' ',
            byte => byte,
        });
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded() {
        let query = Query::parse("labelSelector=a%3Db%2Cc+in+%28d%29&watch&x=1&x=2").unwrap();
        assert_eq!(query.get("labelSelector"), Some("a=b,c in (d)"));
        assert_eq!(query.get("x"), Some("1"));
        assert!(query.flag("watch"));
        assert_eq!(query.get("watch"), None);
    }

    #[test]
    fn flags_and_numbers() {
        let query = Query::parse("a=0&b=False&c=true&limit=-3&n=7&bad=x").unwrap();
        assert!(!query.flag("a") && !query.flag("b") && query.flag("c") && !query.flag("d"));
        assert_eq!((query.number("limit").unwrap(), query.number("n").unwrap()), (0, 7));
        assert_eq!(query.number("bad").unwrap_err().code(), 400);
    }

    #[test]
    fn malformed_encoding_is_a_bad_request() {
        for text in ["a=%", "a=%4", "a=%zz", "a=%ff"] {
            assert_eq!(Query::parse(text).unwrap_err().code(), 400, "{text}");
        }
    }
}
