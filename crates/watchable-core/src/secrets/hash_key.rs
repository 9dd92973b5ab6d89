//! Hashes that stand for confidential values.

use std::fmt;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::str::FromStr;

use siphasher::sip::SipHasher24;

/// A key for hashes that stand for confidential values.
///
/// The hash is SipHash-2-4, a pseudorandom function: whoever does not have the key cannot find out by trying which value a
/// hash stands for, not even if the value is easy to guess. Whoever has it can. Equal values of members with the same name
/// have the same hash under the same key.
///
/// As text, it has 32 hexadecimal digits.
#[derive(Clone, PartialEq, Eq)]
pub struct HashKey([u8; 16]);

/// A text is no [`HashKey`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidHashKey;

impl HashKey {
    /// Returns a new key, from the operating system's random numbers.
    pub fn random() -> Self {
        // The standard library's hashers have random keys of 128 bits, and nobody else has this one.
        let random = RandomState::new();
        let mut key = [0; 16];
        for (half, number) in key.chunks_exact_mut(8).zip(0_u8..) {
            half.copy_from_slice(&random.hash_one(number).to_le_bytes());
        }
        Self(key)
    }

    /// Returns the hash of a member's value.
    pub fn hash(&self, name: &str, value: &str) -> u64 {
        let mut hasher = SipHasher24::new_with_key(&self.0);
        hasher.write(name.as_bytes());
        // No UTF-8 has this byte.
        hasher.write_u8(0xff);
        hasher.write(value.as_bytes());
        hasher.finish()
    }

    /// Returns a fingerprint of the key, which does not reveal it.
    pub fn fingerprint(&self) -> String {
        format!("{:016x}", self.hash("", "fingerprint"))
    }

    /// Returns the key as text. It is confidential.
    pub fn to_hex(&self) -> String {
        use fmt::Write as _;
        self.0.iter().fold(String::with_capacity(32), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

impl FromStr for HashKey {
    type Err = InvalidHashKey;

    fn from_str(text: &str) -> Result<Self, InvalidHashKey> {
        let is_hex = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = u128::from_str_radix(text, 16).ok().filter(|_| is_hex);
        number.map(|number| Self(number.to_be_bytes())).ok_or(InvalidHashKey)
    }
}

/// Without the key.
impl fmt::Debug for HashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("HashKey").field(&self.fingerprint()).finish()
    }
}

impl fmt::Display for InvalidHashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected 32 hexadecimal digits")
    }
}

impl std::error::Error for InvalidHashKey {}
