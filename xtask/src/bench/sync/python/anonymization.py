"""The strategy of the benchmark: a place of its own for each value."""

import zlib

from wit_world.imports import masking


class Strategy:
    """Replaces `data` value by value; an empty `nulls` and its bits stay as they are."""

    def context_columns(self):
        return []

    def mask(self, values, context):
        data, ends, begin = bytes(values.data), [], 0
        out = bytearray()
        for row, end in enumerate(values.ends):
            is_null = row // 8 < len(values.nulls) and values.nulls[row // 8] >> (row % 8) & 1
            if not is_null:
                out += b"Place %08x" % zlib.crc32(data[begin:end])
            begin = end
            ends.append(len(out))
        return masking.Column(bytes(out), ends, values.nulls)
