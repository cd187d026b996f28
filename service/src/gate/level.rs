//! The words for levels of gates that other systems have.

use callboard_entity::WorkItemQualityGateLevel as Level;

/// A level that was named by a word of the systems before this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LegacyLevel {
    /// The word.
    pub word: &'static str,
    /// What it means here.
    pub level: Level,
}

/// What a word of the vocabulary basic, standard, comprehensive means here, where it is not a word of ours.
///
/// `standard` stands in both: as the middle one there, the lowest one here. It is always taken as ours, since nobody could
/// name the lowest level otherwise; whoever means the middle one says `enhanced`.
pub fn from_legacy(word: &str) -> Option<LegacyLevel> {
    match word.to_lowercase().as_str() {
        "basic" => Some(LegacyLevel { word: "basic", level: Level::Standard }),
        "comprehensive" => Some(LegacyLevel { word: "comprehensive", level: Level::Strict }),
        _ => None,
    }
}

impl std::fmt::Display for LegacyLevel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { word, level } = self;
        write!(f, "the gate '{word}' is called '{level}' here; where 'standard' was the middle one, say 'enhanced'")
    }
}

/// Whether a gate of the one level holds what one of the other promises.
pub(crate) fn covers(level: Level, wanted: Level) -> bool {
    rank(level) >= rank(wanted)
}

fn rank(level: Level) -> u8 {
    match level {
        Level::Standard => 0,
        Level::Enhanced => 1,
        Level::Strict => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_level_covers_itself_and_those_below() {
        for (at, level) in Level::ALL.iter().enumerate() {
            for (other, wanted) in Level::ALL.iter().enumerate() {
                assert_eq!(covers(*level, *wanted), at >= other, "{level} {wanted}");
            }
        }
    }

    #[test]
    fn only_the_words_that_are_not_ours_are_mapped() {
        assert_eq!(from_legacy("Basic").map(|l| l.level), Some(Level::Standard));
        assert_eq!(from_legacy("comprehensive").map(|l| l.level), Some(Level::Strict));
        for own in Level::ALL {
            assert_eq!(from_legacy(own.as_str()), None);
        }
    }
}
