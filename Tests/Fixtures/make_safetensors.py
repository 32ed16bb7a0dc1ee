"""Writes python.safetensors with the reference implementation (pip install safetensors==0.8.0 numpy).

The values are described in Tests/ModelFilesTests/SafetensorsReadingTests.swift.
"""

import ctypes
import pathlib
import struct

import numpy
from safetensors import TensorSpec, serialize_file

HERE = pathlib.Path(__file__).parent


alive = []


def raw(dtype, shape, data):
    buffer = ctypes.create_string_buffer(data, len(data) or 1)
    alive.append(buffer)  # serialize_file takes an address and no reference
    return TensorSpec(
        dtype=dtype, shape=shape, data_ptr=ctypes.addressof(buffer), data_len=len(data)
    )


floats = [0.0, -0.0, 1.5, -2.25, 65504.0, 2.0**-24]
brain = b"".join(struct.pack("<f", v)[2:] for v in [0.0, -0.0, 1.5, -2.25, 2.0**100, 2.0**-130])
tensors = {
    "f64": raw("float64", [2, 3], numpy.array(floats, "<f8").tobytes()),
    "f32": raw("float32", [2, 3], numpy.array(floats, "<f4").tobytes()),
    "f16": raw("float16", [6], numpy.array(floats, "<f2").tobytes()),
    "bf16": raw("bfloat16", [3, 1, 2], brain),
    "i64": raw("int64", [3], numpy.array([-(2**62), 0, 7], "<i8").tobytes()),
    "i32": raw("int32", [3], numpy.array([-(2**31), 0, 7], "<i4").tobytes()),
    "i16": raw("int16", [3], numpy.array([-(2**15), 0, 7], "<i2").tobytes()),
    "i8": raw("int8", [3], numpy.array([-(2**7), 0, 7], "i1").tobytes()),
    "u8": raw("uint8", [3], numpy.array([255, 0, 7], "u1").tobytes()),
    "bool": raw("bool", [3], bytes([1, 0, 1])),
    "scalar": raw("float32", [], struct.pack("<f", 3.25)),
    "empty": raw("float32", [0, 5], b""),
    'name "é"\n\U0001F600': raw("float32", [1], struct.pack("<f", 7.0)),
}
serialize_file(tensors, HERE / "python.safetensors", metadata={"format": "pt", "für": "x\ty"})
