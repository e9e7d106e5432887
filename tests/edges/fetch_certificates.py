"""Certificates for tests, good and bad, made by the openssl command."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

_SETTINGS = """
[ca]
default_ca = here
[here]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = names
copy_extensions = copy
unique_subject = no
[names]
commonName = supplied
"""
_KEY = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes".split()
_LOOPBACK = "IP:127.0.0.1,DNS:localhost,DNS:feeds.test,DNS:xn--bcher-kva.test"


@dataclass(frozen=True)
class Certificates:
    """A directory with an authority of our own and what it signed."""

    folder: Path

    @property
    def authority(self) -> Path:
        return self.folder / "ca.pem"

    def server_context(self, name: str) -> ssl.SSLContext:
        """Return what a server needs to show the certificate of that name."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        return context

    def sign(self, name: str, *, hosts: str = _LOOPBACK, begin: str, end: str) -> None:
        """Make a certificate; *begin* and *end* as 20260102030405Z."""
        subject = ["-subj", f"/CN={name}", "-addext", f"subjectAltName={hosts}"]
        self._openssl(
            "req", "-new", *_KEY, "-keyout", f"{name}.key", "-out", f"{name}.csr", *subject
        )
        period = ["-startdate", begin, "-enddate", end]
        signer = ["-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key"]
        files = ["-in", f"{name}.csr", "-out", f"{name}.pem"]
        self._openssl("ca", "-batch", "-notext", *signer, *files, *period)

    def self_sign(self, name: str, *, extensions: tuple[str, ...] = ()) -> None:
        """Make a certificate nobody vouches for."""
        files = ["-keyout", f"{name}.key", "-out", f"{name}.pem"]
        names = ["-subj", f"/CN={name}", "-addext", f"subjectAltName={_LOOPBACK}"]
        more = [word for extension in extensions for word in ("-addext", extension)]
        self._openssl("req", "-x509", *_KEY, "-days", "9", *files, *names, *more)

    def _openssl(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)


def make_authority(folder: Path) -> Certificates:
    """Make an authority that signs what it is asked to."""
    (folder / "index.txt").touch()
    (folder / "ca.cnf").write_text(_SETTINGS)
    made = Certificates(folder)
    # Python 3.13 checks strictly: an authority must say what its key is for.
    made.self_sign("ca", extensions=("keyUsage=critical,keyCertSign,cRLSign",))
    return made


def make_certificates(folder: Path) -> Certificates:
    """Make an authority, and certificates called good, expired, early, elsewhere and alone."""
    made = make_authority(folder)
    always = {"begin": "20200101000000Z", "end": "20991231235959Z"}
    made.sign("good", **always)
    made.sign("elsewhere", hosts="DNS:elsewhere.example", **always)
    made.sign("expired", begin="20251201000000Z", end="20260102030405Z")
    made.sign("early", begin="20980101000000Z", end="20991231235959Z")
    made.self_sign("alone")
    return made
