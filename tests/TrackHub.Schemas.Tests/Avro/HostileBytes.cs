namespace TrackHub.Schemas.Tests.Avro;

/// <summary>Encodings gone wrong, most of them late: cut, flipped, spliced, and with lengths and counts that promise too much.</summary>
internal static class HostileBytes
{
    // As zig-zag varints: the ends of 64 and 32 bits, minus one, a million, and one that never ends.
    private static readonly byte[][] Promises =
    [
        [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
        [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
        [0xfe, 0xff, 0xff, 0xff, 0x0f],
        [0xff, 0xff, 0xff, 0xff, 0x0f],
        [0x01],
        [0x80, 0x89, 0x7a],
        [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    ];

    public static byte[] From(byte[] valid, Random random)
    {
        var at = random.Next(valid.Length + 1);
        switch (random.Next(5))
        {
            case 0:
                return valid[..at];
            case 1:
                var flipped = (byte[])valid.Clone();
                if (at < valid.Length)
                    flipped[at] ^= (byte)random.Next(1, 256);
                return flipped;
            case 2:
                return [.. valid[..at], .. Promises[random.Next(Promises.Length)], .. valid[at..]];
            case 3:
                // The promise again, with something behind it that seems to keep it.
                return [.. valid[..at], .. Promises[random.Next(Promises.Length)], .. new byte[random.Next(2000)]];
            default:
                var any = new byte[random.Next(400)];
                random.NextBytes(any);
                return [.. valid[..at], .. any];
        }
    }
}
