using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Api;

/// <summary>DeleteGroups, key 42: deletes groups without members, and their offsets.</summary>
/// <remarks>Versions 0 to 2.</remarks>
internal sealed class DeleteGroups(GroupCoordinator groups) : IKafkaApi
{
    public ApiRange Range => new(ApiKey.DeleteGroups, 0, 2, 2);

    public ValueTask AnswerAsync(KafkaRequest request, WireWriter response, CancellationToken stoppingToken)
    {
        var asked = request.Reader.Array(static reader => reader.String());

        response.Int32(0);   // throttle time
        response.Array(asked, id =>
        {
            response.String(id);
            response.Error(groups.Delete(id));
        });
        response.Tags();
        return default;
    }
}
