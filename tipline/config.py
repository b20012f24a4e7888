"""Settings: every TIPLINE_ variable, typed, documented, refused with a sentence when wrong.

`Settings.from_env` is the only reader of the environment. The secrets that a newsroom does not give
are made by `ensure_home` on first start and kept in the home.
"""

import base64
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tipline.errors import WrongSetting

PREFIX = "TIPLINE_"
SECRET_FIELDS = frozenset({"secret_key", "encryption_keys", "database_url", "valkey_url", "smtp_url"})


def setting(doc: str, default: Any = "", parse: Any = str) -> Any:
    """Declare a setting: its sentence for people, its default as text, its parser."""
    return field(metadata={"doc": doc, "default": default, "parse": parse})


def _integer(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,15}", text):
        raise ValueError("it must be a whole number, for example 8000")
    return int(text)


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.split(r"[\s,]+", text.strip())) if text.strip() else ()


def _lines(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|") if part.strip())


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("it must be a time zone's name, for example America/Los_Angeles") from error
    return text


def _site_url(text: str) -> str:
    if text and not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", text):
        raise ValueError("it must be a web address, for example https://tips.example.org")
    return text.rstrip("/")


def _color(text: str) -> str:
    if text and not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        raise ValueError("it must be a color of six hexadecimal digits, for example #b3341f")
    return text.lower()


def _database_url(text: str) -> str:
    for prefix in ("postgres://", "postgresql://"):
        if text.startswith(prefix):
            return "postgresql+psycopg://" + text.removeprefix(prefix)
    if text and not text.startswith(("postgresql+psycopg://", "sqlite:///")):
        raise ValueError("it must start with postgresql:// or sqlite:///, for example "
                         "postgresql://tipline@localhost/tipline")  # fmt: skip
    return text


def _smtp_url(text: str) -> str:
    if text and not re.fullmatch(r"smtps?://\S+", text):
        raise ValueError("it must be an SMTP address, for example smtp://user:password@mail.example.org:587")
    return text


def _storage_url(text: str) -> str:
    if text and not re.fullmatch(r"s3://[a-z0-9.-]{3,63}(/[^\s?#]*)?(\?[^\s#]*)?|file:///\S*", text):
        raise ValueError("it must be empty, a folder or a bucket, for example file:///srv/tipline-files or "
                         "s3://tipline-files/desk?region=eu-central-1")  # fmt: skip
    return text


def _clamav_address(text: str) -> str:
    if text and not re.fullmatch(r"tcp://[^\s/]+:[0-9]{1,5}|unix:/\S+", text):
        raise ValueError("it must be a socket's address, for example tcp://127.0.0.1:3310")
    return text


def _log_format(text: str) -> str:
    if text not in {"text", "json"}:
        raise ValueError("it must be text or json")
    return text


def _on_off(text: str) -> str:
    if text not in {"on", "off"}:
        raise ValueError("it must be on or off")
    return text


def _keys(text: str) -> tuple[tuple[str, bytes], ...]:
    """Parse "id:base64 id:base64"; the first is the one that new rows are sealed with."""
    keys = []
    for part in _words(text):
        name, _, encoded = part.partition(":")
        try:
            key = base64.urlsafe_b64decode(encoded)
        except ValueError:
            key = b""
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,16}", name) or len(key) != 32:
            raise ValueError("each key must be a name, a colon and 32 bytes in base64, for example "
                             "2026a:" + "A" * 43 + "=")  # fmt: skip
        keys.append((name, key))
    return tuple(keys)


def _secret(text: str) -> str:
    if text and len(text) < 32:
        raise ValueError("it must have at least 32 characters; leave it out and one is made")
    return text


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a newsroom can choose, each with a default that works."""

    home: Path = setting("Folder for database, secrets and files.", "~/.local/share/tipline",
                         lambda text: Path(text).expanduser().absolute())  # fmt: skip
    database_url: str = setting("postgresql://… when one machine is outgrown; SQLite in the home otherwise.",
                                "", _database_url)  # fmt: skip
    secret_key: str = setting("Signs tokens and cookies; made on first start.", "", _secret)
    encryption_keys: tuple[tuple[str, bytes], ...] = setting(
        "Keys that seal contacts, newest first, as name:base64; made on first start.", "", _keys)  # fmt: skip
    site_name: str = setting("The newsroom's name, on every page.", "The Newsroom")
    site_url: str = setting("The address readers use; https makes cookies Secure.", "", _site_url)
    site_timezone: str = setting("The newsroom's time zone.", "America/Los_Angeles", _zone)
    accent: str = setting("The accent color; it must be readable on white.", "", _color)
    logo_url: str = setting("Path of the newsroom's logo on this site, such as /static/logo.svg.", "")
    tip_intro: str = setting(
        "The sentence above the tip form.",
        "Tell us what you know, as you would tell a friend.",
    )
    safer_channels: tuple[str, ...] = setting(
        "Safer ways for sources at high risk, separated by |, such as “Signal: +1 555 0100”.",
        "",
        _lines,
    )
    trusted_hosts: tuple[str, ...] = setting("Host names that requests may name, separated by spaces.", "",
                                             _words)  # fmt: skip
    proxy_hops: int = setting("How many proxies in front add X-Forwarded headers.", "0", _integer)
    embed_origins: tuple[str, ...] = setting("Origins whose pages may embed the form.", "", _words)
    storage_url: str = setting(
        "Where files are kept: empty for a folder in the home, file:///… for another one, or "
        "s3://BUCKET/PREFIX?region=…&endpoint=… (keys as AWS_… variables; needs tipline[s3]).",
        "", _storage_url)  # fmt: skip
    valkey_url: str = setting("Valkey for rate limits shared by several machines.", "")
    replica_url: str = setting("A read replica of the PostgreSQL database.", "", _database_url)
    smtp_url: str = setting("Mail server for password resets and notices.", "", _smtp_url)
    mail_from: str = setting("Sender address of the mail we send.", "tipline@localhost")
    max_upload_bytes: int = setting(
        "All files of one tip together, in bytes.", str(200 * 1024 * 1024), _integer
    )
    max_files: int = setting("How many files one tip, or one answer, may bring.", "10", _integer)
    file_types: tuple[str, ...] = setting(
        "Kinds of files that readers may send, separated by spaces.",
        "jpeg png webp gif heic pdf docx xlsx pptx odt txt mp3 m4a wav mp4 mov webm", _words)  # fmt: skip
    upload_bytes_per_hour: int = setting(
        "How many bytes of files one address may send in an hour.", str(1024 * 1024 * 1024), _integer
    )
    clamav_address: str = setting(
        "Virus scanner that looks at each file: tcp://host:3310 or unix:/path; none otherwise.",
        "", _clamav_address)  # fmt: skip
    min_free_bytes: int = setting(
        "Below this much free space no files are taken; tips still are.", str(1024 * 1024 * 1024), _integer
    )
    retention_declined_days: int = setting("Days a declined tip is kept.", "90", _integer)
    retention_spam_days: int = setting("Days spam is kept.", "30", _integer)
    retention_contact_days: int = setting("Days a contact is kept after its tip was decided.", "60", _integer)
    rate_limits: str = setting(
        "on, or off for load tests: how many tips one address may send.", "on", _on_off
    )
    log_format: str = setting("text for people, json for machines.", "text", _log_format)

    @classmethod
    def from_env(cls, environ: Mapping[str, str], **overrides: str) -> "Settings":
        """Read the settings from `environ`; `overrides` (as text) win.

        Raises:
            WrongSetting: naming the variable, what is wrong with it, and an example.
        """
        known = {PREFIX + each.name.upper() for each in fields(cls)}
        for name in environ:
            if name.startswith(PREFIX) and name not in known and name not in NOT_SETTINGS:
                raise WrongSetting(f"{name} is not a setting of Tipline; `tipline config` lists them all.")
        values: dict[str, Any] = {}
        for each in fields(cls):
            name = PREFIX + each.name.upper()
            text = overrides.get(each.name, environ.get(name, each.metadata["default"]))
            try:
                values[each.name] = each.metadata["parse"](text)
            except ValueError as error:
                raise WrongSetting(f"{name} is wrong: {error}.") from error
        settings = cls(**values)
        if not settings.database_url:
            object.__setattr__(settings, "database_url", f"sqlite:///{settings.home / 'tipline.sqlite3'}")
        return settings

    def masked(self) -> list[tuple[str, str, str]]:
        """Return (variable, value, doc) of every setting, with secrets hidden."""
        rows = []
        for each in fields(self):
            value = getattr(self, each.name)
            shown = " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
            if each.name in SECRET_FIELDS and value:
                shown = re.sub(r"//[^@/]*@", "//…@", shown) if "_url" in each.name else "…"
            rows.append((PREFIX + each.name.upper(), shown, each.metadata["doc"]))
        return rows


# Read by the suite and by processes of ours that start others; no setting of a newsroom.
NOT_SETTINGS = frozenset({"TIPLINE_TESTS"})


def ensure_home(settings: Settings) -> Settings:
    """Create the home (0700) and the secrets not given (0600); return settings with the secrets filled in.

    Raises:
        WrongSetting: when the home cannot be made or written.
    """
    try:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        secret_key = settings.secret_key or _kept(
            settings.home / "secret_key", lambda: secrets.token_urlsafe(48)
        )
        keys = settings.encryption_keys or _keys(_kept(settings.home / "encryption_keys", _new_key))
    except OSError as error:
        raise WrongSetting(
            f"TIPLINE_HOME is {settings.home}, which cannot be written ({error.strerror}); "
            "name a folder that this user owns."
        ) from error
    except ValueError as error:
        raise WrongSetting(f"The file {settings.home / 'encryption_keys'} is damaged: {error}.") from error
    filled = {each.name: getattr(settings, each.name) for each in fields(settings)}
    return Settings(**{**filled, "secret_key": secret_key, "encryption_keys": keys})


def _new_key() -> str:
    return f"k{secrets.token_hex(3)}:" + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _kept(path: Path, make: Any) -> str:
    """Read the secret in `path`, making it first if there is none; two starts at once agree on one."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        try:
            # link, unlike rename, never replaces what another process made meanwhile
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
