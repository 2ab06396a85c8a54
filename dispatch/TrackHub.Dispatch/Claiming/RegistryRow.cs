using TrackHub.Platform.Streams;

namespace TrackHub.Dispatch.Claiming;

/// <summary>States of <c>dedupe_registry</c>.</summary>
internal static class RegistryState
{
    public const string Claimed = "claimed";
    public const string Retry = "retry";
    public const string Held = "held";
    public const string Parked = "parked";
    public const string Delivered = "delivered";
    public const string BlockedConsent = "blocked_consent";
    public const string Suppressed = "suppressed";
    public const string Expired = "expired";
    public const string Dead = "dead";
}

/// <summary>What the registry says of an event.</summary>
internal sealed record RegistryRow
{
    /// <summary>One of <see cref="RegistryState"/>.</summary>
    public required string State { get; init; }

    /// <summary>Why, in one word.</summary>
    public required string Reason { get; init; }

    /// <summary>Number of the claim; grows with each.</summary>
    public required long Fence { get; init; }

    /// <summary>Attempts made, that of a live claim included.</summary>
    public required int Attempt { get; init; }

    /// <summary>Rung of the attempt at work or to come.</summary>
    public required int LadderStep { get; init; }

    /// <summary>The event the row belongs to.</summary>
    public required Guid IngestId { get; init; }

    /// <summary>Coordinates of the record that entered the attempt.</summary>
    public required RecordCoordinates Source { get; init; }

    /// <summary>When it last changed; of a claim: when it was made.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Revision of its outcome; a redrive raises it.</summary>
    public required long Revision { get; init; }

    /// <summary>Whether an attempt's outcome is not known.</summary>
    public required bool HasUnknown { get; init; }
}

/// <summary>What became of the wish to claim an event.</summary>
internal enum ClaimResult
{
    /// <summary>It is ours to send.</summary>
    Claimed,

    /// <summary>Its row tells where it stands, by this claim or an earlier life of this record: produce what follows from it, again if need be.</summary>
    Settled,

    /// <summary>A predecessor of this very record claimed it and its lease still runs: wait.</summary>
    Busy,

    /// <summary>Another record of the same event carries it on: nothing to do.</summary>
    Stale,

    /// <summary>Another event with the same id came first.</summary>
    Duplicate,
}

/// <summary>Tells what a row that was not claimed means for a record.</summary>
internal static class ClaimRules
{
    /// <summary>The result for a record.</summary>
    /// <param name="row">The row after the claim.</param>
    /// <param name="changed">Whether the claim changed the row.</param>
    /// <param name="ingestId">The record's event.</param>
    /// <param name="entered">Coordinates of the record that entered the attempt.</param>
    public static ClaimResult Of(RegistryRow row, bool changed, Guid ingestId, RecordCoordinates entered)
    {
        if (row.IngestId != ingestId)
            return ClaimResult.Duplicate;
        if (changed)
            return row.State == RegistryState.Claimed ? ClaimResult.Claimed : ClaimResult.Settled;

        var isOwn = row.Source == entered;
        return row.State switch
        {
            RegistryState.Claimed => isOwn ? ClaimResult.Busy : ClaimResult.Stale,

            // The copy that goes on is made by the record whose attempt ended so; any other copy would make a second one.
            RegistryState.Retry or RegistryState.Held or RegistryState.Parked => isOwn ? ClaimResult.Settled : ClaimResult.Stale,
            _ => ClaimResult.Settled,
        };
    }
}
