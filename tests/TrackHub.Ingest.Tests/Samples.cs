using System.Text.Json;

namespace TrackHub.Ingest.Tests;

/// <summary>The gateways' sample payloads and what they must become.</summary>
internal static class Samples
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "samples");

    public static IReadOnlyList<JsonElement> Index { get; } = [.. Read("index.json").GetProperty("samples").EnumerateArray()];

    public static IReadOnlyList<JsonElement> Vectors { get; } = [.. Read("signature-vectors.json").GetProperty("vectors").EnumerateArray()];

    public static byte[] Bytes(string file) => File.ReadAllBytes(Path.Combine(Folder, file));

    public static JsonElement Read(string file) => JsonDocument.Parse(Bytes(file)).RootElement;
}
