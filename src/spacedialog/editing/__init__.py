"""Check what one person records and turn it into entries."""
