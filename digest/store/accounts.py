"""Who may open the review page of one newsletter, when a team shares it: names, roles and password hashes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Literal

from sqlalchemy import Connection, delete, insert, select

from digest.store import schema as t

Role = Literal["reader", "editor", "approver"]
"""A reader looks; an editor also prepares; an approver also signs and delivers."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person of the team."""

    name: str
    role: Role
    password: str
    """Hash of the password, never the password."""


class Accounts:
    """The accounts of a newsletter."""

    def __init__(
        self,
        newsletter: str,
        writing: Callable[[], AbstractContextManager[Connection]],
        reading: Callable[[], AbstractContextManager[Connection]],
    ) -> None:
        self._newsletter = newsletter
        self._writing = writing
        self._reading = reading

    def all(self) -> tuple[Account, ...]:
        """Every account, by name."""
        wanted = select(t.accounts).where(t.accounts.c.newsletter == self._newsletter).order_by(t.accounts.c.name)
        with self._reading() as connection:
            return tuple(Account(row.name, row.role, row.password) for row in connection.execute(wanted))

    def find(self, name: str) -> Account | None:
        """The account of a name; None when there is none."""
        return next((account for account in self.all() if account.name == name), None)

    def save(self, account: Account) -> None:
        """Make an account, or replace the one of this name."""
        with self._writing() as connection:
            self.remove(account.name)
            connection.execute(insert(t.accounts).values(newsletter=self._newsletter, **asdict(account)))

    def remove(self, name: str) -> bool:
        """Take an account away; whether there was one."""
        mine = (t.accounts.c.newsletter == self._newsletter) & (t.accounts.c.name == name)
        with self._writing() as connection:
            return connection.execute(delete(t.accounts).where(mine)).rowcount > 0
