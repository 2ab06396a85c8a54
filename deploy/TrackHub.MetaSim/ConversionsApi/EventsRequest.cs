using System.Buffers;
using System.Text.Json;

namespace TrackHub.MetaSim.ConversionsApi;

/// <summary>One call of the events edge, read but not yet judged. Dispose after the answer: it owns the rented body.</summary>
internal sealed class EventsRequest : IDisposable
{
    private byte[]? _rented;
    private JsonDocument? _document;

    /// <summary>The token of query, body or header, in this order; null when none was given.</summary>
    public string? Token { get; set; }

    /// <summary>The events; undefined when the request has a <see cref="Fault"/>.</summary>
    public JsonElement Data { get; private set; }

    /// <summary>Number of events.</summary>
    public int Count { get; private set; }

    /// <summary>The test code beside <c>data</c>; such events count like any other.</summary>
    public string? TestEventCode { get; set; }

    /// <summary>Why the request can't be read, or null.</summary>
    public GraphError? Fault { get; set; }

    /// <summary>Takes over the document, and the rented buffer below it.</summary>
    public void Own(JsonDocument document, byte[]? rented)
    {
        _document = document;
        _rented = rented;
    }

    /// <summary>Sets the events.</summary>
    public void SetData(JsonElement data)
    {
        Data = data;
        Count = data.GetArrayLength();
    }

    public void Dispose()
    {
        _document?.Dispose();
        if (_rented is not null)
            ArrayPool<byte>.Shared.Return(_rented);
        _rented = null;
    }
}
