using Microsoft.AspNetCore.Http;

namespace TrackHub.ConsoleApi.Answering;

/// <summary>The refusals that several endpoints share.</summary>
internal static class Problems
{
    /// <summary>Nothing there, or another tenant's: both look the same.</summary>
    public static readonly Problem NotFound = new(StatusCodes.Status404NotFound, "not_found", "There is nothing at this address.");

    /// <summary>No session and no key, or one that is not valid any more.</summary>
    public static readonly Problem Unauthenticated = new(
        StatusCodes.Status401Unauthorized, "unauthenticated", "Sign in with POST /api/v1/session, or send a valid API key: Authorization: Bearer tha_….");

    /// <summary>Wrong password, unknown or inactive user: all look the same.</summary>
    public static readonly Problem LoginFailed = new(StatusCodes.Status401Unauthorized, "login_failed", "Login and password do not belong together.");

    /// <summary>A role below what the endpoint needs.</summary>
    public static readonly Problem Forbidden = new(StatusCodes.Status403Forbidden, "forbidden", "Your role does not allow this.");

    /// <summary>A change by a session without proof that its own page sends it.</summary>
    public static readonly Problem CrossSite = new(
        StatusCodes.Status403Forbidden, "csrf", "Send the session's csrfToken in X-CSRF-Token, from a page of this site.");

    /// <summary>There is something at this address, but not for that method; <c>Allow</c> says for which.</summary>
    public static readonly Problem Method = new(StatusCodes.Status405MethodNotAllowed, "method_not_allowed", "This address does not take that method.");

    /// <summary>The body is too large.</summary>
    public static readonly Problem TooLarge = new(StatusCodes.Status413PayloadTooLarge, "body_too_large", "The body is larger than this address takes.");

    /// <summary>Another content type.</summary>
    public static readonly Problem ContentType = new(StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", "Send application/json, not compressed.");

    /// <summary>The database does not answer.</summary>
    public static readonly Problem DatabaseUnavailable = new(
        StatusCodes.Status503ServiceUnavailable, "database_unavailable", "The database does not answer. Try again.")
    {
        RetryAfter = 2,
    };

    /// <summary>A fault of ours.</summary>
    public static readonly Problem Internal = new(StatusCodes.Status500InternalServerError, "internal_error", "This should not have happened; the log says more.");

    /// <summary>A request that cannot be read.</summary>
    public static Problem Malformed(string detail) => new(StatusCodes.Status400BadRequest, "malformed_request", detail);

    /// <summary>More than one tenant, login or address may ask for.</summary>
    public static Problem RateLimited(TimeSpan wait) => new(StatusCodes.Status429TooManyRequests, "rate_limited", "More requests than allowed in a minute. Try again later.")
    {
        RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)),
    };
}
