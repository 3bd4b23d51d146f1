"""Many newsletters on one server of PostgreSQL, drafted by as many workers as wanted: for a federation, never for one team.

`hosting` says which newsletters, `timetable` when each is drafted, `round` what a worker does for them, `queue` how the work is
shared out (by procrastinate, whose one home it is). Nothing here is imported by the single-machine program.
"""
