//! The import graph of modules: finds circles and imports of higher layers.

use std::collections::{BTreeMap, BTreeSet};

use crate::imports::{Imports, Path};
use crate::modules::Modules;

/// The modules' files, and which of them imports which.
pub(crate) struct Graph {
    files: BTreeMap<String, String>,
    /// By module, those that it imports.
    imports: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    pub(crate) fn new(modules: &Modules) -> Self {
        let all: BTreeMap<&str, Imports> =
            modules.iter().map(|(path, module)| (path, Imports::of(&module.syntax))).collect();
        let resolver = Resolver { modules, all: &all };
        let imports = all.iter().map(|(module, imports)| {
            let targets = imports.uses.iter().filter_map(|path| resolver.target(module, path, 0));
            ((*module).to_owned(), targets.filter(|target| target != module).collect())
        });
        let files = modules.iter().map(|(path, module)| (path.to_owned(), module.file.clone()));
        Self { imports: imports.collect(), files: files.collect() }
    }

    /// Each circle, said once.
    pub(crate) fn circles(&self) -> Vec<String> {
        let mut said = BTreeSet::new();
        for module in self.imports.keys() {
            if let Some(circle) = self.circle_through(module) {
                let mut members: Vec<_> = circle.iter().map(|m| self.files[m].as_str()).collect();
                if members.len() == 2 {
                    members.sort_unstable();
                    said.insert(format!("{} import each other", members.join(" and ")));
                } else {
                    let least =
                        members.iter().enumerate().min_by_key(|(_, file)| **file).map(|(at, _)| at);
                    members.rotate_left(least.unwrap_or_default());
                    said.insert(format!("{} import each other in a circle", members.join(" → ")));
                }
            }
        }
        said.into_iter().collect()
    }

    /// The shortest way from a module back to itself.
    fn circle_through(&self, start: &str) -> Option<Vec<String>> {
        let mut ways = vec![vec![start.to_owned()]];
        let mut seen = BTreeSet::new();
        while !ways.is_empty() {
            let mut longer = Vec::new();
            for way in ways {
                for next in &self.imports[way.last()?] {
                    if next == start {
                        return Some(way);
                    }
                    if seen.insert(next.clone()) {
                        longer.push([way.clone(), vec![next.clone()]].concat());
                    }
                }
            }
            ways = longer;
        }
        None
    }

    /// Imports of a higher layer. The crate's root is above all.
    pub(crate) fn upward_imports(&self, layers: &[&[&str]]) -> Vec<String> {
        let layer = |module: &str| {
            let top = module.split("::").next().unwrap_or_default();
            match layers.iter().position(|layer| layer.contains(&top)) {
                Some(layer) => layer,
                None if top.is_empty() => layers.len(),
                None => panic!("{} is in no layer: give it one in this test", self.files[module]),
            }
        };
        let mut faults = Vec::new();
        for (module, imported) in &self.imports {
            for other in imported.iter().filter(|other| layer(other) > layer(module)) {
                let (file, other) = (&self.files[module], &self.files[other]);
                faults.push(format!("{file} imports {other}, which is in a higher layer"));
            }
        }
        faults
    }
}

/// Finds the module in which something is declared that a path names.
struct Resolver<'a> {
    modules: &'a Modules,
    all: &'a BTreeMap<&'a str, Imports>,
}

impl Resolver<'_> {
    /// `None` where the path leads out of the crate. Re-exports are followed to where they come from.
    fn target(&self, module: &str, path: &Path, depth: usize) -> Option<String> {
        let mut here = module.to_owned();
        let mut names = path.as_slice();
        match names.first()?.as_str() {
            "crate" => here.clear(),
            "self" => {}
            "super" => here = parent(&here),
            child => {
                self.modules.get(&joined(&here, child))?;
                here = joined(&here, child);
            }
        }
        names = &names[1..];
        while let Some(name) = names.first() {
            if name == "super" {
                here = parent(&here);
            } else if self.modules.get(&joined(&here, name)).is_some() {
                here = joined(&here, name);
            } else {
                break;
            }
            names = &names[1..];
        }
        match names.first() {
            Some(name) if depth < 8 => Some(self.source(&here, name, depth).unwrap_or(here)),
            _ => Some(here),
        }
    }

    /// Where a name comes from that a module re-exports.
    fn source(&self, module: &str, name: &str, depth: usize) -> Option<String> {
        let exports = &self.all.get(module)?.exports;
        let (_, path) = exports.iter().find(|(exported, _)| exported == name)?;
        self.target(module, path, depth + 1)
    }
}

fn parent(module: &str) -> String {
    module.rsplit_once("::").map_or(String::new(), |(parent, _)| parent.to_owned())
}

fn joined(module: &str, name: &str) -> String {
    if module.is_empty() { name.to_owned() } else { format!("{module}::{name}") }
}
