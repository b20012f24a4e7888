import json
import logging
import sys

from tipline import logs


def record(**extra) -> logging.LogRecord:
    try:
        int("ana@example.org wrote this")
    except ValueError:
        error = sys.exc_info()
    made = logging.LogRecord("tipline.web", logging.ERROR, __file__, 1, "crashed", (), error)
    made.__dict__.update(extra)
    return made


def test_an_exception_is_logged_without_its_text():
    line = logs.Formatter(as_json=True).format(record(endpoint="intake.tip"))
    fields = json.loads(line)
    assert fields["exception"] == "ValueError"
    assert fields["endpoint"] == "intake.tip"
    assert "record:" in fields["where"]
    assert "ana" not in line


def test_people_get_one_line_of_text():
    line = logs.Formatter(as_json=False).format(record(user=3))
    assert " error crashed " in line
    assert "user=3" in line
    assert "\n" not in line
