using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TrackHub.Interop.Codec;

/// <summary>What one peer made of one record type.</summary>
/// <param name="Ours">Records as we encoded them.</param>
/// <param name="Values">How the peer reads each.</param>
/// <param name="Rewritten">How it writes each again.</param>
/// <param name="Made">Records of its own making.</param>
/// <param name="MadeValues">What it wrote into each.</param>
internal sealed record Exchange(
    IReadOnlyList<byte[]> Ours, IReadOnlyList<JsonNode?> Values, IReadOnlyList<byte[]> Rewritten, IReadOnlyList<byte[]> Made, IReadOnlyList<JsonNode?> MadeValues);

/// <summary>Asks each peer once, for all record types together.</summary>
public sealed class CodecPeers
{
    private const int RecordsPerType = 200;

    private readonly ConcurrentDictionary<string, Lazy<Task<Dictionary<Type, Exchange>>>> _asked = new(StringComparer.Ordinal);

    /// <summary>What that script says of that type.</summary>
    internal async Task<Exchange> AskAsync(string script, Type record) =>
        (await _asked.GetOrAdd(script, static script => new(() => AskAllAsync(script))).Value)[record];

    private static async Task<Dictionary<Type, Exchange>> AskAllAsync(string script)
    {
        var ours = RecordCase.Types.Select(static type => RecordCase.Of(type).Make(RecordsPerType)).ToList();
        var jobs = RecordCase.Types.Select((type, i) => new JsonObject
        {
            ["schema"] = RecordCase.Of(type).SchemaJson,
            ["records"] = new JsonArray([.. ours[i].Select(static record => JsonValue.Create(Convert.ToBase64String(record)))]),
            ["count"] = RecordsPerType,
            ["seed"] = i + 1,
        }.ToJsonString());

        var answers = (await Peer.RunAsync(script, string.Join('\n', jobs) + '\n')).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return RecordCase.Types.Select((type, i) => (type, Read(ours[i], JsonNode.Parse(answers[i])!))).ToDictionary();
    }

    private static Exchange Read(IReadOnlyList<byte[]> ours, JsonNode answer) => new(
        ours,
        [.. answer["values"]!.AsArray()],
        [.. answer["rewritten"]!.AsArray().Select(Bytes)],
        [.. answer["made"]!.AsArray().Select(static made => Bytes(made!["avro"]))],
        [.. answer["made"]!.AsArray().Select(static made => made!["value"])]);

    private static byte[] Bytes(JsonNode? base64) => Convert.FromBase64String((string?)base64 ?? throw new JsonException("base64 expected"));
}
