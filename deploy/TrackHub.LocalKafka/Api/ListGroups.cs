using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Api;

/// <summary>ListGroups, key 16: ids and states of all groups.</summary>
/// <remarks>Versions 0 to 5. Every group is of the classic type.</remarks>
internal sealed class ListGroups(GroupCoordinator groups) : IKafkaApi
{
    private const string GroupType = "classic";

    public ApiRange Range => new(ApiKey.ListGroups, 0, 5, 3);

    public ValueTask AnswerAsync(KafkaRequest request, WireWriter response, CancellationToken stoppingToken)
    {
        var reader = request.Reader;
        var version = request.Version;
        var states = version >= 4 ? reader.Array(static reader => reader.String()) : [];
        var types = version >= 5 ? reader.Array(static reader => reader.String()) : [];
        var listed = groups.Groups
            .Select(static group => (Id: group.Key, About: group.Value.Describe()))
            .Where(group => states.Count == 0 || states.Contains(group.About.State.ToString(), StringComparer.OrdinalIgnoreCase))
            .Where(_ => types.Count == 0 || types.Contains(GroupType, StringComparer.OrdinalIgnoreCase))
            .ToList();

        if (version >= 1)
            response.Int32(0);   // throttle time
        response.Error(ErrorCode.None);
        response.Array(listed, group =>
        {
            response.String(group.Id);
            response.String(group.About.ProtocolType);
            if (version >= 4)
                response.String(group.About.State.ToString());
            if (version >= 5)
                response.String(GroupType);
        });
        response.Tags();
        return default;
    }
}
