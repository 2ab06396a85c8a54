namespace TrackHub.Dispatch.Parking;

/// <summary>How a lane is taken up again.</summary>
/// <param name="Actor">Who, for the audit log.</param>
public sealed record LaneResumption(string Actor)
{
    /// <summary>Only while the lane is parked for these credentials; null: in any case.</summary>
    public string? Refused { get; init; }

    /// <summary>
    /// Also what is parked because nobody knows whether Meta has it: an attempt of unknown outcome two days ago, or a call of which Meta counted some events.
    /// Beyond its 48 h Meta counts a copy as another event, so somebody must have looked.
    /// </summary>
    public bool EvenAmbiguous { get; init; }

    /// <summary>Only this event; null: all of the lane.</summary>
    public string? EventId { get; init; }
}
