//! `callboard artifact add`.

use std::fs::File;
use std::path::PathBuf;

use callboard_service::Ref;
use callboard_service::artifact::{AddArtifact, ArtifactOf, Source};
use callboard_service::entity::ArtifactType;

use crate::commands::fence::{OptionalFence, writer};
use crate::context::Context;
use crate::error::CliError;
use crate::output::artifacts;
use crate::values;

/// Add a file, or what stdin gives, to an item: the next version where its name is there already
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The item's key or id; with --assignment it may be left out
    #[arg(value_name = "ITEM")]
    first: String,

    /// The file; - reads stdin
    #[arg(value_name = "FILE")]
    second: Option<String>,

    /// What it is called in the item [default: the file's name]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// What it is for
    #[arg(long = "type", value_name = "TYPE", default_value = "general", value_parser = values::vocabulary(ArtifactType::ALL, ArtifactType::as_str))]
    kind: ArtifactType,

    /// Its media type [default: by its beginning and its name]
    #[arg(long, value_name = "TYPE/SUBTYPE")]
    mime: Option<String>,

    #[command(flatten)]
    fence: OptionalFence,
}

const EXAMPLES: &str = "Examples:
  callboard artifact add CB-7 report.md --type documentation
  cargo test 2>&1 | callboard artifact add CB-7 - --name test.log --type test
  callboard artifact add dump.tar.gz --name dump             with CALLBOARD_ASSIGNMENT set

A text of up to 64 KiB is kept on the board; anything else goes to .callboard/artifacts in the project's root folder, in
pieces, so that any size takes the same memory. The same content again is no new version.";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let assignment = args.fence.assignment;
    let (item, file) = match (args.second, assignment) {
        (Some(file), _) => (Some(Ref::from(args.first)), file),
        (None, Some(_)) => (None, args.first),
        (None, None) => {
            return Err(CliError::Usage {
                message: "an item and a file are needed".to_owned(),
                hint: "callboard artifact add ITEM FILE, or - for stdin",
            });
        }
    };
    let path = PathBuf::from(&file);
    let own = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let Some(name) = args.name.or(own.filter(|_| file != "-")) else {
        return Err(CliError::Usage {
            message: "what stdin gives has no name of its own".to_owned(),
            hint: "name it: --name NAME",
        });
    };
    let source = if file == "-" {
        Source { name: "stdin".to_owned(), content: Box::new(std::io::stdin()) }
    } else {
        let opened = File::open(&path).map_err(|error| CliError::File { path: file.clone(), error })?;
        Source { name: file, content: Box::new(opened) }
    };
    let board = context.board().await?;
    let actor = match assignment {
        Some(id) => writer(context, &board, id).await?,
        None => context.actor(&board).await?,
    };
    let of = ArtifactOf { item: item.clone(), assignment };
    let kept = board.keep_artifact(&of, &name, source).await?;
    let mime_type = args.mime.unwrap_or_else(|| kept.mime_type.clone());
    let content = kept.content.clone();
    let verb = AddArtifact { item, assignment, name, artifact_type: args.kind, content, mime_type };
    let added = context.run_as(&board, actor, &verb).await?;
    // Until here nobody may collect the content.
    drop(kept);
    context.out.data("added_artifact", &added, |text| artifacts::added(text, &added))
}
