//! The types of model fields that hold no other.

use serde::Deserialize;
use serde::de::Deserializer;
use serde::ser::{Serialize, Serializer};

use super::field::Field;
use super::object::Model;
use crate::protobuf::{self, Value, scalars};
use crate::text::Characters;
use crate::{
    ByteString, IntOrString, MicroTime, Quantity, RawJson, SchemaOrArray, SchemaOrBool,
    SchemaOrStringArray, Text, Time,
};

/// Implements [`Field`] for a type of strings.
macro_rules! string_fields {
    ($($type:ty)*) => {$(
        impl Field for $type {
            fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
                deserializer.deserialize_string(Characters(self))
            }

            fn read_protobuf(&mut self, value: &Value<'_, '_>) -> Result<bool, protobuf::Error> {
                let bytes = value.bytes()?;
                *self = scalars::text(bytes);
                Ok(!bytes.is_empty() || value.is_set(true))
            }

            fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self)
            }
        }
    )*};
}

// `String` for types that are written by hand.
string_fields! { Text String }

impl Field for RawJson {
    fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        *self = Self::deserialize(deserializer)?;
        Ok(())
    }

    fn read_protobuf(&mut self, value: &Value<'_, '_>) -> Result<bool, protobuf::Error> {
        scalars::raw_json(self, value)
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.serialize(serializer)
    }

    fn is_absent(&self) -> bool {
        self.is_null()
    }
}

impl Field for f64 {
    fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        *self = Self::deserialize(deserializer)?;
        Ok(())
    }

    fn read_protobuf(&mut self, value: &Value<'_, '_>) -> Result<bool, protobuf::Error> {
        *self = value.double()?;
        Ok(value.is_set(*self == 0.0))
    }

    /// Encodes an integral value without a fraction, as Go does.
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// `f64` represents every integer up to 2^53 exactly.
        const MAX_EXACT: f64 = 9_007_199_254_740_992.0;
        if self.fract() == 0.0 && self.abs() <= MAX_EXACT {
            #[allow(clippy::cast_possible_truncation, reason = "it is integral and in range")]
            serializer.serialize_i64(*self as i64)
        } else {
            serializer.serialize_f64(*self)
        }
    }
}

/// Implements [`Field`] by serde's traits, and a function that reads protobuf.
macro_rules! serde_fields {
    ($($({$parameter:ident})? $type:ty: $read:path $(, $packable:literal)?;)*) => {$(
        impl$(<$parameter: Model + Serialize + for<'de> Deserialize<'de>>)? Field for $type {
            $(const IS_PACKABLE: bool = $packable;)?

            fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
                *self = Self::deserialize(deserializer)?;
                Ok(())
            }

            fn read_protobuf(&mut self, value: &Value<'_, '_>) -> Result<bool, protobuf::Error> {
                $read(self, value)
            }

            fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.serialize(serializer)
            }
        }
    )*};
}

serde_fields! {
    bool: scalars::boolean, true;
    i32: scalars::int32, true;
    i64: scalars::int64, true;
    ByteString: scalars::bytes;
    IntOrString: scalars::int_or_string;
    MicroTime: scalars::micro_time;
    Quantity: scalars::quantity;
    Time: scalars::time;
    {T} SchemaOrArray<T>: scalars::schema_or_array;
    {T} SchemaOrBool<T>: scalars::schema_or_bool;
    {T} SchemaOrStringArray<T>: scalars::schema_or_string_array;
}
