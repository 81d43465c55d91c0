"""The record in pure values: vocabulary, dates, entries, fold and rows. No SQL, no file, no clock."""
