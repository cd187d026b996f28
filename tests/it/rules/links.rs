//! What the documentation links to is there: files and headings.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::source::root;
use support::plain;

plain! {
    fn every_link_of_the_documentation_leads_somewhere() {
        let pages = pages();
        assert!(pages.len() > 15 && pages.iter().any(|page| page == "docs/continuity.md"), "{pages:?}");
        let read = |page: &str| fs::read_to_string(root().join(page)).ok();
        let found: Vec<String> = pages.iter().flat_map(|page| dead(page, &read)).collect();
        assert_eq!(found, Vec::<String>::new());
    }

    fn a_link_that_leads_nowhere_is_found() {
        let read = |page: &str| match page {
            "docs/a.md" => Some(
                "# A\n[b](b.md) [c](../c.md#the-c-s) [here](#a) [web](x:y)\n[gone](gone.md) [no](b.md#no) [none](#none)\n`[x](y)`\n"
                    .to_owned(),
            ),
            "docs/b.md" => Some("# B".to_owned()),
            "c.md" => Some("## The `C`'s\n".to_owned()),
            _ => None,
        };
        assert_eq!(dead("docs/a.md", &read), ["docs/a.md: ../c.md#the-c-s", "docs/a.md: gone.md", "docs/a.md: b.md#no", "docs/a.md: #none"]);
        assert_eq!(anchors("## The `C`'s\n### `a`, b_c\n```sh\n# no\n```\n"), ["the-cs", "a-b_c"].map(str::to_owned).into());
    }
}

/// The pages that people read, but for those that are written from the code as a whole.
fn pages() -> Vec<String> {
    let mut out = Vec::new();
    for folder in ["", "docs", "docs/adr", "migration", "examples/embed"] {
        for entry in fs::read_dir(root().join(folder)).expect("list a folder") {
            let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
            if Path::new(&name).extension().is_some_and(|extension| extension == "md") {
                out.push(if folder.is_empty() { name } else { format!("{folder}/{name}") });
            }
        }
    }
    out.sort();
    out
}

/// `page: link` for each relative link that leads to no file or heading.
fn dead(page: &str, read: &impl Fn(&str) -> Option<String>) -> Vec<String> {
    let text = read(page).unwrap_or_default();
    let mut found = Vec::new();
    for link in links(&text) {
        let (path, heading) = link.split_once('#').unwrap_or((link, ""));
        let target = if path.is_empty() { page.to_owned() } else { joined(page, path) };
        let there = match read(&target) {
            Some(text) => heading.is_empty() || anchors(&text).contains(heading),
            // A folder, or what is no text.
            None => heading.is_empty() && root().join(&target).exists(),
        };
        if !there {
            found.push(format!("{page}: {link}"));
        }
    }
    found
}

/// The relative targets of `[text](target)`; what stands in code is none.
fn links(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut in_code = false;
    for line in text.lines() {
        in_code ^= line.starts_with("```");
        if in_code || line.starts_with("    ") {
            continue;
        }
        for (at, _) in line.match_indices("](") {
            let quoted = line[..at].matches('`').count() % 2 == 1;
            let target = line[at + 2..].split(')').next().unwrap_or("");
            if !quoted && !target.contains(':') && !target.is_empty() {
                out.push(target);
            }
        }
    }
    out
}

/// A link's path from the repository's root.
fn joined(page: &str, link: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in link.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}

/// The headings as links name them: lower case, letters, digits, `-` and `_`, with `-` for a blank.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let mut in_code = false;
    for line in text.lines() {
        in_code ^= line.starts_with("```");
        let Some((marks, heading)) = line.split_once(' ').filter(|_| !in_code) else { continue };
        if marks.is_empty() || !marks.bytes().all(|b| b == b'#') {
            continue;
        }
        let kept = heading.trim().to_lowercase();
        let kept = kept.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
        out.insert(kept.map(|c| if c == ' ' { '-' } else { c }).collect());
    }
    out
}
