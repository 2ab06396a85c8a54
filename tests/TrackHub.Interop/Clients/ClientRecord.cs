using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace TrackHub.Interop.Clients;

/// <summary>A header of a record.</summary>
/// <param name="Name">Its name; a record may have it more than once.</param>
/// <param name="Value">Its bytes, or null, which is not the same as none.</param>
internal sealed record ClientHeader(string Name, byte[]? Value)
{
    /// <summary>A header whose value is text, or null.</summary>
    public static ClientHeader Of(string name, string? value) => new(name, value is null ? null : Encoding.UTF8.GetBytes(value));

    public override string ToString() => $"{Name}={ClientRecord.Show(Value)}";
}

/// <summary>A record as a client sent or met it.</summary>
/// <param name="Partition">Its partition.</param>
/// <param name="Offset">Its offset.</param>
/// <param name="Key">Key, or null.</param>
/// <param name="Value">Value, or null for a tombstone.</param>
/// <param name="Headers">Headers in their order.</param>
/// <param name="Time">Time in Unix milliseconds.</param>
internal sealed record ClientRecord(int Partition, long Offset, byte[]? Key, byte[]? Value, IReadOnlyList<ClientHeader> Headers, long Time)
{
    private const int LongestShown = 64;   // bytes; longer ones are told by their digest

    /// <summary>Everything that must survive, on one line: equal lines are equal records.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Partition}/{Offset} at {Time}: key {Show(Key)} value {Show(Value)} headers [{string.Join(", ", Headers)}]");

    /// <summary>This record as a peer's script writes it.</summary>
    public static ClientRecord Read(JsonNode line) => new(
        (int)line["partition"]!,
        (long)line["offset"]!,
        Bytes(line["key"]),
        Bytes(line["value"]),
        [.. line["headers"]!.AsArray().Select(static header => new ClientHeader((string)header![0]!, Bytes(header[1])))],
        (long)line["time"]!);

    /// <summary>This record as a peer's script reads it.</summary>
    public JsonObject Write() => new()
    {
        ["partition"] = Partition,
        ["key"] = Base64(Key),
        ["value"] = Base64(Value),
        ["headers"] = new JsonArray([.. Headers.Select(static header => new JsonArray(header.Name, Base64(header.Value)))]),
        ["time"] = Time,
    };

    internal static string Show(byte[]? bytes) => bytes switch
    {
        null => "null",
        { Length: <= LongestShown } => $"'{Encoding.Latin1.GetString(bytes)}'",
        _ => $"{bytes.Length} bytes {Convert.ToHexStringLower(SHA256.HashData(bytes))}",
    };

    private static byte[]? Bytes(JsonNode? base64) => base64 is null ? null : Convert.FromBase64String((string)base64!);

    private static JsonNode? Base64(byte[]? bytes) => bytes is null ? null : JsonValue.Create(Convert.ToBase64String(bytes));
}
