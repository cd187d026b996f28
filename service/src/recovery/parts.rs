//! The entries of a package: which of their texts may be shortened, how large they are, and where they go.

use serde::Serialize;

use super::markdown;
use super::package::{
    Attempt, ItemText, LastCheckpoint, LastHandover, LastRejection, Note, OpenCriterion, OpenRisk, PackagedArtifact,
    PackagedDecision, PackagedFile, RecoveryPackage, UnmetPrerequisite,
};
use super::rules::Advice;

/// An entry, whatever its kind.
pub(super) trait Part {
    /// The same with texts of at most `longest` bytes, and how many were shortened.
    fn shortened(&self, longest: usize) -> (Box<dyn Part>, u64);
    /// The longer one of its two forms, in bytes.
    fn size(&self) -> usize;
    /// Adds it to its section.
    fn put(&self, package: &mut RecoveryPackage);
}

/// What the kinds of entries differ in.
pub(super) trait Kind: Serialize + Clone + 'static {
    /// The texts that may be shortened.
    fn texts(&mut self) -> Vec<&mut String>;

    /// Leaves out data of more than `longest` bytes; gives how many.
    fn drop_data(&mut self, _longest: usize) -> u64 {
        0
    }

    fn write(&self, out: &mut String);

    fn put(self, package: &mut RecoveryPackage);
}

impl<K: Kind> Part for K {
    fn shortened(&self, longest: usize) -> (Box<dyn Part>, u64) {
        let mut short = self.clone();
        let mut count = short.drop_data(longest);
        for text in short.texts() {
            if let Some(cut) = cut(text, longest) {
                *text = cut;
                count += 1;
            }
        }
        (Box::new(short), count)
    }

    fn size(&self) -> usize {
        let mut text = String::new();
        self.write(&mut text);
        let json = serde_json::to_string(self).map_or(usize::MAX / 2, |json| json.len());
        // A comma or an empty line.
        json.max(text.len()) + 1
    }

    fn put(&self, package: &mut RecoveryPackage) {
        Kind::put(self.clone(), package);
    }
}

/// The beginning of a text that is longer than `longest` bytes, with how much more there is.
pub(super) fn cut(text: &str, longest: usize) -> Option<String> {
    if text.len() <= longest {
        return None;
    }
    let mut end = longest;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Some(format!("{} ... ({} more bytes)", &text[..end], text.len() - end))
}

/// A recommendation; its texts are ours and name what they are about.
#[derive(Clone, Serialize)]
pub(super) struct Recommendation(pub Advice);

/// A line of guidance.
#[derive(Clone, Serialize)]
pub(super) struct Guidance(pub Advice);

/// A part of the system.
#[derive(Clone, Serialize)]
pub(super) struct Component(pub String);

macro_rules! kinds {
    ($($kind:ty, |$part:ident| $texts:expr, $write:path, |$own:ident, $package:ident| $put:expr;)+) => {
        $(impl Kind for $kind {
            fn texts(&mut self) -> Vec<&mut String> {
                let $part = self;
                $texts
            }

            fn write(&self, out: &mut String) {
                $write(out, self);
            }

            fn put(self, $package: &mut RecoveryPackage) {
                let $own = self;
                $put;
            }
        })+
    };
}

kinds! {
    Recommendation, |part| vec![&mut part.0.text], markdown::recommendation, |own, p| p.recommendations.push(own.0);
    Guidance, |part| vec![&mut part.0.text], markdown::guidance, |own, p| p.guidance.push(own.0);
    LastHandover, |part| vec![&mut part.text], markdown::handover, |own, p| p.handover = Some(own);
    LastRejection, |part| vec![&mut part.reason], markdown::rejection, |own, p| p.rejection = Some(own);
    OpenCriterion, |part| vec![&mut part.text], markdown::criterion, |own, p| p.criteria.push(own);
    UnmetPrerequisite, |part| vec![&mut part.description], markdown::prerequisite, |own, p| p.prerequisites.push(own);
    OpenRisk, |part| part.mitigation.iter_mut().chain([&mut part.text]).collect(), markdown::risk,
        |own, p| p.risks.push(own);
    PackagedDecision, |part| vec![&mut part.decision, &mut part.rationale], markdown::decision,
        |own, p| p.decisions.push(own);
    Attempt, |part| part.why.iter_mut().collect(), markdown::attempt, |own, p| p.attempts.push(own);
    PackagedFile, |part| part.rationale.iter_mut().collect(), markdown::file, |own, p| p.files.push(own);
    PackagedArtifact, |part| vec![&mut part.name], markdown::artifact, |own, p| p.artifacts.push(own);
    Note, |part| vec![&mut part.text], markdown::note, |own, p| p.notes.push(own);
    Component, |part| vec![&mut part.0], markdown::component, |own, p| p.components.push(own.0);
    ItemText, |part| vec![&mut part.text], markdown::text, |own, p| p.about.push(own);
}

impl Kind for LastCheckpoint {
    fn texts(&mut self) -> Vec<&mut String> {
        vec![&mut self.note]
    }

    fn drop_data(&mut self, longest: usize) -> u64 {
        let size = self.data.as_ref().map_or(0, |data| data.to_string().len());
        if size <= longest {
            return 0;
        }
        self.data = None;
        self.data_left_out = Some(size as u64);
        1
    }

    fn write(&self, out: &mut String) {
        markdown::checkpoint(out, self);
    }

    fn put(self, package: &mut RecoveryPackage) {
        package.checkpoint = Some(self);
    }
}
