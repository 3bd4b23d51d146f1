"""What every place receives: an approved edition, its rendered email, and the newsletter it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from digest.model import Edition, RenderedEmail
from digest.settings import Newsletter


@dataclass(frozen=True, slots=True)
class Parcel:
    """An approved edition on its way to a place."""

    edition: Edition
    rendered: RenderedEmail
    newsletter: Newsletter
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    """The edition's pictures, by their names."""
