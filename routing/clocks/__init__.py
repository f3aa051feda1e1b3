"""By when: the table of clocks, and time that counts only while offices are open."""
