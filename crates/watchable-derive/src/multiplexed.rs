//! `#[derive(Multiplexed)]`: an enum of kinds as the item type of a multiplexed stream.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Data, DeriveInput, Fields, GenericArgument, PathArguments, Type, Variant};

/// Generates one impl per variant. `default_crate` is the path of the library if the attribute names none.
pub(crate) fn expand(input: &DeriveInput, default_crate: &TokenStream) -> TokenStream {
    let parts = variants(input).and_then(|variants| Ok((variants, named_crate(input)?)));
    let (variants, krate) = match parts {
        Ok(parts) => parts,
        Err(error) => return error.to_compile_error(),
    };
    let krate = krate.unwrap_or_else(|| default_crate.clone());
    let accepted = variants.iter().map(|(v, object)| accepts(input, &krate, v, object));
    accepted.chain([accepts_no_kind(input, &krate)]).collect()
}

fn accepts(
    input: &DeriveInput,
    krate: &TokenStream,
    variant: &Variant,
    object: &Type,
) -> TokenStream {
    let (name, variant) = (&input.ident, &variant.ident);
    let (object, value) = match boxed(object) {
        Some(inner) => (inner, quote!(::std::boxed::Box::new(obj))),
        None => (object, quote!(obj)),
    };
    // The span makes the compiler report errors at the variant's type.
    quote_spanned! { object.span() =>
        #[automatically_derived]
        impl #krate::Accepts<#object> for #name {
            fn accept(obj: #object, _: &#krate::ResourceInfo) -> Self {
                let obj = #krate::__private::a_kind(obj);
                Self::#variant(#value)
            }
        }
    }
}

/// Generates a second impl, so that there is never only one: see `NoKind`.
fn accepts_no_kind(input: &DeriveInput, krate: &TokenStream) -> TokenStream {
    let name = &input.ident;
    quote! {
        #[automatically_derived]
        #[doc(hidden)]
        impl #krate::Accepts<#krate::__private::NoKind> for #name {
            fn accept(obj: #krate::__private::NoKind, _: &#krate::ResourceInfo) -> Self {
                match obj {}
            }
        }
    }
}

/// Returns the type in a `Box`, in which a variant may hold its object to keep the enum small.
fn boxed(object: &Type) -> Option<&Type> {
    let Type::Path(path) = object else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == "Box")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first() {
        Some(GenericArgument::Type(inner)) => Some(inner),
        _ => None,
    }
}

/// Returns each variant with its type. Two variants of the same type are an error.
fn variants(input: &DeriveInput) -> syn::Result<Vec<(&Variant, &Type)>> {
    let name = &input.ident;
    let Data::Enum(data) = &input.data else {
        return Err(syn::Error::new(
            name.span(),
            format!(
                "`{name}` is not an enum: derive `Multiplexed` for an enum with a variant for each kind"
            ),
        ));
    };
    if let Some(parameter) = input.generics.params.first() {
        let message = "`Multiplexed` does not support generic enums: name concrete kinds";
        return Err(syn::Error::new(parameter.span(), message));
    }
    if data.variants.is_empty() {
        let message = format!("`{name}` has no variants: add one for each kind, such as Pod(Pod)");
        return Err(syn::Error::new(name.span(), message));
    }
    let mut found: Vec<(&Variant, &Type)> = Vec::new();
    let mut errors: Option<syn::Error> = None;
    for variant in &data.variants {
        let problem = match &variant.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                let object = &fields.unnamed[0].ty;
                let text = |object| boxed(object).unwrap_or(object).to_token_stream().to_string();
                match found.iter().find(|(_, other)| text(other) == text(object)) {
                    None => {
                        found.push((variant, object));
                        continue;
                    }
                    Some((first, _)) => format!(
                        "`{}` holds the same type as `{}`: use one variant, and distinguish the events by \
                         their source",
                        variant.ident, first.ident
                    ),
                }
            }
            _ => format!("`{0}` must hold exactly one object, such as {0}({0})", variant.ident),
        };
        let error = syn::Error::new(variant.span(), problem);
        match &mut errors {
            Some(errors) => errors.combine(error),
            None => errors = Some(error),
        }
    }
    errors.map_or(Ok(found), Err)
}

/// Returns the path in `#[multiplexed(crate = path)]`.
fn named_crate(input: &DeriveInput) -> syn::Result<Option<TokenStream>> {
    let mut path = None;
    for attribute in input.attrs.iter().filter(|a| a.path().is_ident("multiplexed")) {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("crate") {
                return Err(meta.error("unknown key: the only one is crate, as in crate = path"));
            }
            let named = meta.value()?.call(syn::Path::parse_mod_style)?;
            path = Some(quote!(#named));
            Ok(())
        })?;
    }
    Ok(path)
}
