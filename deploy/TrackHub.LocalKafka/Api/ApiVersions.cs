using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>ApiVersions, key 18: what this broker implements.</summary>
/// <remarks>
/// Its response header is never flexible, and a client whose name or version is not of letters, digits, '-' and '.' (first and last a letter
/// or digit) is an INVALID_REQUEST (both KIP-511).
/// </remarks>
internal sealed class ApiVersions(Func<IEnumerable<ApiRange>> served) : KafkaApi<ApiVersionsRequest, ApiVersionsResponse>
{
    private const short NamesFrom = 3;

    /// <summary>
    /// The answer to a version that is not served, to be written in the layout of version 0: a newer client sees which versions of this
    /// API are and asks again (KIP-511).
    /// </summary>
    public ApiVersionsResponse Refuse() => new() { Error = ErrorCode.UnsupportedVersion, ApiKeys = [Describe(Range)] };

    protected override ValueTask<ApiVersionsResponse> AnswerAsync(
        ApiVersionsRequest asked, KafkaRequest request, CancellationToken stoppingToken)
    {
        var isNamed = request.Version < NamesFrom || (IsName(asked.ClientSoftwareName) && IsName(asked.ClientSoftwareVersion));
        return ValueTask.FromResult(isNamed
            ? new ApiVersionsResponse { ApiKeys = served().Select(Describe).ToList() }
            : new ApiVersionsResponse { Error = ErrorCode.InvalidRequest });
    }

    private static bool IsName(string text) =>
        text.Length > 0
        && char.IsAsciiLetterOrDigit(text[0])
        && char.IsAsciiLetterOrDigit(text[^1])
        && text.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.');

    private static ApiVersionsResponse.Api Describe(ApiRange range) => new() { Key = (short)range.Key, Min = range.Min, Max = range.Max };
}
