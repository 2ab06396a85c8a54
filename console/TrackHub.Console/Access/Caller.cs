using System.Reflection;
using Microsoft.AspNetCore.Http;
using TrackHub.Platform.Tenants;

namespace TrackHub.ConsoleApi.Access;

/// <summary>Who calls: a person with a session, or a machine with a key. Handlers that take one as a parameter get the request's.</summary>
/// <param name="TenantId">Whose rows they see. From session or key, never from the request.</param>
/// <param name="Actor">As the audit log names them: <c>user:{id}</c> or <c>key:{id}</c>.</param>
/// <param name="Role">What they may do.</param>
internal sealed record Caller(string TenantId, string Actor, AccessRole Role)
{
    /// <summary>The session; null for a key.</summary>
    public SessionFacts? Session { get; init; }

    /// <summary>The caller that <see cref="AccessGuard"/> let in.</summary>
    /// <exception cref="InvalidOperationException">The endpoint lets anybody in, so that there is none.</exception>
    public static ValueTask<Caller> BindAsync(HttpContext context, ParameterInfo parameter) => ValueTask.FromResult(
        context.Features.Get<Caller>() ?? throw new InvalidOperationException($"{parameter.Member.Name} takes a caller and asks for no role."));
}

/// <summary>A person's session.</summary>
/// <param name="UserId">Who.</param>
/// <param name="Login">What they sign in as.</param>
/// <param name="CreatedAt">Since when.</param>
/// <param name="Token">The cookie.</param>
internal sealed record SessionFacts(string UserId, string Login, DateTimeOffset CreatedAt, Secret<string> Token);
