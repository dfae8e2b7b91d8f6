"""What a file seems to be, by its first bytes: enough to choose a picture, trusted for nothing."""

SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # and other office files, which look the same
IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"II*\x00", b"MM\x00*")


def picture(body: bytes) -> str:
    """The name of an icon."""
    if body.startswith(IMAGES):
        return "photo"
    if body.startswith(SPREADSHEETS):
        return "file-spreadsheet"
    if body.startswith(b"%PDF") or is_text(body[:1024]):
        return "file-text"
    return "paperclip"


def is_text(data: bytes) -> bool:
    """Whether bytes, which may be cut within a character, read as UTF-8 without control ones."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        if error.start < len(data) - 3:
            return False
        text = data[: error.start].decode()
    return not any(character < " " and character not in "\t\n\r\f" for character in text)
