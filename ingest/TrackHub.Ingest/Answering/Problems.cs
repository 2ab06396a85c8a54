using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace TrackHub.Ingest.Answering;

/// <summary>A refusal: RFC 9457 problem details with TrackHub's <c>code</c>.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Stable word for programs.</param>
/// <param name="Detail">Limit and remedy for people; never a value that could be personal.</param>
internal sealed record Problem(int Status, string Code, string Detail)
{
    /// <summary>Seconds after which to come back; null sends no Retry-After.</summary>
    public int? RetryAfter { get; init; }
}

/// <summary>The refusals that several routes share, and how a refusal is written.</summary>
internal static class Problems
{
    /// <summary>The log did not acknowledge in time; the event may be stored all the same and is then absorbed as a duplicate.</summary>
    public static readonly Problem LogUnavailable = new(
        StatusCodes.Status503ServiceUnavailable, "log_unavailable", "The event could not be stored durably. Send it again.")
    {
        RetryAfter = 1,
    };

    /// <summary>The ingress cannot seal: it has no key of today yet.</summary>
    public static readonly Problem Overloaded = new(
        StatusCodes.Status503ServiceUnavailable, "overloaded", "The ingress is not ready to store events. Send it again.")
    {
        RetryAfter = 1,
    };

    /// <summary>No route of that name.</summary>
    public static readonly Problem NotFound = new(StatusCodes.Status404NotFound, "not_found", "There is nothing at this address.");

    /// <summary>The write key is absent, unknown, revoked or not allowed at this origin.</summary>
    public static readonly Problem UnknownKey = new(
        StatusCodes.Status401Unauthorized, "unknown_key", "Send a valid write key in X-TrackHub-Key or ?k=, from an origin it allows.");

    /// <summary>Wrong, missing or unusable proof, and unknown connection: all look the same.</summary>
    public static readonly Problem SignatureInvalid = new(
        StatusCodes.Status401Unauthorized, "signature_invalid", "The delivery does not prove that it comes from this address's gateway account.");

    /// <summary>A right signature over a time too far from now: a replay, or a clock that is off. Only who knows a secret gets to see this.</summary>
    public static readonly Problem TimestampOutOfWindow = new(
        StatusCodes.Status401Unauthorized, "timestamp_out_of_window", "The signature's time is more than 300 seconds away. Sign again; check the sender's clock.");

    /// <summary>Compressed bodies are not taken: a small one can unfold without bound.</summary>
    public static readonly Problem Compressed = new(
        StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", "Content-Encoding is not taken; send the body as it is.");

    /// <summary>Another content type.</summary>
    public static readonly Problem ContentType = new(
        StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", "Send application/json or text/plain.");

    /// <summary>A body beyond its route's limit.</summary>
    public static Problem TooLarge(int limit) => new(
        StatusCodes.Status413PayloadTooLarge, "body_too_large", $"The body is larger than {limit} bytes.");

    /// <summary>More than one client, or one write key, may send.</summary>
    public static Problem RateLimited(int seconds) => new(
        StatusCodes.Status429TooManyRequests, "rate_limited", "More than one client or one write key may send at a time. Send it again later.")
    {
        RetryAfter = seconds,
    };

    /// <summary>A body that is not what the route takes.</summary>
    public static Problem Malformed(string detail) => new(StatusCodes.Status400BadRequest, "malformed_request", detail);

    /// <summary>Answers with a refusal.</summary>
    public static Task WriteAsync(HttpContext context, Problem problem)
    {
        var response = context.Response;
        response.StatusCode = problem.Status;
        response.ContentType = "application/problem+json";
        if (problem.RetryAfter is { } seconds)
            response.Headers.RetryAfter = seconds.ToString();

        using (var writer = new Utf8JsonWriter(response.BodyWriter))
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, "about:blank"u8);
            writer.WriteString("title"u8, ReasonPhrases.GetReasonPhrase(problem.Status));
            writer.WriteNumber("status"u8, problem.Status);
            writer.WriteString("code"u8, problem.Code);
            writer.WriteString("detail"u8, problem.Detail);
            writer.WriteEndObject();
            writer.Flush();
            response.ContentLength = writer.BytesCommitted;
        }

        return response.CompleteAsync();
    }
}
