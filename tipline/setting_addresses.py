"""How the addresses among the settings are written, read like the other kinds of `setting_values`."""

import re
from urllib.parse import urlsplit

from tipline.setting_values import Parser, spelled, words

_HOST = r"([\w-]+(\.[\w-]+)*\.?|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?"
_LOGIN = r"([^\s/?#]*@)?"
_MAILBOX = r"[^\s@<>()\[\]\\,;:\"]+@[\w-]+(\.[\w-]+)*"


def _served(pattern: str, wanted: str) -> Parser:
    """Return a parser of addresses that are empty or match `pattern`, and whose port may be one."""
    parse = spelled(pattern, wanted)

    def parse_served(text: str) -> str:
        if not _may_have_port(parse(text)):
            raise ValueError(wanted)
        return text

    return parse_served


def _may_have_port(address: str) -> bool:
    try:
        return urlsplit(address).port != 0
    except ValueError:
        return False


smtp_url = _served(
    rf"smtps?://{_LOGIN}{_HOST}/?",
    "it must be an SMTP address, for example smtp://user:password@mail.example.org:587",
)
storage_url = spelled(
    r"s3://[a-z0-9.-]{3,63}(/[^\s?#]*)?(\?[^\s#]*)?|file:///\S*",
    "it must be empty, a folder or a bucket, for example file:///srv/tipline-files or "
    "s3://tipline-files/desk?region=eu-central-1",
)
clamav_url = _served(
    r"tcp://(\[[0-9a-fA-F:.]+\]|[^\s/:\[\]]+):[0-9]{1,5}|unix:/\S+",
    "it must be tcp://host:port or unix:/path, for example tcp://127.0.0.1:3310",
)
valkey_url = _served(
    rf"(valkey|redis)s?://{_LOGIN}{_HOST}([/?]\S*)?|unix://{_LOGIN}/\S+",
    "it must be a Valkey's address, for example valkey://valkey.example.org:6379/0",
)
logo_url = spelled(
    r"/[^/\\\s]\S*", "it must be a path on this site, for example /static/logo.svg, no other site's address"
)
_site_url = _served(
    rf"https?://{_HOST}/?",
    "it must be a web address without a path or a password, for example https://tips.example.org",
)


def site_url(text: str) -> str:
    return _site_url(text).rstrip("/")


def address(text: str) -> str:
    """Read a path here or a web address; there must be one."""
    if not re.fullmatch(r"/([^/\s]\S*)?|https?://[^\s/?#]+([/?#]\S*)?", text) or not _may_have_port(text):
        raise ValueError("it must be a path such as / or a web address such as https://example.org/weather")
    return text


def mailbox(text: str) -> str:
    """Read a sender's address, which a name may precede."""
    if not re.fullmatch(rf"{_MAILBOX}|([^\r\n<>@,;:\"]*|\"[^\"\\\r\n]*\" *)<{_MAILBOX}>", text):
        raise ValueError("it must be a mail address, for example desk@example.org or "
                         "The Lantern <desk@example.org>")  # fmt: skip
    return text


def origins(text: str) -> tuple[str, ...]:
    found = tuple(word.lower().removesuffix("/") for word in words(text))
    for origin in found:
        if not re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?", origin) or not _may_have_port(origin):
            raise ValueError(f"{origin} is not an origin; one is written like https://www.example.org, "
                             "without a path")  # fmt: skip
    return found


def hosts(text: str) -> tuple[str, ...]:
    """Read names of hosts; one that begins with a dot stands for all below it."""
    found = tuple(word.lower() for word in words(text))
    for host in found:
        named = re.fullmatch(r"\.?[\w-]+(\.[\w-]+)*(:[0-9]{1,5})?", host)
        if not named or not _may_have_port(f"//{host}"):
            raise ValueError(f"{host} is not a host's name; one is written like tips.example.org, "
                             "without https:// and without a path")  # fmt: skip
    return found


def database_url(text: str) -> str:
    for prefix in ("postgres://", "postgresql://"):
        if text.startswith(prefix):
            text = "postgresql+psycopg://" + text.removeprefix(prefix)
    if text and not text.startswith(("postgresql+psycopg://", "sqlite:///")):
        raise ValueError("it must start with postgresql:// or sqlite:///, for example "
                         "postgresql://tipline@localhost/tipline")  # fmt: skip
    if text in {"postgresql+psycopg://", "postgresql+psycopg:///"}:
        raise ValueError("it names no database, for example postgresql://tipline@localhost/tipline")
    if text == "sqlite:///":
        raise ValueError("it names no file, for example sqlite:////srv/tipline/tipline.sqlite3")
    if re.match(r"sqlite:///(file:|:memory:)", text):
        raise ValueError("each process would have a database of its own in memory; name a file, for example "
                         "sqlite:////srv/tipline/tipline.sqlite3")  # fmt: skip
    return text


def replica_url(text: str) -> str:
    if text and text.startswith("sqlite:"):
        raise ValueError("only PostgreSQL has replicas, for example "
                         "postgresql://tipline@replica.example.org/tipline")  # fmt: skip
    return database_url(text)
