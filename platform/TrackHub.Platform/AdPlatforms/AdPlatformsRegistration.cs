using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Tenants;

namespace TrackHub.Platform.AdPlatforms;

/// <summary>Registers ad accounts and the platforms they are at. Safe to repeat.</summary>
public static class AdPlatformsRegistration
{
    /// <summary>Every <see cref="IAdPlatform"/>, <see cref="IntegrationStore"/> and <see cref="IntegrationLeases"/>; sections Meta and GoogleAds.</summary>
    public static void AddAdPlatforms(this IHostApplicationBuilder builder)
    {
        builder.AddTenantDirectory();   // PostgreSQL and the master keys
        builder.AddSection<MetaAdsOptions>(MetaAdsOptions.Section);
        builder.AddSection<GoogleAdsOptions>(GoogleAdsOptions.Section);
        builder.Services.TryAddSingleton(static services => new AdHttp(AdHttpLimits.Usual, services.GetRequiredService<TimeProvider>()));
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IAdPlatform, MetaAds>());
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IAdPlatform, GoogleAds>());
        builder.Services.TryAddSingleton<IntegrationStore>();
        builder.Services.TryAddSingleton<IntegrationLeases>();
    }
}
