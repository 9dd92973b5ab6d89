//! The modules of a crate, read from its source files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A module's file and what it says.
pub(crate) struct Module {
    /// Relative to the crate.
    pub(crate) file: String,
    pub(crate) syntax: syn::File,
}

/// The modules by path, such as `json::reader`; the root is the empty path. Tests are left out.
pub(crate) struct Modules(BTreeMap<String, Module>);

impl Modules {
    /// Reads all files below `src`.
    pub(crate) fn read(src: &Path) -> Self {
        let mut found = BTreeMap::new();
        add(src, src, &mut found);
        Self(found)
    }

    /// Modules by path, file and text.
    pub(crate) fn from_texts(texts: &[(&str, &str, &str)]) -> Self {
        let modules = texts.iter().map(|(path, file, text)| {
            let module =
                Module { file: (*file).to_owned(), syntax: syn::parse_file(text).unwrap() };
            ((*path).to_owned(), module)
        });
        Self(modules.collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn get(&self, path: &str) -> Option<&Module> {
        self.0.get(path)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Module)> {
        self.0.iter().map(|(path, module)| (path.as_str(), module))
    }
}

fn add(folder: &Path, src: &Path, found: &mut BTreeMap<String, Module>) {
    for entry in fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        if file.is_dir() {
            add(&file, src, found);
        } else if file.extension().is_some_and(|extension| extension == "rs") {
            let inner = file.strip_prefix(src).unwrap().with_extension("");
            let mut parts: Vec<_> =
                inner.iter().map(|part| part.to_string_lossy().into_owned()).collect();
            if parts.iter().any(|part| part == "tests") {
                continue;
            }
            if parts.last().is_some_and(|last| last == "mod")
                || parts == ["lib"]
                || parts == ["main"]
            {
                parts.pop();
            }
            let text = fs::read_to_string(&file).unwrap();
            let syntax =
                syn::parse_file(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
            let file = Path::new("src").join(file.strip_prefix(src).unwrap()).display().to_string();
            // A package with a library and a program has two roots: the library's is the one that counts.
            if file != "src/main.rs" || !found.contains_key("") {
                found.insert(parts.join("::"), Module { file, syntax });
            }
        }
    }
}
