//! A real Kubernetes API server for tests: etcd and kube-apiserver on free ports of loopback.
//!
//! ```no_run
//! # fn example() -> envtest::Result<()> {
//! let assets = envtest::Assets::from_env()?; // KUBEBUILDER_ASSETS, as Kubernetes' envtest names it
//! let mut plane = envtest::ControlPlane::start(&assets, &envtest::Options::default())?;
//! println!("export KUBECONFIG={}", plane.kubeconfig_path().display());
//! plane.kill_apiserver();
//! plane.restart_apiserver()?;
//! # Ok(())
//! # }
//! ```
//!
//! There are no controllers and no kubelets: a deleted namespace stays `Terminating`, and a pod stays
//! as it was written. The processes end when the control plane is dropped, and also when its program
//! panics, is killed or is interrupted. Everything here blocks: call it from a thread that may.

mod apiserver;
mod assets;
mod certificates;
mod control_plane;
mod error;
mod etcd;
mod http;
mod kubeconfig;
mod ports;
mod process;

pub use apiserver::Apiserver;
pub use assets::{ASSETS_VARIABLE, Assets};
pub use control_plane::{ControlPlane, Options};
pub use error::{Error, Result};
