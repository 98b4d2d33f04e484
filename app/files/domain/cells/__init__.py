"""Rows and their cells: what each column holds, tags, cells made safe for spreadsheets."""
