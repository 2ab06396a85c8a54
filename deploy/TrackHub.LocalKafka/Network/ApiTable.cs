using TrackHub.LocalKafka.Api;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Network;

/// <summary>Reads a request's header, finds its API and has it answer. Header layouts: https://kafka.apache.org/protocol#protocol_messages.</summary>
internal sealed class ApiTable
{
    private readonly Dictionary<ApiKey, (IKafkaApi Api, ApiRange Range)> _apis = [];
    private readonly ApiVersions _apiVersions;

    public ApiTable(IEnumerable<IKafkaApi> apis)
    {
        _apiVersions = new ApiVersions(() => Ranges);
        foreach (var api in apis.Append(_apiVersions))
            _apis.Add(api.Range.Key, (api, api.Range));
    }

    /// <summary>What is served, by key.</summary>
    public IEnumerable<ApiRange> Ranges => _apis.Values.Select(static entry => entry.Range).OrderBy(static range => range.Key);

    /// <summary>Answers the request its reader stands at, writing header and body.</summary>
    /// <exception cref="MalformedRequestException">
    /// The bytes are no request, or one of a kind or version that was not advertised: as Kafka does, its connection is closed, for
    /// nobody can say which answer the client would understand.
    /// </exception>
    public async ValueTask<ApiKey> AnswerAsync(KafkaRequest request, WireWriter response, CancellationToken stoppingToken)
    {
        var reader = request.Reader;
        var key = (ApiKey)reader.Int16();
        request.Version = reader.Int16();
        response.Int32(reader.Int32());   // correlation id
        if (!_apis.TryGetValue(key, out var entry))
            throw new MalformedRequestException($"API key {(short)key} is not served");
        if (!entry.Range.Includes(request.Version))
        {
            if (key != ApiKey.ApiVersions)
                throw new MalformedRequestException($"version {request.Version} of {key} is not served");
            _apiVersions.Write(response, version: 0, ErrorCode.UnsupportedVersion);
            return key;
        }

        request.ClientId = reader.ClassicNullableString() ?? "";
        var isFlexible = request.Version >= entry.Range.FlexibleFrom;
        reader.Flexible = isFlexible;
        reader.Tags();
        response.Flexible = isFlexible;
        if (key != ApiKey.ApiVersions)
            response.Tags();
        await entry.Api.AnswerAsync(request, response, stoppingToken);
        return key;
    }
}
