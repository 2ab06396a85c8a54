using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>DeleteGroups, key 42: deletes groups without members, and their offsets.</summary>
internal sealed class DeleteGroups(GroupCoordinator groups) : KafkaApi<DeleteGroupsRequest, DeleteGroupsResponse>
{
    protected override async ValueTask<DeleteGroupsResponse> AnswerAsync(
        DeleteGroupsRequest asked, KafkaRequest request, CancellationToken stoppingToken)
    {
        var deleted = asked.Groups.ConvertAll(id => new DeleteGroupsResponse.Group { GroupId = id, Error = groups.Delete(id) });
        if (!await groups.Store.DurableAsync())
        {
            foreach (var group in deleted)
                group.Error = group.Error == ErrorCode.None ? ErrorCode.NotCoordinator : group.Error;
        }

        return new DeleteGroupsResponse { Groups = deleted };
    }
}
