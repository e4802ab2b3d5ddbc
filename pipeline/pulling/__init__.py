"""What is pulled from where the settings say, into a folder of its own under `paths.landing`, where a night reads it.

A connector yields pages (`pages.py`); what is here writes each down and moves the state on (`landing.py`). Nothing is
sent but the secret, and what is asked for: moments, cursors and ids.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from pipeline.config import Config
from pipeline.errors import ConfigError, PipelineError, PullError
from pipeline.pulling import genesys, https_drop, intercom, sftp_drop, zendesk
from pipeline.pulling.client import Client, CursorExpired
from pipeline.pulling.credentials import find_secret, load_secret
from pipeline.pulling.landing import Landing, State, digest_of
from pipeline.pulling.pages import Page, Start, Version
from pipeline.pulling.patience import Clock, Patience
from pipeline.pulls import Pull

MARGIN_SECONDS = 3600
"""So much longer than the overlap are versions remembered: a clock elsewhere may differ from ours."""
CONNECTORS: dict[str, ModuleType] = {
    "zendesk": zendesk,
    "intercom": intercom,
    "genesys": genesys,
    "https": https_drop,
}
"""Kind → `login(pull, secret, client)` and `pages(pull, start, client)`; SFTP speaks no HTTP and has its own."""
Connector = Callable[[Start], Iterator[Page]]


@dataclass(slots=True)
class Pulled:
    """What a pull brought."""

    name: str
    kind: str
    files: int = 0
    records: int = 0
    """Conversations; of a drop none, since its files are not looked into."""
    left_out: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)
    error: str = ""
    """One sentence; what came before it stays, and the next pull goes on from there."""


def chosen(config: Config, name: str | None = None) -> list[Pull]:
    """The source of that name, or all.

    Raises:
        ConfigError: there is none.
    """
    found = [pull for pull in config.pull if name in (None, pull.name)]
    if not found:
        known = ", ".join(pull.name for pull in config.pull)
        raise ConfigError(
            f"The settings know no source {name}: it is one of {known}." if name and known
            else "The settings name no source to pull from: write a table [pull.NAME], see README."
        )  # fmt: skip
    return found


def pull_all(
    config: Config, name: str | None = None, told: Callable[[Pulled], None] = lambda _: None, clock: Clock | None = None
) -> list[Pulled]:
    """Pull from all sources, or from one; what goes wrong with one is part of its result and does not stop the others.

    Args:
        config: the settings.
        name: of one source.
        told: is told how far a pull has come, after each page.
        clock: another one than the machine's.

    Raises:
        ConfigError: there is no such source.
    """
    return [pull_one(pull, config, told, clock) for pull in chosen(config, name)]


def pull_one(
    pull: Pull, config: Config, told: Callable[[Pulled], None] = lambda _: None, clock: Clock | None = None
) -> Pulled:
    """Everything new of one source, page by page; see `pull_all`."""
    pulled = Pulled(pull.name, pull.kind)
    try:
        landing = Landing(_folder(config) / pull.name, pull.name)
        with landing.alone():
            _pull(_Round(pull, config, landing, pulled, told, clock or Clock()))
    except PipelineError as error:
        pulled.error = str(error)
    except ImportError as error:
        pulled.error = f"{pull.name}: {error.name} is not installed: pip install -e '.[pull]'."
    return pulled


def _folder(config: Config) -> Path:
    if isinstance(config.paths.landing, Path):
        return config.paths.landing
    raise PullError("paths.landing is no folder of this machine: pulling needs one, since it renames what it wrote.")


@dataclass(frozen=True, slots=True)
class _Round:
    """One pull of one source, and what it is made with."""

    pull: Pull
    config: Config
    landing: Landing
    pulled: Pulled
    told: Callable[[Pulled], None]
    clock: Clock

    def begin(self, state: State) -> Start:
        """Where it begins: where the last one was cut off, at its cursor, or at its end less the overlap."""
        moment = self.pull.begins(self.config.time.zone)
        if state.complete is not None:
            moment = max(moment, state.complete - 60 * self.pull.overlap_minutes)
        if not state.is_open:
            state.began = max(float(int(self.clock.now())), state.began + 1)  # no two pulls share the names of files
            state.files, state.is_open = 0, True
            self.landing.save(state)
        until = min(state.began, self.clock.now())  # a clock that went wrong once is not believed for ever
        return Start(moment, until, state.position, lambda version: _digest(version) not in state.seen)


def _pull(round_: _Round) -> None:
    """A cursor that the source has forgotten is given up once; then everything since the last complete pull is new."""
    pull, clock = round_.pull, round_.clock
    state = round_.landing.load(digest_of(pull.kind, pull.url, pull.what))
    patience = Patience(clock, pull.name, 60.0 * pull.max_minutes)
    with _connected(pull, round_.config, patience) as pages:
        try:
            _write_pages(round_, state, pages)
        except CursorExpired as expired:
            if state.position is None:
                raise
            round_.pulled.warnings.append(f"{expired} Everything since the last complete pull is asked for again.")
            state.position = None
            _write_pages(round_, state, pages)


def _write_pages(round_: _Round, state: State, pages: Connector) -> None:
    """Each page first as files, then in the state."""
    landing, pulled = round_.landing, round_.pulled
    start = round_.begin(state)
    for page in pages(start):
        if page.records:
            landing.write_records(page, state)
        written = sum(landing.write_file(file) for file in page.files) + bool(page.records)
        state.files += bool(page.records)
        state.position = page.position
        state.seen.update((_digest(version), start.until) for version in page.versions)
        if page.is_last:
            _end(state, round_.pull, start.until)
        landing.save(state)
        pulled.files += written
        pulled.records += len(page.records)
        pulled.left_out += page.left_out
        round_.told(pulled)


def _end(state: State, pull: Pull, until: float) -> None:
    """Everything until this pull began lies in the folder."""
    state.complete, state.is_open = until, False
    oldest = until - 60 * pull.overlap_minutes - MARGIN_SECONDS
    state.seen = {digest: moment for digest, moment in state.seen.items() if moment >= oldest}


def _digest(version: Version) -> str:
    return digest_of(version.identity, version.state)


@contextmanager
def _connected(pull: Pull, config: Config, patience: Patience) -> Iterator[Connector]:
    """The connector of this kind, logged in."""
    if pull.kind == "sftp":
        secret = load_secret(pull, config)
        yield lambda start: sftp_drop.pages(pull, start, secret, patience)
        return
    connector = CONNECTORS[pull.kind]
    is_open = pull.kind == "https"  # a drop may ask for nothing
    secret = (find_secret(pull, config) or "") if is_open else load_secret(pull, config)
    client = Client(pull, patience)
    client.login = connector.login(pull, secret, client)
    try:
        yield lambda start: connector.pages(pull, start, client)
    finally:
        client.close()
