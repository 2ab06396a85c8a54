using TrackHub.ConsoleApi.Performance.Contract;

namespace TrackHub.ConsoleApi.Performance.Anomalies;

/// <summary>Where people may bring an anomaly.</summary>
/// <remarks>
/// Nothing becomes new again, and what is resolved can only be taken up again. The Sentry follows the figures, not the status: a pattern that comes back
/// ends an anomaly whatever people said of it, and one that breaks again makes another anomaly.
/// </remarks>
internal static class StatusWorkflow
{
    /// <summary>What follows a status. Setting the status it has already changes nothing and is no fault.</summary>
    public static IReadOnlyList<AnomalyStatus> After(AnomalyStatus status) => status switch
    {
        AnomalyStatus.New => [AnomalyStatus.Investigating, AnomalyStatus.Resolved, AnomalyStatus.Ignored],
        AnomalyStatus.Investigating => [AnomalyStatus.Resolved, AnomalyStatus.Ignored],
        AnomalyStatus.Ignored => [AnomalyStatus.Investigating, AnomalyStatus.Resolved],
        _ => [AnomalyStatus.Investigating],
    };
}
