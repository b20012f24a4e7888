"""The first schema.

Revision ID: 0001
Revises: nothing
Create Date: 2026-11-23
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
# SQLite hands out row ids only to a column that is called INTEGER.
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = ("pending", "accepted", "declined", "spam", "snoozed")
SHARDS = 16


def upgrade() -> None:
    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("shard", sa.Integer(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "shard", name=op.f("pk_counters")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("marker", sa.String(length=100), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("taken_until", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("error", sa.String(length=1000), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'sending', 'done', 'failed')", name=op.f("ck_deliveries_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("marker", name=op.f("uq_deliveries_marker")),
    )
    op.create_index("ix_deliveries_state_due_at", "deliveries", ["state", "due_at"])
    op.create_table(
        "groups",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("rank", sa.Double(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("pending", sa.Integer(), nullable=False),
        sa.Column("newest_at", INSTANT, nullable=False),
        sa.Column("lead_id", BIG_ID, nullable=True),
        sa.Column("claimed_by_id", BIG_ID, nullable=True),
        sa.Column("claimed_until", INSTANT, nullable=True),
        sa.CheckConstraint(
            "kind IN ('tip', 'correction', 'release', 'question')", name=op.f("ck_groups_kind")
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'accepted', 'declined', 'spam', 'snoozed')", name=op.f("ck_groups_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
    )
    op.create_index("ix_groups_state_newest_at_id", "groups", ["state", "newest_at", "id"])
    op.create_index("ix_groups_state_rank_id", "groups", ["state", "rank", "id"])
    op.create_table(
        "people",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=1000), nullable=False),
        sa.Column("folded", sa.String(length=1000), nullable=False),
        sa.Column("about", sa.String(length=1000), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("state IN ('candidate', 'confirmed', 'dismissed')", name=op.f("ck_people_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("slug", name=op.f("uq_people_slug")),
    )
    op.create_index("ix_people_state_folded", "people", ["state", "folded"])
    op.create_table(
        "seals",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_seals")),
        sa.UniqueConstraint("event_id", name=op.f("uq_seals_event_id")),
    )
    op.create_table(
        "stories",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("remote_id", sa.String(length=500), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("headline", sa.String(length=1000), nullable=False),
        sa.Column("dek", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=True),
        sa.Column("byline", sa.String(length=1000), nullable=True),
        sa.Column("credits", sa.JSON(), nullable=False),
        sa.Column("credit_raw", sa.String(length=1000), nullable=True),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.Column("published_raw", sa.String(length=200), nullable=True),
        sa.Column("published_flag", sa.String(length=1000), nullable=True),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("imported_at", INSTANT, nullable=False),
        sa.Column("tip_count", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('published', 'gone')", name=op.f("ck_stories_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stories")),
        sa.UniqueConstraint("slug", name=op.f("uq_stories_slug")),
        sa.UniqueConstraint("source", "remote_id", name=op.f("uq_stories_source_remote_id")),
    )
    op.create_index(
        "ix_stories_state_published_at_id", "stories", ["state", "published_at", "id"], unique=False
    )
    op.create_index("ix_stories_url", "stories", ["url"])
    op.create_table(
        "throttles",
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_throttles")),
    )
    op.create_table(
        "users",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=1000), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("disabled_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=True),
        sa.CheckConstraint("role IN ('moderator', 'editor', 'admin')", name=op.f("ck_users_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    op.create_table(
        "aliases",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=1000), nullable=False),
        sa.Column("folded", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_aliases_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aliases")),
        sa.UniqueConstraint("person_id", "folded", name=op.f("uq_aliases_person_id_folded")),
    )
    op.create_index("ix_aliases_folded", "aliases", ["folded"])
    op.create_table(
        "drafts",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("ref", sa.String(length=8), nullable=False),
        sa.Column("headline", sa.String(length=1000), nullable=False),
        sa.Column("dek", sa.Text(), nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("byline", sa.String(length=1000), nullable=False),
        sa.Column("desk", sa.String(length=100), nullable=True),
        sa.Column("embargo_until", INSTANT, nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("approved_version", sa.Integer(), nullable=True),
        sa.Column("created_by_id", BIG_ID, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'in_review', 'approved', 'sent', 'published', 'killed')",
            name=op.f("ck_drafts_state"),
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_drafts_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        sa.UniqueConstraint("ref", name=op.f("uq_drafts_ref")),
    )
    op.create_index("ix_drafts_state_updated_at", "drafts", ["state", "updated_at"])
    op.create_table(
        "events",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=250), nullable=True),
        sa.Column("actor_id", BIG_ID, nullable=True),
        sa.Column("actor", sa.String(length=250), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_events_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index("ix_events_actor_id_id", "events", ["actor_id", "id"])
    op.create_index("ix_events_kind_id", "events", ["kind", "id"])
    op.create_index("ix_events_subject_id", "events", ["subject", "id"])
    op.create_table(
        "known_devices",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_known_devices_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_devices")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_known_devices_token_hash")),
    )
    op.create_index("ix_known_devices_user_id", "known_devices", ["user_id"])
    op.create_table(
        "password_resets",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_password_resets_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_resets")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_password_resets_token_hash")),
    )
    op.create_index("ix_password_resets_user_id", "password_resets", ["user_id"])
    op.create_table(
        "related_stories",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("story_id", BIG_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=1000), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=True),
        sa.Column("related_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["related_id"], ["stories.id"], name=op.f("fk_related_stories_related_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["story_id"], ["stories.id"], name=op.f("fk_related_stories_story_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_related_stories")),
        sa.UniqueConstraint("story_id", "position", name=op.f("uq_related_stories_story_id_position")),
    )
    op.create_index("ix_related_stories_related_id", "related_stories", ["related_id"])
    op.create_table(
        "sessions",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("device", sa.String(length=100), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_sessions_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sessions_token_hash")),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_table(
        "story_people",
        sa.Column("story_id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_story_people_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["story_id"], ["stories.id"], name=op.f("fk_story_people_story_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("story_id", "person_id", name=op.f("pk_story_people")),
    )
    op.create_index("ix_story_people_person_id", "story_people", ["person_id"])
    op.create_table(
        "tips",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("ref", sa.String(length=8), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("about", sa.String(length=1000), nullable=True),
        sa.Column("happened", sa.String(length=1000), nullable=True),
        sa.Column("place", sa.String(length=1000), nullable=True),
        sa.Column("how", sa.String(length=16), nullable=True),
        sa.Column("link", sa.String(length=2000), nullable=True),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=True),
        sa.Column("story_id", BIG_ID, nullable=True),
        sa.Column("page_url", sa.String(length=2000), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.Column("reason_text", sa.String(length=1000), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("spam_score", sa.Double(), nullable=True),
        sa.Column("group_id", BIG_ID, nullable=False),
        sa.Column("snoozed_until", INSTANT, nullable=True),
        sa.Column("assignee_id", BIG_ID, nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("replied_at", INSTANT, nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decided_by_id", BIG_ID, nullable=True),
        sa.Column("logged_by_id", BIG_ID, nullable=True),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("escalated_at", INSTANT, nullable=True),
        sa.Column("legal_hold", sa.Boolean(), nullable=False),
        sa.Column("indexed_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "channel IN ('form', 'embed', 'phone', 'email', 'import')", name=op.f("ck_tips_channel")
        ),
        sa.CheckConstraint(
            "how IS NULL OR how IN ('saw', 'involved', 'told', 'documents', 'online')",
            name=op.f("ck_tips_how"),
        ),
        sa.CheckConstraint("kind IN ('tip', 'correction', 'release', 'question')", name=op.f("ck_tips_kind")),
        sa.CheckConstraint(
            "reason IS NULL OR reason IN ('unverifiable', 'not_news', 'known', 'off_topic', 'advertising', "
            "'abusive', 'other')",
            name=op.f("ck_tips_reason"),
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'accepted', 'declined', 'spam', 'snoozed')", name=op.f("ck_tips_state")
        ),
        sa.ForeignKeyConstraint(["assignee_id"], ["users.id"], name=op.f("fk_tips_assignee_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_tips_decided_by_id")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_tips_group_id")),
        sa.ForeignKeyConstraint(["logged_by_id"], ["users.id"], name=op.f("fk_tips_logged_by_id")),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_tips_story_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tips")),
        sa.UniqueConstraint("ref", name=op.f("uq_tips_ref")),
    )
    op.create_index("ix_tips_assignee_id", "tips", ["assignee_id"])
    op.create_index("ix_tips_group_id", "tips", ["group_id"])
    op.create_index("ix_tips_snoozed_until", "tips", ["snoozed_until"])
    op.create_index("ix_tips_state_id", "tips", ["state", "id"])
    op.create_index("ix_tips_story_id", "tips", ["story_id"])
    op.create_index(
        "ix_tips_unindexed",
        "tips",
        ["id"],
        unique=False,
        sqlite_where=sa.text("indexed_at IS NULL"),
        postgresql_where=sa.text("indexed_at IS NULL"),
    )
    op.create_table(
        "views",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("owner_id", BIG_ID, nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("query", sa.String(length=1000), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_views_owner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_views")),
    )
    op.create_index("ix_views_owner_id", "views", ["owner_id"])
    op.create_table(
        "checks",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("draft_id", BIG_ID, nullable=False),
        sa.Column("claim", sa.String(length=1000), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("tip_id", BIG_ID, nullable=True),
        sa.Column("by_id", BIG_ID, nullable=True),
        sa.Column("at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'verified', 'doubtful', 'wrong')", name=op.f("ck_checks_state")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_checks_by_id")),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["drafts.id"], name=op.f("fk_checks_draft_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tip_id"], ["tips.id"], name=op.f("fk_checks_tip_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checks")),
    )
    op.create_index("ix_checks_draft_id", "checks", ["draft_id"])
    op.create_table(
        "contacts",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("tip_id", BIG_ID, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("given", sa.String(length=64), nullable=False),
        sa.Column("may_contact", sa.Boolean(), nullable=False),
        sa.Column("sender_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("erased_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["tip_id"], ["tips.id"], name=op.f("fk_contacts_tip_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
        sa.UniqueConstraint("tip_id", name=op.f("uq_contacts_tip_id")),
    )
    op.create_index("ix_contacts_sender_hash", "contacts", ["sender_hash"])
    op.create_table(
        "draft_tips",
        sa.Column("draft_id", BIG_ID, nullable=False),
        sa.Column("tip_id", BIG_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("added_by_id", BIG_ID, nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["users.id"], name=op.f("fk_draft_tips_added_by_id")),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["drafts.id"], name=op.f("fk_draft_tips_draft_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tip_id"], ["tips.id"], name=op.f("fk_draft_tips_tip_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("draft_id", "tip_id", name=op.f("pk_draft_tips")),
    )
    op.create_index("ix_draft_tips_tip_id", "draft_tips", ["tip_id"])
    op.create_table(
        "links",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("tip_id", BIG_ID, nullable=False),
        sa.Column("story_id", BIG_ID, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("why", sa.String(length=1000), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("by_id", BIG_ID, nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("state IN ('suggested', 'confirmed', 'rejected')", name=op.f("ck_links_state")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_links_by_id")),
        sa.ForeignKeyConstraint(
            ["story_id"], ["stories.id"], name=op.f("fk_links_story_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tip_id"], ["tips.id"], name=op.f("fk_links_tip_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("tip_id", "story_id", name=op.f("uq_links_tip_id_story_id")),
    )
    op.create_index("ix_links_story_id", "links", ["story_id"])
    op.create_table(
        "messages",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("ref", sa.String(length=8), nullable=False),
        sa.Column("tip_id", BIG_ID, nullable=False),
        sa.Column("direction", sa.String(length=16), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("by_id", BIG_ID, nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("send_at", INSTANT, nullable=True),
        sa.CheckConstraint("direction IN ('to_tipster', 'from_tipster')", name=op.f("ck_messages_direction")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_messages_by_id")),
        sa.ForeignKeyConstraint(["tip_id"], ["tips.id"], name=op.f("fk_messages_tip_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("ref", name=op.f("uq_messages_ref")),
    )
    op.create_index("ix_messages_tip_id", "messages", ["tip_id"])
    op.create_table(
        "notes",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("tip_id", BIG_ID, nullable=False),
        sa.Column("by_id", BIG_ID, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_notes_by_id")),
        sa.ForeignKeyConstraint(["tip_id"], ["tips.id"], name=op.f("fk_notes_tip_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    op.create_index("ix_notes_tip_id", "notes", ["tip_id"])
    op.create_table(
        "receipts",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("lookup_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("answers_mac", sa.LargeBinary(length=32), nullable=False),
        sa.Column("tip_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["tip_id"], ["tips.id"], name=op.f("fk_receipts_tip_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
        sa.UniqueConstraint("lookup_hash", name=op.f("uq_receipts_lookup_hash")),
        sa.UniqueConstraint("tip_id", name=op.f("uq_receipts_tip_id")),
    )
    op.create_table(
        "revisions",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("draft_id", BIG_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("headline", sa.String(length=1000), nullable=False),
        sa.Column("dek", sa.Text(), nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("byline", sa.String(length=1000), nullable=False),
        sa.Column("saved_by_id", BIG_ID, nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["drafts.id"], name=op.f("fk_revisions_draft_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["saved_by_id"], ["users.id"], name=op.f("fk_revisions_saved_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
        sa.UniqueConstraint("draft_id", "number", name=op.f("uq_revisions_draft_id_number")),
    )
    op.create_table(
        "tags",
        sa.Column("tip_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["tip_id"], ["tips.id"], name=op.f("fk_tags_tip_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tip_id", "name", name=op.f("pk_tags")),
    )
    op.create_index("ix_tags_name", "tags", ["name"])
    op.create_table(
        "tip_people",
        sa.Column("tip_id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_tip_people_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tip_id"], ["tips.id"], name=op.f("fk_tip_people_tip_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tip_id", "person_id", name=op.f("pk_tip_people")),
    )
    op.create_index("ix_tip_people_person_id", "tip_people", ["person_id"])
    op.create_table(
        "attachments",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("ref", sa.String(length=8), nullable=False),
        sa.Column("tip_id", BIG_ID, nullable=True),
        sa.Column("message_id", BIG_ID, nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("original_key", sa.String(length=100), nullable=False),
        sa.Column("scrubbed_key", sa.String(length=100), nullable=True),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("removed", sa.JSON(), nullable=False),
        sa.Column("taken_by_tipster", sa.Boolean(), nullable=True),
        sa.Column("may_use", sa.Boolean(), nullable=True),
        sa.Column("credit", sa.String(length=1000), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("state IN ('staged', 'sealed', 'scrubbed')", name=op.f("ck_attachments_state")),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_attachments_message_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tip_id"], ["tips.id"], name=op.f("fk_attachments_tip_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.UniqueConstraint("ref", name=op.f("uq_attachments_ref")),
    )
    op.create_index("ix_attachments_message_id", "attachments", ["message_id"])
    op.create_index("ix_attachments_tip_id", "attachments", ["tip_id"])
    op.create_table(
        "verdicts",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("batch", sa.String(length=8), nullable=False),
        sa.Column("tip_id", BIG_ID, nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("link_id", BIG_ID, nullable=True),
        sa.Column("by_id", BIG_ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("undone_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "decision IN ('accept', 'decline', 'spam', 'snooze', 'reopen')", name=op.f("ck_verdicts_decision")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_verdicts_by_id")),
        sa.ForeignKeyConstraint(
            ["link_id"], ["links.id"], name=op.f("fk_verdicts_link_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["tip_id"], ["tips.id"], name=op.f("fk_verdicts_tip_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdicts")),
    )
    op.create_index("ix_verdicts_batch", "verdicts", ["batch"])
    op.create_index("ix_verdicts_by_id", "verdicts", ["by_id"])
    op.create_index("ix_verdicts_tip_id", "verdicts", ["tip_id"])
    _create_search_tables()
    counters = sa.table("counters", sa.column("name"), sa.column("shard"), sa.column("value"))
    op.bulk_insert(
        counters,
        [{"name": state, "shard": shard, "value": 0} for state in STATES for shard in range(SHARDS)],
    )


def _create_search_tables() -> None:
    """Make the full-text tables, which `tipline.search` feeds with words folded the same way on both."""
    if op.get_bind().dialect.name == "sqlite":
        # Contentless: the words of a tip are not kept a second time.
        op.execute("CREATE VIRTUAL TABLE tip_search USING fts5(words, content='', tokenize='unicode61')")
        op.execute("CREATE VIRTUAL TABLE story_search USING fts5(headline, body, tokenize='unicode61')")
        return
    for noun, plural in (("tip", "tips"), ("story", "stories")):
        op.execute(
            f"CREATE TABLE {noun}_search (words tsvector NOT NULL, "
            f"{noun}_id bigint PRIMARY KEY REFERENCES {plural} ON DELETE CASCADE)"
        )
        op.execute(f"CREATE INDEX ix_{noun}_search_words ON {noun}_search USING gin (words)")


def downgrade() -> None:
    op.execute("DROP TABLE story_search")
    op.execute("DROP TABLE tip_search")
    op.drop_table("verdicts")
    op.drop_table("attachments")
    op.drop_table("tip_people")
    op.drop_table("tags")
    op.drop_table("revisions")
    op.drop_table("receipts")
    op.drop_table("notes")
    op.drop_table("messages")
    op.drop_table("links")
    op.drop_table("draft_tips")
    op.drop_table("contacts")
    op.drop_table("checks")
    op.drop_table("views")
    op.drop_table("tips")
    op.drop_table("story_people")
    op.drop_table("sessions")
    op.drop_table("related_stories")
    op.drop_table("password_resets")
    op.drop_table("known_devices")
    op.drop_table("events")
    op.drop_table("drafts")
    op.drop_table("aliases")
    op.drop_table("users")
    op.drop_table("throttles")
    op.drop_table("stories")
    op.drop_table("seals")
    op.drop_table("people")
    op.drop_table("groups")
    op.drop_table("deliveries")
    op.drop_table("counters")
