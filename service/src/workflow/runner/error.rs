//! What a step's closure may fail with.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::error::Error as StdError;
use std::fmt;

use serde_json::{Value, json};

/// Why a step, or the code around the steps, failed. Made from any error by `?`.
///
/// ```
/// use callboard_service::workflow::StepError;
///
/// fn parse(text: &str) -> Result<u32, StepError> {
///     let number: u32 = text.parse()?;
///     if number == 0 {
///         return Err(StepError::new("zero is no answer").permanent());
///     }
///     Ok(number)
/// }
/// assert_eq!(parse("x").unwrap_err().to_string(), "invalid digit found in string");
/// assert!(parse("0").unwrap_err().is_permanent());
/// ```
#[derive(Debug)]
pub struct StepError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
    context: Option<Value>,
    permanent: bool,
    backtrace: Backtrace,
}

impl StepError {
    /// An error of that text, which a further attempt may not meet.
    pub fn new(message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            message: message.into(),
            source: None,
            context: None,
            permanent: false,
            backtrace: Backtrace::capture(),
        }))
    }

    /// Another attempt would fail too: none is made.
    #[must_use]
    pub fn permanent(mut self) -> Self {
        self.0.permanent = true;
        self
    }

    /// What helps to understand it, kept in the step's `error_context`.
    #[must_use]
    pub fn with_context(mut self, context: Value) -> Self {
        self.0.context = Some(context);
        self
    }

    /// Whether no further attempt is wanted.
    pub fn is_permanent(&self) -> bool {
        self.0.permanent
    }

    /// The error that it was made from.
    pub fn source(&self) -> Option<&(dyn StdError + Send + Sync + 'static)> {
        self.0.source.as_deref()
    }

    /// The board's own error, if that is what it was made from.
    pub(crate) fn board(&self) -> Option<&crate::Error> {
        self.0.source.as_deref().and_then(|source| source.downcast_ref())
    }

    /// The board's own error, or itself.
    pub(crate) fn into_board(mut self) -> Result<crate::Error, Self> {
        match self.0.source.take().map(|source| source.downcast::<crate::Error>()) {
            Some(Ok(error)) => Ok(*error),
            Some(Err(source)) => {
                self.0.source = Some(source);
                Err(self)
            }
            None => Err(self),
        }
    }

    /// What is kept of it: the message, the causes below it, and what the closure said.
    pub(crate) fn stored(&self) -> Value {
        let mut causes = Vec::new();
        let mut next = self.0.source.as_deref().and_then(|s| (s as &dyn StdError).source());
        while let Some(cause) = next {
            causes.push(cause.to_string());
            next = cause.source();
        }
        let mut stored = json!({ "message": self.0.message, "permanent": self.0.permanent });
        if !causes.is_empty() {
            stored["causes"] = json!(causes);
        }
        if let Some(context) = &self.0.context {
            stored["context"] = context.clone();
        }
        stored
    }

    /// The backtrace, where RUST_BACKTRACE asked for one.
    pub(crate) fn trace(&self) -> Option<String> {
        (self.0.backtrace.status() == BacktraceStatus::Captured).then(|| self.0.backtrace.to_string())
    }
}

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

// Like most such types it is no `std::error::Error` itself: it could not be made from all of them then.
impl<E: StdError + Send + Sync + 'static> From<E> for StepError {
    fn from(error: E) -> Self {
        let mut made = Self::new(error.to_string());
        made.0.source = Some(Box::new(error));
        made
    }
}

/// What a panic said.
pub(crate) fn panicked(payload: &(dyn std::any::Any + Send)) -> StepError {
    let text = payload.downcast_ref::<&str>().map(|s| (*s).to_owned());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    let text = text.unwrap_or_else(|| "it said nothing".to_owned());
    StepError::new(format!("panicked: {text}")).with_context(json!({ "panic": true }))
}
