using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using TrackHub.ConsoleApi.Access;
using TrackHub.ConsoleApi.Describing;
using TrackHub.ConsoleApi.Performance;
using TrackHub.ConsoleApi.Replaying;
using TrackHub.ConsoleApi.Sessions;
using TrackHub.Platform.Hosting;

namespace TrackHub.ConsoleApi;

/// <summary>Everything the console answers, one line a feature. Each endpoint says who may call it; the role does not start with one that does not.</summary>
internal static class ConsoleEndpoints
{
    /// <summary>Maps all of it.</summary>
    public static void MapConsoleEndpoints(this IEndpointRouteBuilder routes)
    {
        routes.MapSessions();
        routes.MapPerformance();
        routes.MapReplays();
        routes.MapRedrives();
        routes.MapApiDescription();

        routes.MapGroup("").AllowAnyone().MapHealth();
    }
}
