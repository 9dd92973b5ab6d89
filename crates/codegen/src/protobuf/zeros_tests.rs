//! Tests of the completion on small facts.
