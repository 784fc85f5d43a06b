"""Correcting what the network reads, and teaching it one's own hand.

`collection` keeps the corrected drawings, `correction` says what is corrected, `row` and `bar` are its buttons, and
`learning`, `dialog` and `results` adapt the network and show what that changes.
"""
