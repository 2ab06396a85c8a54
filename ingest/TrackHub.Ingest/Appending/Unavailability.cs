using TrackHub.Platform.Identity;
using TrackHub.Platform.Streams;

namespace TrackHub.Ingest.Appending;

/// <summary>Why the log did not take an event in time.</summary>
internal static class Unavailability
{
    /// <summary>The reason as a metric tag; null of a fault that is none of the log's.</summary>
    public static string? ReasonOf(Exception fault) => fault switch
    {
        LogUnavailableException { Reason: LogFault.QueueFull } => "queue_full",
        LogUnavailableException { Reason: LogFault.TimedOut } => "ack_timeout",
        LogUnavailableException => "log_away",
        KeyGoneException => "day_key_missing",
        DependencyAwayException => "registry_away",   // only until the schema ids are known, see FirstContact
        _ => null,
    };
}
