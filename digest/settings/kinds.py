"""The kinds of values that settings hold: text, addresses, colours, secrets; each checked where it stands."""

from __future__ import annotations

import re
from string import Formatter
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from digest.errors import N_


def _absolute_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", value) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise PydanticCustomError("url", N_("must be an absolute URL (https://…), got {got}"))
    if parts.username or parts.password:
        raise PydanticCustomError("secret", N_("holds a password; name the environment variable that holds it in headers_env"))
    return value


def _subject(value: str) -> str:
    try:
        fields = [(name, how, form) for _, name, form, how in Formatter().parse(value) if name is not None]
    except ValueError:
        fields = [("", None, None)]
    if any(how or form or name not in ("edition", "month", "lead") for name, how, form in fields):
        raise PydanticCustomError("subject", N_("may hold {{edition}}, {{month}} and {{lead}}, and no other brace; got {got}"))
    return value


def _timezone(value: str) -> str:
    if value not in available_timezones():
        raise PydanticCustomError("timezone", N_("must be a time zone such as Europe/Paris, got {got}"))
    return value


_BREAKS = re.compile(r"\s*[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\s*")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


def _on_one_line(value: Any) -> Any:
    """A name as a heading, a header and a terminal can hold it."""
    return _CONTROLS.sub("", _BREAKS.sub(" ", value)) if isinstance(value, str) else value


Name = Annotated[str, BeforeValidator(_on_one_line), StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Url = Annotated[str, AfterValidator(_absolute_url)]
Subject = Annotated[Name, AfterValidator(_subject)]
Timezone = Annotated[str, AfterValidator(_timezone)]
Color = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=100)]
Email = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_%+'&-]+(\.[A-Za-z0-9_%+'&-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")]
"""Without accents: mail headers carry those only between servers that all have SMTPUTF8 (RFC 6531)."""


Security = Literal["tls", "starttls", "none"]
"""How a mail server is spoken to: TLS from the first byte, TLS after STARTTLS, or in clear (on one machine only)."""
Variable = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
"""Name of an environment variable."""


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class WithSecret(Strict):
    """Something that needs a secret, which never stands in sources.yaml: a variable of the environment, or a file of its own."""

    secret_env: Variable | None = None
    """Name of the environment variable that holds the password, the token or the key."""
    secret_file: Name | None = None
    """A file that holds nothing else; a path from sources.yaml's own folder."""

    @model_validator(mode="after")
    def _one_secret(self) -> Self:
        if (self.secret_env is None) == (self.secret_file is None):
            message = N_("needs one of '{variable}' (a variable's name) or '{secret}' (a path)")
            raise PydanticCustomError("secret", message, {"keys": _secret_keys(type(self))})
        return self


def _secret_keys(kind: type[WithSecret]) -> dict[str, Any]:
    return {"variable": kind.model_fields["secret_env"].alias, "secret": kind.model_fields["secret_file"].alias}
