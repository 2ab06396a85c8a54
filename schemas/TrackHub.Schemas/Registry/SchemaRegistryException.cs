using System.Net;

namespace TrackHub.Schemas;

/// <summary>The registry answered, and refused. That it cannot be reached is an <see cref="HttpRequestException"/>.</summary>
public sealed class SchemaRegistryException(string message, HttpStatusCode status, int errorCode) : Exception(message)
{
    /// <summary>HTTP status of the answer.</summary>
    public HttpStatusCode Status { get; } = status;

    /// <summary>Confluent's error_code, such as 40403 or 42201; the HTTP status where the answer had none.</summary>
    public int ErrorCode { get; } = errorCode;

    /// <summary>True where the same call may succeed later: the registry has no leader, is overloaded or timed out.</summary>
    public bool IsTemporary => Status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;

    /// <summary>True where the registry lets this client read but not write: no right to (401, 403), or it is read-only (42205).</summary>
    public bool IsReadOnly => Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden || ErrorCode == 42205;
}
