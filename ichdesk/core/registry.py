"""A named collection of plug-ins, filled by decorators in files that are discovered, not listed."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from threading import RLock
from typing import Generic, TypeVar

from ichdesk.core.errors import UserError

T = TypeVar("T")


class Registry(Generic[T]):
    """Plug-ins of one kind by name.

    Args:
        kind: What the plug-ins are, in the words of the user ("backbone"); used in messages.
        package: The package whose modules register themselves when imported.
    """

    def __init__(self, kind: str, package: str) -> None:
        self._kind = kind
        self._package = package
        self._plugins: dict[str, T] = {}
        self._discovered = False
        self._lock = RLock()

    def register(self, name: str) -> Callable[[T], T]:
        """Register the decorated object under a name; a second use of a name raises ValueError."""

        def decorate(plugin: T) -> T:
            if name in self._plugins:
                raise ValueError(f"{self._kind} {name!r} is registered twice")
            self._plugins[name] = plugin
            return plugin

        return decorate

    def discover(self) -> None:
        """Import every module of the package once, in alphabetical order."""
        with self._lock:  # other threads wait until all of them are here
            if self._discovered:
                return
            self._discovered = True
            for module in module_names(self._package):
                importlib.import_module(module)

    def names(self) -> list[str]:
        """Every registered name, sorted."""
        self.discover()
        return sorted(self._plugins)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def __contains__(self, name: str) -> bool:
        self.discover()
        return name in self._plugins

    def __getitem__(self, name: str) -> T:
        self.discover()
        if name not in self._plugins:
            known = ", ".join(self.names())
            raise UserError(f"There is no {self._kind} called “{name}”; choose one of: {known}.")
        return self._plugins[name]


def module_names(package: str) -> list[str]:
    """Full names of the modules of a package, sorted; the frozen build takes its list from here."""
    paths = importlib.import_module(package).__path__
    return sorted(f"{package}.{module.name}" for module in pkgutil.iter_modules(paths))
