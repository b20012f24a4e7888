"""What operators watch: whether the process is alive, and whether all that it needs is there."""

PATHS = frozenset({"/healthz", "/readyz"})
