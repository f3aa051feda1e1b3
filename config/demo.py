"""The demo city: real divisions, invented people. A station in each township, the county centres, the city centre.

Names say that they are invented (演示员), and the telephone numbers begin with 100, as no mobile of China does.
"""

from __future__ import annotations

import uuid

import uuid_utils.compat
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from config import embedded
from config.migrate import service_url
from config.parts import gazetteer, keyring
from config.settings import Settings
from intake.register.accounts.operations import open_account
from intake.register.accounts.roles import OFFICER, SUPERVISOR
from intake.register.database import SERVICE, Database, connect, keyring_of
from routing.models import Officer, Unit
from routing.places import Division

PASSWORD = "hutong-demo"  # noqa: S105  it is printed on the first page


def sign_ins() -> list[tuple[str, str, str, str]]:
    """Who one can be in the demo: who, username, password, what to try."""
    return [
        ("乡镇值班员", "officer", PASSWORD, "看本站的个案，按“签收”，记走访，结案"),
        ("县级督导", "county", PASSWORD, "看全县的个案，谁还没签收"),
        ("市级督导", "city", PASSWORD, "看全市的个案和每一步时间"),
    ]


def load_demo(settings: Settings) -> None:
    """Idempotent: what is there is left as it is."""
    city = settings.home_city
    owner = settings.database_url or embedded.addresses(settings.data_dir).owner_url
    engine = connect(service_url(settings, owner), keyring(settings))
    try:
        with Database(engine).begin(SERVICE) as session:
            _load(session, city)
    finally:
        engine.dispose()


def _load(session: Session, city: str) -> None:
    places = gazetteer()
    centre = places.division(city)
    counties = places.counties_of(city)
    top = _unit(session, kind="city", division=city, name=f"{centre.name}未成年人救助保护中心", parent=None)
    _staff(session, unit=top, code=city)
    account = _account(session, "city", f"{centre.name}督导（演示）", SUPERVISOR, city)
    _link(session, top, account)
    first: tuple[Division, uuid.UUID] | None = None
    for county in counties:
        middle = _unit(
            session,
            kind="county",
            division=county.code,
            name=f"{county.name}未成年人救助保护中心",
            parent=top,
        )
        _staff(session, unit=middle, code=county.code)
        for township in places.townships_of(county.code):
            station = _unit(
                session,
                kind="station",
                division=township.code,
                name=f"{county.name}{township.name}未成年人保护工作站",
                parent=middle,
            )
            _staff(session, unit=station, code=township.code)
            first = first or (township, station)
        if county is counties[0]:
            account = _account(session, "county", f"{county.name}督导（演示）", SUPERVISOR, county.code)
            _link(session, middle, account)
    if first is not None:
        township, station = first
        account = _account(session, "officer", f"{township.name}值班员（演示）", OFFICER, township.code)
        _link(session, station, account)


def _unit(session: Session, *, kind: str, division: str, name: str, parent: uuid.UUID | None) -> uuid.UUID:
    session.execute(
        insert(Unit)
        .values(id=uuid_utils.compat.uuid7(), kind=kind, division=division, name=name, parent_id=parent)
        .on_conflict_do_nothing(index_elements=[Unit.division, Unit.kind])
    )
    return session.scalars(select(Unit.id).where(Unit.division == division, Unit.kind == kind)).one()


def _staff(session: Session, *, unit: uuid.UUID, code: str) -> None:
    """Two for each unit. The phone tells whose it is: 100, the last digits of the division, 1 or 2."""
    for place, post in enumerate(("officer", "deputy"), 1):
        digits = f"100{code[2:].rjust(7, '0')}{place}"
        session.execute(
            insert(Officer)
            .values(
                id=uuid_utils.compat.uuid7(),
                unit_id=unit,
                post=post,
                name=f"演示员{code[2:]}{'甲乙'[place - 1]}",
                phone=digits,
                phone_index=keyring_of(session).blind("phone", digits),
                active=True,
            )
            .on_conflict_do_nothing(index_elements=[Officer.phone_index])
        )


def _account(session: Session, username: str, name: str, role: str, division: str) -> uuid.UUID:
    return open_account(
        session, username=username, password=PASSWORD, name=name, role=role, division=division
    )


def _link(session: Session, unit: uuid.UUID, account: uuid.UUID) -> None:
    """The account belongs to the unit's first officer."""
    officer = session.scalars(
        select(Officer).where(Officer.unit_id == unit, Officer.post == "officer").order_by(Officer.id)
    ).first()
    if officer is not None and officer.account_id is None:
        officer.account_id = account
