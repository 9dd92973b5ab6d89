//! `#[derive(Multiplexed)]`: an enum of kinds as the items of a stream of several.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Data, DeriveInput, Fields, GenericArgument, PathArguments, Type, Variant};

/// One impl a variant, with the library's path given for those who named none.
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
    // At the type's place, so that what is wrong with it is reported there.
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

/// So that there is never a single impl only: see `NoKind`.
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

/// What a `Box` holds: a variant may hold its object in one, to keep the enum small.
fn boxed(object: &Type) -> Option<&Type> {
    let Type::Path(path) = object else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == "Box")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first() {
        Some(GenericArgument::Type(inner)) => Some(inner),
        _ => None,
    }
}

/// Each variant with the type that it holds; no type stands in two of them.
fn variants(input: &DeriveInput) -> syn::Result<Vec<(&Variant, &Type)>> {
    let name = &input.ident;
    let Data::Enum(data) = &input.data else {
        return Err(syn::Error::new(
            name.span(),
            format!(
                "`{name}` is no enum: an enum with a variant for each kind can be `Multiplexed`"
            ),
        ));
    };
    if let Some(parameter) = input.generics.params.first() {
        let message = "an enum that is `Multiplexed` takes no parameters: name its kinds";
        return Err(syn::Error::new(parameter.span(), message));
    }
    if data.variants.is_empty() {
        let message =
            format!("`{name}` has no variant: give it one for each kind, such as Pod(Pod)");
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
                        "`{}` holds the same type as `{}`: which of the two would an event be? Tell \
                         them apart by the event's source",
                        variant.ident, first.ident
                    ),
                }
            }
            _ => format!(
                "`{0}` must hold one object and nothing else, such as {0}({0})",
                variant.ident
            ),
        };
        let error = syn::Error::new(variant.span(), problem);
        match &mut errors {
            Some(errors) => errors.combine(error),
            None => errors = Some(error),
        }
    }
    errors.map_or(Ok(found), Err)
}

/// The path in `#[multiplexed(crate = path)]`, for those who renamed or re-export the library.
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
