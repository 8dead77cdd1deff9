"""Orders of 10 sequences with seed 10: the loader's, for tests/data/loader_test.cpp, and that of
epoch -1, whose first ones are held out, for tests/data/hold_out_test.cpp.

std::seed_seq::generate, std::mt19937_64 and the Fisher-Yates shuffle, as the C++ standard states
them ([rand.util.seedseq], [rand.eng.mers])."""

M32 = (1 << 32) - 1
M64 = (1 << 64) - 1


def seed_sequence(values, n):
    """n 32-bit words from the 32-bit words `values`."""
    s = len(values)
    t = 11 if n >= 623 else 7 if n >= 68 else 5 if n >= 39 else 3 if n >= 7 else (n - 1) // 2
    p = (n - t) // 2
    q = p + t
    m = max(s + 1, n)
    b = [0x8B8B8B8B] * n
    mix = lambda x: x ^ (x >> 27)
    for k in range(m):
        r1 = 1664525 * mix(b[k % n] ^ b[(k + p) % n] ^ b[(k - 1) % n]) & M32
        r2 = r1 + (s if k == 0 else k % n + values[k - 1] if k <= s else k % n) & M32
        b[(k + p) % n] = b[(k + p) % n] + r1 & M32
        b[(k + q) % n] = b[(k + q) % n] + r2 & M32
        b[k % n] = r2
    for k in range(m, m + n):
        r3 = 1566083941 * mix(b[k % n] + b[(k + p) % n] + b[(k - 1) % n] & M32) & M32
        r4 = r3 - k % n & M32
        b[(k + p) % n] ^= r3
        b[(k + q) % n] ^= r4
        b[k % n] = r4
    return b


def mersenne_twister_64(values):
    """The numbers of std::mt19937_64 seeded with a seed sequence of `values`."""
    n, m, r = 312, 156, 31
    words = seed_sequence(values, 2 * n)
    x = [words[2 * i] | words[2 * i + 1] << 32 for i in range(n)]
    if x[0] >> r == 0 and not any(x[1:]):
        x[0] = 1 << 63
    while True:
        for i in range(n):
            y = x[i] >> r << r | x[(i + 1) % n] & (1 << r) - 1
            x[i] = x[(i + m) % n] ^ y >> 1 ^ (0xB5026F5AA96619E9 if y & 1 else 0)
        for z in x:
            z ^= z >> 29 & 0x5555555555555555
            z ^= z << 17 & 0x71D67FFFEDA60000
            z ^= z << 37 & 0xFFF7EEE000000000
            yield z ^ z >> 43


def order(count, seed, epoch):
    numbers = mersenne_twister_64([seed & M32, seed >> 32 & M32, epoch & M32, epoch >> 32 & M32])
    result = list(range(count))
    for i in range(count, 1, -1):
        j = next(numbers) % i
        result[i - 1], result[j] = result[j], result[i - 1]
    return result


if __name__ == "__main__":
    for epoch in (0, 1, -1):
        print(f"epoch {epoch}:", order(10, 10, epoch))
