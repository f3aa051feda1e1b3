"""Rosters: weekly patterns, shifts, leave, swaps, calendars. Read by all, since the ladder goes beyond one's own
jurisdiction; written in one's own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

SERVICE_ONLY = "current_setting('hutong.to', true) = '~'"
SEEN = (
    SERVICE_ONLY + " or exists (select 1 from unit u where u.id = {column} and "
    "u.division >= current_setting('hutong.from', true) and u.division < current_setting('hutong.to', true))"
)
TABLES = ("duty_slot", "duty_period", "duty_swap", "duty_feed")


def upgrade() -> None:
    op.create_table('duty_slot',
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('officer_id', sa.Uuid(), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('begins', sa.Time(), nullable=False),
    sa.Column('ends', sa.Time(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['officer_id'], ['officer.id'], name=op.f('fk_duty_slot_officer_id_officer')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_duty_slot_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_duty_slot'))
    )
    op.create_index(op.f('ix_duty_slot_unit_id'), 'duty_slot', ['unit_id'], unique=False)
    op.create_table('duty_period',
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('officer_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('begins', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['officer_id'], ['officer.id'], name=op.f('fk_duty_period_officer_id_officer')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_duty_period_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_duty_period'))
    )
    op.create_index(op.f('ix_duty_period_unit_id'), 'duty_period', ['unit_id'], unique=False)
    op.create_table('duty_swap',
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('gives_id', sa.Uuid(), nullable=False),
    sa.Column('takes_id', sa.Uuid(), nullable=False),
    sa.Column('begins', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['gives_id'], ['officer.id'], name=op.f('fk_duty_swap_gives_id_officer')),
    sa.ForeignKeyConstraint(['takes_id'], ['officer.id'], name=op.f('fk_duty_swap_takes_id_officer')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_duty_swap_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_duty_swap'))
    )
    op.create_index(op.f('ix_duty_swap_unit_id'), 'duty_swap', ['unit_id'], unique=False)
    op.create_table('duty_feed',
    sa.Column('officer_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('token_index', sa.LargeBinary(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['officer_id'], ['officer.id'], name=op.f('fk_duty_feed_officer_id_officer')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_duty_feed_unit_id_unit')),
    sa.PrimaryKeyConstraint('officer_id', name=op.f('pk_duty_feed')),
    sa.UniqueConstraint('token_index', name=op.f('uq_duty_feed_token_index'))
    )
    op.add_column('officer', sa.Column('successor_id', sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f('fk_officer_successor_id_officer'), 'officer', 'officer', ['successor_id'], ['id'])
    # Whose open cases must be handed over is asked every second.
    op.create_index('ix_case_held', 'case', ['acknowledged_by'], unique=False,
                    postgresql_where=sa.text("state IN ('acknowledged', 'visited')"))
    for table in TABLES:
        seen = SEEN.format(column="unit_id")
        op.execute(f'alter table "{table}" enable row level security')
        op.execute(f'create policy jurisdiction on "{table}" using ({seen}) with check ({seen})')
        if table != "duty_feed":
            op.execute(f'create policy read_by_all on "{table}" for select using (true)')
    seen = SEEN.format(column="stream")
    op.execute(f'create policy units on event using ({seen}) with check ({seen})')


def downgrade() -> None:
    op.execute('drop policy units on event')
    op.drop_index('ix_case_held', table_name='case', postgresql_where=sa.text("state IN ('acknowledged', 'visited')"))
    op.drop_constraint(op.f('fk_officer_successor_id_officer'), 'officer', type_='foreignkey')
    op.drop_column('officer', 'successor_id')
    for table in reversed(TABLES):
        op.drop_table(table)
