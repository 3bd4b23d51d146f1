"""What every place receives: an approved edition, its rendered email, and the newsletter it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from digest.model import Edition, RenderedEmail
from digest.settings import Newsletter


@dataclass(frozen=True, slots=True)
class Parcel:
    """An approved edition on its way to a place."""

    edition: Edition
    rendered: RenderedEmail
    newsletter: Newsletter
    pictures: Mapping[str, bytes] = MappingProxyType({})
    """The edition's pictures, by their names."""
