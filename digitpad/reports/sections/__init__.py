"""The sections of a report: sentences, tables and figures from what was measured."""
