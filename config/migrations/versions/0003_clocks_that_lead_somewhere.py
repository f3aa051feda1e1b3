"""Clocks that warn, escalate and pause; cases that move to another unit; the auditor's alarms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

SERVICE_ONLY = "current_setting('hutong.to', true) = '~'"
CASE_SEEN = 'exists (select 1 from "case" c where c.id = case_id)'
# The service sees every clock: it is not asked case by case, or a sweep would read all cases to see that it may.
CLOCK = f"{SERVICE_ONLY} or {CASE_SEEN}"
TABLES = ("clock_pause", "case_return", "alarm")


def upgrade() -> None:
    for column in (
        sa.Column('hand', sa.Integer(), nullable=False, server_default='1'),
        sa.Column('idle_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('idle_step', sa.Integer(), nullable=False, server_default='0'),
    ):
        op.add_column('case', column)
    for column in (
        sa.Column('warn_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('warned_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('escalate_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('escalated', sa.Integer(), nullable=False, server_default='0'),
    ):
        op.add_column('clock', column)
    op.add_column('notice', sa.Column('hand', sa.Integer(), nullable=False, server_default='1'))
    op.add_column('notice', sa.Column('clock', sa.String(), nullable=True))
    op.create_index('ix_case_idle', 'case', ['idle_at'], postgresql_where=sa.text('idle_at IS NOT NULL'))
    op.create_index('ix_case_open', 'case', ['id'], postgresql_where=sa.text("state <> 'closed'"))
    op.create_index('ix_clock_warn', 'clock', ['warn_at'], postgresql_where=sa.text('warn_at IS NOT NULL AND met_at IS NULL AND breached_at IS NULL'))
    op.create_index('ix_clock_escalate', 'clock', ['escalate_at'], postgresql_where=sa.text('escalate_at IS NOT NULL AND met_at IS NULL'))
    # What ran out before there was anybody to be told is told now. The tables are under row-level security for the
    # service's role, not for the owner who migrates.
    op.execute("update clock set escalate_at = now() where breached_at is not null and met_at is null and act <> 'acknowledge'")
    op.create_table('clock_pause',
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('act', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_by', sa.Uuid(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_before', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_after', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['asked_by'], ['account.id'], name=op.f('fk_clock_pause_asked_by_account')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_clock_pause_case_id_case')),
    sa.ForeignKeyConstraint(['decided_by'], ['account.id'], name=op.f('fk_clock_pause_decided_by_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clock_pause'))
    )
    op.create_index(op.f('ix_clock_pause_case_id'), 'clock_pause', ['case_id'])
    op.create_index('ix_clock_pause_granted', 'clock_pause', ['until'], postgresql_where=sa.text("state = 'granted'"))
    op.create_index('uq_clock_pause_going', 'clock_pause', ['case_id', 'act'], unique=True, postgresql_where=sa.text("state IN ('asked', 'granted')"))
    op.create_table('case_return',
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('hand', sa.Integer(), nullable=False),
    sa.Column('from_unit_id', sa.Uuid(), nullable=False),
    sa.Column('named_unit_id', sa.Uuid(), nullable=False),
    sa.Column('decider_id', sa.Uuid(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('note', sa.LargeBinary(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_by', sa.Uuid(), nullable=False),
    sa.Column('decide_by', sa.DateTime(timezone=True), nullable=False),
    sa.Column('overdue_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('moved_to_id', sa.Uuid(), nullable=True),
    sa.Column('answer', sa.LargeBinary(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['asked_by'], ['account.id'], name=op.f('fk_case_return_asked_by_account')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_case_return_case_id_case')),
    sa.ForeignKeyConstraint(['decided_by'], ['account.id'], name=op.f('fk_case_return_decided_by_account')),
    sa.ForeignKeyConstraint(['decider_id'], ['unit.id'], name=op.f('fk_case_return_decider_id_unit')),
    sa.ForeignKeyConstraint(['from_unit_id'], ['unit.id'], name=op.f('fk_case_return_from_unit_id_unit')),
    sa.ForeignKeyConstraint(['moved_to_id'], ['unit.id'], name=op.f('fk_case_return_moved_to_id_unit')),
    sa.ForeignKeyConstraint(['named_unit_id'], ['unit.id'], name=op.f('fk_case_return_named_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_return')),
    sa.UniqueConstraint('case_id', 'from_unit_id', name=op.f('uq_case_return_case_id'))
    )
    op.create_index('ix_case_return_undecided', 'case_return', ['decide_by'], postgresql_where=sa.text("state = 'asked' AND overdue_at IS NULL"))
    op.create_index('uq_case_return_open', 'case_return', ['case_id'], unique=True, postgresql_where=sa.text("state = 'asked'"))
    op.create_table('alarm',
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('cause', sa.String(), nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cleared_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_alarm_case_id_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alarm')),
    sa.UniqueConstraint('case_id', 'cause', name=op.f('uq_alarm_case_id'))
    )
    op.create_index('ix_alarm_standing', 'alarm', ['found_at'], postgresql_where=sa.text('cleared_at IS NULL'))
    op.create_table('audit_pass',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('after', sa.Uuid(), nullable=True),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_audit_pass'))
    )
    for table in TABLES:
        op.execute(f'alter table {table} enable row level security')
        op.execute(f'create policy jurisdiction on {table} using ({CLOCK}) with check ({CLOCK})')
    op.execute(f'alter policy jurisdiction on clock using ({CLOCK}) with check ({CLOCK})')


def downgrade() -> None:
    seen = CASE_SEEN.replace("case_id)", "clock.case_id)")
    op.execute(f'alter policy jurisdiction on clock using ({seen}) with check ({seen})')
    for table in TABLES:
        op.execute(f'drop policy jurisdiction on {table}')
    op.drop_table('audit_pass')
    op.drop_table('alarm')
    op.drop_table('case_return')
    op.drop_table('clock_pause')
    op.drop_index('ix_clock_escalate', table_name='clock')
    op.drop_index('ix_clock_warn', table_name='clock')
    op.drop_index('ix_case_open', table_name='case')
    op.drop_index('ix_case_idle', table_name='case')
    for table, columns in (
        ('notice', ('clock', 'hand')),
        ('clock', ('escalated', 'escalate_at', 'warned_at', 'warn_at')),
        ('case', ('idle_step', 'idle_at', 'hand')),
    ):
        for name in columns:
            op.drop_column(table, name)
