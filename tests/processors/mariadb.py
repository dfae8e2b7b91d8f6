"""A MariaDB of the tests' own, from the system's packages: one for a run, on a folder that goes
afterwards. It speaks TLS, with a certificate for `db.example.org`."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pymysql
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from privacyportal.local import account, ports, processes

START_SECONDS = 30
HOST = "db.example.org"
MISSING = "no MariaDB on this machine: install mariadb-server"
USER, PASSWORD = "tester", "pass"
USERS = f"""
CREATE USER {USER}@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';
GRANT ALL ON *.* TO {USER}@'127.0.0.1' WITH GRANT OPTION;
"""
QUICK = (
    "--innodb-buffer-pool-size=32M",
    "--innodb-log-file-size=8M",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
    "--performance-schema=OFF",
    "--skip-log-bin",
    "--skip-name-resolve",
)


@dataclass(frozen=True)
class Server:
    port: int
    authority: Path  # that signed its certificate

    def connect(self, database: str = "mysql") -> pymysql.Connection:
        return pymysql.connect(
            host=ports.LOCAL,
            port=self.port,
            user=USER,
            password=PASSWORD,
            database=database,
            client_flag=pymysql.constants.CLIENT.MULTI_STATEMENTS,
        )


def program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


def installed() -> bool:
    return program("mariadbd") is not None and program("mariadb-install-db") is not None


@contextmanager
def running() -> Iterator[Server]:
    home = Path(tempfile.mkdtemp(prefix="privacyportal-mariadb-"))
    home.chmod(0o711)
    process = None
    try:
        data = account.folder(home / "data")
        _create(data)
        (home / "users.sql").write_text(USERS)
        authority = _certificate(home)
        port = ports.any_free()
        process = account.spawn(
            [
                str(program("mariadbd")),
                "--no-defaults",
                f"--datadir={data}",
                f"--socket={data / 'socket'}",
                f"--port={port}",
                f"--bind-address={ports.LOCAL}",
                f"--init-file={home / 'users.sql'}",
                f"--ssl-cert={authority}",
                f"--ssl-key={home / 'key.pem'}",
                *QUICK,
            ],
            home=data,
            log=home / "log",
        )
        server = Server(port, authority)
        deadline = time.monotonic() + START_SECONDS
        while not _answers(server):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"MariaDB does not start:\n{(home / 'log').read_text()[-2000:]}")
            time.sleep(0.05)
        yield server
    finally:
        if process:
            processes.stop(process)
        shutil.rmtree(home, ignore_errors=True)


def _create(data: Path) -> None:
    account.run(
        [
            str(program("mariadb-install-db")),
            "--no-defaults",
            f"--datadir={data}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            *QUICK[:4],
        ],
        home=data,
    )


def _certificate(home: Path) -> Path:
    """Signed by itself; the path of the certificate, beside which lies its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = home / "certificate.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (home / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    account.hand_over(home / "key.pem")
    return path


def _answers(server: Server) -> bool:
    try:
        with closing(server.connect()):
            return True
    except pymysql.OperationalError:
        return False
