"""What typer says by itself ("Usage:", "No such option"), in the language of the terminal and in the manner of our own errors.

Typer speaks English alone: its sentences are known again by the English listed here, and one that is not listed stays as it is.
"""

from __future__ import annotations

import re
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from digest.cli.call import _
from digest.errors import N_, UsageError

_HELP: Final = (
    N_("Usage:"),
    N_("Arguments:"),
    N_("Options:"),
    N_("Commands:"),
    N_("COMMAND [ARGS]..."),
    N_("[default:"),
    N_("[required]"),
    N_("Show this message and exit."),
)
"""Parts of a help page; a narrow terminal breaks them at their spaces."""

_ANSWERS: Final = (
    N_("No such option: {name} (Possible options: {known})"),
    N_("No such option: {name}"),
    N_("No such command {name}. Did you mean {known}?"),
    N_("No such command {name}."),
    N_("Missing command."),
    N_("Missing argument {name}."),
    N_("Missing option {name}."),
    N_("Option {name} requires an argument."),
    N_("Option {name} does not take a value."),
    N_("Got unexpected extra argument(s) ({words})"),
    N_("Invalid value for {name}: {why}"),
    N_("{value} does not match the formats {formats}."),
    N_("Input should be a valid integer, unable to parse string as an integer"),
    N_("Input should be greater than or equal to {least}"),
    N_("Input should be less than or equal to {most}"),
    N_("Input should be {known}"),
    N_("file {name} does not exist."),
    N_("file {name} is a directory."),
)
"""What a wrong command line is answered, those that say more before those that say less."""


def speak(app: typer.Typer) -> None:
    """Give every command its help in the language of the terminal. To call once they are all there."""
    app.info.cls = _Group
    for command in app.registered_commands:
        command.cls = _Command
    for group in app.registered_groups:
        group.cls = _Group
        if group.typer_instance:
            speak(group.typer_instance)


def explained(error: typer.TyperException) -> UsageError:
    """What is wrong with a command line, and which help to read."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "digest"
    return _known(error.format_message(), hint=N_("{command} --help shows what can be typed"), command=command)


def is_help(error: typer.TyperException) -> bool:
    """Whether an "error" is a whole help page: that of a command which needs another one behind it."""
    context = getattr(error, "ctx", None)
    return context is not None and error.format_message().startswith(context.get_usage())


def _known(answer: str, **more: str) -> UsageError:
    answer = answer.removeprefix("Value error, ")
    for message in _ANSWERS:
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(message))
        if found := re.fullmatch(pattern, answer, re.DOTALL):
            values: dict[str, Any] = found.groupdict() | more
            if "why" in values:
                values["why"] = _known(values["why"])
            return UsageError(message, **values)
    return UsageError(N_("{problem}"), problem=answer, **more)


def _in_words(page: str) -> str:
    for message in _HELP:
        page = re.sub(r"\s+".join(map(re.escape, message.split())), _(message), page)
    return page


class _Command(TyperCommand):
    def get_usage(self, ctx: Any) -> str:
        return _in_words(super().get_usage(ctx))

    def get_help(self, ctx: Any) -> str:
        return _in_words(super().get_help(ctx))


class _Group(TyperGroup):
    def get_usage(self, ctx: Any) -> str:
        return _in_words(super().get_usage(ctx))

    def get_help(self, ctx: Any) -> str:
        return _in_words(super().get_help(ctx))
