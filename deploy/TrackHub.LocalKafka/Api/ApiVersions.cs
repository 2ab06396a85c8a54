using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Api;

/// <summary>ApiVersions, key 18: what this broker implements.</summary>
/// <remarks>
/// Versions 0 to 3. Its response header is never flexible, and an unknown version of it is answered UNSUPPORTED_VERSION in the layout of
/// version 0 (KIP-511), so that a newer client can fall back.
/// </remarks>
internal sealed class ApiVersions(Func<IEnumerable<ApiRange>> served) : IKafkaApi
{
    public ApiRange Range => new(ApiKey.ApiVersions, 0, 3, 3);

    public ValueTask AnswerAsync(KafkaRequest request, WireWriter response, CancellationToken stoppingToken)
    {
        Write(response, request.Version, ErrorCode.None);
        return default;
    }

    /// <summary>Writes the table with <paramref name="error"/> in the layout of <paramref name="version"/>.</summary>
    public void Write(WireWriter response, short version, ErrorCode error)
    {
        response.Error(error);
        response.Array(served().ToList(), range =>
        {
            response.Int16((short)range.Key);
            response.Int16(range.Min);
            response.Int16(range.Max);
        });
        if (version >= 1)
            response.Int32(0);   // throttle time
        response.Tags();
    }
}
