"""Units and staff from lists: what stations cover beyond their township, directors' villages, lists that came and went.
Units and officers are read by all and written in one's own jurisdiction."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

SERVICE_ONLY = "current_setting('hutong.to', true) = '~'"
IN_SCOPE = "{column} >= current_setting('hutong.from', true) and {column} < current_setting('hutong.to', true)"
UNIT_IN_SCOPE = f"{SERVICE_ONLY} or " "exists (select 1 from unit u where u.id = {column} and " + IN_SCOPE.format(column="u.division") + ")"

# Who answers for what is no secret, and the ladder goes beyond one's own jurisdiction: read by all.
READ_BY_ALL = ("unit", "officer", "coverage")
WRITTEN_BY = {
    "unit": IN_SCOPE.format(column="division"),
    "officer": UNIT_IN_SCOPE.format(column="unit_id"),
    "coverage": UNIT_IN_SCOPE.format(column="unit_id"),
    "officer_village": f"{SERVICE_ONLY} or " "exists (select 1 from officer o join unit u on u.id = o.unit_id where o.id = officer_id and "
    + IN_SCOPE.format(column="u.division") + ")",
    "staff_list": IN_SCOPE.format(column="division"),
}


def upgrade() -> None:
    for table in ("unit", "officer"):
        if table == "unit":
            op.add_column(table, sa.Column('phone', sa.LargeBinary(), nullable=True))
        op.add_column(table, sa.Column('email', sa.LargeBinary(), nullable=True))
        op.add_column(table, sa.Column('since', sa.Date(), nullable=True))
        op.add_column(table, sa.Column('until', sa.Date(), nullable=True))
    op.create_table('coverage',
    sa.Column('division', sa.String(length=12, collation='C'), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_coverage_unit_id_unit')),
    sa.PrimaryKeyConstraint('division', name=op.f('pk_coverage'))
    )
    op.create_index(op.f('ix_coverage_unit_id'), 'coverage', ['unit_id'], unique=False)
    op.create_table('officer_village',
    sa.Column('officer_id', sa.Uuid(), nullable=False),
    sa.Column('division', sa.String(length=12, collation='C'), nullable=False),
    sa.ForeignKeyConstraint(['officer_id'], ['officer.id'], name=op.f('fk_officer_village_officer_id_officer')),
    sa.PrimaryKeyConstraint('officer_id', 'division', name=op.f('pk_officer_village'))
    )
    op.create_index(op.f('ix_officer_village_division'), 'officer_village', ['division'], unique=False)
    op.create_table('staff_list',
    sa.Column('direction', sa.String(), nullable=False),
    sa.Column('division', sa.String(length=12, collation='C'), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.Column('digest', sa.LargeBinary(), nullable=True),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_staff_list_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_list'))
    )
    for table, seen in WRITTEN_BY.items():
        op.execute(f'alter table "{table}" enable row level security')
        op.execute(f'create policy jurisdiction on "{table}" using ({seen}) with check ({seen})')
    for table in READ_BY_ALL:
        op.execute(f'create policy read_by_all on "{table}" for select using (true)')
    # Beside the policy of cases and reports: policies of one table are joined by "or".
    seen = "exists (select 1 from staff_list l where l.id = stream)"
    op.execute(f'create policy lists on event using ({seen}) with check ({seen})')


def downgrade() -> None:
    op.execute('drop policy lists on event')
    for table in READ_BY_ALL:
        op.execute(f'drop policy read_by_all on "{table}"')
    for table in WRITTEN_BY:
        op.execute(f'drop policy jurisdiction on "{table}"')
    for table in ("unit", "officer"):
        op.execute(f'alter table "{table}" disable row level security')
    op.drop_table('staff_list')
    op.drop_index(op.f('ix_officer_village_division'), table_name='officer_village')
    op.drop_table('officer_village')
    op.drop_index(op.f('ix_coverage_unit_id'), table_name='coverage')
    op.drop_table('coverage')
    for table in ("officer", "unit"):
        for column in ("until", "since", "email", *(("phone",) if table == "unit" else ())):
            op.drop_column(table, column)
