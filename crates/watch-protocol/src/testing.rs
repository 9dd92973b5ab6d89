//! Support for our own tests, benches and fuzz targets. Not part of the API.

#[cfg(feature = "bench-hooks")]
pub mod bench_hooks;
#[cfg(any(test, feature = "simulation"))]
pub mod encoder;
#[cfg(feature = "simulation")]
pub mod fuzzing;
#[cfg(feature = "simulation")]
pub mod simulation;
