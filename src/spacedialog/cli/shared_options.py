"""Commands that share options: each has its own, and those of a record that is made of them before it runs."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any


class SharedOptions:
    """A command that shares options with others. They are put in when it is asked for: that takes time, and of all the
    commands of a module one is called.
    """

    def __init__(
        self,
        command: Callable[..., None],
        name: str,
        make: Callable[..., Any],
        without: tuple[str, ...] = (),
        *,
        first: bool = False,
    ) -> None:
        self.__name__ = command.__name__
        self._command = command
        self._name = name
        self._make = make
        self._without = without
        self._first = first

    def __call__(self, **values: Any) -> None:
        """Run the command."""
        self.whole()(**values)

    def whole(self) -> Callable[..., None]:
        """The command with the options of `make` in place of the argument of that name, which it makes of them.

        They stand after the command's own options, or `first`.
        """
        command = self._command.whole() if isinstance(self._command, SharedOptions) else self._command
        shared = [parameter for parameter in _parameters(self._make) if parameter.name not in self._without]
        own = [parameter for parameter in _parameters(command) if parameter.name != self._name]

        def run(**values: Any) -> None:
            made = self._make(**{parameter.name: values.pop(parameter.name) for parameter in shared})
            command(**{self._name: made}, **values)

        options = [*shared, *own] if self._first else [*own, *shared]
        run.__name__, run.__doc__ = command.__name__, command.__doc__
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in options}
        keyword_only = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in options]
        run.__signature__ = inspect.Signature(keyword_only)  # type: ignore[attr-defined]
        return run


def _parameters(function: Callable[..., Any]) -> tuple[inspect.Parameter, ...]:
    return tuple(inspect.signature(function, eval_str=True).parameters.values())
