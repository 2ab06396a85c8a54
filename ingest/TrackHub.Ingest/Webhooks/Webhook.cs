using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TrackHub.Ingest.Json;

namespace TrackHub.Ingest.Webhooks;

/// <summary>One delivery: the request as it came, and its body once somebody asks. Not thread-safe.</summary>
/// <param name="body">The raw bytes; must live as long as this.</param>
/// <param name="headers">Request headers.</param>
/// <param name="query">Query parameters.</param>
/// <param name="receivedAt">When it came.</param>
internal sealed class Webhook(ReadOnlyMemory<byte> body, IHeaderDictionary headers, IQueryCollection query, DateTimeOffset receivedAt) : IDisposable
{
    private JsonDocument? _document;
    private bool _read;

    /// <summary>The raw bytes.</summary>
    public ReadOnlyMemory<byte> Body { get; } = body;

    /// <summary>Request headers.</summary>
    public IHeaderDictionary Headers { get; } = headers;

    /// <summary>Query parameters.</summary>
    public IQueryCollection Query { get; } = query;

    /// <summary>When it came.</summary>
    public DateTimeOffset ReceivedAt { get; } = receivedAt;

    /// <summary>What is wrong with the body; null if it reads.</summary>
    public string? Fault { get; private set; }

    /// <summary>The body as JSON, or a form as the JSON it stands for; a missing element if it does not read. Lives as long as this.</summary>
    public JsonElement Root
    {
        get
        {
            if (!_read)
            {
                (_document, Fault) = FormBody.IsForm(Headers.ContentType) ? FormBody.Parse(Body.Span) : StrictJson.Parse(Body);
                _read = true;
            }

            return _document?.RootElement ?? default;
        }
    }

    /// <summary>A header that stands there once; null if it is absent or repeated.</summary>
    public string? SingleHeader(string name) => Headers[name] is { Count: 1 } values ? values[0] : null;

    /// <summary>Whether a header stands there at all.</summary>
    public bool HasHeader(string name) => Headers.ContainsKey(name);

    /// <summary>A query parameter that stands there once; null if it is absent or repeated.</summary>
    public string? SingleQuery(string name) => Query[name] is { Count: 1 } values ? values[0] : null;

    /// <inheritdoc/>
    public void Dispose() => _document?.Dispose();
}
