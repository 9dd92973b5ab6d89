//! Validates the keys against Kubernetes' naming rules, and the type against what can be derived.

use proc_macro2::Ident;
use syn::spanned::Spanned as _;
use syn::{
    Data, DeriveInput, Field, Fields, GenericArgument, Generics, LitStr, Path, PathArguments, Type,
    Visibility,
};

use crate::parse::Parsed;

/// A type whose attribute is complete and valid.
pub(crate) struct Watchable {
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    pub(crate) group: LitStr,
    pub(crate) version: LitStr,
    pub(crate) kind: LitStr,
    pub(crate) plural: LitStr,
    pub(crate) namespaced: bool,
    pub(crate) protobuf: bool,
    pub(crate) list: Option<Type>,
    pub(crate) krate: Option<Path>,
    pub(crate) api_version_field: Option<StringField>,
    pub(crate) kind_field: Option<StringField>,
}

/// The type of a field that holds a string.
#[derive(Clone, Copy)]
pub(crate) enum StringField {
    Required,
    Optional,
}

/// Validates everything that the tokens show, and reports every error at its own token.
pub(crate) fn validate(input: &DeriveInput, parsed: Parsed) -> syn::Result<Watchable> {
    let mut errors = Errors::default();
    let fields = struct_fields(input, &mut errors);
    if let Some(lifetime) = input.generics.lifetimes().next() {
        errors.add(
            lifetime.span(),
            format!(
                "`{}` borrows: a watched object outlives the bytes it is decoded from, so its fields must own their data",
                input.ident
            ),
        );
    }

    let kind =
        parsed.kind.unwrap_or_else(|| LitStr::new(&input.ident.to_string(), input.ident.span()));
    errors.check(&kind, is_kind, "is not a valid kind: kinds are CamelCase, such as CronTab");
    for (value, key, example) in [
        (
            &parsed.group,
            "group",
            "group = \"stable.example.com\", or group = \"\" for the core group",
        ),
        (&parsed.version, "version", "version = \"v1\""),
        (&parsed.plural, "plural", "plural = \"crontabs\""),
    ] {
        if value.is_none() {
            errors.add(parsed.attribute.span(), format!("missing `{key}`: add {example}"));
        }
    }
    if let Some(group) = &parsed.group {
        errors.check(
            group,
            |text| text.is_empty() || text.split('.').all(is_dns_label),
            "is not a valid API group: groups are DNS names in lower case, such as stable.example.com, without the version",
        );
    }
    if let Some(version) = &parsed.version {
        errors.check(
            version,
            is_dns_label,
            "is not a valid version: versions are like v1 or v1beta1, without the group",
        );
    }
    if let Some(plural) = &parsed.plural {
        errors.check(
            plural,
            is_dns_label,
            "is not a valid plural: plurals are the names in URLs, lower case without dots, such as crontabs",
        );
    }

    let api_version_field = string_field(&fields, "api_version", &mut errors);
    let kind_field = string_field(&fields, "kind", &mut errors);
    errors.into_result()?;
    let (Some(group), Some(version), Some(plural)) = (parsed.group, parsed.version, parsed.plural)
    else {
        return Err(syn::Error::new(parsed.attribute.span(), "missing keys"));
    };
    Ok(Watchable {
        vis: input.vis.clone(),
        name: input.ident.clone(),
        generics: input.generics.clone(),
        group,
        version,
        kind,
        plural,
        namespaced: parsed.namespaced,
        protobuf: parsed.protobuf,
        list: parsed.list,
        krate: parsed.krate,
        api_version_field,
        kind_field,
    })
}

/// The errors found so far, which are reported together.
#[derive(Default)]
struct Errors(Option<syn::Error>);

impl Errors {
    fn add(&mut self, span: proc_macro2::Span, message: String) {
        let error = syn::Error::new(span, message);
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            None => self.0 = Some(error),
        }
    }

    fn check(&mut self, value: &LitStr, is_valid: impl Fn(&str) -> bool, message: &str) {
        if !is_valid(&value.value()) {
            self.add(value.span(), format!("{:?} {message}", value.value()));
        }
    }

    fn into_result(self) -> syn::Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}

fn struct_fields<'a>(input: &'a DeriveInput, errors: &mut Errors) -> Vec<&'a Field> {
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => fields.named.iter().collect(),
            Fields::Unnamed(_) | Fields::Unit => {
                let message = format!(
                    "`{}` has no named fields: a watched object is a struct with fields such as `metadata`",
                    input.ident
                );
                errors.add(input.ident.span(), message);
                Vec::new()
            }
        },
        Data::Enum(data) => {
            let message = format!(
                "`{}` is an enum: derive `Watchable` for the struct of one kind; for several kinds in one stream, use `MultiplexingWatcher`",
                input.ident
            );
            errors.add(data.enum_token.span(), message);
            Vec::new()
        }
        Data::Union(data) => {
            let message = format!("`{}` is a union: derive `Watchable` for a struct", input.ident);
            errors.add(data.union_token.span(), message);
            Vec::new()
        }
    }
}

fn string_field(fields: &[&Field], name: &str, errors: &mut Errors) -> Option<StringField> {
    let field = fields.iter().find(|f| f.ident.as_ref().is_some_and(|ident| ident == name))?;
    let is_text = |ty: &Type| last_segment_is(ty, "String") || last_segment_is(ty, "Text");
    let declared = match &field.ty {
        ty if is_text(ty) => Some(StringField::Required),
        ty => option_argument(ty).filter(|inner| is_text(inner)).map(|_| StringField::Optional),
    };
    if declared.is_none() {
        errors.add(
            field.ty.span(),
            format!("`{name}` must be a String or a Text, or an Option of one"),
        );
    }
    declared
}

fn last_segment_is(ty: &Type, name: &str) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|s| s.ident == name))
}

fn option_argument(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let segment = path.path.segments.last().filter(|s| s.ident == "Option")?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

fn is_kind(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Returns whether a text is a DNS label (RFC 1123): up to 63 lower-case letters, digits and inner hyphens.
fn is_dns_label(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !text.is_empty()
        && text.len() <= 63
        && text.chars().all(inner)
        && !text.starts_with('-')
        && !text.ends_with('-')
}
