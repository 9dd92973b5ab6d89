//! For our own tests, benches and fuzz targets: not part of the API.

#[cfg(feature = "bench-hooks")]
pub mod bench_hooks;
#[cfg(feature = "simulation")]
pub mod fuzzing;
#[cfg(test)]
pub(crate) mod log_capture;
#[cfg(feature = "simulation")]
pub mod simulation;
