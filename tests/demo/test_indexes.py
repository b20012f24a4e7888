"""What the demo's newsroom has told is found at once, and is looked at by the worker like everything else."""

from builders import waiting
from sqlalchemy import func, select

from tipline import worker
from tipline.config import Settings, ensure_home
from tipline.demo import build
from tipline.keys import Keyring
from tipline.models import Band, Tip, Ungrouped, Unindexed
from tipline.search.query import parse
from tipline.search.tips import find_tips


def test_its_tips_are_found_and_its_worker_has_nothing_to_complain_of(db, tmp_path, caplog):
    settings = ensure_home(Settings.from_env({"TIPLINE_HOME": str(tmp_path / "home")}))
    build.build(db, settings, password="lanterns over the harbor")
    assert waiting(db, Unindexed) == []
    with db.read() as session:
        tips = session.scalar(select(func.count()).select_from(Tip))
        assert find_tips(session, parse("harbor")).ids
    assert len(waiting(db, Ungrouped)) == tips
    worker.run_once(worker.Bench(settings, db, Keyring.of_settings(settings)))
    assert len(waiting(db, Ungrouped)) < tips
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Band)) > 0
    assert [record.message for record in caplog.records if "duty" in record.message] == []
