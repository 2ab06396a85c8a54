namespace TrackHub.Dispatch.Parking;

/// <summary>One lane as operators see it.</summary>
public sealed record LaneView
{
    /// <summary>Brand's public id.</summary>
    public required string BrandId { get; init; }

    /// <summary>Pixel.</summary>
    public required string PixelId { get; init; }

    /// <summary>closed (calls go), open, half_open (the next call is a probe), throttled or parked.</summary>
    public required string State { get; init; }

    /// <summary>Why it is so; empty for closed.</summary>
    public required string Reason { get; init; }

    /// <summary>Since when.</summary>
    public required DateTimeOffset? Since { get; init; }

    /// <summary>When calls may go again by themselves; null where they may, or where somebody must mend something.</summary>
    public required DateTimeOffset? Until { get; init; }

    /// <summary>Calls that failed since the last that did not.</summary>
    public required int Failures { get; init; }

    /// <summary>Last delivered call, to the second.</summary>
    public required DateTimeOffset? LastSuccessAt { get; init; }

    /// <summary>Events parked.</summary>
    public required long Parked { get; init; }

    /// <summary>Why they are, each reason once.</summary>
    public required IReadOnlyList<string> ParkedReasons { get; init; }

    /// <summary>When the first of them is too old for Meta and ends as expired.</summary>
    public required DateTimeOffset? FirstExpiresAt { get; init; }
}
