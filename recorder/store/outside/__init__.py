"""Bodies that lie outside of the database: in a folder, or in a bucket of an object store.

places      where: put, get, delete, list
faults      what can be wrong with a place, as a sentence and a next step each
vault       the account of what lies there, kept in the database
remembered  the place that a store is used with, for good
"""
