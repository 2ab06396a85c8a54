using TrackHub.Dispatch.Verdicts;

namespace TrackHub.Dispatch.Parking;

/// <summary>Why events are parked, and who may take them up again.</summary>
internal static class ParkReason
{
    /// <summary>Its pixel was removed.</summary>
    public const string PixelGone = "pixel_gone";

    /// <summary>Its pixel is switched off.</summary>
    public const string PixelInactive = "pixel_inactive";

    /// <summary>An attempt of unknown outcome is too old to be repeated.</summary>
    public const string Ambiguous = "ambiguous_expired";

    /// <summary>Reasons of one event, not of its lane: sent again it might count twice, so resuming the lane leaves it where it is unless an operator says otherwise.</summary>
    public static readonly string[] OfTheEvent = [Ambiguous, VerdictTable.CountDiffers];
}
