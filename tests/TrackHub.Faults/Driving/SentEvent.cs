using System.Text.Json;
using TrackHub.Faults.Lab;

namespace TrackHub.Faults.Driving;

/// <summary>An event that was sent, and what must become of it.</summary>
/// <param name="Brand">Whose.</param>
/// <param name="Kind">As the ledger calls it: click, initiate_checkout, or the kind of the sale.</param>
/// <param name="EventId">Its id.</param>
/// <param name="Visitor">Who.</param>
/// <param name="MetaName">Meta's name of it; null where Meta must not hear of it.</param>
/// <param name="Click">Event id of the click that must be found; null where none is sought.</param>
public sealed record SentEvent(LabBrand Brand, string Kind, string EventId, Visitor Visitor, string? MetaName, string? Click)
{
    /// <summary>What to give to <c>explain</c>.</summary>
    public string Explain => Receipt?.ToString() ?? EventId;

    /// <summary>Where its record lies, as the ingress told; null until it is acked, and if it was acked from the spool.</summary>
    public Receipt? Receipt { get; init; }

    /// <summary>Whether the ingress took it into its spool.</summary>
    public bool Spooled { get; init; }

    /// <summary>Whether it was acked.</summary>
    public bool Acked => Spooled || Receipt is not null;

    /// <summary>Attempts of which nobody knows whether they were stored: no answer, or 5xx after the log was asked.</summary>
    public int Unsure { get; init; }

    /// <summary>From the intended send time to the ack.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>Where it must end: the pixel, or <c>none</c>.</summary>
    public string Destination => MetaName is null ? "none" : Brand.PixelId;

    /// <summary>How it must end there.</summary>
    public string State => MetaName is null ? "recorded" : "delivered";
}

/// <summary>Where a record lies.</summary>
public sealed record Receipt(string Topic, int Partition, long Offset)
{
    /// <summary>Where an acknowledged record lies; null where the answer tells that it waits in the spool.</summary>
    public static Receipt? Of(JsonElement answer) => answer.TryGetProperty("spooled", out _)
        ? null
        : new(answer.GetProperty("topic").GetString()!, answer.GetProperty("partition").GetInt32(), answer.GetProperty("offset").GetInt64());

    /// <inheritdoc/>
    public override string ToString() => $"{Topic}/{Partition}/{Offset}";
}
