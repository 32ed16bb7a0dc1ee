"""Writes numpy/: arrays and archives by NumPy itself, and DEFLATE data with what zlib makes of them.

The values are described in Tests/ModelFilesTests/NumPyReadingTests.swift and InflateTests.swift.
Needs numpy only.
"""

import io
import pathlib
import random
import zipfile
import zlib

import numpy

from support.zip_dates import fix_dates

FOLDER = pathlib.Path(__file__).parent / "numpy"
FOLDER.mkdir(exist_ok=True)

fix_dates()

floats = [0.0, -0.0, 1.5, -2.25, 65504.0, 2.0**-24]
arrays = {
    "f8": numpy.array(floats, "<f8").reshape(2, 3),
    "f4": numpy.array(floats, "<f4").reshape(2, 3),
    "f2": numpy.array(floats, "<f2"),
    "i8": numpy.array([-(2**62), 0, 7], "<i8"),
    "i4": numpy.array([-(2**31), 0, 7], "<i4"),
    "i2": numpy.array([-(2**15), 0, 7], "<i2"),
    "i1": numpy.array([-(2**7), 0, 7], "i1"),
    "u8": numpy.array([2**63 - 1, 0, 7], "<u8"),
    "u8_large": numpy.array([0, 2**63], "<u8"),
    "u4": numpy.array([2**32 - 1, 0, 7], "<u4"),
    "u2": numpy.array([2**16 - 1, 0, 7], "<u2"),
    "u1": numpy.array([255, 0, 7], "u1"),
    "b1": numpy.array([True, False, True]),
    "scalar": numpy.array(3.25, "<f4"),
    "empty": numpy.zeros((0, 5), "<f4"),
    "one": numpy.ones((1, 1, 1, 1), "<f4"),
    "größe/ü": numpy.array([7], "<f4"),
    # 70,000 numbers in a few hundred compressed bytes, with repetitions far back.
    "long": numpy.tile(numpy.arange(0, 1000, dtype="<i4"), 70),
    "random": numpy.random.default_rng(0).integers(0, 256, 2000).astype("u1"),
}
few = {name: array for name, array in arrays.items() if name not in ("long", "random")}

numpy.savez(FOLDER / "stored.npz", **few)
numpy.savez_compressed(FOLDER / "compressed.npz", **arrays)
numpy.savez(FOLDER / "none.npz")

# Sizes and offsets that need 64 bits, without being that large.
limits = zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT
zipfile.ZIP64_LIMIT = 40
zipfile.ZIP_FILECOUNT_LIMIT = 1
numpy.savez_compressed(FOLDER / "zip64.npz", **few)
zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = limits


class Pipe(io.BytesIO):
    """Where a writer cannot go back, so sizes follow the data."""

    def seekable(self):
        return False

    def tell(self):
        raise OSError("a pipe has no place")

    def seek(self, *_):
        raise OSError("a pipe cannot go back")


pipe = Pipe()
with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
    for name, array in few.items():
        with archive.open(name + ".npy", "w") as entry:
            numpy.lib.format.write_array(entry, array)
(FOLDER / "streamed.npz").write_bytes(pipe.getvalue())


def single(name, array, version=None):
    with open(FOLDER / f"{name}.npy", "wb") as file:
        numpy.lib.format.write_array(file, array, version=version)


matrix = arrays["f4"]
for version in (1, 2, 3):
    single(f"version{version}", matrix, version=(version, 0))
single("fortran", numpy.asfortranarray(matrix))
single("big_endian", matrix.astype(">f4"))
single("objects", numpy.array([None, {}], dtype=object))
single("complex", matrix.astype("<c8"))
single("text", numpy.array(["a", "bc"]))
single("record", numpy.zeros(2, [("x", "<f4"), ("y", "<i4")]))

# DEFLATE data, whole and damaged: the bytes, where each ends, how many bytes zlib makes of them (-1: an error),
# and their checksum.
generator = random.Random(5)
texts = [
    b"",
    b"a",
    b"abc" * 50,
    bytes(300),
    b"the quick brown fox jumps over the lazy dog, the lazy dog sleeps. " * 4,
    generator.randbytes(90),
    bytes(generator.choices(range(64), weights=[2.0**-i for i in range(64)], k=400)),
    # From the longest distance, and beyond it.
    generator.randbytes(40) + bytes(32768 - 40) + generator.randbytes(3) + bytes(100),
]
texts.append(texts[-1][:40] + bytes(32768 - 40) + texts[-1][:40])
texts.append(bytes(generator.choices(range(256), weights=[1.5**-i for i in range(256)], k=700)))
strategies = [
    zlib.Z_DEFAULT_STRATEGY, zlib.Z_FIXED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE, zlib.Z_FILTERED,
]


def compressed(text, level, strategy):
    compressor = zlib.compressobj(level, zlib.DEFLATED, -15, 9, strategy)
    half = len(text) // 2
    # Two blocks and an empty one between them.
    return (
        compressor.compress(text[:half]) + compressor.flush(zlib.Z_FULL_FLUSH)
        + compressor.compress(text[half:]) + compressor.flush()
    )


def verdict(data):
    decompressor = zlib.decompressobj(-15)
    try:
        text = decompressor.decompress(data) + decompressor.flush()
    except zlib.error:
        return -1, 0
    if not decompressor.eof or decompressor.unused_data:
        return -1, 0
    return len(text), zlib.crc32(text)


streams = []
for text in texts:
    for level in (0, 1, 9):
        if level == 0 and len(text) > 1000:
            continue
        for strategy in strategies if level == 9 else strategies[:1]:
            streams.append(compressed(text, level, strategy))
            compressor = zlib.compressobj(level, zlib.DEFLATED, -15, 9, strategy)
            streams.append(compressor.compress(text) + compressor.flush())
whole = len(streams)
for stream in list(streams):
    if len(stream) > 200:
        continue
    for _ in range(6):
        damaged = bytearray(stream)
        # Near the beginning, where the codes are.
        for _ in range(generator.randint(1, 3)):
            place = generator.randrange(min(len(damaged), 40))
            damaged[place] ^= 1 << generator.randrange(8)
        streams.append(bytes(damaged[: generator.choice([len(damaged)] * 5 + [len(damaged) // 2])]))
# Hand-made: the shortest block, the reserved type, nothing, two symbols beyond the last.
streams += [b"\x03\x00", b"\x07", b"", b"\x03\x00\x00", bytes([0b1100_0011 | 0b011, 0xFF])]
streams = list(dict.fromkeys(streams))
verdicts = [verdict(stream) for stream in streams]
assert all(size >= 0 for size, _ in verdicts[:50])
numpy.savez(
    FOLDER / "deflate.npz",
    bytes=numpy.frombuffer(b"".join(streams), "u1"),
    ends=numpy.cumsum([len(stream) for stream in streams]).astype("<i8"),
    sizes=numpy.array([size for size, _ in verdicts], "<i8"),
    checksums=numpy.array([checksum for _, checksum in verdicts], "<i8"),
)
good = sum(size >= 0 for size, _ in verdicts)
print(f"{len(streams)} streams, {good} of them good")
