//! Parses `#[watchable(…)]` into its keys, with their spans.

use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned as _;
use syn::{Attribute, DeriveInput, LitStr, Path, Type};

/// The keys as written.
pub(crate) struct Parsed {
    /// The attribute's name, at which a missing key is reported.
    pub(crate) attribute: Path,
    pub(crate) group: Option<LitStr>,
    pub(crate) version: Option<LitStr>,
    pub(crate) kind: Option<LitStr>,
    pub(crate) plural: Option<LitStr>,
    pub(crate) namespaced: bool,
    /// Whether the type is a model that decodes from protobuf. Only generated types have the key, so that no message
    /// lists it.
    pub(crate) protobuf: bool,
    pub(crate) list: Option<Type>,
    pub(crate) krate: Option<Path>,
}

/// Parses the `#[watchable(…)]` of a type.
pub(crate) fn parse(input: &DeriveInput) -> syn::Result<Parsed> {
    let mut attributes = input.attrs.iter().filter(|a| a.path().is_ident("watchable"));
    let Some(attribute) = attributes.next() else {
        return Err(syn::Error::new(
            input.ident.span(),
            format!(
                "`{}` does not name its resource: add #[watchable(group = \"…\", version = \"…\", plural = \"…\")]",
                input.ident
            ),
        ));
    };
    if let Some(second) = attributes.next() {
        return Err(syn::Error::new(
            second.path().span(),
            "duplicate #[watchable(…)]: put all keys into one",
        ));
    }
    keys(attribute)
}

fn keys(attribute: &Attribute) -> syn::Result<Parsed> {
    let mut parsed = Parsed {
        attribute: attribute.path().clone(),
        group: None,
        version: None,
        kind: None,
        plural: None,
        namespaced: false,
        protobuf: false,
        list: None,
        krate: None,
    };
    attribute.parse_nested_meta(|meta| {
        let name = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
        match name.as_str() {
            "group" => string(&meta, &name, &mut parsed.group),
            "version" => string(&meta, &name, &mut parsed.version),
            "kind" => string(&meta, &name, &mut parsed.kind),
            "plural" => string(&meta, &name, &mut parsed.plural),
            "namespaced" => {
                if meta.input.peek(syn::Token![=]) {
                    return Err(meta.error("`namespaced` takes no value: omit it for a cluster-scoped resource"));
                }
                once(&meta, &name, parsed.namespaced)?;
                parsed.namespaced = true;
                Ok(())
            }
            "protobuf" => {
                once(&meta, &name, parsed.protobuf)?;
                parsed.protobuf = true;
                Ok(())
            }
            "list" => {
                once(&meta, &name, parsed.list.is_some())?;
                let value = meta.value()?;
                if value.peek(LitStr) {
                    return Err(value.error("`list` takes a type, without quotes: list = PodList"));
                }
                parsed.list = Some(value.parse()?);
                Ok(())
            }
            "crate" => {
                once(&meta, &name, parsed.krate.is_some())?;
                parsed.krate = Some(meta.value()?.call(Path::parse_mod_style)?);
                Ok(())
            }
            _ => Err(meta.error(format_args!(
                "unknown key `{}`: the keys are group, version, kind, plural, namespaced, list and crate",
                quote::ToTokens::to_token_stream(&meta.path)
            ))),
        }
    })?;
    Ok(parsed)
}

/// Parses `key = "…"` into `value`.
fn string(meta: &ParseNestedMeta<'_>, name: &str, parsed: &mut Option<LitStr>) -> syn::Result<()> {
    once(meta, name, parsed.is_some())?;
    if !meta.input.peek(syn::Token![=]) {
        return Err(meta.error(format_args!("`{name}` takes a value: {name} = \"…\"")));
    }
    let value = meta.value()?;
    if !value.peek(LitStr) {
        return Err(value.error(format_args!("`{name}` takes a string in quotes: {name} = \"…\"")));
    }
    *parsed = Some(value.parse()?);
    Ok(())
}

fn once(meta: &ParseNestedMeta<'_>, name: &str, given: bool) -> syn::Result<()> {
    if given { Err(meta.error(format_args!("duplicate key `{name}`"))) } else { Ok(()) }
}
