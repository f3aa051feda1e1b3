"""Where a report goes: places, units, duty, clocks and cases."""
