"""Errors for unknown commands, unknown options and invalid values, with suggestions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from spacedialog.cli.help import NAME
from spacedialog.errors import InputError
from spacedialog.model.dates import quoted
from spacedialog.model.near_misses import nearest, suggestion

COMMAND_SYNONYMS: Mapping[str, str] = {
    **dict.fromkeys(("ls", "commitments", "all"), "list"),
    **dict.fromkeys(("next", "due", "milestones", "calendar", "agenda"), "upcoming"),
    **dict.fromkeys(("find", "grep"), "search"),
    **dict.fromkeys(("status", "summary", "dashboard"), "overview"),
    **dict.fromkeys(("view", "get", "info"), "show"),
    **dict.fromkeys(("log", "changes"), "history"),
    **dict.fromkeys(("diff", "cmp"), "compare"),
    **dict.fromkeys(("news", "changed"), "brief"),
    **dict.fromkeys(("move", "delay", "postpone"), "reschedule"),
    **dict.fromkeys(("done", "complete", "finish", "close"), "mark REF complete"),
    **dict.fromkeys(("create", "new"), "add"),
    "comment": "note",
    **dict.fromkeys(("change", "set", "update", "rename"), "edit"),
    **dict.fromkeys(("revert", "rollback"), "undo"),
    **dict.fromkeys(("agencies", "bodies", "countries", "sides"), "parties"),
    "redo": "undo --redo",
    **dict.fromkeys(("push", "pull", "fetch"), "sync"),
    "join": "team join",
    **dict.fromkeys(("fsck", "verify", "repair"), "doctor"),
    **dict.fromkeys(("settings", "configure", "preferences", "alias"), "config"),
    "version": "--version",
}
"""Names of commands in other programs, with the command of this program."""

_DELETE = f"nothing is deleted; use '{NAME} mark REF withdrawn', or '{NAME} undo' for the latest action"
COMMAND_ADVICE: Mapping[str, str] = {
    **dict.fromkeys(("delete", "rm", "remove"), _DELETE),
    **dict.fromkeys(
        ("init", "setup"),
        f"there is nothing to set up; start with '{NAME} list' or '{NAME} mark REF STATUS'",
    ),
}
"""Remedies for commands of other programs that this program does not have."""

OPTION_SYNONYMS: Mapping[str, str] = {
    **dict.fromkeys(("-m", "--message", "--comment", "--reason", "--why"), "--note"),
    **dict.fromkeys(("--author", "--user", "--who"), "--by"),
    **dict.fromkeys(("--date", "--when", "--at"), "--on"),
    **dict.fromkeys(("--url", "--link", "--source", "--proof", "--citation"), "--evidence"),
    **dict.fromkeys(("-n", "-L", "--count", "--max", "--top"), "--limit"),
    **dict.fromkeys(("--out", "--file"), "--output"),
    **dict.fromkeys(("--colour", "--no-color", "--no-colour"), "--color"),
    **dict.fromkeys(("--order", "--order-by"), "--sort"),
    **dict.fromkeys(("--search", "--words", "--grep"), "--text"),
    **dict.fromkeys(("--database", "--store"), "--db"),
    **dict.fromkeys(("--before", "--by-date"), "--due-before"),
    "--after": "--due-after",
    **dict.fromkeys(("--since", "--modified-since", "--updated-since"), "--changed-since"),
    **dict.fromkeys(("--type", "--action"), "--kind"),
    "--from": "--since",
    "--to": "--until",
    "--silent": "--quiet",
    "--agency": "--party",
    "--country": "--side",
    "--claimed": "--unevidenced",
}
"""Other words for options; an option is suggested only if the command has it."""

_RESCHEDULE = f"use reschedule: {NAME} reschedule REF DATE"
_MARK = f"use mark: {NAME} mark REF STATUS"
OPTION_ADVICE: Mapping[tuple[str, str], str] = {
    **dict.fromkeys((("edit", "--due"), ("edit", "--when"), ("mark", "--due"), ("note", "--due")), _RESCHEDULE),
    **dict.fromkeys((("edit", "--status"), ("edit", "--percent"), ("note", "--status")), _MARK),
    ("note", "--note"): f"write the note after the ref: {NAME} note REF TEXT",
    ("mark", "--status"): f"write the status after the ref: {NAME} mark REF STATUS",
    ("reschedule", "--due"): f"write the date after the ref: {NAME} reschedule REF DATE",
    ("add", "--status"): f"add the commitment, then use mark: {NAME} mark REF STATUS",
    ("search", "-"): f"write -- before words that begin with a hyphen: {NAME} search -- -payload",
    ("list", "--all"): "leave it out: list shows all commitments",
    ("undo", "--force"): "leave it out: an undo can itself be undone with --redo",
}
"""Remedies for options that a command does not have, by command and option."""

VALUE_SYNONYMS: Mapping[str, Mapping[str, str]] = {
    "FORMAT": {
        "markdown": "md",
        **dict.fromkeys(("excel", "xls"), "xlsx"),
        **dict.fromkeys(("word", "doc"), "docx"),
        **dict.fromkeys(("ical", "icalendar", "calendar"), "ics"),
        **dict.fromkeys(("text", "txt", "tsv"), "plain"),
        "htm": "html",
        "ndjson": "jsonl",
    },
    "WHEN": {
        **dict.fromkeys(("yes", "on", "true"), "always"),
        **dict.fromkeys(("no", "off", "false", "none"), "never"),
    },
}
"""Other words for the values of options, by the name of the value."""

_REF = re.compile(r"(?:[A-Za-z]{0,9}\d{0,3}-)?\d{1,4}(?:\.\d{1,3})?", re.ASCII)
"""A text that is more likely a ref than a command."""

_UNLIMITED = 2**31 - 1
"""The limit of the number type; messages do not name it."""


def unknown_command(name: str, commands: Iterable[str]) -> InputError:
    """Return the error for an unknown command."""
    near = f"did you mean show {name}? " if _REF.fullmatch(name) else suggestion(name, commands, COMMAND_SYNONYMS)
    advice = COMMAND_ADVICE.get(name.casefold()) or f"{near}list the commands with {NAME} help"
    return InputError(f"there is no command {quoted(name)}", advice)


def invalid_value(parameter: Any, value: Any, reason: str) -> InputError:
    """Return the error for a value that an option or an argument cannot convert; `reason` is Typer's."""
    type_ = parameter.type
    name = parameter.opts[0] if parameter.param_type_name == "option" else parameter.metavar or parameter.name.upper()
    if choices := [str(getattr(choice, "value", choice)) for choice in getattr(type_, "choices", ())]:
        near = suggestion(str(value), choices, VALUE_SYNONYMS.get(parameter.metavar, {}))
        return InputError(f"{name}: {quoted(str(value))} is not available", f"{near}write one of {', '.join(choices)}")
    if hasattr(type_, "clamp"):
        number = "a whole number" if "Int" in type(type_).__name__ else "a number"
        return InputError(
            f"{name}: {quoted(str(value))} is not valid", f"write {number}{_limits(type_.min, type_.max)}"
        )
    return InputError(f"{name}: {_sentence(reason)}", "give another value")


def _limits(least: float | None, most: float | None) -> str:
    if least is None:
        return ""
    return f", {least} or more" if most is None or most >= _UNLIMITED else f" from {least} to {most}"


def usage_error(error: Any) -> InputError:
    """Return the error for a call that Typer cannot parse."""
    if hasattr(error, "option_name") and not hasattr(error, "possibilities"):
        if "does not take a value" in error.message:
            return InputError(f"{error.option_name} takes no value", f"write {error.option_name} alone")
        return InputError(f"{error.option_name} needs a value", "write the value after the option")
    context = getattr(error, "ctx", None)
    if context is None:
        return InputError(_sentence(error.format_message()), f"list the commands with {NAME} help")
    path, command = context.command_path, context.command
    shows = f"{path} --help shows the usage"
    if hasattr(error, "possibilities"):
        return _unknown_option(error.option_name, path, command)
    if hasattr(error, "param_type"):
        return missing_argument(error.param, context)
    if "Missing command" in error.message:
        return InputError(f"{path}: the command is missing", f"write one of {', '.join(command.commands)}")
    if extra := re.search(r"unexpected extra argument.* \((.*)\)", error.message, re.DOTALL):
        return InputError(
            f"{path}: unexpected argument {quoted(extra[1])}",
            f"put a text with spaces in quotation marks, or leave it out; {shows}",
        )
    return InputError(f"{path}: {_sentence(error.format_message())}", shows)


def missing_argument(parameter: Any, context: Any) -> InputError:
    """Return the error for an argument or a required option that was not given."""
    path = context.command_path
    name = parameter.metavar.rstrip("…") if parameter.param_type_name == "argument" else parameter.opts[0]
    usage = " ".join((path, *context.command.collect_usage_pieces(context)))
    return InputError(f"{path}: {name} is missing", f"write {usage}; {path} --help has examples")


def _unknown_option(option: str, path: str, command: Any) -> InputError:
    own = [
        name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts) if name[:1] == "-"
    ]
    synonym = OPTION_SYNONYMS.get(option)
    is_synonym = synonym in own and not option.startswith("--")
    given = option if option.startswith("--") else "-"
    remedy = None if is_synonym else OPTION_ADVICE.get((path.partition(" ")[2], given))
    near = synonym if synonym in own else nearest(option, (name for name in own if name.startswith("--")))
    remedy = remedy or (f"did you mean {near}? " if near else "") + f"{path} --help lists the options"
    return InputError(f"{path}: no such option: {quoted(option)[1:-1]}", remedy)


def _sentence(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".")
