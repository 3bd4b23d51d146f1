"""Real mail servers on loopback: a Dovecot of one's own, a server that takes messages, and a line to them that gets cut."""

from __future__ import annotations

import grp
import os
import pwd
import select
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from imaplib import IMAP4
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers import DATA

AUTHORITY = DATA / "loopback-authority.pem"
"""Who signed the certificate: for the variable SSL_CERT_FILE."""
CERTIFICATE = DATA / "loopback-certificate.pem"
PASSWORD = "sésame-ouvre-toi"
"""Of every user; any name is a user with an account of its own."""
READ_ONLY = "Consultation"
"""A folder that a person may make, and then only read."""
ROOM = 200_000
"""Bytes, about, of an account."""
INSTALL = "apt-get install -y --no-install-recommends dovecot-imapd"


def _dovecot() -> str | None:
    """Where the program is; None without it, and for 2.4, whose configuration is written another way."""
    program = shutil.which("dovecot", path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin")
    version = subprocess.run([program, "--version"], capture_output=True, text=True).stdout if program else ""
    return program if version.startswith("2.3.") else None


PROGRAM = _dovecot()


@dataclass(frozen=True)
class Dovecot:
    """A server that runs: IMAP with STARTTLS on one port, with TLS from the first byte on the other."""

    port: int
    tls_port: int
    host: str = "localhost"

    @contextmanager
    def as_person(self, user: str, folder: str | None = "Drafts") -> Iterator[IMAP4]:
        """What the person's own mail program sees, with a folder open; no TLS, nothing of the program under test."""
        server = IMAP4(self.host, self.port, timeout=10)
        server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server.authenticate("PLAIN", lambda _: f"\0{user}\0{PASSWORD}".encode())
        if folder is not None:
            assert server.select(f'"{folder}"')[0] == "OK"
        try:
            yield server
        finally:
            server.logout()


@contextmanager
def running_dovecot(
    *, mailbox: str | None = "Drafts", uidplus: bool = True, separator: str = "/", prefix: str = ""
) -> Iterator[Dovecot]:
    """Dovecot with one special-use drafts folder (None: without), until the end of the block."""
    if PROGRAM is None:
        raise RuntimeError(f"these tests need Dovecot 2.3: {INSTALL}")
    folder = Path(tempfile.mkdtemp(prefix="dovecot-"))  # short: a socket's path has 108 bytes at most
    user = pwd.getpwuid(os.getuid() or pwd.getpwnam("nobody").pw_uid)  # Dovecot's processes refuse to be root
    shutil.copy(CERTIFICATE, folder / "certificate.pem")
    for path in (folder, folder / "certificate.pem"):
        os.chown(path, user.pw_uid, user.pw_gid)
    port, tls_port = _free_ports(2)
    drafts = f'mailbox "{mailbox}" {{\n special_use = \\Drafts\n auto = subscribe\n }}' if mailbox else ""
    (folder / "acl").write_text(f"{READ_ONLY} owner lr\n")
    config = folder / "dovecot.conf"
    config.write_text(
        CONFIG.format(
            folder=folder, user=user.pw_name, group=grp.getgrgid(user.pw_gid).gr_name, port=port, tls_port=tls_port,
            password=PASSWORD, drafts=drafts, separator=separator, prefix=prefix,
            capability="" if uidplus else "imap_capability = IMAP4rev1 SPECIAL-USE NAMESPACE",
        )
    )  # fmt: skip
    identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if os.getuid() == 0 else {}
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            [PROGRAM, "-F", "-c", config], stdout=output, stderr=output, start_new_session=True, **identity
        )  # type: ignore[call-overload]
    try:
        _wait(port, process, folder)
        yield Dovecot(port, tls_port)
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # all at once: asked politely, the master takes a second to end the others
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _wait(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    """Until the server greets. Raises RuntimeError with the server's own words when it does not."""
    for _ in range(200):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            if connection.recv(4) == b"* OK":
                return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    said = "\n".join((folder / name).read_text(errors="replace") for name in ("output", "log") if (folder / name).exists())
    raise RuntimeError(f"Dovecot does not start:\n{said}")


@dataclass(frozen=True)
class Mail:
    """A message that was received."""

    sender: str
    to: tuple[str, ...]
    content: bytes
    encrypted: bool
    user: str | None


@dataclass
class Postbox:
    """A mail server that takes messages: what it received, and whom it refuses."""

    port: int
    received: list[Mail] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    host: str = "localhost"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802
        if address in self.refused:
            return "550 5.1.1 no such person here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        assert server.transport is not None
        encrypted, user = server.transport.get_extra_info("sslcontext") is not None, session.auth_data
        self.received.append(Mail(str(envelope.mail_from), tuple(envelope.rcpt_tos), envelope.content, encrypted, user))
        return "250 OK"


@contextmanager
def running_smtp(
    security: str = "starttls", *, mechanisms: str = "PLAIN LOGIN", most_bytes: int = 1_000_000
) -> Iterator[Postbox]:
    """A mail server that lets in any user with PASSWORD; with STARTTLS, nobody else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    postbox = Postbox(_free_ports(1)[0])
    controller = Controller(
        postbox, "127.0.0.1", postbox.port,
        ssl_context=context if security == "tls" else None,
        tls_context=context if security == "starttls" else None,
        require_starttls=security == "starttls",
        authenticator=_let_in, auth_required=security == "starttls", auth_require_tls=security == "starttls",
        auth_exclude_mechanism={"PLAIN", "LOGIN"} - set(mechanisms.split()),
        data_size_limit=most_bytes,
    )  # fmt: skip
    controller.start()
    try:
        yield postbox
    finally:
        controller.stop()


def _let_in(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object) -> AuthResult:
    assert isinstance(given, LoginPassword)
    right = given.password == PASSWORD.encode()
    return AuthResult(success=right, handled=right, auth_data=given.login.decode() if right else None)


@dataclass
class CutLine:
    """Stands between a program and a server, and cuts the connection when the program has spoken `words` times."""

    port: int
    words: int
    """Of the program; each time it sends something is one."""
    heard: bool
    """Whether the server still receives the last word, and does what it says; the answer is lost in any case."""
    spoken: int = 0


@contextmanager
def cut_line(to: int, *, words: int, heard: bool) -> Iterator[CutLine]:
    """A line to a port of this machine, for one connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        line = CutLine(listener.getsockname()[1], words, heard)
        thread = threading.Thread(target=_carry, args=(listener, to, line), daemon=True)
        thread.start()
        yield line
        listener.close()
        thread.join(10)


def _carry(listener: socket.socket, to: int, line: CutLine) -> None:
    with suppress(OSError), listener.accept()[0] as program, socket.create_connection(("127.0.0.1", to)) as server:
        while True:
            ready, _, _ = select.select([program, server], [], [])
            if server in ready:
                if not (answer := server.recv(65536)):
                    return
                program.sendall(answer)
            if program in ready:
                if not (word := program.recv(1 << 20)):
                    return
                line.spoken += 1
                if line.spoken < line.words or line.heard:
                    server.sendall(word)
                if line.spoken == line.words:
                    select.select([server], [], [], 0.3 if line.heard else 0)  # until the server has done it
                    return


CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
disable_plaintext_auth = no
auth_failure_delay = 0
mail_fsync = never
mail_plugins = acl quota
plugin {{
 acl = vfile:{folder}/acl
 quota = maildir:User quota
 quota_rule = *:storage=200K
}}
ssl = yes
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/certificate.pem
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{folder}/mail/%u
{capability}
passdb {{
 driver = static
 args = password={password}
}}
userdb {{
 driver = static
 args = uid={user} gid={group} home={folder}/mail/%u
}}
namespace inbox {{
 inbox = yes
 separator = {separator}
 prefix = {prefix}
 {drafts}
}}
service imap-login {{
 chroot =
 service_count = 0
 inet_listener imap {{
  port = {port}
 }}
 inet_listener imaps {{
  port = {tls_port}
  ssl = yes
 }}
}}
service anvil {{
 chroot =
 unix_listener anvil-auth-penalty {{
  mode = 0
 }}
}}
service imap {{
 service_count = 100
}}
"""
