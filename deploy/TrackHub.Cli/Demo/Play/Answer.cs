using System.Text.Json;

namespace TrackHub.Cli.Demo.Play;

/// <summary>What the ingress answered.</summary>
/// <param name="Status">HTTP status; 503 where a part of a batch was answered so.</param>
/// <param name="Code">The problem's code; null for a success or an unreadable body.</param>
/// <param name="Receipts">Receipts.</param>
internal sealed record Answer(int Status, string? Code, IReadOnlyList<SentReceipt> Receipts)
{
    private const int Unavailable = 503;

    /// <summary>Reads a body: one receipt, several under <c>events</c>, a batch's under <c>results</c>, or a problem.</summary>
    public static Answer Read(int status, string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind is not JsonValueKind.Object)
                return new(status, Code: null, []);
            if (root.TryGetProperty("code", out var code))
                return new(status, code.GetString(), []);
            if (root.TryGetProperty("results", out var results))
                return OfBatch(status, [.. results.EnumerateArray()]);
            return root.TryGetProperty("events", out var events)
                ? new(status, Code: null, [.. events.EnumerateArray().Select(ReceiptOf)])
                : new(status, Code: null, [ReceiptOf(root)]);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return new(status, Code: null, []);
        }
    }

    private static Answer OfBatch(int status, IReadOnlyList<JsonElement> results)
    {
        var refused = results.FirstOrDefault(static result => result.GetProperty("status").GetInt32() >= 400);
        return refused.ValueKind is JsonValueKind.Undefined
            ? new(status, Code: null, [.. results.Select(ReceiptOf)])
            : new(refused.GetProperty("status").GetInt32() is Unavailable ? Unavailable : status, refused.GetProperty("code").GetString(), []);
    }

    private static SentReceipt ReceiptOf(JsonElement element) => new(
        element.GetProperty("event_id").GetString()!,
        element.TryGetProperty("spooled", out _)
            ? null
            : new(element.GetProperty("topic").GetString()!, element.GetProperty("partition").GetInt32(), element.GetProperty("offset").GetInt64()));
}
