"""People beside the guide: who waits for one, who has a conversation, and what they say in it.

`desk` changes, `timeline` tells, `attendance` knows who is there; `canned` keeps answers that
are written once. A customer's own words stay turns of the log, whoever reads them.
"""
