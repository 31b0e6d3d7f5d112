"""Data that is exchanged along a chain: schemas examined, files checked against them.

``schemas`` and what it uses know no Django: they also run in the confined child that checks files.
"""
