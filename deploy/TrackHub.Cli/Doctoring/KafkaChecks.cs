using System.Globalization;
using TrackHub.Platform.Streams;

namespace TrackHub.Cli.Doctoring;

/// <summary>Kafka: topics as the catalogue wants them, and broker settings that decide whether an ack means anything.</summary>
internal static class KafkaChecks
{
    // Sealed records of the largest body the ingress takes.
    private const long RecordBytes = 1 << 20;

    // A group that slept longer than its offsets are kept would start anew: track-events are kept nine days.
    private static readonly TimeSpan OffsetsKept = TimeSpan.FromDays(9);

    /// <summary>Looks at cluster and topics.</summary>
    public static async Task<IReadOnlyList<Finding>> ExamineAsync(TopicAdmin admin, CancellationToken cancellationToken)
    {
        var cluster = await admin.DescribeClusterAsync(cancellationToken);
        var drifts = await admin.DiffAsync(cancellationToken);
        return
        [
            .. Cluster(cluster),
            Finding.Expect(
                drifts.Count == 0, "kafka: topics",
                drifts.Count == 0 ? "as the catalogue wants them" : string.Join("; ", drifts.Take(5).Select(static d => $"{d.Topic} {d.Setting} is {d.Actual}, not {d.Wanted}")) + (drifts.Count > 5 ? $"; {drifts.Count - 5} more" : ""),
                Verdict.Fault, "trackhub topics apply; `trackhub topics diff` lists all"),
        ];
    }

    /// <summary>The cluster's settings against what is needed; what a broker does not tell is not judged.</summary>
    internal static IEnumerable<Finding> Cluster(ClusterState cluster)
    {
        if (cluster.Brokers == 1)
        {
            yield return Finding.Ok("kafka: brokers", "1, no replication: fit for one machine, whose disk is then the only copy");
        }
        else
        {
            yield return Finding.Expect(
                cluster.Replicas >= 3, "kafka: replicas", $"{cluster.Replicas} of the least replicated topic on {cluster.Brokers} brokers", Verdict.Warning,
                "set default.replication.factor=3 and reassign the topics: with fewer an acknowledged sale can be lost with one disk");
            if (Number("min.insync.replicas") is { } insync)
            {
                yield return Finding.Expect(
                    insync >= 2, "kafka: min.insync.replicas", Text(insync), Verdict.Warning, "set it to 2: with 1, acks=all means one broker's memory");
            }
        }

        if (cluster.Settings.TryGetValue("unclean.leader.election.enable", out var unclean))
            yield return Finding.Expect(unclean == "false", "kafka: unclean.leader.election.enable", unclean, Verdict.Fault, "set it to false: a stale replica as leader loses acknowledged records");
        if (Number("message.max.bytes") is { } bytes)
            yield return Finding.Expect(bytes >= RecordBytes, "kafka: message.max.bytes", Text(bytes), Verdict.Fault, $"set it to {RecordBytes} or more: larger webhooks would be refused");
        if (Number("offsets.retention.minutes") is { } minutes)
        {
            yield return Finding.Expect(
                minutes >= OffsetsKept.TotalMinutes, "kafka: offsets.retention.minutes", Text(minutes), Verdict.Fault,
                $"set it to {OffsetsKept.TotalMinutes:0} or more: a group stopped for longer would not know where it was");
        }

        long? Number(string name) =>
            cluster.Settings.TryGetValue(name, out var value) && long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
