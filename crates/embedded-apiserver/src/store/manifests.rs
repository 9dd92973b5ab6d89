//! Creation of the objects of a manifest.

use super::handle::Store;
use super::manifest_error::{Identity, ManifestError};
use crate::manifests::{Documents, objects_of};

impl Store {
    /// Creates the objects of a manifest, in order, and returns how many. A manifest is a text of YAML or
    /// JSON documents, each an object or a list of objects, which are read as kubectl reads them: YAML 1.1,
    /// where `0400` is 256 and `yes` is true. A key that occurs twice in a mapping is an error.
    ///
    /// # Errors
    ///
    /// Fails at the first document that cannot be read, or object that cannot be created (as in
    /// [`create`](Self::create)). The objects before it have been created.
    pub fn create_from_manifest(&self, manifest: &str) -> Result<usize, ManifestError> {
        let mut documents = Documents::new(manifest);
        let mut created = 0;
        while let Some(document) = documents.next() {
            let mut document =
                document.map_err(|error| ManifestError::syntax(documents.number(), &error))?;
            let (objects, is_list) = objects_of(document.value.take());
            for (index, object) in objects.into_iter().enumerate() {
                let item = is_list.then_some(index);
                let identity = Identity::of(&object)
                    .ok_or_else(|| ManifestError::not_an_object(&document, item))?;
                self.create(object)
                    .map_err(|error| ManifestError::rejected(&document, item, &identity, &error))?;
                created += 1;
            }
        }
        Ok(created)
    }
}
