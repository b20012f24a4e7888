"""What the SELECTs of the reading pane name: the tip by its ref, and whoever looks; bound when it is read."""

from sqlalchemy import BigInteger, bindparam, select

from tipline.models import Tip

REF = bindparam("ref", type_=Tip.ref.type)
VIEWER = bindparam("viewer", type_=BigInteger)
TIP_ID = select(Tip.id).where(Tip.ref == REF).scalar_subquery()
GROUP_ID = select(Tip.group_id).where(Tip.ref == REF).scalar_subquery()
