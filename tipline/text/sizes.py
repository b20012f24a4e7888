"""How large a file is, as people say it."""

UNITS = ("bytes", "KB", "MB", "GB")


def size_words(size_bytes: int) -> str:
    """Return a size in its unit: “512 bytes”, “2.1 MB”, “200 MB”; a KB has 1,024 bytes."""
    size, unit = float(size_bytes), 0
    while size >= 999.5 and unit < len(UNITS) - 1:
        size, unit = size / 1024, unit + 1
    digits = 1 if unit and size < 9.95 else 0
    return f"{size:.{digits}f}".removesuffix(".0") + f" {UNITS[unit]}"
