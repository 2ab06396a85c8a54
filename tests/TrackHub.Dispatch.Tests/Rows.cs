using TrackHub.Dispatch.Claiming;
using TrackHub.Platform.Streams;

namespace TrackHub.Dispatch.Tests;

/// <summary>Rows of the registry.</summary>
internal static class Rows
{
    public static RegistryRow Row(string state, int attempt = 1, int step = 0, string reason = "", RecordCoordinates? source = null, Guid? ingestId = null) => new()
    {
        State = state,
        Reason = reason,
        Fence = 7,
        Attempt = attempt,
        LadderStep = step,
        IngestId = ingestId ?? Guid.Parse(SampleEvents.Purchase().IngestId),
        Source = source ?? new("capi-dispatch", 3, 0),
        UpdatedAt = SampleEvents.Now,
        Revision = 1,
        HasUnknown = false,
    };
}
