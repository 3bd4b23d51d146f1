"""Where an approved edition may go, as settings: a mail account, a sender; and the mail server of tests and notices."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from digest.errors import N_
from digest.settings.kinds import Email, Name, Security, Strict, Url, Variable, WithSecret


class Imap(WithSecret):
    """A mail account whose drafts folder receives the approved edition."""

    host: Name
    user: Name
    port: int | None = Field(None, ge=1, le=65535)
    """None: 993, or 143 without TLS from the first byte."""
    security: Security = "tls"
    folder: Name | None = None
    """None: the account's own drafts folder is found."""
    secret_env: Variable | None = Field(None, alias="password_env")
    secret_file: Name | None = Field(None, alias="password_file")


class Listmonk(WithSecret):
    """A listmonk server, which receives the edition as a draft campaign."""

    url: Url
    user: Name
    lists: tuple[int, ...] = Field(min_length=1)
    template: int | None = None
    """Id of a template that holds only `{{ template "content" . }}`; None: the server's default one."""
    secret_env: Variable | None = Field(None, alias="token_env")
    secret_file: Name | None = Field(None, alias="token_file")


class Keila(WithSecret):
    """A Keila server, which receives the edition as a draft campaign."""

    url: Url = "https://app.keila.io"
    sender: Name
    """Id of the sender in Keila (`nms_…`)."""
    segment: Name | None = None
    """Id of the segment in Keila (`sgm_…`)."""
    secret_env: Variable | None = Field(None, alias="key_env")
    secret_file: Name | None = Field(None, alias="key_file")


class Brevo(WithSecret):
    """A Brevo account, which receives the edition as a draft campaign."""

    url: Url = "https://api.brevo.com/v3"
    lists: tuple[int, ...] = Field(min_length=1)
    secret_env: Variable | None = Field(None, alias="key_env")
    secret_file: Name | None = Field(None, alias="key_file")


class Mailchimp(WithSecret):
    """A Mailchimp account, which receives the edition as a draft campaign."""

    list: Name
    """Id of the audience."""
    url: Url | None = None
    """None: found from the key (`…-us21`)."""
    secret_env: Variable | None = Field(None, alias="key_env")
    secret_file: Name | None = Field(None, alias="key_file")


class Delivery(Strict):
    """A place where the approved edition goes as a draft: one of these."""

    imap: Imap | None = None
    listmonk: Listmonk | None = None
    keila: Keila | None = None
    brevo: Brevo | None = None
    mailchimp: Mailchimp | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if sum(kind is not None for kind in (self.imap, self.listmonk, self.keila, self.brevo, self.mailchimp)) != 1:
            raise PydanticCustomError("place", N_("needs one of imap, listmonk, keila, brevo or mailchimp"))
        return self

    @property
    def place(self) -> Imap | Listmonk | Keila | Brevo | Mailchimp:
        """The one that is given."""
        found = self.imap or self.listmonk or self.keila or self.brevo or self.mailchimp
        assert found is not None
        return found


class Smtp(Strict):
    """The mail server that carries test messages and notices to the team; never the newsletter itself."""

    host: Name
    port: int | None = Field(None, ge=1, le=65535)
    """None: 587 with STARTTLS, 465 with TLS, 25 in clear."""
    security: Security = "starttls"
    user: Name | None = None
    password_env: Variable | None = None
    password_file: Name | None = None

    @model_validator(mode="after")
    def _user_has_password(self) -> Self:
        if (self.user is not None) != ((self.password_env is None) != (self.password_file is None)):
            raise PydanticCustomError("secret", N_("a user needs one of 'password_env' or 'password_file', and they need a user"))
        return self


class Notify(Strict):
    """Who is told, by email, that a draft waits or that there is too little for one."""

    to: tuple[Email, ...] = Field(min_length=1)
    review_url: Url | None = None
    """Where the team opens the review page; printed in the notice."""


class Review(Strict):
    """The review page of a team, behind a proxy that speaks HTTPS; without it, the page is for the person at this machine."""

    url: Url
    """Where the team opens it (`https://lettre.association.example`)."""
