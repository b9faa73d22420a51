# ber.py: the little of BER (X.690) that LDAP messages need.


def ber(tag, body):
    n = len(body)
    if n < 128:
        return bytes([tag, n]) + body
    b = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(b)]) + b + body


def integer(n, tag=2):
    return ber(tag, n.to_bytes(n.bit_length() // 8 + 1, "big"))


def octets(s):
    return ber(4, s if isinstance(s, bytes) else s.encode())


def tlv(b, i):
    """(tag, start of the value, its end) of the element at i, or None when b ends before it does."""
    if len(b) < i + 2:
        return None
    n, v = b[i + 1], i + 2
    if n & 0x80:
        k = n & 0x7F
        if len(b) < v + k:
            return None
        n, v = int.from_bytes(b[v:v + k], "big"), v + k
    return (b[i], v, v + n) if len(b) >= v + n else None


def elements(b):
    """(tag, value) of each element of b."""
    i = 0
    while i < len(b):
        tag, v, end = tlv(b, i)
        yield tag, b[v:end]
        i = end
