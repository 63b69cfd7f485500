"""The index: what happened in which session, and at which second.

    events → mirror (presses need names) → occurrences → terms and occurrences in the store
    expression → SQL over them → sessions, and where in each it happened

`making` is the pure half: one document's events to occurrences. `keeping`
writes them, `refreshing` says when, `searching` and `grouping` ask,
`recorder.store.forgetting` takes sessions out again. All of it is derived: `keeping.VERSION`
rises when what is made changes, and the index is then made again.
"""
