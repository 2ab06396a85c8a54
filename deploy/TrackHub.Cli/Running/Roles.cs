using Microsoft.AspNetCore.Builder;
using TrackHub.ConsoleApi;
using TrackHub.Dispatch;
using TrackHub.Ingest;
using TrackHub.Ledger;
using TrackHub.Matching;
using TrackHub.Metrics;

namespace TrackHub.Cli.Running;

/// <summary>The roles that stand on the platform, by name.</summary>
internal static class Roles
{
    /// <summary>Adds a role to a host.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such role, or it does not stand on the platform.</exception>
    public static void Add(WebApplicationBuilder builder, string role)
    {
        switch (role)
        {
            case RoleNames.Ingest: builder.AddIngest(); break;
            case RoleNames.Matcher: builder.AddMatching(); break;
            case RoleNames.Dispatcher: builder.AddDispatch(); break;
            case RoleNames.Ledger: builder.AddLedger(); break;
            case RoleNames.Metrics: builder.AddMetricsRole(); break;
            case RoleNames.Console: builder.AddConsole(); break;
            default: throw new ArgumentOutOfRangeException(nameof(role), role, "No such role.");
        }
    }

    /// <summary>Maps what a role answers on its public port.</summary>
    public static void Map(WebApplication app, string role)
    {
        if (role is RoleNames.Ingest) app.MapIngest();
        else if (role is RoleNames.Console) app.MapConsole();
    }
}
