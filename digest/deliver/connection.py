"""How a mail server is reached: its certificate verified, no password in clear, and what fails told in plain words."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Final

from digest.errors import N_, DeliveryError

SECONDS: Final = 30
"""How long a mail server may stay silent."""


def trusted() -> ssl.SSLContext:
    """TLS as this machine trusts it, the host's name checked; the variable SSL_CERT_FILE may name an authority of one's own."""
    return ssl.create_default_context()


def refuse_password_in_clear(host: str) -> None:
    """Raise DeliveryError unless the host is this machine, where nobody listens on the way."""
    if not _is_this_machine(host):
        raise DeliveryError(
            N_("{host}: a password is not sent in clear"), hint=N_("write security: tls or security: starttls"), host=host
        )


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


@contextmanager
def told_plainly(host: str, port: int) -> Iterator[None]:
    """Whatever the network does inside becomes a DeliveryError that a person understands."""
    try:
        yield
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
        raise cut(host, error) from error
    except ssl.SSLCertVerificationError as error:
        raise DeliveryError(
            N_("the certificate of {host} cannot be trusted: {cause}"),
            hint=N_("check the name of the host; an authority of your own stands in a file named by the variable SSL_CERT_FILE"),
            host=host, cause=error.verify_message,
        ) from error  # fmt: skip
    except ssl.SSLError as error:
        raise DeliveryError(
            N_("{host}, port {port}: no encrypted connection can be made ({cause})"),
            hint=N_("security: tls goes with the ports 993 and 465, security: starttls with 143 and 587"),
            host=host, port=port, cause=error.reason or error,
        ) from error  # fmt: skip
    except socket.gaierror as error:
        raise DeliveryError(N_("no server is named {host}, or this machine is not connected"), host=host) from error
    except TimeoutError as error:
        raise DeliveryError(
            N_("{host}, port {port}: no answer within {seconds} s"), host=host, port=port, seconds=SECONDS
        ) from error
    except ConnectionRefusedError as error:
        raise DeliveryError(N_("{host}, port {port}: no mail server answers there"), host=host, port=port) from error
    except (OSError, EOFError) as error:
        raise cut(host, error) from error


def cut(host: str, cause: Exception) -> DeliveryError:
    """A connection that ended before its time."""
    return DeliveryError(
        N_("{host}: the connection was cut ({cause})"), hint=N_("try again in a moment"), host=host, cause=str(cause) or "EOF"
    )
