//! URLs: encoding, and their parts.

use super::bind_text;
use crate::sql::functions::bind::STRING;
use crate::sql::functions::{Binder, Function, FunctionError, scalar};
use crate::types::DataType as T;

/// Functions over URLs.
pub(in crate::sql::functions) static URL: &[Function] = &[
    scalar(
        "url_encode",
        "url_encode(s)",
        "The string as `application/x-www-form-urlencoded`.",
        "url_encode('a b') → a+b",
        |args, context| {
            let mut bound = bind_text(args, context, T::String)?;
            bound.nullable = true;
            Ok(bound)
        },
        |call| {
            let texts = call.strings(0)?;
            call.out(|i| texts.get(i).map(url_encode))
        },
    ),
    scalar(
        "url_decode",
        "url_decode(s)",
        "The string that `application/x-www-form-urlencoded` text stands for.",
        "url_decode('a+b') → a b",
        |args, context| {
            let mut bound = bind_text(args, context, T::String)?;
            bound.nullable = true;
            Ok(bound)
        },
        |call| {
            let texts = call.strings(0)?;
            call.out(|i| {
                let text = texts.get(i)?.replace('+', " ");
                Some(
                    percent_encoding::percent_decode_str(&text)
                        .decode_utf8_lossy()
                        .into_owned(),
                )
            })
        },
    ),
    scalar(
        "parse_url",
        "parse_url(url, part[, key])",
        "A part of a URL: HOST, PATH, QUERY, REF, PROTOCOL, FILE, AUTHORITY, USERINFO.",
        "parse_url('http://spark.apache.org/path?query=1', 'HOST') → spark.apache.org",
        |args, context| {
            Binder::new(args, context)
                .counts(2..=3)?
                .cast_from(0, STRING)?
                .returns_nullable(T::String)
        },
        |call| {
            let (urls, parts) = (call.strings(0)?, call.strings(1)?);
            let keys = match call.args.get(2) {
                Some(_) => Some(call.strings(2)?),
                None => None,
            };
            call.try_out(|i| {
                let (Some(url), Some(part)) = (urls.get(i), parts.get(i)) else {
                    return Ok(None);
                };
                if url.contains(' ') {
                    return Err(FunctionError::InvalidUrl { url: url.into() });
                }
                let key = match &keys {
                    Some(k) => match k.get(i) {
                        Some(key) => Some(key),
                        None => return Ok(None),
                    },
                    None => None,
                };
                Ok(url_part(url, part, key))
            })
        },
    ),
];

fn url_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        match b {
            b' ' => out.push('+'),
            b if b.is_ascii_alphanumeric() || b"-_.*".contains(&b) => out.push(char::from(b)),
            b => out.push_str(&format!("%{b:02X}")),
        }
    }
    out
}

fn url_part(url: &str, part: &str, key: Option<&str>) -> Option<String> {
    let (rest, reference) = match url.split_once('#') {
        Some((rest, reference)) => (rest, Some(reference)),
        None => (url, None),
    };
    let (rest, query) = match rest.split_once('?') {
        Some((rest, query)) => (rest, Some(query)),
        None => (rest, None),
    };
    let (protocol, rest) = match rest.split_once("://") {
        Some((protocol, rest)) => (Some(protocol), rest),
        None => (None, rest),
    };
    let (authority, path) = match (protocol, rest.find('/')) {
        (None, _) => (None, rest),
        (Some(_), Some(at)) => (rest.get(..at), rest.get(at..).unwrap_or("")),
        (Some(_), None) => (Some(rest), ""),
    };
    let (userinfo, host) = match authority.map(|a| a.rsplit_once('@')) {
        Some(Some((user, host))) => (Some(user), Some(host)),
        _ => (None, authority),
    };
    let host = host.map(|h| h.split_once(':').map_or(h, |(name, _)| name));
    if let Some(key) = key {
        if part != "QUERY" {
            return None;
        }
        return query?
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(k, _)| *k == key)
            .map(|(_, value)| value.to_string());
    }
    match part {
        "HOST" => host.map(String::from),
        "PATH" => Some(path.to_string()),
        "QUERY" => query.map(String::from),
        "REF" => reference.map(String::from),
        "PROTOCOL" => protocol.map(String::from),
        "FILE" => Some(match query {
            Some(query) => format!("{path}?{query}"),
            None => path.to_string(),
        }),
        "AUTHORITY" => authority.map(String::from),
        "USERINFO" => userinfo.map(String::from),
        _ => None,
    }
}
