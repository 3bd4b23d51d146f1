"""What every place receives: an approved edition, its rendered email, and the newsletter it belongs to."""

from __future__ import annotations

from dataclasses import dataclass

from digest.model import Edition, RenderedEmail
from digest.settings import Newsletter


@dataclass(frozen=True, slots=True)
class Parcel:
    """An approved edition on its way to a place."""

    edition: Edition
    rendered: RenderedEmail
    newsletter: Newsletter
