using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>ApiVersions, key 18: what this broker implements.</summary>
/// <remarks>Its response header is never flexible (KIP-511).</remarks>
internal sealed class ApiVersions(Func<IEnumerable<ApiRange>> served) : KafkaApi<ApiVersionsRequest, ApiVersionsResponse>
{
    /// <summary>
    /// The answer to a version that is not served, to be written in the layout of version 0: a newer client sees which versions of this
    /// API are and asks again (KIP-511).
    /// </summary>
    public ApiVersionsResponse Refuse() => new() { Error = ErrorCode.UnsupportedVersion, ApiKeys = [Describe(Range)] };

    protected override ValueTask<ApiVersionsResponse> AnswerAsync(
        ApiVersionsRequest asked, KafkaRequest request, CancellationToken stoppingToken) =>
        ValueTask.FromResult(new ApiVersionsResponse { ApiKeys = served().Select(Describe).ToList() });

    private static ApiVersionsResponse.Api Describe(ApiRange range) => new() { Key = (short)range.Key, Min = range.Min, Max = range.Max };
}
