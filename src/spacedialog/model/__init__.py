"""The record in pure values: vocabulary, fields, dates, entries, fold and rows. No SQL, no files, no clock."""
