"""The typed rows that reads and writes return. Their field names are the keys of the JSON output.

Values are JSON values: text, numbers, booleans, None, tuples and mappings. Days (ISO, `2026-10-05`) and EDTF dates
(`2026`) are text; recorded times are ISO 8601 in UTC.
"""
