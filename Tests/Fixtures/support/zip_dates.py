"""Zip files that are the same every time they are written."""

import zipfile


class Clock:
    """Entries get the date of zip's beginning."""

    def localtime(self, *_):
        return (1980, 1, 1, 0, 0, 0, 0, 1, 0)

    def time(self):
        return 0


def fix_dates():
    """From now on the entries of all zip files, NumPy's too, have one date."""
    zipfile.time = Clock()
