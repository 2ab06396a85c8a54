using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TrackHub.Platform.Hosting;

namespace TrackHub.ConsoleApi.Sessions;

/// <summary>Registers signing in.</summary>
internal static class SessionsRegistration
{
    /// <summary>Adds sessions and their limits.</summary>
    public static void AddSessions(this IHostApplicationBuilder builder)
    {
        builder.AddSection<SessionOptions>(SessionOptions.Section);
        builder.Services.AddSingleton<LoginLimits>();
        builder.Services.AddSingleton<SignInDesk>();
        builder.Services.AddHostedService<SessionKeeper>();
        builder.Services.ConfigureHttpJsonOptions(static json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, SessionJson.Default));
    }
}
