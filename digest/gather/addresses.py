"""Addresses as identities: one article, one canonical address, whoever shared it. A wrong merge is worse than a miss.

`canonical` gives an address that still opens the page (only trackers and spelling go); `article_id` also ignores what
never tells two articles apart (http or https, `www.`, the last slash, the order of the query).
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlsplit, urlunsplit

# Trackers met in the wild. The French ones (xtor and at_: AT Internet, now Piano; Echobox) are missing from the libraries.
_TRACKER = re.compile(
    r"utm_\w*|at_\w+|xt(?:or|ref|cr|np|mc)|mtm_\w+|(?:pk|piwik)_(?:campaign|kwd|keyword|medium|source|content|cid)|hsa_\w+|_hs(?:enc|mi)"
    r"|ns_(?:mchannel|source|campaign|linkname|fee)|mc_[ce]id|(?:fb|g|d|tw|tt|y|ms)clid|msclkid|gclsrc|gbraid|wbraid|igsh(?:id)?|li_fat_id"
    r"|_g[al]|mkt_tok|vero_(?:id|conv)|oly_(?:enc|anon)_id|wt\.mc_\w+|s_cid|cmpid|echobox|phpsessid|fb_(?:action|source|ref)\w*",
    re.IGNORECASE,
)
# A common word is a tracker only with a value that names a channel: `ref=rss`, Medium's `source=rss-b1f3------2`.
_CHANNEL_KEY = re.compile(r"ref|source|src|from|origine?|provenance", re.IGNORECASE)
_CHANNEL = re.compile(r"(?:flux-?)?rss(?:-.*|_?feed)?|feed|newsletter|twitter|facebook|linkedin|mastodon|bluesky", re.IGNORECASE)
_SECRET = re.compile(
    r".*(?:token|secret|passw|signature|credential|(?:api|auth|access|user|feed|rss)key).*|(?:.*[_.-])?(?:key|auth|pass|pwd|mdp|sig|sid|session)",
    re.IGNORECASE,
)
_SAME_PAGE = re.compile(r"(?:top|main|content|contenu|comments?|commentaires?|respond|disqus_thread)?", re.IGNORECASE)
_SESSION = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_KEPT_IN_PATH = "/:@!$&'()*+,;=~-._%"

LONGEST_ADDRESS = 2000
"""Characters of an address: servers and search engines take as many (sitemaps.org: 2,048), and PostgreSQL indexes 2,704 bytes."""


@lru_cache(4096)
def is_web(url: str) -> bool:
    """True for an absolute http or https address with a host: the only kind that is ever stored, shown or fetched."""
    try:
        parts = urlsplit(url.strip())
        sound = parts.scheme.lower() in _DEFAULT_PORTS and bool(parts.hostname) and (parts.port is None or parts.port > 0)
        return sound and _length(url) <= LONGEST_ADDRESS
    except ValueError:  # UnicodeEncodeError too: half of a character, as a header may hold
        return False


def _length(url: str) -> int:
    """Characters of an address once it is spelled for the wire; nearly all are short, and plain."""
    spelled = url if url.isascii() and len(url) * 3 < LONGEST_ADDRESS else quote(url, safe=f"{_KEPT_IN_PATH}?#")
    return len(spelled) + 1  # the slash after a host


@lru_cache(4096)
def canonical(url: str) -> str:
    """The address without trackers, in one spelling. An address that is not of the web is given back as it is."""
    url = url.strip()
    if not is_web(url):
        return url
    parts = urlsplit(url)
    target = _redirect_target(parts.hostname or "", parts.path, parts.query)
    if target:
        return canonical(target)
    scheme = parts.scheme.lower()
    query = "&".join(pair for pair in parts.query.split("&") if pair and not _is_tracker(pair))
    return urlunsplit(
        (scheme, _netloc(parts.hostname or "", parts.port, scheme), _path(parts.path), query, _fragment(parts.fragment))
    )


def article_id(canonical_or_path: str) -> str:
    """16 hexadecimal digits of SHA-256 that tell an article from all others: its canonical address, or its path in a folder."""
    return hashlib.sha256(_identity(canonical_or_path).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def id_apart(id: str, home: str) -> str:
    """The id that an article has where it is for the newsletter of one folder alone, and never that which others may see."""
    return article_id(f"{home}\0{id}")


def without_secrets(url: str) -> str:
    """The address as it may be shown: without a user and a password, and without the values of its query that open a door."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    user, at, place = parts.netloc.rpartition("@")
    query = "&".join(_masked(pair) for pair in parts.query.split("&"))
    return urlunsplit(parts._replace(netloc=f"…@{place}" if user or at else place, query=query))


def _masked(pair: str) -> str:
    key, equals, value = pair.partition("=")
    return f"{key}=…" if value and equals and _SECRET.fullmatch(unquote(key)) else pair


def _redirect_target(host: str, path: str, query: str) -> str | None:
    """Where a Google Alerts link goes: those feeds wrap every article in google.com/url?…&url=ARTICLE."""
    if path != "/url" or not re.fullmatch(r"(?:www\.)?google\.[a-z]{2,3}(?:\.[a-z]{2})?", host):
        return None
    given = dict(parse_qsl(query))
    target = given.get("url") or given.get("q") or ""
    return target if is_web(target) else None


def _netloc(host: str, port: int | None, scheme: str) -> str:
    host = host.rstrip(".")
    try:
        host = host.encode("idna").decode("ascii") if not host.isascii() else host
    except UnicodeError:
        host = quote(host)
    host = f"[{host}]" if ":" in host else host
    return host if port is None or port == _DEFAULT_PORTS[scheme] else f"{host}:{port}"


def _path(path: str) -> str:
    path = _SESSION.sub("", path)
    if "/." in path:
        slash = "/" if path.endswith(("/", "/.", "/..")) else ""
        path = posixpath.normpath(path).rstrip("/") + slash
    path = re.sub(r"%[0-9a-fA-F]{2}", _spelled, path)
    return quote(path, safe=_KEPT_IN_PATH) or "/"


def _spelled(escape: re.Match[str]) -> str:
    """An escaped character in its one spelling: bare where it is unreserved, else in upper case (RFC 3986, 6.2.2)."""
    character = unquote(escape[0], errors="strict") if int(escape[0][1:], 16) < 0x80 else ""
    return character if re.fullmatch(r"[A-Za-z0-9._~-]", character) else escape[0].upper()


def _is_tracker(pair: str) -> bool:
    key, _, value = pair.partition("=")
    return bool(_TRACKER.fullmatch(unquote(key)) or (_CHANNEL_KEY.fullmatch(key) and _CHANNEL.fullmatch(unquote(value))))


def _fragment(fragment: str) -> str:
    """A fragment stays where it may name the article (`#!/route`, a section of a changelog), and goes where it is a tracker."""
    kept = "&".join(pair for pair in fragment.split("&") if not _is_tracker(pair))
    return "" if _SAME_PAGE.fullmatch(kept) else kept


def _identity(address: str) -> str:
    if not is_web(address):
        return address
    parts = urlsplit(address)
    host = parts.netloc.removeprefix("www.")
    query = "&".join(sorted(parts.query.split("&"))) if parts.query else ""
    return urlunsplit(("https", host, parts.path.rstrip("/"), query, parts.fragment))
