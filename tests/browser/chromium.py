"""The browser of this machine."""

import os
import shutil


def chromium() -> str | None:
    for candidate in (os.environ.get("CHROMIUM"), "/usr/bin/chromium", "chromium", "google-chrome"):
        if candidate and (found := shutil.which(candidate)):
            return found
    return None
