"""What became of the conversations, counted: by day, channel, language and intent.

Counts are kept beside the log as it is written (`counting`), so that the figures of a year cost
no more to read than those of a week, and outlive the conversations, whose words they do not
hold. `reading` sums them up, `products` and `fairness` tell of what was shown, `wishes` of what
was asked for.
"""
