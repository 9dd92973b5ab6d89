//! The declarations of a generated crate, parsed with syn and kept as text.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;

/// Modules by path, such as `core::v1`.
pub(crate) type Modules = BTreeMap<String, Module>;

/// The declarations of a file or an inline module.
#[derive(Default)]
pub(crate) struct Module {
    /// Modules with a file.
    pub(crate) files: Vec<String>,
    pub(crate) types: BTreeMap<String, Declared>,
    /// The fields in `model!`.
    pub(crate) models: BTreeMap<String, Vec<Wired>>,
    /// Full paths of re-exports.
    pub(crate) exports: Vec<String>,
    /// Complete impls by trait and type: `watchable_core::Listed for Pod`.
    pub(crate) impls: BTreeMap<String, String>,
    /// Other items.
    pub(crate) others: Vec<String>,
}

/// A line of `model!`.
pub(crate) struct Wired {
    pub(crate) number: String,
    pub(crate) name: String,
    pub(crate) wire: String,
    /// The path in protobuf, such as `2.19`; empty if it has none.
    pub(crate) path: String,
    /// Whether it is encoded even if it is empty.
    pub(crate) required: bool,
}

pub(crate) enum Declared {
    /// Attributes, and names and types of the fields.
    Struct(Vec<String>, Vec<(String, String)>),
    /// `pub type`, or a re-exported type of watchable-core.
    Alias(String),
}

/// Reads every module of a crate and checks that each file is declared, and each declared file exists.
pub(crate) fn modules(source: &Path) -> Modules {
    let mut modules = Modules::new();
    read(source, "lib.rs", "", &mut modules);
    let mut files = 0;
    count(source, &mut files);
    let declared = modules.values().map(|module| module.files.len()).sum::<usize>() + 1;
    assert_eq!(files, declared, "{}: files, and modules that are declared", source.display());
    modules
}

fn read(source: &Path, file: &str, path: &str, modules: &mut Modules) {
    let text = fs::read_to_string(source.join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
    let parsed = syn::parse_file(&text).unwrap_or_else(|e| panic!("{file}: {e}"));
    add(path, &parsed.items, modules);
    for name in modules[path].files.clone() {
        let path = join(path, &name);
        read(source, &format!("{}.rs", path.replace("::", "/")), &path, modules);
    }
}

fn count(folder: &Path, files: &mut usize) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            count(&path, files);
        } else {
            *files += 1;
        }
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}::{name}") }
}

fn add(path: &str, items: &[syn::Item], modules: &mut Modules) {
    let mut module = Module::default();
    for item in items {
        match item {
            syn::Item::Mod(inner) => match &inner.content {
                Some((_, items)) => add(&join(path, &inner.ident.to_string()), items, modules),
                None => module.files.push(inner.ident.to_string()),
            },
            syn::Item::Struct(item) => {
                let fields = item.fields.iter().map(|field| {
                    assert!(matches!(field.vis, syn::Visibility::Public(_)), "{}", item.ident);
                    (field.ident.as_ref().unwrap().to_string(), text(&field.ty))
                });
                let fields = fields.collect();
                let attributes = item.attrs.iter().map(text).filter(|a| !a.starts_with("#[doc"));
                let declared = Declared::Struct(attributes.collect(), fields);
                module.types.insert(item.ident.to_string(), declared);
            }
            syn::Item::Type(item) => {
                module.types.insert(item.ident.to_string(), Declared::Alias(text(&item.ty)));
            }
            syn::Item::Macro(item) if text(&item.mac.path) == "watchable_core::model" => {
                let (name, fields) = model(item.mac.tokens.clone());
                assert!(module.models.insert(name, fields).is_none(), "two models of a name");
            }
            syn::Item::Use(item) => {
                for leaf in leaves("", &item.tree) {
                    match leaf.strip_prefix("watchable_core::") {
                        Some(name) if path != "catalog" => {
                            module.types.insert(name.to_owned(), Declared::Alias(leaf));
                        }
                        _ => module.exports.push(leaf),
                    }
                }
            }
            syn::Item::Impl(item) => {
                let of = item.trait_.as_ref().map(|(path, _)| text(path)).unwrap_or_default();
                module.impls.insert(format!("{of} for {}", text(&item.self_ty)), text(item));
            }
            other => module.others.push(text(other)),
        }
    }
    modules.insert(path.to_owned(), module);
}

/// `Pod { 0 api_version: "apiVersion", 2 metadata: "metadata" = [1], … }`
fn model(tokens: TokenStream) -> (String, Vec<Wired>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let [TokenTree::Ident(name), TokenTree::Group(fields)] = &tokens[..] else {
        panic!("the form of model! has changed: update this parser");
    };
    assert_eq!(fields.delimiter(), Delimiter::Brace);
    let fields: Vec<TokenTree> = fields.stream().into_iter().collect();
    let lines = fields.split_inclusive(|token| token.to_string() == ",").map(|line| {
        let [number, field, colon, wire, rest @ .., _] = line else { panic!("model! of {name}") };
        assert_eq!(colon.to_string(), ":", "model! of {name}");
        let (path, rest) = match rest {
            [TokenTree::Punct(equals), TokenTree::Group(numbers), rest @ ..] => {
                assert_eq!((equals.as_char(), numbers.delimiter()), ('=', Delimiter::Bracket));
                let numbers = numbers.stream().into_iter().map(|number| number.to_string());
                (numbers.collect::<Vec<_>>().join("."), rest)
            }
            rest => (String::new(), rest),
        };
        let rest: Vec<_> = rest.iter().map(ToString::to_string).collect();
        assert!(rest.is_empty() || rest == ["required"], "model! of {name}: {rest:?}");
        let wire: syn::LitStr = syn::parse2(wire.to_token_stream()).unwrap();
        Wired {
            number: number.to_string(),
            name: field.to_string(),
            wire: wire.value(),
            path,
            required: !rest.is_empty(),
        }
    });
    (name.to_string(), lines.collect())
}

fn leaves(path: &str, tree: &syn::UseTree) -> Vec<String> {
    match tree {
        syn::UseTree::Path(tree) => leaves(&join(path, &tree.ident.to_string()), &tree.tree),
        syn::UseTree::Name(tree) => vec![join(path, &tree.ident.to_string())],
        syn::UseTree::Glob(_) => vec![join(path, "*")],
        syn::UseTree::Group(tree) => {
            tree.items.iter().flat_map(|tree| leaves(path, tree)).collect()
        }
        syn::UseTree::Rename(_) => panic!("`{}` is not expected", text(tree)),
    }
}

/// Returns tokens without white space except between words.
fn text(tokens: &impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let parted =
            |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '"');
        if parted(out.chars().next_back()) && parted(word.chars().next()) {
            out.push(' ');
        }
        out.push_str(word);
    }
    // The printer adds these when it breaks a line.
    out.replace(",>", ">").replace(",)", ")")
}
