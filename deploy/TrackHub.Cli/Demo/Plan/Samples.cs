using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TrackHub.Cli.Demo.Plan;

/// <summary>The gateways' sample payloads, built into this executable.</summary>
internal static class Samples
{
    /// <summary>Prefix of the resources' names.</summary>
    public const string Prefix = "samples/gateways/";

    /// <summary>A sample's text, for instance of <c>kiwify/pix_created.json</c>.</summary>
    /// <exception cref="InvalidOperationException">There is no such sample.</exception>
    public static string Text(string file)
    {
        using var stream = typeof(Samples).Assembly.GetManifestResourceStream(Prefix + file)
            ?? throw new InvalidOperationException($"The sample {file} is not built in.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>A sample as a tree to change.</summary>
    public static JsonObject Tree(string file) => JsonNode.Parse(Text(file))!.AsObject();

    /// <summary>What each sample of these gateways must become, in the order of the index: states of one sale follow each other.</summary>
    public static IReadOnlyList<SampleFacts> Index(IEnumerable<string> gateways)
    {
        using var index = JsonDocument.Parse(Text("index.json"));
        var wanted = gateways.ToHashSet(StringComparer.Ordinal);
        return
        [
            .. index.RootElement.GetProperty("samples").EnumerateArray()
                .Where(sample => wanted.Contains(sample.GetProperty("gateway").GetString()!))
                .Select(static sample => new SampleFacts(
                    sample.GetProperty("file").GetString()!,
                    sample.GetProperty("gateway").GetString()!,
                    sample.GetProperty("kind").GetString()!,
                    sample.GetProperty("sale_id").GetString(),
                    sample.GetProperty("amount_minor") is { ValueKind: JsonValueKind.Number } amount ? amount.GetInt64() : null,
                    sample.GetProperty("currency").GetString())),
        ];
    }
}

/// <summary>A sample and what it must become.</summary>
/// <param name="File">File.</param>
/// <param name="Gateway">Gateway.</param>
/// <param name="Kind">Canonical kind.</param>
/// <param name="SaleId">Sale id; null for one without.</param>
/// <param name="AmountMinor">Amount in minor units.</param>
/// <param name="Currency">Currency.</param>
internal sealed record SampleFacts(string File, string Gateway, string Kind, string? SaleId, long? AmountMinor, string? Currency);
