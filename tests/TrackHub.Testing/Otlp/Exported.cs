namespace TrackHub.Testing.Otlp;

/// <summary>A span as a collector got it.</summary>
/// <param name="Service">service.name of its process.</param>
/// <param name="Name">Name.</param>
/// <param name="Kind">internal, server, client, producer or consumer.</param>
/// <param name="TraceId">32 hex digits.</param>
/// <param name="SpanId">16 hex digits.</param>
/// <param name="ParentId">16 hex digits; empty for a root.</param>
/// <param name="Links">Trace and span ids of linked spans.</param>
/// <param name="Attributes">Attributes as text.</param>
public sealed record ExportedSpan(
    string Service, string Name, string Kind, string TraceId, string SpanId, string ParentId, IReadOnlyList<(string TraceId, string SpanId)> Links,
    IReadOnlyDictionary<string, string> Attributes);

/// <summary>A metric as a collector got it.</summary>
/// <param name="Service">service.name of its process.</param>
/// <param name="Name">Name.</param>
/// <param name="Unit">UCUM unit.</param>
public sealed record ExportedMetric(string Service, string Name, string Unit);

/// <summary>A log line as a collector got it.</summary>
/// <param name="Service">service.name of its process.</param>
/// <param name="Body">Message.</param>
/// <param name="TraceId">32 hex digits, or empty.</param>
/// <param name="Attributes">Attributes as text.</param>
public sealed record ExportedLog(string Service, string Body, string TraceId, IReadOnlyDictionary<string, string> Attributes);

/// <summary>Reads export requests by their field numbers.</summary>
/// <remarks>Source: https://github.com/open-telemetry/opentelemetry-proto/tree/main/opentelemetry/proto (collector, trace, metrics, logs, resource, common v1).</remarks>
internal static class ExportReader
{
    private static readonly string[] Kinds = ["unspecified", "internal", "server", "client", "producer", "consumer"];

    public static IEnumerable<ExportedSpan> Spans(ReadOnlyMemory<byte> request) =>
        Each(request, static (service, span) =>
        {
            var fields = ProtoReader.Fields(span).ToLookup(static field => field.Number);
            return new ExportedSpan(
                service, fields[5].Single().Text, Kinds[(int)fields[6].Single().Value], fields[1].Single().Hex, fields[2].Single().Hex,
                fields[4].Select(static parent => parent.Hex).FirstOrDefault(""),
                [.. fields[13].Select(static link => ProtoReader.Fields(link.Bytes).ToLookup(static f => f.Number)).Select(static link => (link[1].Single().Hex, link[2].Single().Hex))],
                Attributes(fields[9].Select(static field => field.Bytes)));
        });

    public static IEnumerable<ExportedMetric> Metrics(ReadOnlyMemory<byte> request) =>
        Each(request, static (service, metric) =>
        {
            var fields = ProtoReader.Fields(metric).ToLookup(static field => field.Number);
            return new ExportedMetric(service, fields[1].Single().Text, fields[3].Select(static unit => unit.Text).FirstOrDefault(""));
        });

    public static IEnumerable<ExportedLog> Logs(ReadOnlyMemory<byte> request) =>
        Each(request, static (service, log) =>
        {
            var fields = ProtoReader.Fields(log).ToLookup(static field => field.Number);
            return new ExportedLog(
                service, fields[5].Select(static body => Value(body.Bytes)).FirstOrDefault(""), fields[9].Select(static id => id.Hex).FirstOrDefault(""),
                Attributes(fields[6].Select(static field => field.Bytes)));
        });

    /// <summary>All three requests have one shape: resource (1) → its attributes (1), scopes (2) → items (2).</summary>
    private static IEnumerable<T> Each<T>(ReadOnlyMemory<byte> request, Func<string, ReadOnlyMemory<byte>, T> read) =>
        from part in ProtoReader.Follow(request, 1)
        let service = Attributes(ProtoReader.Follow(part, 1, 1)).GetValueOrDefault("service.name", "")
        from item in ProtoReader.Follow(part, 2, 2)
        select read(service, item);

    private static Dictionary<string, string> Attributes(IEnumerable<ReadOnlyMemory<byte>> pairs)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in pairs.Select(static pair => ProtoReader.Fields(pair).ToLookup(static field => field.Number)))
            attributes[pair[1].Single().Text] = pair[2].Select(static value => Value(value.Bytes)).FirstOrDefault("");
        return attributes;
    }

    private static string Value(ReadOnlyMemory<byte> any) => ProtoReader.Fields(any).Select(static field => field.Number switch
    {
        1 => field.Text,
        2 => field.Value == 1 ? "true" : "false",
        3 => ((long)field.Value).ToString(System.Globalization.CultureInfo.InvariantCulture),
        4 => BitConverter.UInt64BitsToDouble(field.Value).ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        _ => $"({field.Bytes.Length} bytes)",
    }).FirstOrDefault("");
}
