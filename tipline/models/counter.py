"""Counter: a number that is kept in the transaction that changes it, in shards.

PostgreSQL's writers would queue for one row; with sixteen, chosen by the tip's id, they rarely meet.
"""

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.models.base import Base

SHARDS = 16


class Counter(Base):
    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)  # a tip's state
    shard: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)
