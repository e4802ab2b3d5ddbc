"""Every error the pipeline raises on purpose.

    PipelineError
    ├── ConfigError        the settings are wrong; nothing has been touched (exit code 2)
    ├── SourceError        one file cannot be read; the night goes on without it
    │   └── RecordError    one record of a file cannot be read; the rest of the file can
    ├── PullError          a source over the network cannot be pulled; the night goes on without it
    ├── ModelError         a model is missing, altered or does not fit; the night stops
    ├── PrivacyError       masking cannot be trusted, or few people stand out; the night stops, nothing leaves
    └── StoreError         the database cannot be opened, migrated or written
        └── CheckFailed    a check on the data failed; nothing is published

A message is one sentence for the person on duty that says what to do next. It never holds text a customer or an
agent wrote, because messages end up in logs. Every other exception is a defect of ours and may show its traceback.
"""


class PipelineError(Exception):
    """The root: what the command line turns into one sentence and an exit code."""

    exit_code = 1


class ConfigError(PipelineError):
    """A setting, an argument or an environment variable is wrong."""

    exit_code = 2


class SourceError(PipelineError):
    """A source file cannot be read as a whole; `code` goes to the `rejections` table."""

    def __init__(self, message: str, *, code: str = "unreadable_file") -> None:
        super().__init__(message)
        self.code = code


class RecordError(SourceError):
    """One record of a file cannot be read. Readers *yield* it, so that the records after it still arrive.

    `position` says where in the file (`line 12`, `row 7`, `turn 3`), `code` why; neither ever holds customer text.
    """

    def __init__(self, position: str, code: str) -> None:
        super().__init__(f"The record at {position} was left out: {code}.", code=code)
        self.position = position


class PullError(PipelineError):
    """A source over the network cannot be reached, refuses, or answers what it should not."""


class ModelError(PipelineError):
    """A model is missing, its bytes are not those its card promises, or its extra is not installed."""


class PrivacyError(PipelineError):
    """Masking or pseudonymisation cannot be trusted, or few people stand out: nothing may be stored, or leave."""


class StoreError(PipelineError):
    """The database cannot be opened, migrated or written."""


class CheckFailed(StoreError):
    """A check on tonight's data failed; the published copy stays as it was."""
