"""People and desks that share a name, told apart in lists to choose from."""

from collections import Counter
from collections.abc import Iterable


def told_apart(named: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return choices (address, name) by their names; those that share one say their addresses, too."""
    choices = sorted(named, key=lambda choice: (choice[1].lower(), choice[0]))
    bearers = Counter(name.lower() for _, name in choices)
    return [(at, name if bearers[name.lower()] == 1 else f"{name} ({at})") for at, name in choices]
