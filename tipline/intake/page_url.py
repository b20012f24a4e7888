"""The address of a page that a reader came from: anybody can write it, so it is bounded and plain."""

from urllib.parse import urlsplit

from tipline.text.clean import clean_line

LONGEST = 2_000


def clean_page_url(text: str) -> str:
    """Return an http(s) address without its fragment and without a user's name; "" for anything else."""
    if len(text) > LONGEST or clean_line(text) != text or any(map(str.isspace, text)):
        return ""
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises where it is none
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        return ""
    return parts._replace(fragment="").geturl()


def spellings(address: str) -> list[str]:
    """Return the ways in which sites write one address: http or https, with a last "/" or without."""
    bare = address.partition("://")[2].rstrip("/")
    return [f"{scheme}://{bare}{end}" for scheme in ("https", "http") for end in ("", "/")]
