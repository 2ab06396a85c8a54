using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TrackHub.ConsoleApi.Performance.Anomalies;
using TrackHub.ConsoleApi.Performance.Configuring;
using TrackHub.ConsoleApi.Performance.Contract;
using TrackHub.ConsoleApi.Performance.Figures;
using TrackHub.ConsoleApi.Performance.Mocking;
using TrackHub.ConsoleApi.Performance.Validating;
using TrackHub.Platform.AdPlatforms;
using TrackHub.Platform.Hosting;

namespace TrackHub.ConsoleApi.Performance;

/// <summary>The war room's figures, anomalies and settings: everything under <c>/api/performance</c>.</summary>
internal static class PerformanceApi
{
    /// <summary>Adds what it consists of.</summary>
    public static void AddPerformance(this IHostApplicationBuilder builder)
    {
        builder.AddSection<PerformanceOptions>(PerformanceOptions.Section);
        builder.AddAdPlatforms();
        builder.Services.AddSingleton<KeyCheck>();
        builder.Services.AddSingleton<ConfigDesk>();
        builder.Services.Configure<JsonOptions>(static json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, PerformanceJson.Default);
            json.SerializerOptions.Converters.Add(new UtcTimeConverter());
            json.SerializerOptions.Converters.Add(new SecretTextConverter());
        });
    }

    /// <summary>Maps it.</summary>
    public static void MapPerformance(this IEndpointRouteBuilder routes)
    {
        var performance = routes.MapGroup("/api/performance").WithTags("Performance").AddEndpointFilter<RouteGroupBuilder, MockFilter>().AddOpenApiOperationTransformer(MockFilter.DescribeAsync);
        performance.MapMetrics();
        performance.MapAnomalies();
        performance.MapAnomalyStatus();
        performance.MapConfig();
        performance.MapValidation();
    }
}
