"""What is written to files of records, here and by MXNet."""

MAGIC = bytes.fromhex("0a23d7ce")

CONTENTS = [
    b"",
    b"a",
    b"abcd",
    b"abcdefg",
    MAGIC,
    MAGIC + MAGIC,
    b"ab" + MAGIC,
    b"abcd" + MAGIC + b"xyz",
    MAGIC + b"abcd" + MAGIC + MAGIC + b"q",
    bytes(range(256)),
]

# Labels, and whether they are given as an array.
HEADERS = [(3, False), (2.5, False), ([1, 2, 3], False), ([1, 2], True), (4.0, True)]
