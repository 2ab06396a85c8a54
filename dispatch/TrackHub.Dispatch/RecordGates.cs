using TrackHub.Dispatch.Calling;
using TrackHub.Dispatch.Claiming;
using TrackHub.Dispatch.Parking;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Dispatch;

/// <summary>Whether an event may be sent at all: its age, its pixel, what Meta asks of it. Consent and suppression are asked inside the claim.</summary>
internal sealed class RecordGates(TenantDirectory directory, TimeProvider clock)
{
    /// <summary>Meta refuses what is older than seven days, and the whole batch with it; the minute covers the way there.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromDays(7) - TimeSpan.FromMinutes(1);

    /// <summary>Later than this after the event Meta neither deduplicates with certainty nor counts it for what it optimises: delivered, but flagged.</summary>
    public static readonly TimeSpan FullValueAge = TimeSpan.FromHours(48);

    /// <summary>Reason of events delivered past <see cref="FullValueAge"/>.</summary>
    public const string Late = "after_48h";

    // A change of the directory is seen within 5 s: the matcher may know a new pixel before us. Shorter than the hold, so that it waits once.
    private static readonly TimeSpan PixelPatience = TimeSpan.FromSeconds(10);

    private const int MaxEventIdLength = 256;

    // What the tables of outcomes can still index.
    private const int MaxNameLength = 512;

    // More than any ladder climbs in seven days, less than a column holds.
    private const int MaxAttempts = 1_000_000;

    /// <summary>The pixel an event goes to, or null if it is not known or not active: it has no lane then.</summary>
    public Pixel? PixelOf(DispatchReady ready) =>
        directory.Current.Pixel(ready.PixelId) is { Active: true } pixel && pixel.BrandId == ready.BrandId ? pixel : null;

    /// <summary>Whether an outcome can name the event of a record, were it only to say that it is malformed.</summary>
    public static bool IsNamed(DispatchReady ready) =>
        EventIds.TryParseIngestId(ready.IngestId, out _)
        && new[] { ready.BrandId, ready.PixelId, ready.EventId, ready.EventName }.All(static name => name.Length is > 0 and <= MaxNameLength && !name.Contains('\0'));

    /// <summary>Why a decoded value cannot be dispatched, or null. Such a record is poison.</summary>
    public static string? FaultOf(DispatchReady ready) => ready switch
    {
        _ when !EventIds.TryParseIngestId(ready.IngestId, out _) => "ingest_id is not a UUIDv7",
        { EventId.Length: 0 or > MaxEventIdLength } => $"event_id is empty or longer than {MaxEventIdLength} characters",
        { EventName.Length: 0 } => "event_name is empty",
        { BrandId.Length: 0 } or { PixelId.Length: 0 } => "brand_id or pixel_id is empty",
        _ when !IsStorable(ready.BrandId) || !IsStorable(ready.PixelId) || !IsStorable(ready.EventName) || !IsStorable(ready.EventId) =>
            $"a key is longer than {MaxEventIdLength} characters or holds a NUL, which PostgreSQL refuses",
        { Attempt: < 0 or > MaxAttempts } or { LadderStep: < 0 or > MaxAttempts } => $"attempt or ladder_step is not between 0 and {MaxAttempts}",
        _ => null,
    };

    /// <summary>What applies to an event now.</summary>
    /// <param name="ready">The event.</param>
    /// <param name="appendedAt">When its record entered the log; null where it is not new.</param>
    public Gate Of(DispatchReady ready, DateTimeOffset? appendedAt = null)
    {
        var basis = directory.Current.Brand(ready.BrandId)?.ConsentBasis;
        if (clock.GetUtcNow() - ready.EventTime > MaxAge)
            return new(RegistryState.Expired, "too_old", basis);
        if (EventLimits.FaultOf(ready) is { } fault)
            return new(RegistryState.Dead, fault, basis);
        if (directory.Current.Pixel(ready.PixelId) is null && appendedAt is { } at && (clock.GetUtcNow() - at).Duration() < PixelPatience)
            return new(RegistryState.Held, "pixel_unknown", basis);
        if (PixelOf(ready) is null)
            return new(RegistryState.Parked, directory.Current.Pixel(ready.PixelId) is null ? ParkReason.PixelGone : ParkReason.PixelInactive, basis);
        return new("", "", basis);
    }

    private static bool IsStorable(string key) => key.Length <= MaxEventIdLength && !key.Contains('\0');
}
