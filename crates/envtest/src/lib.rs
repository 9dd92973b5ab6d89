//! A real Kubernetes control plane for tests: etcd and kube-apiserver on free loopback ports.
//!
//! ```no_run
//! # fn example() -> envtest::Result<()> {
//! let assets = envtest::Assets::from_env()?; // reads KUBEBUILDER_ASSETS, as Kubernetes' envtest does
//! let mut plane = envtest::ControlPlane::start(&assets, &envtest::Options::default())?;
//! println!("export KUBECONFIG={}", plane.kubeconfig_path().display());
//! plane.kill_apiserver();
//! plane.restart_apiserver()?;
//! # Ok(())
//! # }
//! ```
//!
//! There are no controllers and no kubelets: a deleted namespace stays `Terminating`, and a pod keeps
//! its written status. The processes end when the control plane is dropped, and also when the program
//! panics, is killed or is interrupted. Every function blocks: do not call it from an async task.

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
