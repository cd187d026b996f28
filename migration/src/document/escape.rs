//! Names from a database within Markdown, SVG and Mermaid: they are data, whatever they hold.

/// Control characters, and those that turn the direction of writing, made visible; none of the formats can hold them.
fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for ch in text.chars() {
        let bidi =
            matches!(ch, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let none = matches!(ch, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}');
        if ch.is_control() || bidi || none { out.extend(ch.escape_unicode()) } else { out.push(ch) }
    }
    out
}

/// Text between the tags of an SVG, or in an attribute.
pub fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for ch in visible(text).chars() {
        match ch {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            _ => out.push(ch),
        }
    }
    out
}

/// A name or SQL as code in Markdown, also within a table.
pub fn code(text: &str) -> String {
    let text = visible(text);
    let risky = |c: char| matches!(c, '`' | '|' | '\\' | '&') || !(c.is_ascii() || c.is_alphanumeric());
    // A letter makes a tag of it for readers who know no code spans.
    let tag =
        text.as_bytes().windows(2).any(|w| w[0] == b'<' && (w[1].is_ascii_alphabetic() || b"/!?".contains(&w[1])));
    if text.is_empty() || text.trim() != text || tag || text.contains(risky) {
        return format!("<code>{}</code>", numbered(&text, |c| format!("&#{c};")));
    }
    format!("`{text}`")
}

/// A name or SQL between the double quotes of Mermaid.
pub fn mermaid(text: &str) -> String {
    numbered(&visible(text), |c| format!("#{c};"))
}

/// Each character that is not a letter, a digit or `_` by its number.
fn numbered(text: &str, number: impl Fn(u32) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    for ch in text.chars() {
        if ch.is_alphanumeric() || ch == '_' { out.push(ch) } else { out += &number(u32::from(ch)) }
    }
    out
}

/// Whether a name stands for itself everywhere.
pub fn is_plain(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::{code, mermaid, xml};

    #[test]
    fn a_name_stays_data() {
        assert_eq!(xml("<a b=\"'&\u{1}\u{202e}"), "&lt;a b=&quot;&#39;&amp;\\u{1}\\u{202e}");
        assert_eq!(mermaid("a\"; %%x\n"), "a#34;#59;#32;#37;#37;x#92;u#123;a#125;");
        assert_eq!(code("type <> 'epic'"), "`type <> 'epic'`");
        assert_eq!(code("<script>"), "<code>&#60;script&#62;</code>");
        assert_eq!(code("a|`b"), "<code>a&#124;&#96;b</code>");
        assert_eq!(code(" a"), "<code>&#32;a</code>");
    }
}
