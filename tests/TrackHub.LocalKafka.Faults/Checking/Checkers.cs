namespace TrackHub.LocalKafka.Faults.Checking;

/// <summary>The broker's promises, as statements over sets of ids. Pure: each has tests that make it fail.</summary>
internal static class Checkers
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Finding> All(Evidence seen) =>
        [.. Recovered(seen), .. Kept(seen), .. Once(seen), .. NotInvented(seen), .. InOrder(seen), .. Dense(seen), .. Consumed(seen), .. CommitsKept(seen), .. TopicsKept(seen)];

    /// <summary>No client gave up.</summary>
    public static IEnumerable<Finding> Recovered(Evidence seen) => seen.Fatal.Select(static error => new Finding("fatal", error, "a client gave up"));

    /// <summary>Every acknowledged record is where its acknowledgement says.</summary>
    public static IEnumerable<Finding> Kept(Evidence seen)
    {
        var stored = seen.Stored.Select(static record => (record.Partition, record.Offset, record.Producer, record.Number)).ToHashSet();
        foreach (var sent in seen.Sent)
        {
            for (var n = 0; n < sent.Acked.Count; n++)
            {
                if (sent.Acked[n] >= 0 && !stored.Contains((n % seen.Partitions, sent.Acked[n], sent.Producer, n)))
                    yield return new("kept", $"{sent.Producer}/{n}", $"acknowledged at {n % seen.Partitions}/{sent.Acked[n]}, not there");
            }
        }
    }

    /// <summary>A record of an idempotent producer is there once, however often its batch was sent.</summary>
    public static IEnumerable<Finding> Once(Evidence seen)
    {
        var idempotent = seen.Sent.Where(static sent => sent.IsIdempotent).Select(static sent => sent.Producer).ToHashSet();
        var known = new HashSet<(string, int)>();
        foreach (var record in seen.Stored)
        {
            if (idempotent.Contains(record.Producer) && !known.Add((record.Producer, record.Number)))
                yield return new("once", record.ToString(), $"again at {record.Partition}/{record.Offset}");
        }
    }

    /// <summary>Nothing is there that nobody sent, and what was sent is there as it was sent: partition and time.</summary>
    public static IEnumerable<Finding> NotInvented(Evidence seen)
    {
        var counts = seen.Sent.ToDictionary(static sent => sent.Producer, static sent => sent.Count);
        foreach (var record in seen.Stored)
        {
            var where = $"at {record.Partition}/{record.Offset}";
            if (record.Number < 0 || record.Number >= counts.GetValueOrDefault(record.Producer))
                yield return new("invented", record.ToString(), $"{where} was never sent");
            else if (record.Number % seen.Partitions != record.Partition)
                yield return new("invented", record.ToString(), $"{where} was sent to partition {record.Number % seen.Partitions}");
            else if (record.Timestamp != SentLog.FirstMs + record.Number)
                yield return new("invented", record.ToString(), $"{where} has the time {record.Timestamp}, not {SentLog.FirstMs + record.Number}");
        }
    }

    /// <summary>Records of an idempotent producer are in each partition in the order they were sent.</summary>
    public static IEnumerable<Finding> InOrder(Evidence seen)
    {
        var idempotent = seen.Sent.Where(static sent => sent.IsIdempotent).Select(static sent => sent.Producer).ToHashSet();
        var last = new Dictionary<(string, int), int>();
        foreach (var record in seen.Stored.Where(record => idempotent.Contains(record.Producer)))
        {
            if (last.TryGetValue((record.Producer, record.Partition), out var before) && before > record.Number)
                yield return new("order", record.ToString(), $"at {record.Partition}/{record.Offset} follows {before}");
            last[(record.Producer, record.Partition)] = record.Number;
        }
    }

    /// <summary>A partition's offsets run from its first to its last without a gap.</summary>
    public static IEnumerable<Finding> Dense(Evidence seen)
    {
        var next = seen.Bounds.Select(static bounds => bounds.Start).ToArray();
        foreach (var record in seen.Stored)
        {
            if (record.Offset != next[record.Partition])
                yield return new("dense", record.ToString(), $"at {record.Partition}/{record.Offset}, expected offset {next[record.Partition]}");
            next[record.Partition] = record.Offset + 1;
        }

        for (var partition = 0; partition < next.Length; partition++)
        {
            if (next[partition] != seen.Bounds[partition].End)
                yield return new("dense", $"partition {partition}", $"ends at {seen.Bounds[partition].End}, its records at {next[partition]}");
        }
    }

    /// <summary>The consuming group was given every record at least once.</summary>
    public static IEnumerable<Finding> Consumed(Evidence seen) =>
        from record in seen.Stored
        let consumed = seen.Consumed[record.Partition]
        where record.Offset >= consumed.Length || !consumed[(int)record.Offset]
        select new Finding("consumed", record.ToString(), $"at {record.Partition}/{record.Offset} never came to the group");

    /// <summary>A committed offset is never behind the last acknowledged commit and never one that nobody asked for.</summary>
    public static IEnumerable<Finding> CommitsKept(Evidence seen) =>
        from commit in seen.Commits
        where commit.Found < commit.Acked || commit.Found > commit.Attempted
        select new Finding("commit", $"{commit.Group}/{commit.Partition}", $"{commit.When}: {commit.Found} is not from {commit.Acked}, acknowledged, to {commit.Attempted}, asked for");

    /// <summary>Topics are as the last acknowledged change left them, or as one says that was never answered.</summary>
    public static IEnumerable<Finding> TopicsKept(Evidence seen) =>
        from topic in seen.Topics
        where !topic.Possible.Contains(topic.Found)
        select new Finding("topic", topic.Topic, $"{topic.When}: {topic.Found} is none of {string.Join(", ", topic.Possible)}");
}
