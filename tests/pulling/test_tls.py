"""A server proves who it is by a certificate, or is told nothing; an authority of the house can be named."""

import logging
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.pulling.conftest import SECRET, Server, Source
from tests.pulling.test_zendesk import Zendesk

TODAY = datetime.now(UTC)


class Authority:
    """Who signs certificates, and is believed by whom its own certificate is given to."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._key = folder, ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        own = self._signed(self._name, self._key, x509.BasicConstraints(ca=True, path_length=None))
        self.path = folder / f"{name}.pem"
        self.path.write_bytes(own.public_bytes(serialization.Encoding.PEM))

    def context(self, host: x509.GeneralName, days: int = 1) -> ssl.SSLContext:
        """What a server of that name speaks TLS with."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "palvelin")])
        certificate = self._signed(subject, key, x509.SubjectAlternativeName([host]), days)
        form, secrecy = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        pem = key.private_bytes(serialization.Encoding.PEM, form, secrecy)
        path = self._folder / "palvelin.pem"
        path.write_bytes(pem + certificate.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _signed(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, extension: x509.ExtensionType, days: int = 1
    ) -> x509.Certificate:
        builder = x509.CertificateBuilder(self._name, subject, key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(TODAY - timedelta(days=9)).not_valid_after(TODAY + timedelta(days=days))
        for one in (
            extension,
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
        ):
            builder = builder.add_extension(one, critical=isinstance(one, x509.BasicConstraints))
        return builder.sign(self._key, hashes.SHA256())


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    found = Authority(tmp_path, "talon-varmentaja")
    monkeypatch.setenv("SSL_CERT_FILE", str(found.path))
    return found


@pytest.fixture
def secured(source: Callable[..., Source]) -> Iterator[Callable[[ssl.SSLContext], tuple[Server, Source]]]:
    """Make a server that speaks TLS so, and a source that is pulled from it."""
    servers: list[Server] = []

    def make(context: ssl.SSLContext) -> tuple[Server, Source]:
        servers.append(Server(context))
        servers[-1].route = Zendesk(1)
        tickets = source("zendesk", what="tickets")
        object.__setattr__(tickets.pull, "url", servers[-1].url)
        return servers[-1], tickets

    yield make
    for server in servers:
        server.close()


OURS = x509.IPAddress(ip_address("127.0.0.1"))


def test_a_server_that_the_authority_of_the_house_vouches_for_is_asked(
    authority: Authority, secured: Callable[..., tuple[Server, Source]]
) -> None:
    server, tickets = secured(authority.context(OURS))
    pulled = tickets.run()
    assert (pulled.error, pulled.records) == ("", 1)
    assert server.asked[0].headers["authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize(
    ("host", "days", "reason"),
    [
        (x509.DNSName("muualla.example"), 1, "IP address mismatch, certificate is not valid for '127.0.0.1'"),
        (OURS, -1, "certificate has expired"),
        (None, 1, "unable to get local issuer certificate"),
    ],
    ids=["another host", "expired", "another authority"],
)
def test_a_server_that_cannot_prove_who_it_is_is_told_nothing(
    authority: Authority, secured: Callable[..., tuple[Server, Source]], tmp_path: Path,
    caplog: pytest.LogCaptureFixture, host: x509.GeneralName | None, days: int, reason: str,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    signs = authority if host else Authority(tmp_path, "joku-muu")
    server, tickets = secured(signs.context(host or OURS, days))
    pulled = tickets.run()
    assert pulled.error == (
        f"tuki (127.0.0.1): the server does not prove that it is who we ask ({reason}): correct url, or name the "
        "authority of your house in SSL_CERT_FILE."
    )
    assert (server.asked, tickets.time.waits, tickets.files()) == ([], [], []), "nothing is sent or tried again"
    assert SECRET not in pulled.error + caplog.text


def test_without_its_name_the_authority_of_the_house_is_nobody(
    authority: Authority, secured: Callable[..., tuple[Server, Source]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    server, tickets = secured(authority.context(OURS))
    assert "the server does not prove that it is who we ask (unable to get local issuer" in tickets.run().error
    assert server.asked == []
