using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Api;

/// <summary>LeaveGroup, key 13: removes members at once, without waiting for their sessions.</summary>
/// <remarks>Versions 0 to 5; from 3 on several members, also static ones by instance id (KIP-345).</remarks>
internal sealed class LeaveGroup(GroupCoordinator groups) : IKafkaApi
{
    private readonly record struct Ask(string MemberId, string? InstanceId);

    public ApiRange Range => new(ApiKey.LeaveGroup, 0, 5, 4);

    public ValueTask AnswerAsync(KafkaRequest request, WireWriter response, CancellationToken stoppingToken)
    {
        var reader = request.Reader;
        var version = request.Version;
        var group = groups.Find(reader.String());
        var asked = version < 3
            ? [new Ask(reader.String(), null)]
            : reader.Array(reader =>
            {
                var ask = new Ask(reader.String(), reader.NullableString());
                if (version >= 5)
                    reader.NullableString();   // reason
                reader.Tags();
                return ask;
            });
        var answers = asked.ConvertAll(ask => (Ask: ask, Error: group?.Leave(ask.MemberId, ask.InstanceId) ?? ErrorCode.UnknownMemberId));

        if (version >= 1)
            response.Int32(0);   // throttle time
        response.Error(version < 3 ? answers[0].Error : ErrorCode.None);
        if (version >= 3)
        {
            response.Array(answers, answer =>
            {
                response.String(answer.Ask.MemberId);
                response.String(answer.Ask.InstanceId);
                response.Error(answer.Error);
            });
        }

        response.Tags();
        return default;
    }
}
