using System.Security.Cryptography;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Matching.Dispatching;

/// <summary>Opens the user data of a record.</summary>
internal static class OpenedUserData
{
    /// <summary>The user data; null if there is none, its day was shredded, or it is not this tenant's.</summary>
    public static UserData? Of(Sealer sealer, Brand brand, TrackedEvent tracked)
    {
        if (tracked.UserData is not { } box)
            return null;
        try
        {
            return sealer.OpenUserData(brand.TenantId, box);
        }
        catch (Exception e) when (e is KeyGoneException or CryptographicException)
        {
            // The event goes on with what else is known of it; its quality says how little that is.
            return null;
        }
    }
}
