"""The root of every exception that claimscrub raises on purpose.

```text
ClaimscrubError
├── AnalysisError
├── ArchiveError
├── BrokerTooOldError
├── CatalogueError
├── ClaimFileError
│   └── UnreadablePathError
├── ClaimNotFoundError
├── ConfigurationError
│   ├── ProfileError
│   ├── ReferenceDataError
│   └── SettingsError
├── DamagedEntryError
├── DeliveryUncertainError
├── DemoError
├── DroppedError
├── EmbeddedBrokerError
├── HistoryError
│   ├── BrokenHistoryError
│   ├── MemoryInUseError
│   └── OtherHistoryError
├── HistoryStoreError
├── ImportRefusedError
│   └── BadCellError
├── InterruptedScrubError
│   └── OverBudgetError
├── LearnedFileError
├── LearningStoreError
├── MemoryLimitError
├── MessageLimitError
├── NoSuchPlaceError
├── NotAnOutcomeError
├── NotFetchedError
│   ├── InterruptedFetchError
│   └── LicenseAskedError
├── NotJoinedError
├── NotLoadableError
├── NotLoadedError
├── NotMemberError
├── PatchError
├── RegistryError
├── ReplyTooLargeError
├── RequestRefusedError
├── ResourceError
├── ServeError
├── ShadowEndedError
├── ShadowNotLoadedError
├── TooBusyError
├── UnpackingError
├── UnreadableAnswerError
├── UnreadableClaimError
└── _ProcessEndedError
```
"""


class ClaimscrubError(Exception):
    """claimscrub cannot do what was asked; the message says what is wrong, where, and what would be right."""


class ConfigurationError(ClaimscrubError):
    """The configuration cannot be used; `problems` holds one sentence per problem, which names its place."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
