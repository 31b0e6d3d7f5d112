"""A timestamp authority of one's own: `openssl ts` with a root, made anew for each test run."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from rongtong.engines.translog import Anchors, Reply

_CONFIGURATION = """
[tsa]
default_tsa = own
[own]
serial = {home}/serial
signer_cert = {home}/authority.pem
signer_key = {home}/authority.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
[authority]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
"""
_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


class Authority:
    """An authority in a folder; `post` stands in for the way to it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        home.mkdir(parents=True, exist_ok=True)
        (home / "own.cnf").write_text(_CONFIGURATION.format(home=home))
        (home / "serial").write_text("01\n")
        self._openssl("req", "-x509", *_KEY, "-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=Own Root")
        self._openssl("req", *_KEY, "-keyout", "authority.key", "-out", "own.csr", "-subj", "/CN=Own Authority")
        signed = ["-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "3650"]
        signed += ["-extfile", "own.cnf", "-extensions", "authority"]
        self._openssl("x509", "-req", "-in", "own.csr", *signed, "-out", "authority.pem")

    @property
    def anchors(self) -> Anchors:
        """What those trust who trust this authority."""
        return Anchors.from_pem((self.home / "root.pem").read_bytes())

    def post(self, url: str, body: bytes, *, type: str, seconds: float) -> Reply:
        """Answer a query as the authority does over HTTP."""
        assert type == "application/timestamp-query"
        with tempfile.NamedTemporaryFile(dir=self.home) as query:
            query.write(body)
            query.flush()
            answer = self._openssl("ts", "-reply", "-config", "own.cnf", "-queryfile", query.name)
        return Reply(200, "application/timestamp-reply", answer)

    def says_good(self, token: bytes, text: str) -> bool:
        """Ask openssl itself whether a token is good."""
        (self.home / "token").write_bytes(token)
        (self.home / "text").write_text(text)
        command = ["openssl", "ts", "-verify", "-token_in", "-in", "token", "-data", "text", "-CAfile", "root.pem"]
        return subprocess.run(command, cwd=self.home, capture_output=True, check=False).returncode == 0

    def _openssl(self, *words: str) -> bytes:
        return subprocess.run(["openssl", *words], cwd=self.home, capture_output=True, check=True).stdout
