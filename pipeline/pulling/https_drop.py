"""Files that lie on a web server: those of a directory listing, or of a list of addresses.

`url` ends in `/` for a listing, as Apache, nginx and IIS write them: the links to files of that folder, not to
others. Else it is a list: an address a line, or a JSON array of addresses or of objects with `url`. All addresses
must be of the host that the settings name. A file is asked for with the `ETag` or the `Last-Modified` that it had,
and comes only if it has changed. With `user` the secret is a password, else a bearer token; a server that asks for
nothing needs none.
"""

import io
import json
from base64 import b64encode
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import PurePosixPath
from typing import BinaryIO
from urllib.parse import unquote, urljoin, urlsplit

from pipeline.errors import PullError
from pipeline.pulling.client import Client
from pipeline.pulling.drop import MAX_FILE_BYTES, MAX_LIST_BYTES, Offered, is_wanted, pages_of
from pipeline.pulling.login import Fixed, bearer
from pipeline.pulling.pages import Page, Start, part
from pipeline.pulls import Pull

VALIDATORS = (("etag", "If-None-Match"), ("last-modified", "If-Modified-Since"))
"""What a server calls a version, and how it is asked whether there is another (RFC 9110, 13.1)."""


def login(pull: Pull, secret: str, _client: Client) -> Fixed:
    """With `user` by password, else by token; without a secret by nothing."""
    if not secret:
        return Fixed()
    if pull.user:
        return Fixed({"Authorization": f"Basic {b64encode(f'{pull.user}:{secret}'.encode()).decode()}"})
    return bearer(pull, secret)


def pages(pull: Pull, start: Start, client: Client) -> Iterator[Page]:
    """Pages of the files that are new or have changed.

    Raises:
        PullError: the server refuses, or offers something else than a list of files.
    """
    content = io.BytesIO()
    client.download(pull.url, "the list of files", content, {}, MAX_LIST_BYTES, is_list=True)
    addresses = _addresses(pull, content.getvalue().decode("utf-8", errors="replace"))
    yield from pages_of([_offered(address, client) for address in addresses], start)


def _addresses(pull: Pull, content: str) -> list[str]:
    """The addresses of the files that are pulled, each once, in the order of the list."""
    if pull.url.endswith("/"):
        links = _Links()
        links.feed(content)
        below = [_joined(pull.url, link) for link in links.found]
        found = [url for url in below if _is_in_folder(url, pull.url)]
    else:
        found = [_joined(pull.url, line) for line in _listed(pull, content)]
    wanted = [url for url in dict.fromkeys(found) if is_wanted(pull, PurePosixPath(_path(url)).name)]
    if len({_path(url) for url in wanted}) < len(wanted):
        raise PullError(
            f"{pull.name} ({pull.host}): some addresses of the list differ behind their ? alone, where only a "
            "signature may stand: have each file listed under a path of its own."
        )
    return wanted


class _Links(HTMLParser):
    """Where the links of a page lead."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]


def _is_in_folder(url: str, folder: str) -> bool:
    """Whether this is a file of the folder itself: no sorting link, no folder above or below, no other host."""
    inside = url.removeprefix(folder)
    return url.startswith(folder) and inside != "" and not any(sign in inside for sign in "/?#")


def _listed(pull: Pull, content: str) -> list[str]:
    if content.lstrip()[:1] == "<":
        raise PullError(
            f"{pull.name} ({pull.host}): url is a page, not a list of addresses: end it in / for a listing."
        )
    if content.lstrip()[:1] not in ("[", "{"):
        return [line.strip() for line in content.splitlines() if line.strip() and not line.startswith("#")]
    try:
        listed = json.loads(content)
    except (ValueError, RecursionError):
        listed = None
    found = [part(entry, "url") if isinstance(entry, dict) else entry for entry in listed or []]
    if not isinstance(listed, list) or not all(isinstance(entry, str) for entry in found):
        raise PullError(f"{pull.name} ({pull.host}): the list of files is no array of addresses: correct url.")
    return [str(entry) for entry in found]


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:
        return ""


def _path(url: str) -> str:
    try:
        return unquote(urlsplit(url).path)
    except ValueError:
        return ""


def _offered(address: str, client: Client) -> Offered:
    """A file as it is offered; its signature, behind `?`, may change from night to night."""

    def fetch(sink: BinaryIO, known: str) -> str | None:
        name, _, value = known.partition("=")
        headers = {asked: value for called, asked in VALIDATORS if called == name and value}
        answer = client.download(address, "a file", sink, headers, MAX_FILE_BYTES)
        if answer.status == 304:
            return None
        return next((f"{name}={answer.headers[name]}" for name, _ in VALIDATORS if answer.headers.get(name)), "")

    return Offered(_path(address), "", fetch)
