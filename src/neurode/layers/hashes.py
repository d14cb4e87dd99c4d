"""Hashes of byte strings that are the same on every machine: FarmHash's 64-bit fingerprint and SipHash.

Strings of one length are hashed side by side as a matrix of bytes. Keras hands these two to TensorFlow.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

Bytes = np.ndarray
"""`UInt8[ndarray, "strings length"]`: strings of one length."""

K0, K1, K2 = np.array([0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F], np.uint64)
"""FarmHash's three large odd numbers."""


def farm_fingerprint(strings: np.ndarray) -> np.ndarray:
    """FarmHash's 64-bit fingerprint of each string's UTF-8 bytes.

    Args:
        strings: Text of any shape.

    Example:
        >>> farm_fingerprint(np.array(["test"])).tolist()
        [8581389452482819506]

    References:
        Pike and Alakuijala (2014), FarmHash: `Fingerprint64`.
    """
    return _by_length(strings, _farm)


def sip_hash(strings: np.ndarray, key: tuple[int, int]) -> np.ndarray:
    """SipHash-2-4 of each string's UTF-8 bytes: without the key nobody can choose strings that collide.

    Args:
        strings: Text of any shape.
        key: Two whole numbers, each kept to 64 bits.

    Example:
        >>> sip_hash(np.array([""]), (0x0706050403020100, 0x0F0E0D0C0B0A0908)).tolist()
        [8246050544436514353]

    References:
        Aumasson and Bernstein (2012), SipHash, section 2 and appendix A.
    """
    return _by_length(strings, lambda data: _sip(data, key))


def _by_length(strings: np.ndarray, hashed: Callable[[Bytes], np.ndarray]) -> np.ndarray:
    known, places = np.unique(np.asarray(strings), return_inverse=True)
    encoded = [str(text).encode() for text in known]
    lengths = np.array([len(text) for text in encoded], np.int64)
    found = np.zeros(len(encoded), np.uint64)
    for length in np.unique(lengths):
        (chosen,) = np.nonzero(lengths == length)
        joined = b"".join(encoded[i] for i in chosen)
        found[chosen] = hashed(np.frombuffer(joined, np.uint8).reshape(len(chosen), int(length)))
    return found[places].reshape(np.shape(strings))


def _word(data: Bytes, start: int, size: int = 8) -> np.ndarray:
    """The little-endian number in `size` bytes of each string."""
    part = np.zeros((len(data), 8), np.uint8)
    part[:, :size] = data[:, start : start + size]
    return part.view("<u8")[:, 0].astype(np.uint64)


def _rotated_right(x: np.ndarray, bits: int) -> np.ndarray:
    return (x >> np.uint64(bits)) | (x << np.uint64(64 - bits))


def _number(value: int) -> np.ndarray:
    # An array, since NumPy warns of a scalar that wraps around.
    return np.array([value & 0xFFFFFFFFFFFFFFFF], np.uint64)


def _farm(data: Bytes) -> np.ndarray:
    length = data.shape[1]
    if length > 64:
        return _farm_long(data)
    if length > 32:
        return _farm_33_to_64(data)
    if length > 16:
        return _farm_17_to_32(data)
    return _farm_to_16(data)


def _mixed(x: np.ndarray) -> np.ndarray:
    return x ^ (x >> np.uint64(47))


def _joined(u: np.ndarray, v: np.ndarray, factor: np.ndarray) -> np.ndarray:
    a = _mixed((u ^ v) * factor)
    return _mixed((v ^ a) * factor) * factor


def _factor(length: int) -> np.ndarray:
    return _number(int(K2) + 2 * length)


def _farm_to_16(data: Bytes) -> np.ndarray:
    length = data.shape[1]
    if length >= 8:
        a, b = _word(data, 0) + K2, _word(data, length - 8)
        c = _rotated_right(b, 37) * _factor(length) + a
        d = (_rotated_right(a, 25) + b) * _factor(length)
        return _joined(c, d, _factor(length))
    if length >= 4:
        a, b = _word(data, 0, 4), _word(data, length - 4, 4)
        return _joined(_number(length) + (a << np.uint64(3)), b, _factor(length))
    if length > 0:
        a, b, c = (_word(data, place, 1) for place in (0, length // 2, length - 1))
        y, z = a + (b << np.uint64(8)), _number(length) + (c << np.uint64(2))
        return _mixed(y * K2 ^ z * K0) * K2
    return np.full(len(data), K2)


def _farm_17_to_32(data: Bytes) -> np.ndarray:
    length, factor = data.shape[1], _factor(data.shape[1])
    a, b = _word(data, 0) * K1, _word(data, 8)
    c, d = _word(data, length - 8) * factor, _word(data, length - 16) * K2
    y = _rotated_right(a + b, 43) + _rotated_right(c, 30) + d
    return _joined(y, a + _rotated_right(b + K2, 18) + c, factor)


def _farm_33_to_64(data: Bytes) -> np.ndarray:
    length, factor = data.shape[1], _factor(data.shape[1])
    a, b = _word(data, 0) * K2, _word(data, 8)
    c, d = _word(data, length - 8) * factor, _word(data, length - 16) * K2
    y = _rotated_right(a + b, 43) + _rotated_right(c, 30) + d
    z = _joined(y, a + _rotated_right(b + K2, 18) + c, factor)
    e, f = _word(data, 16) * factor, _word(data, 24)
    g = (y + _word(data, length - 32)) * factor
    h = (z + _word(data, length - 24)) * factor
    y = _rotated_right(e + f, 43) + _rotated_right(g, 30) + h
    return _joined(y, e + _rotated_right(f + a, 18) + g, factor)


def _farm_long(data: Bytes) -> np.ndarray:
    zero = np.zeros(len(data), np.uint64)
    x, y = zero + _number(81), zero + _number(81 * int(K1) + 113)
    z = _mixed(y * K2 + _number(113)) * K2
    x = x * K2 + _word(data, 0)
    v, w = (zero, zero), (zero, zero)
    last = data.shape[1] - 1
    for start in range(0, last // 64 * 64, 64):
        x, y, z, v, w = _farm_block(data, start, x, y, z, v, w, K1, 1)
    factor = K1 + ((z & np.uint64(0xFF)) << np.uint64(1))
    # The last 64 bytes once more, whole, whatever the blocks before them have covered.
    rest = w[0] + _number(last % 64)
    v = (v[0] + rest, v[1])
    w = (rest + v[0], w[1])
    x, y, z, v, w = _farm_block(data, last - 63, x, y, z, v, w, factor, 9)
    first = _joined(v[0], w[0], factor) + _mixed(y) * K0 + z
    return _joined(first, _joined(v[1], w[1], factor) + x, factor)


def _farm_block(
    data: Bytes, start: int, x: Any, y: Any, z: Any, v: Any, w: Any, factor: Any, times: int
) -> tuple[Any, Any, Any, Any, Any]:
    x = _rotated_right(x + y + v[0] + _word(data, start + 8), 37) * factor
    y = _rotated_right(y + v[1] + _word(data, start + 48), 42) * factor
    x = x ^ (w[1] * np.uint64(times))
    y = y + v[0] * np.uint64(times) + _word(data, start + 40)
    z = _rotated_right(z + w[0], 33) * factor
    v = _farm_32_bytes(data, start, v[1] * factor, x + w[0])
    w = _farm_32_bytes(data, start + 32, z + w[1], y + _word(data, start + 16))
    return z, y, x, v, w


def _farm_32_bytes(data: Bytes, start: int, a: Any, b: Any) -> tuple[Any, Any]:
    words = [_word(data, start + 8 * i) for i in range(4)]
    a = a + words[0]
    b = _rotated_right(b + a + words[3], 21)
    c = a
    a = a + words[1] + words[2]
    return a + words[3], b + _rotated_right(a, 44) + c


def _sip(data: Bytes, key: tuple[int, int]) -> np.ndarray:
    first, second = map(_number, key)
    zero = np.zeros(len(data), np.uint64)
    v0 = zero + (first ^ _number(0x736F6D6570736575))
    v1 = zero + (second ^ _number(0x646F72616E646F6D))
    v2 = zero + (first ^ _number(0x6C7967656E657261))
    v3 = zero + (second ^ _number(0x7465646279746573))
    whole, rest = divmod(data.shape[1], 8)
    words = [_word(data, 8 * i) for i in range(whole)]
    # The last word holds what is left of the string, and the length in its top byte.
    words.append(_word(data, 8 * whole, rest) | _number(data.shape[1] << 56))
    for word in words:
        v0, v1, v2, v3 = _sip_rounds(v0, v1, v2, v3 ^ word, 2)
        v0 = v0 ^ word
    v0, v1, v2, v3 = _sip_rounds(v0, v1, v2 ^ _number(0xFF), v3, 4)
    return v0 ^ v1 ^ v2 ^ v3


def _sip_rounds(v0: Any, v1: Any, v2: Any, v3: Any, count: int) -> tuple[Any, Any, Any, Any]:
    for _ in range(count):
        v0, v2 = v0 + v1, v2 + v3
        v1, v3 = _rotated_right(v1, 51) ^ v0, _rotated_right(v3, 48) ^ v2
        v0 = _rotated_right(v0, 32)
        v2, v0 = v2 + v1, v0 + v3
        v1, v3 = _rotated_right(v1, 47) ^ v2, _rotated_right(v3, 43) ^ v0
        v2 = _rotated_right(v2, 32)
    return v0, v1, v2, v3
