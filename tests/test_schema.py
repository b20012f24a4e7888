import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from builders import a_story, a_tip, counted
from sqlalchemy import inspect, text

from tipline import schema
from tipline.db import Database
from tipline.models import Base


def test_models_and_migrations_agree(db):
    with db.engine.connect() as connection:
        options = {"include_object": schema.owned_by_models, "compare_type": True}
        found = compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)
    assert found == []


@pytest.mark.thorough
def test_up_down_up_with_data(db):
    a_tip(db)
    a_story(db)
    db.dispose()
    schema.downgrade(db, "base")
    with db.engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    schema.upgrade(db)
    schema.upgrade(db)
    assert schema.current(db) == schema.head()
    a_tip(db)
    assert counted(db) == {"pending": 1}


@pytest.mark.thorough
def test_a_change_that_orphans_rows_is_refused(tmp_path, monkeypatch):
    db = Database(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    schema.upgrade(db)
    orphan = "INSERT INTO notes (tip_id, by_id, body, at) VALUES (99, 99, 'x', '2026-01-01')"
    with pytest.raises(schema.SchemaBroken, match="notes"):
        schema._migrate(
            db, lambda config, _revision: config.attributes["connection"].execute(text(orphan)), "head"
        )
    with db.read() as session:
        assert session.execute(text("SELECT count(*) FROM notes")).scalar() == 0
