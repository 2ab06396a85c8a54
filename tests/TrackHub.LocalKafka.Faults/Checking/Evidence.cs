using System.Collections;

namespace TrackHub.LocalKafka.Faults.Checking;

/// <summary>
/// What a producer sent and was told. Its record <c>n</c> has the producer's name as key and <c>n</c> at the head of its value, lies in
/// partition <c>n % partitions</c> and bears the time <see cref="FirstMs"/> + n.
/// </summary>
/// <param name="Producer">Its name.</param>
/// <param name="IsIdempotent">It numbers its batches, so that one sent again is not stored again.</param>
/// <param name="Count">Records it handed to its client.</param>
/// <param name="Acked">Offset each was acknowledged with, by number; -1 for none.</param>
internal sealed record SentLog(string Producer, bool IsIdempotent, int Count, IReadOnlyList<long> Acked)
{
    /// <summary>Unix milliseconds of record 0.</summary>
    public const long FirstMs = 1_700_000_000_000;
}

/// <summary>A record as it was read back.</summary>
internal readonly record struct StoredRecord(int Partition, long Offset, string Producer, int Number, long Timestamp)
{
    public override string ToString() => $"{Producer}/{Number}";
}

/// <summary>A committed offset as it was found at some moment.</summary>
/// <param name="When">Round it was read in.</param>
/// <param name="Acked">Highest commit that was acknowledged before it was read; -1 for none.</param>
/// <param name="Attempted">Highest commit that was asked for until it had been read.</param>
/// <param name="Found">What was read; -1 for none.</param>
internal sealed record CommitReading(string When, string Group, int Partition, long Acked, long Attempted, long Found);

/// <summary>What is known of a topic; <see cref="Partitions"/> 0 if there is none.</summary>
internal sealed record TopicState(int Partitions, long RetentionMs)
{
    public static TopicState Absent { get; } = new(0, 0);
}

/// <summary>A topic as it was found at some moment.</summary>
/// <param name="Possible">What it may be: what was acknowledged last, or what was asked for since and never answered.</param>
internal sealed record TopicReading(string When, string Topic, IReadOnlyList<TopicState> Possible, TopicState Found);

/// <summary>All that a run left behind.</summary>
internal sealed record Evidence
{
    public required int Partitions { get; init; }

    public required IReadOnlyList<SentLog> Sent { get; init; }

    /// <summary>What clients call fatal: they gave up.</summary>
    public required IReadOnlyCollection<string> Fatal { get; init; }

    /// <summary>Every record of the log, by partition and in the order read.</summary>
    public required IReadOnlyList<StoredRecord> Stored { get; init; }

    /// <summary>First offset and the one after the last, by partition.</summary>
    public required IReadOnlyList<(long Start, long End)> Bounds { get; init; }

    /// <summary>Offsets that some member of the consuming group was given, by partition.</summary>
    public required IReadOnlyList<BitArray> Consumed { get; init; }

    public required IReadOnlyList<CommitReading> Commits { get; init; }

    public required IReadOnlyList<TopicReading> Topics { get; init; }

    /// <summary>A log and what was sent to it, alone.</summary>
    public static Evidence OfLog(int partitions, IReadOnlyList<SentLog> sent, IReadOnlyList<StoredRecord> stored) =>
        new() { Partitions = partitions, Sent = sent, Stored = stored, Fatal = [], Bounds = [], Consumed = [], Commits = [], Topics = [] };
}

/// <summary>One thing that is not as promised.</summary>
internal sealed record Finding(string Checker, string Id, string What);
