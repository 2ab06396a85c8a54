using System.Text.Json;
using TrackHub.Dispatch.Verdicts;

namespace TrackHub.Dispatch.Calling;

/// <summary>Reads Meta's answer: <c>{"events_received":n,"messages":[],"fbtrace_id":"…"}</c> or <c>{"error":{"code":…,"error_subcode":…}}</c>.</summary>
/// <remarks>Anything that is not such an object is an answer without members: HTML of a gateway, an empty or a compressed body.</remarks>
internal static class AnswerReader
{
    private const int MaxTraceIdLength = 64;

    /// <summary>Reads a whole body.</summary>
    public static MetaAnswer Read(int httpStatus, ReadOnlyMemory<byte> body, TimeSpan latency)
    {
        var answer = new MetaAnswer { Transport = Transport.Answered, HttpStatus = httpStatus, Latency = latency };
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 32 });
            return document.RootElement.ValueKind is JsonValueKind.Object ? Members(answer, document.RootElement) : answer;
        }
        catch (JsonException)
        {
            return answer;
        }
    }

    private static MetaAnswer Members(MetaAnswer answer, JsonElement root)
    {
        if (root.TryGetProperty("error", out var error) && error.ValueKind is JsonValueKind.Object)
        {
            return answer with
            {
                HasError = true,
                Code = Number(error, "code"),
                Subcode = Number(error, "error_subcode"),
                IsTransient = error.TryGetProperty("is_transient", out var transient) && transient.ValueKind is JsonValueKind.True,
                TraceId = TraceId(error),
            };
        }

        return answer with
        {
            EventsReceived = Number(root, "events_received"),
            Warnings = root.TryGetProperty("messages", out var messages) && messages.ValueKind is JsonValueKind.Array ? messages.GetArrayLength() : 0,
            TraceId = TraceId(root),
        };
    }

    private static int? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;

    private static string? TraceId(JsonElement element) =>
        element.TryGetProperty("fbtrace_id", out var value) && value.ValueKind is JsonValueKind.String
        && value.GetString() is { Length: > 0 and <= MaxTraceIdLength } id
            ? id
            : null;
}
