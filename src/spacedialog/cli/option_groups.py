"""Commands with shared options, whose values are collected in one record before the command runs."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Literal

Position = Literal["first", "here", "last"]


class SharedOptions:
    """A command with its own options and those of `make`, whose result is passed to it as the argument `name`.

    `make` can itself have shared options. The options are combined only when the command is called, because that takes
    time.
    """

    def __init__(
        self,
        command: Callable[..., Any],
        name: str,
        make: Callable[..., Any],
        without: tuple[str, ...] = (),
        *,
        place: Position = "last",
    ) -> None:
        self.__name__ = command.__name__
        self._command = command
        self._name = name
        self._make = make
        self._without = without
        self._place = place

    def __call__(self, **values: Any) -> Any:
        """Run the command."""
        return self.combined()(**values)

    def combined(self) -> Callable[..., Any]:
        """Return the command with the options of `make` before or after its own, or in place of the argument."""
        command, make = _combined(self._command), _combined(self._make)
        shared = [parameter for parameter in _parameters(make) if parameter.name not in self._without]
        own = list(_parameters(command))
        at = [parameter.name for parameter in own].index(self._name)
        del own[at]

        def run(**values: Any) -> Any:
            request = make(**{parameter.name: values.pop(parameter.name) for parameter in shared})
            return command(**{self._name: request}, **values)

        at = {"first": 0, "here": at, "last": len(own)}[self._place]
        options = [*own[:at], *shared, *own[at:]]
        run.__name__, run.__doc__ = command.__name__, command.__doc__
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in options}
        keyword_only = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in options]
        run.__signature__ = inspect.Signature(keyword_only)  # type: ignore[attr-defined]
        return run


def _combined(command: Callable[..., Any]) -> Callable[..., Any]:
    return command.combined() if isinstance(command, SharedOptions) else command


def _parameters(function: Callable[..., Any]) -> tuple[inspect.Parameter, ...]:
    return tuple(inspect.signature(function, eval_str=True).parameters.values())
