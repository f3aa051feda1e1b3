"""The ground that cannot be laid later: tables, row-level security by division, a ledger that nobody rewrites."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


# Whose eyes a transaction has is said by two settings (intake.register.database.Scope); without them nothing is seen.
# Written as a range and not as LIKE, which would use no index on a setting.
IN_SCOPE = "division >= current_setting('hutong.from', true) and division < current_setting('hutong.to', true)"
SERVICE_ONLY = "current_setting('hutong.to', true) = '~'"
CASE_SEEN = 'exists (select 1 from "case" c where c.id = {column})'
REPORT_SEEN = "exists (select 1 from report r where r.id = {column})"

# A row of these tables is seen by whom its case or report is seen by: the inner query is under row-level security too.
POLICIES = {
    "report": IN_SCOPE,
    "case": IN_SCOPE,
    "account": IN_SCOPE,
    "assessment": REPORT_SEEN.format(column="report_id"),
    "case_report": CASE_SEEN.format(column="case_id"),
    "clock": CASE_SEEN.format(column="case_id"),
    "notice": f"{SERVICE_ONLY} or {CASE_SEEN.format(column='case_id')}",
    "event": f"{SERVICE_ONLY} or {CASE_SEEN.format(column='stream')} or {REPORT_SEEN.format(column='stream')}",
    "inbound_message": SERVICE_ONLY,
    "handset_message": SERVICE_ONLY,
}

LEDGER_GUARD = """
create function ledger_guard() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and
       (new.id, new.stream, new.seq, new.kind, new.at, new.actor, new.payload, new.previous, new.hash)
       is not distinct from
       (old.id, old.stream, old.seq, old.kind, old.at, old.actor, old.payload, old.previous, old.hash) then
        return new;
    end if;
    raise exception 'the ledger is append-only: % of event refused', lower(tg_op);
end $$;
create trigger ledger_rows before update or delete on event for each row execute function ledger_guard();
create trigger ledger_whole before truncate on event for each statement execute function ledger_guard();
"""


def upgrade() -> None:
    op.execute("create sequence report_number_seq")
    op.create_table('account',
    sa.Column('username', sa.String(), nullable=False),
    sa.Column('password_hash', sa.String(), nullable=False),
    sa.Column('name', sa.LargeBinary(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('division', sa.String(length=12, collation='C'), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('username', name=op.f('uq_account_username'))
    )
    op.create_table('event',
    sa.Column('stream', sa.Uuid(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('payload', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('previous', sa.LargeBinary(), nullable=False),
    sa.Column('hash', sa.LargeBinary(), nullable=False),
    sa.Column('relay_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('relay_attempts', sa.Integer(), nullable=False),
    sa.Column('relayed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event')),
    sa.UniqueConstraint('stream', 'seq', name=op.f('uq_event_stream'))
    )
    op.create_index('ix_event_unrelayed', 'event', ['relay_at'], unique=False, postgresql_where=sa.text('relayed_at IS NULL'))
    op.create_table('handset_message',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('phone', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('incoming', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handset_message')),
    sa.UniqueConstraint('key', name=op.f('uq_handset_message_key'))
    )
    op.create_index(op.f('ix_handset_message_phone'), 'handset_message', ['phone'], unique=False)
    op.create_table('inbound_message',
    sa.Column('message_key', sa.String(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('phone', sa.LargeBinary(), nullable=False),
    sa.Column('text', sa.LargeBinary(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inbound_message')),
    sa.UniqueConstraint('message_key', name=op.f('uq_inbound_message_message_key'))
    )
    op.create_table('pulse',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_pulse'))
    )
    op.create_table('report',
    sa.Column('number', sa.String(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('division', sa.String(length=12, collation='C'), nullable=False),
    sa.Column('text', sa.LargeBinary(), nullable=False),
    sa.Column('place', sa.LargeBinary(), nullable=True),
    sa.Column('original', sa.LargeBinary(), nullable=False),
    sa.Column('phone_index', sa.LargeBinary(), nullable=True),
    sa.Column('code_index', sa.LargeBinary(), nullable=False),
    sa.Column('message_key', sa.LargeBinary(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report')),
    sa.UniqueConstraint('code_index', name=op.f('uq_report_code_index')),
    sa.UniqueConstraint('message_key', name=op.f('uq_report_message_key')),
    sa.UniqueConstraint('number', name=op.f('uq_report_number'))
    )
    op.create_index('ix_report_division_received', 'report', ['division', 'received_at'], unique=False)
    op.create_index(op.f('ix_report_phone_index'), 'report', ['phone_index'], unique=False)
    op.create_table('unit',
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('division', sa.String(length=12, collation='C'), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('parent_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['parent_id'], ['unit.id'], name=op.f('fk_unit_parent_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unit')),
    sa.UniqueConstraint('division', 'kind', name=op.f('uq_unit_division'))
    )
    op.create_table('assessment',
    sa.Column('report_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('level', sa.String(), nullable=False),
    sa.Column('circumstances', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('call_police', sa.Boolean(), nullable=False),
    sa.Column('ages', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('evidence', sa.LargeBinary(), nullable=False),
    sa.Column('confidence', sa.Double(), nullable=False),
    sa.Column('please_read', sa.Boolean(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('lexicon', sa.String(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['report_id'], ['report.id'], name=op.f('fk_assessment_report_id_report')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment'))
    )
    op.create_index(op.f('ix_assessment_report_id'), 'assessment', ['report_id'], unique=False)
    op.create_table('delivery',
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('consumer', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_delivery_event_id_event')),
    sa.PrimaryKeyConstraint('event_id', 'consumer', name=op.f('pk_delivery'))
    )
    op.create_table('officer',
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=True),
    sa.Column('post', sa.String(), nullable=False),
    sa.Column('name', sa.LargeBinary(), nullable=False),
    sa.Column('phone', sa.LargeBinary(), nullable=True),
    sa.Column('phone_index', sa.LargeBinary(), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_officer_account_id_account')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_officer_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_officer')),
    sa.UniqueConstraint('account_id', name=op.f('uq_officer_account_id')),
    sa.UniqueConstraint('phone_index', name=op.f('uq_officer_phone_index'))
    )
    op.create_index(op.f('ix_officer_unit_id'), 'officer', ['unit_id'], unique=False)
    op.create_table('case',
    sa.Column('number', sa.String(), nullable=False),
    sa.Column('level', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('division', sa.String(length=12, collation='C'), nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('village', sa.String(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('needs_confirmation', sa.Boolean(), nullable=False),
    sa.Column('placement', sa.LargeBinary(), nullable=False),
    sa.Column('rung', sa.Integer(), nullable=False),
    sa.Column('next_rung_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('acknowledged_by', sa.Uuid(), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('visit_note', sa.LargeBinary(), nullable=True),
    sa.Column('closing_note', sa.LargeBinary(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['acknowledged_by'], ['officer.id'], name=op.f('fk_case_acknowledged_by_officer')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_case_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case')),
    sa.UniqueConstraint('number', name=op.f('uq_case_number'))
    )
    op.create_index('ix_case_division_opened', 'case', ['division', 'opened_at'], unique=False)
    op.create_index('ix_case_next_rung', 'case', ['next_rung_at'], unique=False, postgresql_where=sa.text('next_rung_at IS NOT NULL'))
    op.create_table('case_report',
    sa.Column('report_id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_case_report_case_id_case')),
    sa.ForeignKeyConstraint(['report_id'], ['report.id'], name=op.f('fk_case_report_report_id_report')),
    sa.PrimaryKeyConstraint('report_id', name=op.f('pk_case_report'))
    )
    op.create_index(op.f('ix_case_report_case_id'), 'case_report', ['case_id'], unique=False)
    op.create_table('clock',
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('act', sa.String(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('met_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('breached_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_clock_case_id_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clock')),
    sa.UniqueConstraint('case_id', 'act', name=op.f('uq_clock_case_id'))
    )
    op.create_index('ix_clock_open', 'clock', ['due_at'], unique=False, postgresql_where=sa.text('met_at IS NULL AND breached_at IS NULL'))
    op.create_table('notice',
    sa.Column('case_id', sa.Uuid(), nullable=True),
    sa.Column('officer_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('rung', sa.Integer(), nullable=True),
    sa.Column('level', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('text', sa.LargeBinary(), nullable=False),
    sa.Column('link_index', sa.LargeBinary(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('provider', sa.String(), nullable=True),
    sa.Column('reference', sa.String(), nullable=True),
    sa.Column('error', sa.String(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_notice_case_id_case')),
    sa.ForeignKeyConstraint(['officer_id'], ['officer.id'], name=op.f('fk_notice_officer_id_officer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice')),
    sa.UniqueConstraint('case_id', 'officer_id', 'kind', 'rung', name=op.f('uq_notice_case_id')),
    sa.UniqueConstraint('link_index', name=op.f('uq_notice_link_index'))
    )
    op.create_index('ix_notice_moving', 'notice', ['state', 'due_at'], unique=False, postgresql_where=sa.text("state IN ('queued', 'sending')"))
    op.create_index(op.f('ix_notice_officer_id'), 'notice', ['officer_id'], unique=False)
    for table, seen in POLICIES.items():
        op.execute(f'alter table "{table}" enable row level security')
        op.execute(f'create policy jurisdiction on "{table}" using ({seen}) with check ({seen})')
    op.execute(LEDGER_GUARD)


def downgrade() -> None:
    for table in POLICIES:
        op.execute(f'drop policy jurisdiction on "{table}"')
    op.drop_index(op.f('ix_notice_officer_id'), table_name='notice')
    op.drop_index('ix_notice_moving', table_name='notice', postgresql_where=sa.text("state IN ('queued', 'sending')"))
    op.drop_table('notice')
    op.drop_index('ix_clock_open', table_name='clock', postgresql_where=sa.text('met_at IS NULL AND breached_at IS NULL'))
    op.drop_table('clock')
    op.drop_index(op.f('ix_case_report_case_id'), table_name='case_report')
    op.drop_table('case_report')
    op.drop_index('ix_case_next_rung', table_name='case', postgresql_where=sa.text('next_rung_at IS NOT NULL'))
    op.drop_index('ix_case_division_opened', table_name='case')
    op.drop_table('case')
    op.drop_index(op.f('ix_officer_unit_id'), table_name='officer')
    op.drop_table('officer')
    op.drop_table('delivery')
    op.drop_index(op.f('ix_assessment_report_id'), table_name='assessment')
    op.drop_table('assessment')
    op.drop_table('unit')
    op.drop_index(op.f('ix_report_phone_index'), table_name='report')
    op.drop_index('ix_report_division_received', table_name='report')
    op.drop_table('report')
    op.drop_table('pulse')
    op.drop_table('inbound_message')
    op.drop_index(op.f('ix_handset_message_phone'), table_name='handset_message')
    op.drop_table('handset_message')
    op.drop_index('ix_event_unrelayed', table_name='event', postgresql_where=sa.text('relayed_at IS NULL'))
    op.drop_table('event')
    op.drop_table('account')
    op.execute("drop function ledger_guard()")
    op.execute("drop sequence report_number_seq")
