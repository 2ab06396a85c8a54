namespace TrackHub.Interop.Clients;

/// <summary>Records of every kind in every codec, idempotence and times.</summary>
internal static class WritingScenarios
{
    private static readonly string[] CodecNumbers = ["none", "gzip", "snappy", "lz4", "zstd"];

    /// <summary>It writes, and both read exactly that; Confluent.Kafka writes, and it reads exactly that.</summary>
    public static async Task WritesAndReadsAsync(ScenarioRun run, string codec)
    {
        var facts = run.Client.Facts;
        var sent = SampleRecords.For(facts);
        var started = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var topic = await run.CreateTopicAsync(SampleRecords.Partitions);
        await run.Client.WriteAsync(topic, codec, idempotent: false, sent);
        var ended = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

        var read = await run.Confluent.ReadAsync(topic, SampleRecords.Partitions, sent.Count);
        if (facts.Lacks(Missing.Times))
        {
            read.ShouldAllBe(record => record.Time >= started && record.Time <= ended);
            sent = [.. sent.Zip(InOrder(read), static (one, met) => one with { Time = met.Time })];
        }

        ShouldBeSame(read, sent);
        ShouldBeSame(await run.Client.ReadAsync(topic, SampleRecords.Partitions, sent.Count), sent);
        await ShouldBeStoredAsync(run, topic, codec);

        var all = SampleRecords.For(run.Confluent.Facts);
        var theirs = await run.CreateTopicAsync(SampleRecords.Partitions);
        await run.Confluent.WriteAsync(theirs, codec, idempotent: false, all);

        ShouldBeSame(
            await run.Client.ReadAsync(theirs, SampleRecords.Partitions, all.Count),
            facts.Lacks(Missing.HeaderOrder) ? [.. all.Select(static record => record with { Headers = SampleRecords.Grouped(record.Headers) })] : all);
    }

    public static async Task WritesIdempotentlyAsync(ScenarioRun run)
    {
        const int Partition = 0;
        var topic = await run.CreateTopicAsync(1);
        var sent = Enumerable.Range(0, 200).Select(static i => SampleRecords.Record(Partition, null, $"{i}", [])).ToList();

        await run.Client.WriteAsync(topic, "none", idempotent: true, sent);

        var read = await run.Confluent.ReadAsync(topic, 1, sent.Count);
        read.Select(static record => ClientRecord.Show(record.Value)).ShouldBe(sent.Select(static record => ClientRecord.Show(record.Value)));
        (await StoredBatches.OfAsync(run.BootstrapServers, topic, Partition)).ShouldAllBe(static batch => batch.ProducerId >= 0);
    }

    /// <summary>One time that is inside a compressed batch of one partition, and past the end of the other.</summary>
    public static async Task SeeksByTimeAsync(ScenarioRun run)
    {
        const long First = 1_700_000_000_000;
        const int Count = 20, Found = 8;
        var topic = await run.CreateTopicAsync(2);
        List<ClientRecord> sent = [.. Records(0, First), .. Records(1, First - (Count * 1000))];
        await run.Confluent.WriteAsync(topic, "gzip", idempotent: false, sent);

        var sought = await run.Client.SeekAsync(topic, 2, First + (Found * 1000) - 500, Count - Found);

        sought.Offsets.ShouldBe([Found, Count]);
        ShouldBeSame(sought.Records, [.. sent.Take(Count).Skip(Found)]);

        static IEnumerable<ClientRecord> Records(int partition, long first) =>
            Enumerable.Range(0, Count).Select(i => SampleRecords.Record(partition, "key", $"{i}", [], first + (i * 1000)) with { Offset = i });
    }

    /// <summary>The same records, in order within each partition.</summary>
    internal static void ShouldBeSame(IReadOnlyList<ClientRecord> read, IReadOnlyList<ClientRecord> sent)
    {
        foreach (var partition in read.GroupBy(static record => record.Partition))
            partition.Select(static record => record.Offset).ShouldBeInOrder();
        foreach (var (met, one) in InOrder(read).Zip(InOrder(sent)))
            met.ToString().ShouldBe(one.ToString());
        read.Count.ShouldBe(sent.Count);
    }

    private static IEnumerable<ClientRecord> InOrder(IEnumerable<ClientRecord> records) =>
        records.OrderBy(static record => record.Partition).ThenBy(static record => record.Offset);

    /// <summary>At least one batch is stored in that codec: clients leave uncompressed what would not get smaller.</summary>
    private static async Task ShouldBeStoredAsync(ScenarioRun run, string topic, string codec)
    {
        var batches = new List<StoredBatch>();
        for (var partition = 0; partition < SampleRecords.Partitions; partition++)
            batches.AddRange(await StoredBatches.OfAsync(run.BootstrapServers, topic, partition));
        batches.Select(static batch => CodecNumbers[batch.Codec]).ShouldContain(codec);
        batches.ShouldAllBe(batch => batch.Codec == 0 || CodecNumbers[batch.Codec] == codec);
    }
}
