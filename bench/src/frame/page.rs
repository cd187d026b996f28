//! docs/performance.md, written from what each command measured last.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::report::Section;
use super::{Result, chart};

/// The commands in the order of the page.
const ORDER: [&str; 14] = [
    "claim", "peers", "workflow", "wait", "list", "search", "bulk", "import", "migrate", "backup", "fleet", "verify",
    "cli", "memory",
];

/// Keeps the sections beside the page, draws their charts, and writes the page from all that are kept.
pub fn write(sections: &[Section]) -> Result<()> {
    let folder = docs().join("performance");
    fs::create_dir_all(&folder)?;
    for section in sections {
        let text = serde_json::to_string_pretty(section)?;
        fs::write(folder.join(format!("{}.json", section.name)), text + "\n")?;
    }
    let mut kept = Vec::new();
    for name in ORDER {
        let Ok(text) = fs::read_to_string(folder.join(format!("{name}.json"))) else { continue };
        let section: Section = serde_json::from_str(&text)?;
        chart::write(&section, &folder.join(format!("{name}.svg")))?;
        kept.push(section);
    }
    let more = folder.join("indexes.md").is_file();
    Ok(fs::write(docs().join("performance.md"), page(&kept, more)?)?)
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

fn page(sections: &[Section], with_indexes: bool) -> Result<String> {
    let mut page = String::from(INTRODUCTION);
    if with_indexes {
        page.push_str("\nWhich index serves which query, and what the query costs without it: [the index report](performance/indexes.md).\n");
    }
    goals(&mut page, sections)?;
    for section in sections {
        let Section { name, title, about, figures, notes, machine, at, command } = section;
        write!(page, "\n## {title}\n")?;
        for paragraph in about {
            write!(page, "\n{paragraph}\n")?;
        }
        write!(page, "\n![{title}](performance/{name}.svg)\n")?;
        let mut group = "";
        for figure in figures {
            if figure.group != group {
                group = &figure.group;
                write!(page, "\n### {group}\n\n")?;
                writeln!(page, "| what | against | unit | ours | theirs | ratio (min .. max) | goal | |")?;
                writeln!(page, "|---|---|---|---|---|---|---|---|")?;
            }
            writeln!(page, "| {} |", figure.cells().join(" | "))?;
        }
        if !notes.is_empty() {
            page.push('\n');
        }
        for note in notes {
            writeln!(page, "- {note}")?;
        }
        write!(page, "\n{at}, {}. Again: `{command}`.\n", machine.line())?;
    }
    Ok(page)
}

/// Every figure that has a goal, by itself.
fn goals(page: &mut String, sections: &[Section]) -> Result<()> {
    page.push_str("\n## Goals\n\n| what | ratio | goal | |\n|---|---|---|---|\n");
    for section in sections {
        for figure in section.figures.iter().filter(|figure| figure.goal.is_some()) {
            let [what, against, _, _, _, ratio, goal, verdict] = figure.cells();
            writeln!(page, "| {}: {what} / {against} | {ratio} | {goal} | {verdict} |", figure.group)?;
        }
    }
    Ok(())
}

const INTRODUCTION: &str = "\
# Performance

This page is written by `cargo run --release -p callboard-bench -- all --write`; one command alone, such as `claim`,
renews its own part. It takes hours with boards of a million items: `--sizes 1k,10k --rounds 3` is a first look.

**How to read it.** Every figure is a ratio of two things that were run in turn on one machine, in the same minutes, each
on a fresh copy of the same board: the median of the rounds, with the least and the most of them. A ratio of *rates* is
better when it is higher, of *costs* when it is lower. Times and rates stand beside it to be read, not to be compared
with those of other machines. A goal that is missed is printed as MISSED, and the command ends with exit code 1.

**What must be so for a run to count.** After each run the board is read: no item was handed out twice, as many items are
done as assignments are completed and as were counted, the ledger of each touched item replays to its row, and each
counter of unmet prerequisites is what its edges say. The baselines do the same writes: the digest of all rows that a run
left, with ids and times left out, is the same for each of them, or the command fails.

**Where it runs.** What is bound by the processor is measured on boards in memory (tmpfs), with PostgreSQL's `fsync` on;
what waits for the disk lies on a disk, beside a control that writes and syncs 4 KiB without any database. Everything
that is compared is a process of its own; the server of PostgreSQL shares the processors with its clients.
";
