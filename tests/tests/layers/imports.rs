//! What a module's file imports, and what it re-exports.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Attribute, Item, UseTree, Visibility};

/// A path of names, such as `crate::json::Error`; `*` stands for a glob.
pub(crate) type Path = Vec<String>;

/// The paths in a file outside of its tests.
#[derive(Default)]
pub(crate) struct Imports {
    /// Paths of `use` declarations, and those that begin with `crate` or `super` in code.
    pub(crate) uses: Vec<Path>,
    /// What `pub use` offers to others: the name, and where it comes from.
    pub(crate) exports: Vec<(String, Path)>,
}

impl Imports {
    pub(crate) fn of(syntax: &syn::File) -> Self {
        let mut imports = Self::default();
        imports.add(&syntax.items);
        imports
    }

    fn add(&mut self, items: &[Item]) {
        for item in items {
            match item {
                Item::Use(item) if is_for_tests(&item.attrs) => {}
                Item::Use(item) => {
                    let mut paths = Vec::new();
                    flatten(&item.tree, &mut Vec::new(), &mut paths);
                    if matches!(item.vis, Visibility::Inherited) {
                        self.uses.extend(paths.into_iter().map(|(_, path)| path));
                    } else {
                        self.exports.extend(paths);
                    }
                }
                Item::Mod(item) => {
                    if let Some((_, items)) =
                        item.content.as_ref().filter(|_| !is_for_tests(&item.attrs))
                    {
                        self.add(items);
                    }
                }
                Item::Fn(item) if is_for_tests(&item.attrs) => {}
                Item::Impl(item) if is_for_tests(&item.attrs) => {}
                other => paths_in(other.to_token_stream(), &mut self.uses),
            }
        }
    }
}

/// Whether an item is there for tests alone.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let text = attribute.to_token_stream().to_string().replace(' ', "");
        text == "#[test]" || text == "#[cfg(test)]"
    })
}

/// The paths of a `use`, each with the name that it introduces.
fn flatten(tree: &UseTree, before: &mut Path, found: &mut Vec<(String, Path)>) {
    let ended = |name: String, before: &Path| [before.clone(), vec![name]].concat();
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            flatten(&path.tree, before, found);
            before.pop();
        }
        UseTree::Name(name) if name.ident == "self" => {
            found.push((before.last().cloned().unwrap_or_default(), before.clone()));
        }
        UseTree::Name(name) => {
            found.push((name.ident.to_string(), ended(name.ident.to_string(), before)));
        }
        UseTree::Rename(rename) => {
            found.push((rename.rename.to_string(), ended(rename.ident.to_string(), before)));
        }
        UseTree::Glob(_) => found.push(("*".to_owned(), ended("*".to_owned(), before))),
        UseTree::Group(group) => {
            for tree in &group.items {
                flatten(tree, before, found);
            }
        }
    }
}

/// Paths in code that begin with `crate` or `super`.
fn paths_in(tokens: TokenStream, found: &mut Vec<Path>) {
    let mut path: Path = Vec::new();
    let mut colons = 0;
    let mut finish = |path: &mut Path| {
        if path.first().is_some_and(|first| first == "crate" || first == "super") && path.len() > 1
        {
            found.push(path.clone());
        }
        path.clear();
    };
    let mut groups = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
            TokenTree::Ident(ident) => {
                if colons != 2 {
                    finish(&mut path);
                }
                colons = 0;
                path.push(ident.to_string());
            }
            other => {
                finish(&mut path);
                colons = 0;
                if let TokenTree::Group(group) = other {
                    groups.push(group.stream());
                }
            }
        }
    }
    finish(&mut path);
    for group in groups {
        paths_in(group, found);
    }
}
