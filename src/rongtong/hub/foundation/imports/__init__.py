"""Rows from a file: a dry run is kept as a batch, somebody confirms it, and for a day it can be taken back.

A room reads its own columns, says what each row would do, and writes the rows in its own verbs. What every import has
in common is here: the examination (``examination``), the batch on its way (``batches``), what its pages show
(``pages``) and what goes in and out of the API (``shapes``).
"""
