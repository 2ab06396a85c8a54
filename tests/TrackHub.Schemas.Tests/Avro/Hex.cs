namespace TrackHub.Schemas.Tests.Avro;

/// <summary>Bytes as the specification prints them: hex pairs with spaces.</summary>
internal static class Hex
{
    public static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    public static string Text(ReadOnlySpan<byte> bytes) => string.Join(' ', bytes.ToArray().Select(static b => b.ToString("x2")));
}
