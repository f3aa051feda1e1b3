"""A human's word on a report, kept for ever; a case whose ladder starts again when its level is raised."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

REPORT_SEEN = "exists (select 1 from report r where r.id = report_id)"

OVERRIDE_GUARD = """
create function override_guard() returns trigger language plpgsql as $$
begin
    raise exception 'overrides are append-only: % refused', lower(tg_op);
end $$;
create trigger override_rows before update or delete on assessment_override
    for each row execute function override_guard();
create trigger override_whole before truncate on assessment_override
    for each statement execute function override_guard();
"""


def upgrade() -> None:
    op.create_table('assessment_override',
    sa.Column('report_id', sa.Uuid(), nullable=False),
    sa.Column('assessment_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.LargeBinary(), nullable=False),
    sa.Column('was_level', sa.String(), nullable=False),
    sa.Column('was_circumstances', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('level', sa.String(), nullable=False),
    sa.Column('circumstances', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('reason', sa.LargeBinary(), nullable=False),
    sa.Column('new_clocks', sa.Boolean(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_assessment_override_account_id_account')),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_assessment_override_assessment_id_assessment')),
    sa.ForeignKeyConstraint(['report_id'], ['report.id'], name=op.f('fk_assessment_override_report_id_report')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment_override')),
    sa.UniqueConstraint('key', name=op.f('uq_assessment_override_key'))
    )
    op.create_index(op.f('ix_assessment_override_report_id'), 'assessment_override', ['report_id'], unique=False)
    op.add_column('case', sa.Column('ladder_rung', sa.Integer(), nullable=False, server_default='0'))
    op.alter_column('case', 'ladder_rung', server_default=None)
    op.add_column('case', sa.Column('ladder_since', sa.DateTime(timezone=True), nullable=True))
    op.add_column('case', sa.Column('ladder_level', sa.String(), nullable=True))
    op.execute('alter table assessment_override enable row level security')
    op.execute(f'create policy jurisdiction on assessment_override using ({REPORT_SEEN}) with check ({REPORT_SEEN})')
    op.execute(OVERRIDE_GUARD)


def downgrade() -> None:
    op.drop_column('case', 'ladder_level')
    op.drop_column('case', 'ladder_since')
    op.drop_column('case', 'ladder_rung')
    op.execute('drop policy jurisdiction on assessment_override')
    op.drop_index(op.f('ix_assessment_override_report_id'), table_name='assessment_override')
    op.drop_table('assessment_override')
    op.execute('drop function override_guard()')
