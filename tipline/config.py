"""Settings: every TIPLINE_ variable, typed, documented, refused with a sentence when wrong.

`Settings.from_env` is the only reader of the environment. The secrets that a newsroom does not give
are made by `ensure_home` on first start and kept in the home.
"""

import base64
import re
import secrets
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from tipline import setting_addresses, setting_values
from tipline.errors import WrongSetting
from tipline.languages import DEFAULT
from tipline.secret_files import kept_secret
from tipline.terms import Datum, Terms, days_of_grace, days_or_never, terms_or

PREFIX = "TIPLINE_"
MIB = 1024 * 1024
TIB = MIB * MIB
WEEK_MINUTES = 7 * 24 * 60
DEFAULT_HOME = "~/.local/share/tipline"
SECRET_FIELDS = frozenset(
    {"secret_key", "encryption_keys", "database_url", "replica_url", "valkey_url", "smtp_url"}
)


def setting(doc: str, default: Any = "", parse: Any = str) -> Any:
    """Declare a setting: its sentence for people, its default as text, its parser."""
    return field(metadata={"doc": doc, "default": default, "parse": parse})


def _terms(whose: str, default: str) -> Any:
    """Declare how long the kinds of data of some tips are kept; those not in `default` go with the text."""
    whole = default.rpartition(" ")[2]
    usual = ", ".join([f"{datum} {whole}" for datum in Datum if datum not in default] + [default])
    doc = f"Days that {', '.join(Datum)} are kept of {whose}; “never” keeps. A number alone is the text's."
    return setting(doc, str(terms_or(usual)(usual)), terms_or(usual))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a newsroom can choose, each with a default that works."""

    home: Path = setting("Folder for database, secrets and files.", DEFAULT_HOME,
                         lambda text: setting_values.folder(text.strip() or DEFAULT_HOME))  # fmt: skip
    database_url: str = setting("postgresql://… when one machine is outgrown; SQLite in the home otherwise.",
                                "", setting_addresses.database_url)  # fmt: skip
    secret_key: str = setting("Signs tokens and cookies; made on first start.", "", setting_values.secret)
    encryption_keys: tuple[tuple[str, bytes], ...] = setting(
        "Keys that seal contacts and files, newest first, as name:base64; made on first start.",
        "", setting_values.keys,
    )  # fmt: skip
    site_name: str = setting("The newsroom's name, on every page.", "The Newsroom", setting_values.name)
    site_url: str = setting(
        "The address readers use; https makes cookies Secure.", "", setting_addresses.site_url
    )
    site_timezone: str = setting("The newsroom's time zone.", "America/Los_Angeles", setting_values.zone)
    language: str = setting(
        "The newsroom's language: its stories', and its readers' unless they ask for another.",
        DEFAULT,
        setting_values.language,
    )
    accent: str = setting("The accent color; it must be readable on white.", "", setting_values.color)
    logo_url: str = setting("Path of the newsroom's logo on this site, such as /static/logo.svg.", "",
                            setting_addresses.logo_url)  # fmt: skip
    tip_headline: str = setting("The tip form's headline; “Got a tip?” where none is given.", "")
    tip_intro: str = setting("The sentence above the tip form, instead of ours.", "")
    tip_thanks: str = setting("A sentence for the page that follows a sent tip.", "")
    tip_acknowledgement: str = setting(
        "An automatic message on the receipt's page, such as when you read tips.", ""
    )
    leave_url: str = setting("Where “Leave this page” on the tip form leads: a path here, or a web address.",
                             "/", setting_addresses.address)  # fmt: skip
    safer_channels: tuple[str, ...] = setting(
        "Safer ways for sources at high risk, separated by |, such as “Signal: +1 555 0100”.",
        "",
        setting_values.lines,
    )
    trusted_hosts: tuple[str, ...] = setting("Host names that requests may name, separated by spaces.", "",
                                             setting_addresses.hosts)  # fmt: skip
    proxy_hops: int = setting(
        "How many proxies in front add X-Forwarded headers.", "0", setting_values.integer(1, most=16)
    )
    embed_origins: tuple[str, ...] = setting(
        "Sites whose pages may embed the form, such as https://www.example.org, separated by spaces.",
        "",
        setting_addresses.origins,
    )
    storage_url: str = setting(
        "Where files are kept: empty for a folder in the home, file:///… for another one, or "
        "s3://BUCKET/PREFIX?region=…&endpoint=… (keys as AWS_… variables; needs tipline[s3]).",
        "", setting_addresses.storage_url)  # fmt: skip
    valkey_url: str = setting(
        "Valkey, in which several machines count what addresses do; its persistence should be off.",
        "",
        setting_addresses.valkey_url,
    )
    replica_url: str = setting(
        "A read replica of the PostgreSQL database.", "", setting_addresses.replica_url
    )
    smtp_url: str = setting("Mail server for password resets and notices.", "", setting_addresses.smtp_url)
    mail_from: str = setting(
        "Sender address of the mail we send.", "tipline@localhost", setting_addresses.mailbox
    )
    alert_minutes: int = setting(
        "Minutes between two mails to one member of staff about new tips.",
        "15",
        setting_values.integer(15, most=WEEK_MINUTES),
    )
    max_upload_bytes: int = setting(
        "All files of one tip together, in bytes.",
        str(200 * MIB),
        setting_values.integer(200 * MIB, most=TIB),
    )
    max_files: int = setting(
        "How many files one tip, or one answer, may bring.", "10", setting_values.integer(10, most=100)
    )
    file_types: tuple[str, ...] = setting(
        "Kinds of files that readers may send, separated by spaces.",
        " ".join(setting_values.FILE_TYPES),
        setting_values.file_types,
    )
    upload_bytes_per_hour: int = setting(
        "How many bytes of files one address may send in an hour.",
        str(1024 * MIB),
        setting_values.integer(1024 * MIB, most=TIB),
    )
    min_free_bytes: int = setting(
        "Below this much free space no files are taken; tips still are.",
        str(1024 * MIB),
        setting_values.integer(1024 * MIB, most=TIB),
    )
    retention_pending: Terms = _terms(
        "a tip that nobody decided, after it came in", "contact 180, sealed 180, text 365"
    )
    retention_accepted: Terms = _terms(
        "an accepted tip, after the decision", "contact 365, sealed 180, originals 365, text 730"
    )
    retention_used: Terms = _terms(
        "a tip that became part of a draft or story, after the last work on it (claims may come late)",
        "contact 365, sealed 365, text 1095",
    )
    retention_declined: Terms = _terms(
        "a declined tip, after the decision", "contact 30, sealed 30, originals 60, text 90"
    )
    retention_spam: Terms = _terms("spam, after the decision", "contact 7, sealed 7, originals 7, text 30")
    retention_grace_days: int = setting(
        "Days in which nothing of a tip is erased after a message from or to its tipster, whatever its age; "
        "0 for none.",
        "30", days_of_grace,
    )  # fmt: skip
    retention_staged_days: int | None = setting(
        "Days that files are kept whose form was never sent; “never” keeps for ever.", "1", days_or_never
    )
    retention_sessions_days: int | None = setting(
        "Days that ended sessions of staff and old reset links are kept; “never” keeps for ever.",
        "30",
        days_or_never,
    )
    retention_devices_days: int | None = setting(
        "Days that a browser of staff is known after it was last used; “never” keeps for ever.",
        "365",
        days_or_never,
    )
    retention_deliveries_days: int | None = setting(
        "Days that what was sent, or could not be, stays in the outbox; “never” keeps for ever.",
        "30",
        days_or_never,
    )
    age_due: float | None = setting(
        "Hours after which a waiting tip is shown as due in the queue; never shows none.",
        "4",
        setting_values.hours,
    )
    age_late: float | None = setting(
        "Hours after which a waiting tip is shown as late; never shows none.", "24", setting_values.hours
    )
    clamav_url: str = setting(
        "A virus scanner for files, tcp://host:port or unix:/path.", "", setting_addresses.clamav_url
    )
    rate_limits: str = setting(
        "on, or off for load tests: how many tips one address may send.", "on", setting_values.on_off
    )
    log_format: str = setting("text for people, json for machines.", "text", setting_values.log_format)
    keys_file: Path | None = None  # no setting: where the keys are kept that nobody gave

    @classmethod
    def from_env(cls, environ: Mapping[str, str], **overrides: str) -> "Settings":
        """Read the settings from `environ`; `overrides` (as text) win.

        Raises:
            WrongSetting: naming the variable, what is wrong with it, and an example.
        """
        known = {PREFIX + each.name.upper() for each in _declared()}
        for name in environ:
            if name.startswith(PREFIX) and name not in known and name not in NOT_SETTINGS:
                raise WrongSetting(f"{name} is not a setting of Tipline; `tipline config` lists them all.")
        values: dict[str, Any] = {}
        for each in _declared():
            name = PREFIX + each.name.upper()
            text = overrides.get(each.name, environ.get(name, each.metadata["default"]))
            if not setting_values.is_text(text):
                raise WrongSetting(f"{name} is wrong: it is not written in UTF-8; write it anew.")
            try:
                values[each.name] = each.metadata["parse"](text)
            except ValueError as error:
                raise WrongSetting(f"{name} is wrong: {error}.") from error
        settings = cls(**values)
        if not settings.database_url:
            object.__setattr__(settings, "database_url", f"sqlite:///{settings.home / 'tipline.sqlite3'}")
        _require_agreement(settings)
        return settings

    def masked(self) -> list[tuple[str, str, str]]:
        """Return (variable, value, doc) of every setting, with secrets hidden."""
        rows = []
        for each in _declared():
            value = getattr(self, each.name)
            shown = " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
            if value is None:
                shown = "never"
            if each.name in SECRET_FIELDS and value:
                shown = _without_password(shown) if "_url" in each.name else "…"
            rows.append((PREFIX + each.name.upper(), shown, each.metadata["doc"]))
        return rows


# Read by the suite and by processes of ours that start others; no setting of a newsroom.
NOT_SETTINGS = frozenset({"TIPLINE_TESTS"})


def ensure_home(settings: Settings) -> Settings:
    """Create the home (0700) and the secrets not given (0600); return settings with the secrets filled in.

    Raises:
        WrongSetting: when the home cannot be made or written.
    """
    keys_file = settings.home / "encryption_keys"
    try:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        secret_key = settings.secret_key or kept_secret(
            settings.home / "secret_key", lambda: secrets.token_urlsafe(48)
        )
        keys = settings.encryption_keys or setting_values.keys(kept_secret(keys_file, _new_key))
    except OSError as error:
        raise WrongSetting(
            f"TIPLINE_HOME is {settings.home}, where {error.filename} cannot be read or written "
            f"({error.strerror}); name a folder that this user owns, with all that is in it."
        ) from error
    except ValueError as error:
        raise WrongSetting(f"The file {keys_file} is damaged: {error}.") from error
    for name, kept in (("secret_key", secret_key), ("encryption_keys", keys)):
        if not kept:  # made anew, it would shut away what the old one opens
            raise WrongSetting(
                f"The file {settings.home / name} is empty; put it back from where you keep it."
            )
    ours = None if settings.encryption_keys else keys_file
    return replace(settings, secret_key=secret_key, encryption_keys=keys, keys_file=ours)


def _require_agreement(settings: Settings) -> None:
    if settings.age_due and settings.age_late and settings.age_late <= settings.age_due:
        raise WrongSetting(
            f"TIPLINE_AGE_LATE is wrong: a tip is late after it is due, so it must be more than "
            f"TIPLINE_AGE_DUE ({settings.age_due:g}), for example {settings.age_due * 6:g}."
        )
    if settings.replica_url and settings.database_url.startswith("sqlite:"):
        raise WrongSetting(
            "TIPLINE_REPLICA_URL is wrong: a replica copies a PostgreSQL database, and "
            "TIPLINE_DATABASE_URL names none, for example postgresql://tipline@localhost/tipline."
        )


def _without_password(address: str) -> str:
    return re.sub(r"(?i)(password=)[^&]*", r"\1…", re.sub(r"//.*@", "//…@", address))


def _declared() -> list[Field[Any]]:
    return [each for each in fields(Settings) if "doc" in each.metadata]


def _new_key() -> str:
    return f"k{secrets.token_hex(3)}:" + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
