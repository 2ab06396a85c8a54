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

    private ApiTable(ApiTable whole, IEnumerable<ApiKey> keys)
    {
        _apiVersions = whole._apiVersions;
        foreach (var key in keys)
            _apis.Add(key, whole._apis[key]);
    }

    /// <summary>What is served and told of, by key.</summary>
    public IEnumerable<ApiRange> Ranges => _apis.Values.Where(static entry => entry.Api.IsAdvertised).Select(static entry => entry.Range).OrderBy(static range => range.Key);

    /// <summary>A table that serves these alone, though ApiVersions goes on to tell of all.</summary>
    public ApiTable Only(params IEnumerable<ApiKey> keys) => new(this, keys);

    /// <summary>Answers the request its reader stands at, writing header and body.</summary>
    /// <exception cref="MalformedRequestException">
    /// The bytes are no request, or one of a kind or version that was not advertised: as Kafka does, its connection is closed, for
    /// nobody can say which answer the client would understand.
    /// </exception>
    public async ValueTask<ApiKey> AnswerAsync(KafkaRequest request, WireWriter response, CancellationToken stoppingToken)
    {
        var header = request.Header;
        header.Fields(request.Reader);
        var (key, version) = ((ApiKey)header.Key, header.Version);
        response.Int32(header.CorrelationId);
        if (!_apis.TryGetValue(key, out var entry))
            throw new MalformedRequestException($"{UnservedKind(header.Key)} of version {version} from {request.LoggedClient} is not served");
        if (!entry.Range.Includes(version))
        {
            if (key != ApiKey.ApiVersions)
                throw new MalformedRequestException($"{key} of version {version} from {request.LoggedClient} is not served");
            response.Message(_apiVersions.Refuse());
            return key;
        }

        Lay(request.Reader, version, entry.Range);
        Lay(response, version, entry.Range);
        request.Reader.Tags();   // the header's
        if (key != ApiKey.ApiVersions)
            response.Tags();
        await entry.Api.AnswerAsync(request, response, stoppingToken);
        return key;
    }

    private static void Lay(WireCodec wire, short version, ApiRange range) =>
        (wire.Version, wire.Flexible) = (version, range.IsFlexible(version));

    private static string UnservedKind(short key) => key switch
    {
        24 or 25 or 26 or 28 => $"API key {key} (transactions)",
        69 => $"API key {key} (groups of KIP-848)",
        _ => $"API key {key}",
    };
}
