using System.Text.Json.Serialization;
using TrackHub.Platform.Replaying;

namespace TrackHub.ConsoleApi.Replaying;

/// <summary>Body of <c>POST /api/v1/replays</c>: a range of the log that goes into dispatch again.</summary>
/// <param name="BrandId">One of your brands; other brands' records in the range are left alone.</param>
/// <param name="Topic">capi-dispatch (sales, the default) or capi-dispatch-bulk (browser events).</param>
/// <param name="From">First record: an offset, an ISO 8601 time or a duration ago (2h).</param>
/// <param name="To">Last record, inclusive, in the same words; absent: the present end.</param>
/// <param name="Rate">Records a second to read at most, 1 to 100,000; absent: 500.</param>
internal sealed record ReplayRequest(string? BrandId, string? Topic, string? From, string? To, int? Rate);

/// <summary>A replay: what, how far, and what was done with its records.</summary>
/// <param name="Id">Its id; what it sends carries it in the header <c>replay-id</c>.</param>
/// <param name="BrandId">The brand whose records are sent again.</param>
/// <param name="Topic">The topic that is read again.</param>
/// <param name="State">running, done or cancelled.</param>
/// <param name="Actor">Who started it: <c>user:…</c>, <c>key:…</c>, or <c>cli</c> for an operator of TrackHub.</param>
/// <param name="Rate">Records a second to read at most.</param>
/// <param name="Records">Records in its range, other brands' too.</param>
/// <param name="Read">Of them, those behind the checkpoint.</param>
/// <param name="Counts">The brand's records behind the checkpoint by verdict: send, skipped_delivered, in_flight …; what did not occur is absent.</param>
/// <param name="Partitions">The range and the checkpoint.</param>
/// <param name="CreatedAt">When it was started.</param>
/// <param name="UpdatedAt">Its last checkpoint.</param>
/// <param name="EndedAt">When it ended; null while it runs.</param>
internal sealed record ReplayState(
    Guid Id, string? BrandId, string Topic, string State, string Actor, int Rate, long Records, long Read, IReadOnlyDictionary<string, long> Counts, IReadOnlyList<ReplayRange> Partitions,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? EndedAt)
{
    /// <summary>A replay as the API shows it.</summary>
    public static ReplayState Of(ReplayView replay) => new(
        replay.Id, replay.BrandId, replay.Topic, replay.State, replay.Actor, replay.Rate, replay.Records, replay.Read, replay.Counts,
        [.. replay.Parts.Select(static part => new ReplayRange(part.Partition, part.First, part.End, part.Next))], replay.CreatedAt, replay.UpdatedAt, replay.EndedAt);
}

/// <summary>One partition's part of a replay.</summary>
/// <param name="Partition">Partition.</param>
/// <param name="First">First offset.</param>
/// <param name="End">Offset behind the last.</param>
/// <param name="Next">Offset that is read next.</param>
internal sealed record ReplayRange(int Partition, long First, long End, long Next);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, AllowDuplicateProperties = false, MaxDepth = 8)]
[JsonSerializable(typeof(ReplayRequest))]
[JsonSerializable(typeof(ReplayState))]
[JsonSerializable(typeof(RedriveRequest))]
[JsonSerializable(typeof(RedriveState))]
internal sealed partial class ReplayJson : JsonSerializerContext;
