//! What to do about a file that is not what an operation needs.

use callboard_service::FileProblem;

/// A content has one home, and nobody else can make it again.
pub const ADD_AGAIN: &str = "put the content back from a backup; or, where the file is still there, add it again: `callboard artifact \
     add ITEM FILE` mends what is stored under the same content";

/// What to do next.
pub fn hint(problem: &FileProblem) -> String {
    let hint = match problem {
        FileProblem::NoRoot { project } => {
            return format!("`callboard project edit {project} --root FOLDER` says where its files lie");
        }
        FileProblem::RootGone { .. } => {
            "if it was moved, `callboard project edit PROJECT --root FOLDER` says where it is now"
        }
        FileProblem::Outside { .. } | FileProblem::LeadsOut { .. } => {
            "name a file below that folder; `callboard project edit PROJECT --root FOLDER` names another one"
        }
        FileProblem::Link => "name the file that the link leads to, by its own path",
        FileProblem::Missing => "operations are tracked after they were done: check the path, or track a delete",
        FileProblem::StillThere => {
            "a delete or move is tracked after it was done; track a copy, or a modify, otherwise"
        }
        FileProblem::Folder => "name the files in it; `callboard file scan` finds those that changed",
        FileProblem::Special { .. } => "only regular files have a content that can be verified",
        FileProblem::NotUtf8 => "rename the file",
        FileProblem::TooLong { .. } => "move the file to where its path is shorter",
        FileProblem::NameTooLong { .. } => "check the path: nothing can have such a name",
        FileProblem::Changed => "somebody is writing it: give the command again when they are done",
        FileProblem::NoCopy { .. } => "track it as a create",
        FileProblem::Git { .. } => {
            "mend what it names: `git config --global --add safe.directory FOLDER` trusts the repository of somebody \
             else; or give --no-git, to go by the times of the files: then what git ignores is proposed, too"
        }
        FileProblem::ContentGone | FileProblem::Altered { .. } => ADD_AGAIN,
        FileProblem::LinkedFolder => {
            "put a folder there in place of the link: what is stored must lie in the project's root"
        }
        FileProblem::Unwritable { .. } => "check the right to write there, and the space that is left",
        FileProblem::Unreadable { .. } => "check that you may read it",
        _ => "check the file",
    };
    hint.to_owned()
}
