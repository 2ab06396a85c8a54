using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using TrackHub.ConsoleApi.Listening;
using TrackHub.Platform.Tenants;

namespace TrackHub.ConsoleApi.Access;

/// <summary>Which bucket of its tenant's requests an endpoint draws from.</summary>
internal enum RequestBucket
{
    /// <summary>Pages and API.</summary>
    Console,

    /// <summary>Setting a brand up.</summary>
    Setup,
}

/// <summary>Metadata of every endpoint: who may call it.</summary>
/// <param name="Least">The least role; null: anybody, without a session.</param>
/// <param name="Bucket">Which bucket it draws from.</param>
internal sealed record AccessRule(AccessRole? Least, RequestBucket Bucket = RequestBucket.Console)
{
    /// <summary>The console's endpoints with their rules.</summary>
    /// <exception cref="InvalidOperationException">One has none, or two that contradict each other.</exception>
    public static IReadOnlyList<(RouteEndpoint Endpoint, AccessRule Rule)> EnsureEverywhere(IEndpointRouteBuilder app)
    {
        var endpoints = app.DataSources.SelectMany(static source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(static endpoint => endpoint.Metadata.GetMetadata<ConsoleEndpoint>() is not null);
        return [.. endpoints.Select(static endpoint => endpoint.Metadata.GetOrderedMetadata<AccessRule>() switch
        {
            [var rule] => (endpoint, rule),
            [] => throw new InvalidOperationException($"{endpoint.DisplayName} does not say who may call it: add ForRole or AllowAnyone."),
            _ => throw new InvalidOperationException($"{endpoint.DisplayName} says more than once who may call it."),
        })];
    }
}

/// <summary>How endpoints say who may call them.</summary>
internal static class AccessRuleConventions
{
    /// <summary>For callers of at least that role.</summary>
    public static TBuilder ForRole<TBuilder>(this TBuilder endpoints, AccessRole least, RequestBucket bucket = RequestBucket.Console)
        where TBuilder : IEndpointConventionBuilder => endpoints.WithMetadata(new AccessRule(least, bucket));

    /// <summary>For everybody, signed in or not.</summary>
    public static TBuilder AllowAnyone<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder => endpoints.WithMetadata(new AccessRule(Least: null));
}
