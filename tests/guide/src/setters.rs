//! The settings of the public types, read from the source: methods that take a value and return it changed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, Result};
use syn::{FnArg, ImplItem, Item, ReturnType, Type, Visibility};

use crate::source_files::rust_files;

/// Returns the setters in the Rust files of a folder, by type.
///
/// # Errors
///
/// Fails if a file cannot be read or is no Rust.
pub fn setters(folder: &Path) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let mut found = BTreeMap::new();
    for file in rust_files(folder)? {
        let source = std::fs::read_to_string(&file)?;
        let parsed = syn::parse_file(&source).with_context(|| file.display().to_string())?;
        collect(&parsed.items, &mut found);
    }
    Ok(found)
}

fn collect(items: &[Item], found: &mut BTreeMap<String, BTreeSet<String>>) {
    for item in items {
        match item {
            Item::Mod(module) => {
                if let Some((_, items)) = &module.content {
                    collect(items, found);
                }
            }
            Item::Impl(block) if block.trait_.is_none() => {
                let Some(name) = last_name(&block.self_ty) else { continue };
                let setters = block.items.iter().filter_map(setter);
                let setters: BTreeSet<_> = setters.collect();
                if !setters.is_empty() {
                    found.entry(name).or_default().extend(setters);
                }
            }
            _ => {}
        }
    }
}

/// The name of a public method that takes `self` by value and returns `Self`.
fn setter(item: &ImplItem) -> Option<String> {
    let ImplItem::Fn(method) = item else { return None };
    let is_public = matches!(method.vis, Visibility::Public(_));
    let takes_self = matches!(
        method.sig.inputs.first(),
        Some(FnArg::Receiver(receiver)) if matches!(receiver.kind, syn::ReceiverKind::Value)
    );
    let ReturnType::Type(_, output) = &method.sig.output else { return None };
    let returns_self = last_name(output).is_some_and(|name| name == "Self");
    let is_hidden = method.attrs.iter().any(|attribute| {
        attribute.path().is_ident("doc")
            && attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string() == "hidden")
    });
    (is_public && takes_self && returns_self && !is_hidden).then(|| method.sig.ident.to_string())
}

fn last_name(ty: &Type) -> Option<String> {
    let Type::Path(path) = ty else { return None };
    path.path.segments.last().map(|segment| segment.ident.to_string())
}
