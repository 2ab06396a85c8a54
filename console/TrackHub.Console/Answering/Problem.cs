using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace TrackHub.ConsoleApi.Answering;

/// <summary>A refusal: RFC 9457 problem details with TrackHub's <c>code</c>. Handlers return it.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Stable word for programs.</param>
/// <param name="Detail">Limit and remedy for people; never a value that could be personal, and nothing of another tenant.</param>
internal sealed record Problem(int Status, string Code, string Detail) : IResult
{
    /// <summary>Seconds after which to come back; null sends no Retry-After.</summary>
    public int? RetryAfter { get; init; }

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.ContentType = "application/problem+json";
        if (RetryAfter is { } seconds)
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);

        using (var writer = new Utf8JsonWriter(response.BodyWriter))
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, "about:blank"u8);
            writer.WriteString("title"u8, ReasonPhrases.GetReasonPhrase(Status));
            writer.WriteNumber("status"u8, Status);
            writer.WriteString("code"u8, Code);
            writer.WriteString("detail"u8, Detail);
            writer.WriteEndObject();
            writer.Flush();
            response.ContentLength = writer.BytesCommitted;
        }

        return response.CompleteAsync();
    }
}
