"""The headers of a message say what they were given, however long and in whatever letters: Python's own folding loses spaces."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage

from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.message import say_sender, say_subject
from digest.settings import Sender

WORDS = (
    "Été",
    "à",
    "l'économie",
    "sociale",
    "où",
    "va",
    "l’Europe",
    "?",
    "—",
    "« communs »",
    "numériques",
    "révèlent",
    '"x"',
    "a@b",
    "<b>",
)


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=30))
def test_a_subject_and_a_sender_keep_every_space_on_short_lines(words: list[str]) -> None:
    said = " ".join(words)
    name = said[:90].strip()
    message = EmailMessage(policy=policy.SMTP)
    say_subject(message, said)
    say_sender(message, "From", Sender(name=name, email="lettre@essai.example"))
    raw = bytes(message)
    read = message_from_bytes(raw, policy=policy.default)
    assert str(read["Subject"]) == str(message["Subject"]) == said
    (sender,) = read["From"].addresses
    assert sender.addr_spec == "lettre@essai.example"
    assert "".join(sender.display_name.split()) == "".join(name.split())
    assert all(len(line) <= 78 and line.isascii() for line in raw.split(b"\r\n"))
