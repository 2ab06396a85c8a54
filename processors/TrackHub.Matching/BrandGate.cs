using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Matching;

/// <summary>Finds the brand of an event. A brand made a moment ago may not have reached this process: its first events wait for it.</summary>
internal sealed class BrandGate(TenantDirectory directory, TimeProvider clock)
{
    // A change of the directory is seen within 5 s; after this the brand is not late, it does not exist.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>The brand, or null when it does not exist.</summary>
    /// <exception cref="DependencyAwayException">The directory is not loaded, or may not have heard of the brand yet.</exception>
    public Brand? Find(TrackedEvent tracked)
    {
        if (!directory.IsLoaded)
            throw new DependencyAwayException("directory", null);
        if (directory.Current.Brand(tracked.BrandId) is { } brand)
            return brand;
        if (clock.GetUtcNow() - tracked.ReceivedAt < Patience)
            throw new DependencyAwayException("directory", null);
        return null;
    }
}
