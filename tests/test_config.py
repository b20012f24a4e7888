import stat

import pytest

from tipline.config import Settings, ensure_home
from tipline.errors import WrongSetting
from tipline.scrub.types import FileType

KEY, OTHER_KEY = "A" * 43 + "=", "B" * 42 + "A="


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("TIPLINE_PROXY_HOPS", "two", "whole number"),
        ("TIPLINE_SITE_TIMEZONE", "Mars/Olympus", "time zone"),
        ("TIPLINE_SITE_TIMEZONE", "../etc/passwd", "time zone"),
        ("TIPLINE_SITE_URL", "tips.example.org", "https://"),
        ("TIPLINE_AGE_DUE", "4 h", "for example 4 or 0.5, or never"),
        ("TIPLINE_AGE_DUE", "0", "number of hours"),
        ("TIPLINE_AGE_LATE", "-1", "number of hours"),
        ("TIPLINE_AGE_LATE", "4", "more than TIPLINE_AGE_DUE (4), for example 24"),
        ("TIPLINE_ACCENT", "red", "#b3341f"),
        ("TIPLINE_DATABASE_URL", "mysql://x", "postgresql://"),
        ("TIPLINE_SMTP_URL", "mail.example.org", "smtp://"),
        ("TIPLINE_CLAMAV_URL", "127.0.0.1:3310", "tcp://"),
        ("TIPLINE_VALKEY_URL", "valkey.example.org", "valkey://"),
        ("TIPLINE_EMBED_ORIGINS", "https://www.example.org/news", "https://www.example.org"),
        ("TIPLINE_EMBED_ORIGINS", "*", "https://www.example.org"),
        ("TIPLINE_EMBED_ORIGINS", "https://a.example; script-src", "https://www.example.org"),
        (
            "TIPLINE_FILE_TYPES",
            "jpg png",
            "jpg is no kind of file that can be read; there are jpeg, png, webp",
        ),
        ("TIPLINE_TRUSTED_HOSTS", "tips.example.org http://x", "http://x is not a host's name"),
        ("TIPLINE_TRUSTED_HOSTS", "tips.example.org/desk", "without a path"),
        ("TIPLINE_TRUSTED_HOSTS", "*", "like tips.example.org"),
        ("TIPLINE_LOGO_URL", "https://evil.example/x.png", "/static/logo.svg"),
        ("TIPLINE_LOGO_URL", "//evil.example/x.png", "a path on this site"),
        ("TIPLINE_LOGO_URL", "/\\evil.example/x.png", "a path on this site"),
        ("TIPLINE_SITE_NAME", "", "must not be empty"),
        ("TIPLINE_SITE_NAME", "  ", "for example The Lantern"),
        ("TIPLINE_PROXY_HOPS", "-1", "whole number from 0 to 16, for example 1."),
        ("TIPLINE_PROXY_HOPS", "17", "whole number from 0 to 16, for example 1."),
        ("TIPLINE_ALERT_MINUTES", "999999999999999", "from 0 to 10080, for example 15."),
        ("TIPLINE_MAX_FILES", "101", "from 0 to 100, for example 10."),
        ("TIPLINE_MAX_UPLOAD_BYTES", "1099511627777", "from 0 to 1099511627776, for example 209715200."),
        ("TIPLINE_UPLOAD_BYTES_PER_HOUR", "9" * 15, "from 0 to 1099511627776, for example 1073741824."),
        ("TIPLINE_MIN_FREE_BYTES", "9" * 15, "from 0 to 1099511627776, for example 1073741824."),
        ("TIPLINE_SITE_URL", "https://tips.example.org/desk", "without a path"),
        ("TIPLINE_LOG_FORMAT", "xml", "text or json"),
        ("TIPLINE_ENCRYPTION_KEYS", "a:b", "32 bytes"),
        ("TIPLINE_ENCRYPTION_KEYS", f"a:{KEY} b:{KEY} a:{OTHER_KEY}", "two keys have the name a; "),
        ("TIPLINE_SECRET_KEY", "short", "32 characters"),
        (
            "TIPLINE_HOME",
            "~nobodyx/x",
            "nobodyx; name a folder, for example /srv/tipline",
        ),
        ("TIPLINE_SITE_NAME", "The Lantern\udcff", "not written in UTF-8"),
        ("TIPLINE_SMTP_URL", "smtp://h:port", "smtp://user:password@mail.example.org:587"),
        ("TIPLINE_SMTP_URL", "smtp://:25", "smtp://user:password@mail.example.org:587"),
        ("TIPLINE_SMTP_URL", "smtp://h:99999", "smtp://user:password@mail.example.org:587"),
        ("TIPLINE_SMTP_URL", "smtp://user:pass/word@h", "smtp://user:password@mail.example.org:587"),
        ("TIPLINE_VALKEY_URL", "valkey://h:port", "valkey://valkey.example.org:6379/0"),
        ("TIPLINE_VALKEY_URL", "valkey://h:99999/0", "valkey://valkey.example.org:6379/0"),
        ("TIPLINE_CLAMAV_URL", "tcp://h:99999", "tcp://127.0.0.1:3310"),
        ("TIPLINE_EMBED_ORIGINS", "https://x:99999", "https://x:99999 is not an origin"),
        ("TIPLINE_TRUSTED_HOSTS", "tips.example.org:99999", "is not a host's name"),
        ("TIPLINE_LEAVE_URL", "https://x:99999", "https://example.org/weather"),
        ("TIPLINE_SITE_URL", 'https://a"b', "https://tips.example.org"),
        ("TIPLINE_SITE_URL", "https://x:99999999", "https://tips.example.org"),
        ("TIPLINE_SITE_URL", "https://x:99999", "https://tips.example.org"),
        ("TIPLINE_SITE_URL", "https://user:pw@x", "without a path or a password"),
        ("TIPLINE_MAIL_FROM", "foo", "for example desk@example.org"),
        ("TIPLINE_MAIL_FROM", "", "must be a mail address"),
        ("TIPLINE_MAIL_FROM", "desk@example.org\nBcc: all@example.org", "must be a mail address"),
        ("TIPLINE_MAIL_FROM", "a@example.org, b@example.org", "must be a mail address"),
        ("TIPLINE_REPLICA_URL", "sqlite:///x", "only PostgreSQL has replicas, for example postgresql://"),
        ("TIPLINE_REPLICA_URL", "postgresql://h/d", "TIPLINE_DATABASE_URL names none"),
        ("TIPLINE_ACCENT", "#ffffff", "a contrast of 1.00 on white and needs 4.5; choose a darker one"),
        ("TIPLINE_ACCENT", "#777777", "a contrast of 4.48 on white"),
        ("TIPLINE_SECRET_KEY", " " * 40, "at least 32 characters"),
        ("TIPLINE_DATABASE_URL", "sqlite:///:memory:", "in memory; name a file, for example sqlite:////srv"),
        ("TIPLINE_DATABASE_URL", "sqlite:///file:x?mode=memory&uri=true", "in memory"),
        ("TIPLINE_DATABASE_URL", "postgresql://", "names no database, for example postgresql://tipline@"),
        ("TIPLINE_SIET_NAME", "x", "not a setting"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_its_name_and_an_example(name, value, words):
    with pytest.raises(WrongSetting) as caught:
        Settings.from_env({name: value})
    assert name in caught.value.message
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TIPLINE_SMTP_URL", "smtps://desk%40example.org:p%2Fw@mail.example.org"),
        ("TIPLINE_SMTP_URL", "smtp://[::1]:25"),
        ("TIPLINE_VALKEY_URL", "valkeys://:secret@valkey:6379/0?timeout=1"),
        ("TIPLINE_VALKEY_URL", "unix:///run/valkey.sock?db=0"),
        ("TIPLINE_CLAMAV_URL", "unix:/run/clamav.sock"),
        ("TIPLINE_SITE_URL", "http://[::1]:8000"),
        ("TIPLINE_SITE_URL", "https://tips.bücher.example"),
        ("TIPLINE_MAIL_FROM", "tipline@localhost"),
        ("TIPLINE_MAIL_FROM", "The Lantern <desk+tips@lantern.example>"),
        ("TIPLINE_MAIL_FROM", '"Desk, The" <desk@lantern.example>'),
        ("TIPLINE_ACCENT", "#767676"),
        ("TIPLINE_DATABASE_URL", "postgresql+psycopg:///tipline"),
        ("TIPLINE_DATABASE_URL", "postgresql+psycopg://?service=tipline"),
    ],
)
def test_what_is_written_rightly_is_taken_as_it_is(name, value):
    read = Settings.from_env({name: value})
    assert getattr(read, name.removeprefix("TIPLINE_").lower()) == value


def test_limits_of_age_are_hours_or_never():
    read = Settings.from_env({"TIPLINE_AGE_DUE": "0.5", "TIPLINE_AGE_LATE": "never"})
    assert (read.age_due, read.age_late) == (0.5, None)
    shown = {name: value for name, value, _doc in read.masked()}
    assert (shown["TIPLINE_AGE_DUE"], shown["TIPLINE_AGE_LATE"]) == ("0.5", "never")


def test_origins_are_written_as_browsers_write_them():
    given = {"TIPLINE_EMBED_ORIGINS": "HTTPS://WWW.Example.org/, http://localhost:8080"}
    assert Settings.from_env(given).embed_origins == ("https://www.example.org", "http://localhost:8080")


def test_postgres_addresses_are_normalized():
    for given in ("postgres://h/d", "postgresql://h/d", "postgresql+psycopg://h/d"):
        assert Settings.from_env({"TIPLINE_DATABASE_URL": given}).database_url == "postgresql+psycopg://h/d"


def test_the_home_and_its_secrets_are_made_once_and_for_the_owner_only(tmp_path):
    asked = Settings.from_env({"TIPLINE_HOME": str(tmp_path / "a" / "home")})
    first, second = ensure_home(asked), ensure_home(asked)
    assert first.secret_key == second.secret_key
    assert first.encryption_keys == second.encryption_keys
    assert len(first.encryption_keys[0][1]) == 32
    assert stat.S_IMODE(first.home.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in first.home.iterdir()} == {0o600}
    assert {file.name for file in first.home.iterdir()} == {"secret_key", "encryption_keys"}


def test_a_home_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(WrongSetting, match="TIPLINE_HOME"):
        ensure_home(Settings.from_env({"TIPLINE_HOME": str(tmp_path / "file" / "home")}))


@pytest.mark.parametrize("name", ["secret_key", "encryption_keys"])
def test_an_emptied_secret_is_said_and_not_made_anew(tmp_path, name):
    asked = Settings.from_env({"TIPLINE_HOME": str(tmp_path)})
    ensure_home(asked)
    (tmp_path / name).write_text("")
    with pytest.raises(WrongSetting, match=f"{name} is empty"):
        ensure_home(asked)
    assert (tmp_path / name).read_text() == ""


def test_a_damaged_key_file_is_said(tmp_path):
    (tmp_path / "encryption_keys").write_text("nonsense")
    with pytest.raises(WrongSetting, match="encryption_keys is damaged"):
        ensure_home(Settings.from_env({"TIPLINE_HOME": str(tmp_path)}))


def test_secrets_alone_are_masked():
    environ = {"TIPLINE_SECRET_KEY": "s" * 40, "TIPLINE_DATABASE_URL": "postgresql://u:hunter2@h/d"}
    shown = {name: value for name, value, _doc in Settings.from_env(environ).masked()}
    assert "hunter2" not in str(shown)
    assert "sss" not in str(shown)
    assert shown["TIPLINE_SECRET_KEY"] == "…"
    assert shown["TIPLINE_DATABASE_URL"].endswith("@h/d")
    assert (shown["TIPLINE_SITE_NAME"], shown["TIPLINE_VALKEY_URL"]) == ("The Newsroom", "")


@pytest.mark.parametrize("name", ["TIPLINE_DATABASE_URL", "TIPLINE_REPLICA_URL"])
@pytest.mark.parametrize("rest", ["u:hunter2@h/d", "u:hun/hunter2@h/d", "h/d?user=u&password=hunter2&x=y"])
def test_a_password_is_masked_wherever_an_address_carries_it(name, rest):
    environ = {"TIPLINE_DATABASE_URL": "postgresql://h/d", name: f"postgresql://{rest}"}
    shown = {name: value for name, value, _doc in Settings.from_env(environ).masked()}
    assert "hunter2" not in shown[name]
    assert "h/d" in shown[name]


def test_an_empty_home_is_none():
    assert Settings.from_env({"TIPLINE_HOME": ""}).home == Settings.from_env({}).home


def test_what_may_be_sent_is_what_can_be_scrubbed():
    assert Settings.from_env({}).file_types == tuple(each.name.lower() for each in FileType)
    assert Settings.from_env({"TIPLINE_FILE_TYPES": "JPEG, png"}).file_types == ("jpeg", "png")


def test_hosts_may_have_a_port_and_stand_for_those_below():
    chosen = Settings.from_env(
        {"TIPLINE_TRUSTED_HOSTS": "Tips.example.org:8000 .example.org bücher.example 10.0.0.7"}
    )
    assert chosen.trusted_hosts == ("tips.example.org:8000", ".example.org", "bücher.example", "10.0.0.7")


def test_an_address_of_the_site_may_end_in_a_slash():
    assert (
        Settings.from_env({"TIPLINE_SITE_URL": "https://tips.example.org/"}).site_url
        == "https://tips.example.org"
    )


def test_words_and_lines_are_split():
    settings = Settings.from_env(
        {"TIPLINE_TRUSTED_HOSTS": "a.example, b.example", "TIPLINE_SAFER_CHANNELS": "Signal: 1 | Post"}
    )
    assert settings.trusted_hosts == ("a.example", "b.example")
    assert settings.safer_channels == ("Signal: 1", "Post")
