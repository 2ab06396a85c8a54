using TrackHub.Ledger.Projecting;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Ledger;

/// <summary>Moves a click's user data from its day key, gone after nine days, to the tenant's window key.</summary>
internal sealed class ClickResealer(TenantDirectory directory, Sealer sealer)
{
    /// <summary>The click's row; without user data where the brand is unknown or the day is already shredded.</summary>
    public ClickRow Reseal(Source<TrackedEvent> source)
    {
        if (source.Value.UserData is not { } box || directory.Current.Brand(source.Value.BrandId) is not { } brand) return new(source, null);

        try
        {
            return new(source, sealer.Seal(brand.TenantId, SealPurpose.Window, sealer.Open(brand.TenantId, SealPurpose.UserData, box), KeyRef.Window));
        }
        catch (KeyGoneException)
        {
            return new(source, null);
        }
    }
}
