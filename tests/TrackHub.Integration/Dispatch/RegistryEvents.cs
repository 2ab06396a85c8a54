using TrackHub.Dispatch;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Integration.Dispatch;

/// <summary>Events as lanes hold them, for tests of the registry.</summary>
internal static class RegistryEvents
{
    /// <summary>Nothing keeps the event.</summary>
    public static readonly Gate Open = new("", "", ConsentBasis.Granted);

    /// <summary>Another record of an event.</summary>
    public static WaitingEvent Again(
        WaitingEvent e, long offset, int attempt = 0, int step = 0, DateTimeOffset? firstTryAt = null, RecordCoordinates? entered = null) =>
        Waiting(e.Ready with { Attempt = attempt, LadderStep = step, FirstTryAt = firstTryAt }, offset, entered);

    /// <summary>An event's record.</summary>
    public static WaitingEvent Waiting(DispatchReady ready, long offset, RecordCoordinates? entered = null) => new(
        new StreamRecord
        {
            Coordinates = new("test", 0, offset),
            Timestamp = TimeProvider.System.GetUtcNow(),
            Headers = entered is { } at
                ? new Dictionary<string, byte[]> { [WaitingEvent.EnteredHeader] = System.Text.Encoding.UTF8.GetBytes(at.ToString()) }
                : new Dictionary<string, byte[]>(),
        },
        ready,
        arrivedAt: 0,
        default);
}
