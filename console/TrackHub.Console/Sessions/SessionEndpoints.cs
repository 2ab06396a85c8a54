using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using TrackHub.ConsoleApi.Access;
using TrackHub.ConsoleApi.Answering;
using TrackHub.ConsoleApi.Describing;
using TrackHub.Platform.Tenants;

namespace TrackHub.ConsoleApi.Sessions;

/// <summary>Signing in and out.</summary>
internal static class SessionEndpoints
{
    private const string Route = "/api/v1/session";

    /// <summary>Maps them.</summary>
    public static void MapSessions(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(Route, SignInAsync).AllowAnyone()
            .Describe("SignIn", "Signs in and hands out the session's cookie.", Problems.Malformed(""), Problems.LoginFailed, Problems.CrossSite, Problems.ContentType, Problems.TooLarge, Problems.RateLimited(default));
        routes.MapGet(Route, Show).ForRole(AccessRole.Viewer)
            .Describe("ShowSession", "Says who is signed in, and the token that changes need.");
        routes.MapDelete(Route, SignOutAsync).ForRole(AccessRole.Viewer)
            .Describe("SignOut", "Ends the session.");
    }

    /// <summary>Checks login and password.</summary>
    /// <returns>200 with the cookie; 401 whatever of them is wrong; 429 after too many attempts.</returns>
    internal static async Task<Results<Ok<SessionView>, Problem>> SignInAsync(
        SignIn body, HttpContext context, SignInDesk desk, CallerStore callers, IOptions<SessionOptions> options, CancellationToken aborted)
    {
        // Another site must not sign somebody in as somebody else, whose pages then collect what they type.
        if (RequestOrigin.IsForeign(context.Request))
            return Problems.CrossSite;
        if (body is not { Login: { Length: > 0 and <= 254 } login, Password: { Length: > 0 and <= PasswordHash.MaxLength } password })
            return Problems.Malformed("Send login and password.");

        var (token, refusal) = await desk.SignInAsync(login, password, context.Connection.RemoteIpAddress, aborted);
        if (token is null)
            return refusal!;

        // Removed in this very moment, maybe.
        if (await callers.OfSessionAsync(token.Reveal(), aborted) is not { } caller)
            return Problems.LoginFailed;

        SessionCookie.Write(context.Response, token.Reveal());
        return TypedResults.Ok(ViewOf(caller, options.Value));
    }

    /// <summary>Who is signed in.</summary>
    internal static Ok<SessionView> Show(Caller caller, IOptions<SessionOptions> options) => TypedResults.Ok(ViewOf(caller, options.Value));

    /// <summary>Ends the session; a key has none, and nothing happens to it.</summary>
    internal static async Task<NoContent> SignOutAsync(Caller caller, HttpContext context, CallerStore callers, CancellationToken aborted)
    {
        if (caller.Session is { } session)
            await callers.CloseSessionAsync(session.Token.Reveal(), aborted);
        SessionCookie.Delete(context.Response);
        return TypedResults.NoContent();
    }

    private static SessionView ViewOf(Caller caller, SessionOptions options) => new(
        caller.TenantId, AccessRoles.NameOf(caller.Role), caller.Session?.Login, caller.Session is { } session ? RequestOrigin.TokenOf(session.Token) : null,
        caller.Session?.CreatedAt + options.AbsoluteTimeout);
}
