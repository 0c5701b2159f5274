"""The staff's inbox: a row a conversation, kept beside the log as it is written.

`listing` folds the turns of a conversation into its row, `words` makes texts in English and
Chinese searchable alike, `search` finds and pages. Filters are words of the full-text index
too, so that any mix of them is one question to one index.
"""
