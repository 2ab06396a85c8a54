using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Streams;

namespace TrackHub.ConsoleApi.Replaying;

/// <summary>Registers replays.</summary>
internal static class ReplayRegistration
{
    /// <summary>Adds what reads the ends of a range. The log is asked when a replay is started and at no other time, so readiness does not depend on it.</summary>
    public static void AddReplays(this IHostApplicationBuilder builder)
    {
        builder.AddSection<KafkaOptions>("Kafka");
        builder.Services.TryAddSingleton<RangeReader>();
        builder.Services.ConfigureHttpJsonOptions(static json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ReplayJson.Default));
    }
}
