using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>DeleteGroups, key 42: deletes groups without members, and their offsets.</summary>
internal sealed class DeleteGroups(GroupCoordinator groups) : KafkaApi<DeleteGroupsRequest, DeleteGroupsResponse>
{
    protected override ValueTask<DeleteGroupsResponse> AnswerAsync(
        DeleteGroupsRequest asked, KafkaRequest request, CancellationToken stoppingToken) =>
        ValueTask.FromResult(new DeleteGroupsResponse
        {
            Groups = asked.Groups.ConvertAll(id => new DeleteGroupsResponse.Group { GroupId = id, Error = groups.Delete(id) }),
        });
}
