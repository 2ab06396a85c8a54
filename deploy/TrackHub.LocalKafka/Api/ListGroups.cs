using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>ListGroups, key 16: ids and states of all groups. Every group is of the classic type.</summary>
internal sealed class ListGroups(GroupCoordinator groups) : KafkaApi<ListGroupsRequest, ListGroupsResponse>
{
    private const string ClassicType = "classic";

    protected override ValueTask<ListGroupsResponse> AnswerAsync(
        ListGroupsRequest asked, KafkaRequest request, CancellationToken stoppingToken)
    {
        var states = asked.States.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var types = asked.Types.ToHashSet(StringComparer.OrdinalIgnoreCase);
        return ValueTask.FromResult(new ListGroupsResponse
        {
            Groups = groups.Groups
                .Select(static group => Describe(group.Key, group.Value))
                .Where(group => states.Count == 0 || states.Contains(group.State))
                .Where(group => types.Count == 0 || types.Contains(group.Type))
                .ToList(),
        });
    }

    private static ListGroupsResponse.Group Describe(string id, Group group)
    {
        var about = group.Describe();
        return new ListGroupsResponse.Group
        {
            GroupId = id,
            ProtocolType = about.ProtocolType,
            State = about.State.ToString(),
            Type = ClassicType,
        };
    }
}
